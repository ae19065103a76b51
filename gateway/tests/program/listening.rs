//! Where does it listen, and what does it say first?

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use super::support::{Running, output, program, text};

#[test]
fn at_the_next_free_port_where_none_is_given() {
    let start = || Running::of(program().arg("--memory"));
    let (one, other) = (start(), start());
    assert!(one.address.port() >= 8_090 && other.address.port() >= 8_090);
    assert!(one.address.ip().is_loopback() && one.address != other.address);
    assert_eq!((one.status("agent3001:demo"), other.status("agent3001:demo")), (200, 200));
}

#[test]
fn where_it_is_told_or_not_at_all() {
    let gateway = Running::start(&[]);
    let taken = gateway.address.to_string();
    let output = output(&["--memory", "--listen", &taken]);
    let expected = format!("im-session-gateway: --listen {taken}: Address already in use");
    assert!(!output.status.success() && text(&output.stderr).starts_with(&expected), "{output:?}");
    assert_eq!(text(&output.stdout), "");
}

#[test]
fn it_says_how_to_try_it() {
    let mut command = program();
    let command = command.args(["--memory", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let greeting: Vec<String> = lines.map(Result::unwrap).take_while(|line| !line.contains("fields=*")).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    let greeting = greeting.join("\n");
    for part in ["store: memory", "/api/openapi.json", "password demo", "curl -b cookies", "InitiateIMSession"] {
        assert!(greeting.contains(part), "{part}: {greeting}");
    }
}
