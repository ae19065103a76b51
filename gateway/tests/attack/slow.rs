//! Does the gateway end connections that never complete a request? The test advances the time.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use crate::house::HOST;
use crate::raw::{PATIENCE, answers, page, serve};

const PLACES: u32 = 8;

/// Opens connections until all places are taken, sends the beginning of a request, and then one byte per second until
/// the gateway gives up. Returns its output, and the seconds until it closed the first connection.
async fn drip(address: std::net::SocketAddr, beginning: &str, then: u8) -> (String, u64) {
    let began = Instant::now();
    let mut streams = Vec::new();
    for _ in 0..PLACES {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(beginning.as_bytes()).await.unwrap();
        streams.push(stream);
    }
    let mut answer = Vec::new();
    let over = loop {
        sleep(Duration::from_secs(1)).await;
        let mut is_over = false;
        for stream in &mut streams {
            is_over |= stream.write_all(&[then]).await.is_err();
        }
        let mut piece = [0; 4_096];
        match tokio::time::timeout(Duration::from_millis(1), streams[0].read(&mut piece)).await {
            Ok(Ok(0) | Err(_)) => break began.elapsed().as_secs(),
            Ok(Ok(count)) => answer.extend_from_slice(&piece[..count]),
            Err(_) if is_over => break began.elapsed().as_secs(),
            Err(_) => {}
        }
        assert!(began.elapsed() < 10 * PATIENCE, "it is never cut");
    };
    (String::from_utf8(answer).unwrap(), over)
}

#[tokio::test(start_paused = true)]
async fn a_head_that_comes_byte_by_byte_is_cut_and_its_place_is_free() {
    let (_house, address) = serve(PLACES).await;
    let (answer, seconds) = drip(address, &format!("GET /x HTTP/1.1\r\nHost: {HOST}\r\nA: "), b'a').await;
    assert!(!answer.starts_with("HTTP/1.1 2"), "{answer}");
    assert!((25..=40).contains(&seconds), "{seconds}");
    assert!(answers(address, page().as_bytes()).await.contains("<svg"), "others are served");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_comes_byte_by_byte_is_cut_and_its_place_is_free() {
    let (house, address) = serve(PLACES).await;
    for path in ["/api/v2/notifications", "/events", "/nothing"] {
        let token = crate::house::FEED_TOKEN;
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\nContent-Length: 60000\r\n\r\n"
        );
        let (answer, seconds) = drip(address, &head, b' ').await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{path}: {answer}");
        assert!(seconds <= 40, "{path}: {seconds}");
        assert!(answers(address, page().as_bytes()).await.contains("<svg"), "{path}: others are served");
    }
    assert_eq!(house.cometd.counts().clients, 0);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_says_nothing_more_is_closed() {
    let (_house, address) = serve(1).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(page().replace("close", "keep-alive").as_bytes()).await.unwrap();
    let began = Instant::now();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(String::from_utf8(answer).unwrap().contains("<svg"));
    assert!((25..=40).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    assert!(answers(address, page().as_bytes()).await.contains("<svg"), "others are served");
}
