//! Systems behind a pair of pipes: the crate's own store, one in Python, and ones that are broken.

use std::io::{self, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use im_session::Event;
use im_session::testing::conformance::{Error, Histories, JsonLines, System, ThisCrate, run, serve};
use im_session::testing::{Agent, Setup};
use serde_json::Value;

use crate::process::Answers;
use crate::{LONG, tested};

/// The end of a pipe in memory that is written to; the other is what the example reads from.
struct WriteEnd(SyncSender<io::Result<Vec<u8>>>);

fn pipe() -> (BufReader<Answers>, WriteEnd) {
    let (sender, chunks) = sync_channel(1);
    (BufReader::new(Answers::new(chunks, LONG)), WriteEnd(sender))
}

impl Write for WriteEnd {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.send(Ok(bytes.to_vec())).map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn this_crate_conforms_over_a_pipe_too() {
    let (commands, to_system) = pipe();
    let (answers, to_kit) = pipe();
    let system = thread::spawn(move || serve(&mut ThisCrate::new(&Setup::default()), commands, to_kit));
    let report = tested(&mut JsonLines::new(answers, to_system, &Setup::default()));
    assert!(report.conforms(), "{report}");
    system.join().unwrap().unwrap();
}

#[test]
fn an_implementation_in_python_conforms() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance/im_session.py");
    let python = Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut python) = python else {
        println!("there is no python3: not tested");
        return;
    };
    let (to_system, from_system) = (python.stdin.take().unwrap(), python.stdout.take().unwrap());
    let report = tested(&mut JsonLines::new(BufReader::new(from_system), to_system, &Setup::default()));
    assert!(report.conforms(), "{report}");
    assert!(python.wait().unwrap().success());
}

/// What is said where the answer to the first line is this.
fn error_after(answer: &str) -> String {
    let setup = Setup::default();
    let mut system = JsonLines::new(answer.as_bytes(), Vec::new(), &setup);
    let report = run(&mut system, &setup, Histories::new(1).take(3));
    assert!(!report.conforms());
    report.halt.expect("it cannot go on").to_string()
}

#[test]
fn a_system_that_cannot_go_on_is_no_failure_of_the_rules_but_an_error() {
    let begin = "the system under test cannot go on: ";
    let at_the_end = "expected an answer to {\"do\":\"reset\",\"baseUri\":\"http://localhost:8090\"}, found the end";
    assert_eq!(error_after(""), format!("{begin}{at_the_end}\nat reset\n"));
    assert_eq!(error_after("{\"error\":\"no memory\"}\n"), format!("{begin}no memory\nat reset\n"));
    assert!(error_after("hello\n").starts_with(&format!("{begin}expected an answer, found \"hello\": ")));
}

#[test]
fn commands_that_are_none_are_answered_with_an_error() {
    let mut answers = Vec::new();
    let commands =
        "hello\n{\"do\":\"dance\"}\n{\"do\":\"list\",\"query\":\"\"}\n{\"do\":\"event\",\"Event\":\"EventRinging\"}\n";
    serve(&mut ThisCrate::new(&Setup::default()), commands.as_bytes(), &mut answers).unwrap();
    let answers = String::from_utf8(answers).unwrap();
    let answers: Vec<&str> = answers.lines().collect();
    assert!(answers[..3].iter().all(|answer| answer.starts_with("{\"error\":")), "{answers:?}");
    assert_eq!(answers[3], r#"{"notifications":[],"requests":[],"told":{"outcome":"unreadable"}}"#);
}

#[test]
fn a_system_that_shows_no_requests_is_not_asked_for_them() {
    struct Silent(ThisCrate);
    impl System for Silent {
        fn reset(&mut self) -> Result<(), Error> {
            self.0.reset()
        }
        fn event(&mut self, event: &Event<'_>) -> Result<Value, Error> {
            self.0.event(event).map(|_| Value::Null)
        }
        fn post(&mut self, me: &Agent, id: Option<&str>, body: &str) -> Result<Value, Error> {
            self.0.post(me, id, body)
        }
        fn list(&mut self, me: &Agent, query: &str) -> Result<Value, Error> {
            self.0.list(me, query)
        }
        fn read(&mut self, me: &Agent, id: &str, query: &str) -> Result<Value, Error> {
            self.0.read(me, id, query)
        }
        fn notifications(&mut self) -> Result<Vec<(String, Value)>, Error> {
            self.0.notifications()
        }
    }
    let report = tested(&mut Silent(ThisCrate::new(&Setup::default())));
    assert!(report.conforms(), "{report}");
}
