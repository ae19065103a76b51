//! Which files are accepted as logs, and how are several files joined into one log?

use std::io::{BufRead, BufReader, Write as _};
use std::process::Stdio;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::tool::{RINGING, file, folder, json_event, path_text, replay_jsonl, replay_piped, tool, tserver_event};

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).expect("memory");
    encoder.finish().expect("memory")
}

#[test]
fn several_files_share_the_sessions_whatever_their_form() {
    let json = file("several", "1.jsonl", RINGING);
    let tserver = file("several", "2.log", tserver_event("x", "Established", "3002", "A"));
    let sdk = file(
        "several",
        "3.log",
        "\nx 'EventReleased' ('65')\nmessage attributes:\nAttributeCallUuid [str] = \"A\"\nAttributeThisDN [str] = \"3002\"\n",
    );
    let run = replay_jsonl(&[&json, &tserver, &sdk]);
    run.assert_clean();
    assert_eq!(run.column("line"), ["1", "1", "2"]);
    assert_eq!(run.column("to"), ["Alerting", "Talking", "Completed"]);
    assert_eq!(run.column("file"), [json.as_str(), &tserver, &sdk]);
    assert_eq!(run.objects().1["imSessions"].as_array().map(Vec::len), Some(1));

    // Standard input can be named between files.
    let run = replay_piped(&["--format", "jsonl", "-", &tserver], RINGING.as_bytes());
    assert_eq!(run.column("from"), ["null", "Alerting"]);
    assert_eq!(run.column("file"), ["-", &tserver]);
}

#[test]
fn gzip_is_recognised_by_its_first_bytes() {
    let whole = gzip(RINGING);
    let established = json_event("Established", "3002", "A");
    // A gzip file can consist of several consecutive members.
    let members = [whole.clone(), gzip(&established)].concat();
    let path = file("gzip", "log", &members);
    let run = replay_jsonl(&[&path]);
    run.assert_clean();
    assert_eq!(run.column("line"), ["1", "2"]);
    assert_eq!(replay_piped(&["--format", "jsonl", "-"], &members).column("to"), ["Alerting", "Talking"]);

    // gzip allows zeros after a member as padding. Any other trailing bytes are reported, and the events before them
    // are still replayed.
    for padding in [1, 511, 100_000] {
        let padded = [whole.clone(), vec![0; padding], gzip(&established), vec![0; padding]].concat();
        let run = replay_jsonl(&[&file("gzip", "padded", &padded)]);
        run.assert_clean();
        assert_eq!(run.column("to"), ["Alerting", "Talking"]);
    }
    for other in [&b"x"[..], b"\0\0x", b"\x1fx", established.as_bytes()] {
        let followed = file("gzip", "followed", [&members, other].concat());
        let run = replay_jsonl(&[&followed]);
        assert_eq!((run.status, run.column("to")), (1, vec!["Alerting".to_owned(), "Talking".to_owned()]));
        assert!(run.errors.len() == 1 && run.errors[0].starts_with(&format!("{followed}: ")), "{:?}", run.errors);
    }

    let cut = file("gzip", "cut", &members[..members.len() - 12]);
    let run = replay_jsonl(&[&cut]);
    assert_eq!(run.status, 1);
    assert!(run.errors[0].starts_with(&format!("{cut}: ")), "{:?}", run.errors);
    assert_eq!(run.column("to")[0], "Alerting", "what came before is replayed");
}

#[test]
fn an_event_of_a_pipe_is_printed_as_soon_as_it_is_complete() {
    let mut command = tool(&["replay", "--format", "jsonl", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the tool runs");
    let mut stdin = child.stdin.take().expect("its input");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    for (event, to) in [("Ringing", "Alerting"), ("Established", "Talking"), ("Released", "Completed")] {
        stdin.write_all(json_event(event, "3002", "A").as_bytes()).expect("it reads");
        // The test writes nothing more before it reads this line, so it would hang if the tool buffered its output.
        let line = lines.next().expect("a line").expect("text");
        assert!(line.contains(&format!("\"to\":\"{to}\"")), "{line}");
    }
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let path = file("enough", "long.jsonl", RINGING.repeat(20_000));
    let mut command = tool(&["replay", "--format", "jsonl", &path]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the tool runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success());
}

/// Found in review: the tool kept reading the log after the reader of its output had closed the pipe. It never ended on
/// an endless log.
#[test]
fn a_reader_that_goes_away_ends_the_replay() {
    let mut command = tool(&["replay", "--format", "jsonl", "-"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it runs");
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().expect("a pipe");
    // Writes until the tool stops reading. The test would hang if the tool read forever.
    let message = b"x message EventHeld\n\tAttributeThisDN\t'1'\n".repeat(10_000);
    while stdin.write_all(&message).is_ok() {}
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn an_empty_file_is_no_error() {
    let empty = file("empty", "empty.log", "");
    let run = replay_jsonl(&[&empty]);
    run.assert_clean();
    assert_eq!(run.objects().0.len(), 0);
}

/// Linux allows any bytes in file names.
#[test]
#[cfg(target_os = "linux")]
fn a_name_need_not_be_utf_8() {
    use std::os::unix::ffi::OsStrExt;
    let path = folder("bytes").join(std::ffi::OsStr::from_bytes(b"n\xff.jsonl"));
    std::fs::write(&path, RINGING).expect("a file");
    let mut command = tool(&["replay", "--format", "jsonl"]);
    let run: super::tool::Run = command.arg(&path).output().expect("the tool runs").into();
    run.assert_clean();
    assert!(run.column("file")[0].ends_with("n\u{fffd}.jsonl"));
}

#[test]
fn a_folder_is_one_error() {
    let run = replay_jsonl(&[&path_text(&folder("a-folder"))]);
    assert_eq!((run.errors.len(), run.status), (1, 1), "{:?}", run.errors);
}
