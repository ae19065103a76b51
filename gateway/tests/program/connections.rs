//! What are the limits of a connection?

use std::io::{Read, Write};
use std::time::Duration;

use super::support::{Running, status_of};

#[test]
fn a_head_that_does_not_come_ends_it() {
    let gateway = Running::start(&["--request-timeout", "0.2"]);
    let mut stream = gateway.connect();
    stream.write_all(b"GET /api/v2/me HTTP/1.1\r\nHost: loc").unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert!(!rest.starts_with(b"HTTP/1.1 2"), "{rest:?}");
    assert_eq!(gateway.status("agent3001:demo"), 200);
}

#[test]
fn a_head_that_is_too_long_is_refused() {
    let gateway = Running::start(&[]);
    let mut stream = gateway.connect();
    let head = format!("GET /api/v2/me?{} HTTP/1.1\r\nHost: localhost\r\n\r\n", "x".repeat(70_000));
    // The gateway may refuse the request before it was sent completely.
    let _ = stream.write_all(head.as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP/1.1 2"), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(gateway.status("agent3001:demo"), 200);
}

#[test]
fn one_more_than_there_are_waits() {
    let gateway = Running::start(&["--connections", "1"]);
    let first = gateway.connect();
    let mut second = gateway.connect();
    second.write_all(b"GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    second.set_read_timeout(Some(std::time::Duration::from_millis(200))).unwrap();
    let waits = second.read(&mut [0]).map_err(|error| error.kind());
    assert!(matches!(waits, Err(std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)), "{waits:?}");
    drop(first);
    second.set_read_timeout(Some(super::support::PATIENCE)).unwrap();
    assert_eq!(status_of(&mut second), 404);
}

#[test]
fn who_does_not_read_the_answers_does_not_keep_a_place() {
    let gateway = Running::start(&["--connections", "1", "--request-timeout", "1"]);
    let mut first = gateway.connect();
    first.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
    let requests = "GET /api/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(100);
    // The responses fill all buffers. The gateway then stops reading requests.
    while first.write_all(requests.as_bytes()).is_ok() {}
    assert_eq!(gateway.status("agent3001:demo"), 200);
    drop(first);
}
