//! When does `--follow` print an event of a growing file?
//!
//! The tests wait for the tool's output before they write more. The deadline matters only when a test fails.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::tool::{RINGING, folder, json_event, path_text, tool, tserver_event};

const DEADLINE: Duration = Duration::from_secs(60);

/// The tool, following a growing file.
struct Following {
    path: PathBuf,
    file: File,
    child: Child,
    lines: Receiver<String>,
    errors: Receiver<String>,
}

fn lines_of(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

impl Following {
    fn new(test: &str, format: &str) -> Self {
        let path = folder(&format!("follow-{test}")).join("growing.log");
        let file = File::create(&path).expect("a file");
        let mut command = tool(&["replay", "--follow", "--format", format, &path_text(&path)]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the tool runs");
        let lines = lines_of(child.stdout.take().expect("its output"));
        let errors = lines_of(child.stderr.take().expect("its errors"));
        Following { path, file, child, lines, errors }
    }

    fn write(&mut self, text: &str) {
        self.file.write_all(text.as_bytes()).expect("a file");
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(DEADLINE).expect("a line within the deadline")
    }

    /// The next printed object: its line, its event and the state after it.
    fn event(&self) -> (u64, String, String) {
        let object: Value = serde_json::from_str(&self.line()).expect("an object");
        let text = |name: &str| object[name].as_str().unwrap_or("null").to_owned();
        (object["line"].as_u64().expect("a line"), text("event"), text("to"))
    }

    fn assert_event(&self, line: u64, name: &str, to: &str) {
        assert_eq!(self.event(), (line, format!("Event{name}"), to.to_owned()));
    }

    fn interrupt(&self) {
        let kill = format!("kill -INT {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().expect("sh").success());
    }

    /// The exit status, and the remaining lines that the tool prints before it ends.
    fn rest(mut self) -> (i32, Vec<String>) {
        let mut rest = Vec::new();
        loop {
            match self.lines.recv_timeout(DEADLINE) {
                Ok(line) => rest.push(line),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("it ends within the deadline"),
            }
        }
        (self.child.wait().expect("it ends").code().expect("an exit status"), rest)
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_event_is_printed_when_a_line_ends_it() {
    let mut following = Following::new("ended", "jsonl");
    following.write(RINGING);
    following.assert_event(1, "Ringing", "Alerting");
    following.write(&json_event("Established", "3002", "A"));
    following.assert_event(2, "Established", "Talking");
}

#[test]
fn the_last_event_is_printed_when_nothing_follows() {
    let mut following = Following::new("pause", "jsonl");
    following.write(&tserver_event("10:00:00.000", "Ringing", "3002", "A"));
    following.assert_event(1, "Ringing", "Alerting");
    following.write(&tserver_event("10:00:05.000", "Established", "3002", "A"));
    following.assert_event(4, "Established", "Talking");
}

#[test]
fn lines_that_come_later_still_are_reported_and_skipped() {
    let mut following = Following::new("late", "jsonl");
    following.write(&tserver_event("10:00:00.000", "Ringing", "3002", "A"));
    following.assert_event(1, "Ringing", "Alerting");
    following.write("\tAttributeOtherDN\t'3001'\n\tAttributeDNIS\t'3002'\n");
    following.write(&tserver_event("10:00:05.000", "Established", "3002", "A"));
    following.assert_event(6, "Established", "Talking");
    let error = following.errors.recv_timeout(DEADLINE).expect("it is told");
    assert!(error.starts_with(&format!("{}:4: ", path_text(&following.path))), "{error}");
}

/// An unfinished line counts as soon as something closes it, such as a quote or a brace. Otherwise the tool waits for
/// the rest of the line.
#[test]
fn a_line_that_is_being_written_is_waited_for_where_it_is_not_whole() {
    let mut following = Following::new("half", "jsonl");
    following.write(tserver_event("10:00:00.000", "Ringing", "3002", "A").trim_end());
    following.assert_event(1, "Ringing", "Alerting");
    // The line end arrives later. It is not new text, so the line numbers must still match the file.
    following
        .write("\n10:00:05.000 message EventAttachedDataChanged\n\tAttributeCallUUID\t'A'\n\tAttributeThisDN\t'30");
    following.write("02'\n");
    following.assert_event(4, "AttachedDataChanged", "Alerting");
    following.write(RINGING.trim_end());
    following.assert_event(7, "Ringing", "Alerting");
    following.write(" more\n");
    following.write(&json_event("Established", "3002", "A"));
    following.assert_event(8, "Established", "Talking");
    let error = following.errors.recv_timeout(DEADLINE).expect("it is told");
    assert!(error.starts_with(&format!("{}:7: ", path_text(&following.path))), "{error}");
}

#[test]
fn a_file_that_is_renamed_and_begun_anew_is_followed() {
    let mut following = Following::new("renamed", "jsonl");
    following.write(RINGING);
    following.assert_event(1, "Ringing", "Alerting");
    fs::rename(&following.path, following.path.with_extension("old")).expect("another name");
    following.write(&json_event("Established", "3002", "A"));
    following.assert_event(2, "Established", "Talking");
    following.file = File::create(&following.path).expect("a file");
    following.write(&json_event("Released", "3002", "A"));
    following.assert_event(1, "Released", "Completed");
}

#[test]
fn a_message_goes_on_after_the_rotation() {
    let mut following = Following::new("goes-on", "jsonl");
    following.write(RINGING);
    following.assert_event(1, "Ringing", "Alerting");
    following.write("10:00:00.000 message EventEstablished\n\tAttributeCallUUID\t'A'\n");
    fs::rename(&following.path, following.path.with_extension("old")).expect("another name");
    following.file = File::create(&following.path).expect("a file");
    following.write("\tAttributeThisDN\t'3002'\n10:00:01.000 other\n");
    following.assert_event(2, "Established", "Talking");
}

#[test]
fn a_file_that_is_cut_is_followed() {
    let mut following = Following::new("cut", "jsonl");
    following.write(&[RINGING, RINGING].concat());
    following.assert_event(1, "Ringing", "Alerting");
    following.assert_event(2, "Ringing", "Alerting");
    following.file.set_len(0).expect("a file");
    following.file = OpenOptions::new().append(true).open(&following.path).expect("a file");
    following.write(&json_event("Established", "3002", "A"));
    following.assert_event(1, "Established", "Talking");
}

#[test]
#[cfg(unix)]
fn ctrl_c_prints_the_summary() {
    let mut following = Following::new("summary", "text");
    following.write(RINGING);
    while !following.line().contains("Alerting") {}
    following.interrupt();
    let (status, rest) = following.rest();
    assert_eq!(status, 0);
    let has = |words: &str| rest.iter().any(|line| line.contains(words));
    assert!(has("One session:") && has("1 event: 1 changed something"), "{rest:?}");
}

#[test]
#[cfg(unix)]
fn ctrl_c_prints_the_list() {
    let mut following = Following::new("list", "jsonl");
    following.write(RINGING);
    following.assert_event(1, "Ringing", "Alerting");
    following.interrupt();
    let (status, rest) = following.rest();
    assert_eq!((status, rest.len()), (0, 1));
    let list: Value = serde_json::from_str(&rest[0]).expect("an object");
    assert_eq!(list["imSessions"][0]["thisDN"], "3002");
}

/// All files except the last are read to the end.
#[test]
fn only_the_last_file_is_followed() {
    let path = folder("follow-last").join("last.log");
    fs::write(&path, json_event("Established", "3002", "A")).expect("a file");
    let first = super::tool::file("follow-last", "first.log", RINGING);
    let mut command = tool(&["replay", "--follow", "--format", "jsonl", &first, &path_text(&path)]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the tool runs");
    let lines = lines_of(child.stdout.take().expect("its output"));
    let errors = lines_of(child.stderr.take().expect("its errors"));
    let file = OpenOptions::new().append(true).open(&path).expect("a file");
    let mut following = Following { path, file, child, lines, errors };
    following.assert_event(1, "Ringing", "Alerting");
    following.assert_event(1, "Established", "Talking");
    following.write(&json_event("Released", "3002", "A"));
    following.assert_event(2, "Released", "Completed");
}

#[test]
fn a_pipe_that_pauses_is_followed() {
    let mut command = tool(&["replay", "--follow", "--format", "jsonl", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the tool runs");
    let mut stdin = child.stdin.take().expect("its input");
    let lines = lines_of(child.stdout.take().expect("its output"));
    stdin.write_all(tserver_event("10:00:00.000", "Ringing", "3002", "A").as_bytes()).expect("it reads");
    let line = lines.recv_timeout(DEADLINE).expect("a line within the deadline");
    assert!(line.contains("\"to\":\"Alerting\""), "{line}");
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
}
