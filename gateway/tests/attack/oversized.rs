//! How does the gateway handle oversized request heads?

use crate::house::HOST;
use crate::raw::{answers, count, page, serve};

#[tokio::test]
async fn a_head_with_too_much_is_refused_and_others_are_served() {
    let (_house, address) = serve(4).await;
    // The server stops reading a short while after 16 KiB.
    let long = "x".repeat(300_000);
    for (what, line, headers) in [
        ("a thousand headers", "GET /pages/icon.svg", "A: b\r\n".repeat(1_000)),
        ("a header too long", "GET /pages/icon.svg", format!("A: {long}\r\n")),
        ("a name too long", "GET /pages/icon.svg", format!("{long}: b\r\n")),
        ("a thousand cookies", "GET /pages/icon.svg", "Cookie: JSESSIONID=0\r\n".repeat(1_000)),
        ("an address too long", &format!("GET /pages/icon.svg?{long}"), String::new()),
        ("a method too long", &format!("{long} /pages/icon.svg"), String::new()),
    ] {
        let head = format!("{line} HTTP/1.1\r\nHost: {HOST}\r\n{headers}Connection: close\r\n\r\n");
        let answer = answers(address, head.as_bytes()).await;
        assert!(count(&answer) <= 1 && !answer.starts_with("HTTP/1.1 2"), "{what}: {answer:.200}");
        assert!(answer.len() < 1_000, "{what}: {} bytes", answer.len());
        assert!(answers(address, page().as_bytes()).await.contains("<svg"), "{what}: others are served");
    }
}

#[tokio::test]
async fn an_error_shows_a_part_of_what_was_sent() {
    let (_house, address) = serve(4).await;
    let long = "x".repeat(30_000);
    for (what, head) in [
        ("the host", format!("GET / HTTP/1.1\r\nHost: {long}\r\n")),
        ("the method", format!("{long} / HTTP/1.1\r\nHost: {HOST}\r\n")),
        ("the path", format!("GET /{long} HTTP/1.1\r\nHost: {HOST}\r\n")),
        ("the origin", format!("POST /api/v2/me HTTP/1.1\r\nHost: {HOST}\r\nOrigin: http://{long}\r\n")),
    ] {
        let answer = answers(address, format!("{head}Connection: close\r\n\r\n").as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 4") && answer.len() < 1_000, "{what}: {} bytes", answer.len());
    }
}
