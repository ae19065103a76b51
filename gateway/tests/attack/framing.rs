//! Where does a request end? If a proxy in front of the gateway disagrees, it can be made to forward a request that it
//! has not checked.

use crate::house::HOST;
use crate::raw::{answers, count, page, serve};

/// Headers and a body, to be followed by a second request that only one of two parsers would see.
const AMBIGUOUS: [(&str, &str, &str); 20] = [
    ("both, the length first", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
    ("both, the length last", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
    ("both, in small letters", "transfer-encoding: CHUNKED\r\ncontent-length: 5\r\n", "0\r\n\r\n"),
    ("chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
    ("chunked and something else", "Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"),
    ("something else, then chunked", "Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
    ("another coding", "Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
    ("a coding of one space", "Transfer-Encoding: \r\nContent-Length: 2\r\n", "{}"),
    ("a space before the colon", "Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
    ("a tab before the colon", "Content-Length\t: 2\r\n", "{}"),
    ("a folded line", "Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"),
    ("a vertical tab", "Transfer-Encoding: \u{b}chunked\r\n", "0\r\n\r\n"),
    ("two lengths", "Content-Length: 2\r\nContent-Length: 3\r\n", "{}"),
    ("two lengths in one line", "Content-Length: 2, 3\r\n", "{}"),
    ("a length with a sign", "Content-Length: +2\r\n", "{}"),
    ("a negative length", "Content-Length: -2\r\n", "{}"),
    ("a hexadecimal length", "Content-Length: 0x2\r\n", "{}"),
    ("a length beyond all numbers", "Content-Length: 18446744073709551618\r\n", "{}"),
    ("a chunk with a sign", "Transfer-Encoding: chunked\r\n", "+2\r\n{}\r\n0\r\n\r\n"),
    ("a chunk beyond all numbers", "Transfer-Encoding: chunked\r\n", "10000000000000002\r\n{}\r\n0\r\n\r\n"),
];

#[tokio::test]
async fn nothing_is_read_after_a_request_whose_end_is_in_doubt() {
    let (_house, address) = serve(4).await;
    for (what, headers, body) in AMBIGUOUS {
        let head = format!("POST /api/v2/me HTTP/1.1\r\nHost: {HOST}\r\n{headers}\r\n");
        let answers = answers(address, format!("{head}{body}{}", page()).as_bytes()).await;
        assert!(count(&answers) <= 1, "{what}: {answers}");
        assert!(!answers.contains("<svg"), "{what}: {answers}");
        assert!(!answers.starts_with("HTTP/1.1 2"), "{what}: {answers}");
    }
}

#[tokio::test]
async fn a_request_whose_end_is_clear_is_followed_by_the_next() {
    let (_house, address) = serve(4).await;
    for headers in ["Content-Length: 2\r\n", "Content-Length: 2\r\nContent-Length: 2\r\n"] {
        let head = format!("POST /api/v2/me HTTP/1.1\r\nHost: {HOST}\r\n{headers}\r\n");
        let answers = answers(address, format!("{head}{{}}{}", page()).as_bytes()).await;
        assert_eq!((count(&answers), answers.contains("<svg")), (2, true), "{headers}: {answers}");
    }
}

#[tokio::test]
async fn what_is_no_http_1_1_is_refused() {
    let (_house, address) = serve(4).await;
    let host = format!("Host: {HOST}\r\n");
    for head in [
        format!("GET  /pages/icon.svg HTTP/1.1\r\n{host}"),
        format!("GET /pages/icon.svg\tHTTP/1.1\r\n{host}"),
        format!("GET /pages/icon.svg HTTP/2.0\r\n{host}"),
        format!("GET /pages/icon.svg HTTP/1.1 \r\n{host}"),
        format!("GET /pages/icon\u{0}.svg HTTP/1.1\r\n{host}"),
        format!("GET /pages/icon.svg HTTP/1.1\r\nA\u{0}: b\r\n{host}"),
        format!("GET /pages/icon.svg HTTP/1.1\r\nA: b\u{0}\r\n{host}"),
        format!("GET /pages/icon.svg HTTP/1.1\r\n: b\r\n{host}"),
        format!("GET /pages/icon.svg HTTP/1.1\r\nA b\r\n{host}"),
        format!("GET pages/icon.svg HTTP/1.1\r\n{host}"),
        format!("CONNECT evil.example.com:443 HTTP/1.1\r\n{host}"),
        format!("GET http://evil.example.com/pages/icon.svg HTTP/1.1\r\n{host}"),
        format!("GET http:///pages/icon.svg HTTP/1.1\r\n{host}"),
        "GET /pages/icon.svg HTTP/1.0\r\n".to_owned(),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n".to_owned(),
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{fc}\u{3}\u{3}\r\n".to_owned(),
    ] {
        let answers = answers(address, format!("{head}Connection: close\r\n\r\n").as_bytes()).await;
        assert!(!answers.contains("<svg") && !answers.starts_with("HTTP/1.1 2"), "{head:?}: {answers}");
        assert!(!answers.starts_with("HTTP/1.1 5"), "{head:?}: {answers}");
    }
}
