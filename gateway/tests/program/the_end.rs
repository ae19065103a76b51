//! How does the gateway end?

use std::io::Write;

use super::support::{Running, program, status_of};

#[test]
fn with_status_0_at_sigterm_and_at_sigint() {
    for signal in ["TERM", "INT"] {
        let mut gateway = Running::start(&[]);
        gateway.signal(signal);
        assert_eq!(gateway.child.wait().unwrap().code(), Some(0), "{signal}");
    }
}

#[test]
fn what_was_asked_is_answered() {
    let mut gateway = Running::start(&[]);
    let mut stream = gateway.connect();
    // The body is in transit when the gateway ends.
    let head = "POST /api/v2/notifications HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n";
    stream.write_all(format!("{head}[").as_bytes()).unwrap();
    // Once a later connection is answered, the gateway must have read the first one.
    assert_eq!(gateway.status("agent3001:demo"), 200);
    gateway.signal("TERM");
    gateway.says("ending");
    stream.write_all(b"]").unwrap();
    assert_eq!(status_of(&mut stream), 401);
    assert_eq!(gateway.child.wait().unwrap().code(), Some(0));
}

#[test]
fn not_later_than_it_was_told() {
    let mut gateway = Running::start(&["--shutdown-timeout", "0.2"]);
    let mut stream = gateway.connect();
    stream.write_all(b"POST /api/v2/notifications HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n[").unwrap();
    assert_eq!(gateway.status("agent3001:demo"), 200);
    gateway.signal("TERM");
    gateway.says("connections are cut that did not end in time");
    assert_eq!(gateway.child.wait().unwrap().code(), Some(0));
}

#[test]
fn the_store_is_there_for_the_next() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().to_str().unwrap();
    for _ in 0..2 {
        let mut gateway = Running::of(program().args(["--listen", "127.0.0.1:0", "--data", data]));
        assert_eq!(gateway.status("agent3001:demo"), 200);
        gateway.signal("TERM");
        assert_eq!(gateway.child.wait().unwrap().code(), Some(0));
    }
}
