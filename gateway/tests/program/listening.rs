//! Where does the gateway listen, and what does it print first?

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

/// The first lines, up to the one that contains this.
fn greeting(arguments: &[&str], last: &str) -> String {
    let mut command = program();
    let command = command.args(["--memory", "--listen", "localhost:0"]).args(arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let greeting: Vec<String> = lines.map(Result::unwrap).take_while(|line| !line.contains(last)).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    greeting.join("\n")
}

#[test]
fn it_says_how_to_try_it() {
    let greeting = greeting(&[], "fields=*");
    for part in ["store: memory", "/api/openapi.json", "password demo", "curl -b cookies", "InitiateIMSession"] {
        assert!(greeting.contains(part), "{part}: {greeting}");
    }
}

#[test]
fn it_warns_where_nobody_can_fetch_requests() {
    let warns = |arguments: &[&str]| greeting(arguments, "demo agents").contains("nobody can fetch the requests");
    assert!(warns(&["--no-simulator"]));
    assert!(!warns(&["--no-simulator", "--bearer-token", "a-token-of-the-feeds"]));
    assert!(!warns(&[]));
}
