//! Does the program report at its separate address that it drains?

use std::io::Write;
use std::net::{SocketAddr, TcpStream};

use crate::program::{Running, exchange};

#[test]
fn the_program_is_not_ready_while_it_drains() {
    let mut gateway = Running::start(&["--operations-listen", "127.0.0.1:0"]);
    let line = gateway.says("metrics and health at");
    let operators: SocketAddr = line.rsplit("http://").next().unwrap().trim().parse().unwrap();
    let ready = || exchange(TcpStream::connect(operators).unwrap(), "GET /readyz HTTP/1.1", "");
    assert!(ready().starts_with("HTTP/1.1 200"));
    // The other address does not serve it.
    assert!(exchange(gateway.connect(), "GET /readyz HTTP/1.1", "").starts_with("HTTP/1.1 404"));

    // The body is in transit when the gateway ends.
    let mut stream = gateway.connect();
    let head = "POST /api/v2/notifications HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n[";
    stream.write_all(head.as_bytes()).unwrap();
    // Once a later connection is answered, the gateway must have read the first one.
    assert!(exchange(gateway.connect(), "GET /api/v2/me HTTP/1.1", "").starts_with("HTTP/1.1 401"));
    gateway.signal("TERM");
    gateway.says("ending");
    let answer = ready();
    assert!(answer.starts_with("HTTP/1.1 503") && answer.ends_with("draining\n"), "{answer}");
    stream.write_all(b"]").unwrap();
    assert_eq!(gateway.child.wait().unwrap().code(), Some(0));
}
