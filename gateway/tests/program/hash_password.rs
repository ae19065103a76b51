//! Does the command make a hash with which an agent can sign in?

use std::io::Write;
use std::process::Stdio;

use super::support::{Running, program, text};

pub(crate) fn hash(input: &str) -> Result<String, String> {
    let mut command = program();
    let command = command.arg("hash-password").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

#[test]
fn of_the_first_line_of_its_input() {
    let directory = tempfile::tempdir().unwrap();
    let agents = directory.path().join("agents.toml");
    for input in ["open sesame", "open sesame\n", "open sesame\r\n", "open sesame\nanother line\n"] {
        let hash = hash(input).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$") && hash.lines().count() == 1, "{hash}");
        std::fs::write(&agents, format!("[[agents]]\nuser = \"ann\"\npassword = \"{}\"\n", hash.trim())).unwrap();
        let gateway = Running::start(&["--agents", agents.to_str().unwrap()]);
        assert_eq!((gateway.status("ann:open sesame"), gateway.status("ann:open")), (200, 401), "{input:?}");
    }
}

#[test]
fn of_nothing_there_is_none() {
    for input in ["", "\n"] {
        assert_eq!(hash(input), Err("im-session-gateway: expected a password, got nothing\n".into()));
    }
    let long = hash(&"x".repeat(3_000)).unwrap_err();
    assert!(long.starts_with("im-session-gateway: expected a password of at most 1024 bytes, got "), "{long}");
}
