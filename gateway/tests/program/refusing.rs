//! When does the gateway refuse to start?

use super::support::{Running, output, program, text};

fn refused(arguments: &[&str], expected: &str) {
    let output = output(arguments);
    let error = text(&output.stderr);
    assert!(!output.status.success() && error.contains(expected), "{arguments:?}: {error}");
    assert_eq!(text(&output.stdout), "", "{arguments:?}");
}

#[test]
fn demo_agents_where_others_reach_them() {
    refused(&["--memory", "--listen", "0.0.0.0:0"], "the demo agents have a password that everybody knows");
}

#[test]
fn files_that_are_not_there_or_say_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    let file = path.to_str().unwrap();
    refused(&["--memory", "--agents", file], &format!("{file}: No such file"));
    refused(&["--memory", "--bearer-token-file", file], &format!("--bearer-token-file {file}: No such file"));
    std::fs::write(&path, "short\n").unwrap();
    refused(&["--memory", "--bearer-token-file", file], "expected a bearer token of at least 16");
    refused(&["--memory", "--agents", file], &format!("{file}: line 1, column 6: expected"));
    refused(&["--data", file], &format!("{file}: the directory of the store"));
}

#[test]
fn the_store_of_another_gateway() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().to_str().unwrap();
    let _gateway = Running::of(program().args(["--listen", "127.0.0.1:0", "--data", data]));
    refused(&["--listen", "127.0.0.1:0", "--data", data], "sessions.redb");
}
