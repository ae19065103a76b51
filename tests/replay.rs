//! The example `replay` as people run it: specification 7, through its binary.
//!
//! `cargo test` builds it; where only this test was asked for and it is not there, or is old, it is built here. The cases in
//! `data/replay` came with the specification.

#![cfg(feature = "json")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::SystemTime;

use serde_json::Value;

/// The example, next to the directory that this test binary lies in.
fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let this = std::env::current_exe().expect("the path of this test");
        let profile = this.ancestors().nth(2).expect("target/PROFILE/deps/TEST");
        let binary = profile.join("examples").join("replay").with_extension(std::env::consts::EXE_EXTENSION);
        if !is_newer_than_its_source(&binary) {
            let mut build = Command::new(env!("CARGO"));
            build.args(["build", "--quiet", "--example", "replay", "--manifest-path"]);
            build
                .arg(root().join("Cargo.toml"))
                .arg("--target-dir")
                .arg(profile.parent().expect("the target directory"));
            if profile.ends_with("release") {
                build.arg("--release");
            }
            assert!(build.status().expect("cargo").success(), "the example should build");
        }
        binary
    })
}

fn is_newer_than_its_source(binary: &Path) -> bool {
    fn newest(path: &Path) -> Option<SystemTime> {
        match fs::read_dir(path) {
            Ok(entries) => entries.filter_map(|entry| newest(&entry.ok()?.path())).max(),
            Err(_) => fs::metadata(path).and_then(|metadata| metadata.modified()).ok(),
        }
    }
    let source = ["src", "examples", "Cargo.toml"].into_iter().filter_map(|part| newest(&root().join(part))).max();
    newest(binary) > source
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn cases() -> PathBuf {
    root().join("tests/data/replay")
}

struct Replayed {
    status: i32,
    out: String,
    errors: Vec<String>,
}

impl From<Output> for Replayed {
    fn from(output: Output) -> Self {
        Replayed {
            status: output.status.code().expect("an exit status"),
            out: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
            errors: String::from_utf8(output.stderr)
                .expect("UTF-8 on standard error")
                .lines()
                .map(str::to_owned)
                .collect(),
        }
    }
}

impl Replayed {
    /// The objects of `--format jsonl`, the list at the end apart.
    fn objects(&self) -> (Vec<Value>, Value) {
        let mut objects: Vec<Value> =
            self.out.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect();
        let list = objects.pop().expect("the list of all sessions");
        (objects, list)
    }
}

fn replay(arguments: &[&str]) -> Replayed {
    Command::new(binary()).args(arguments).stdin(Stdio::null()).output().expect("the example runs").into()
}

fn replay_stdin(arguments: &[&str], input: &[u8]) -> Replayed {
    let mut child = Command::new(binary())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the example runs");
    child.stdin.take().expect("its standard input").write_all(input).expect("it reads all");
    child.wait_with_output().expect("it ends").into()
}

/// A file of this content, in a directory of the test's own below that of the build.
fn file(name: &str, content: &str) -> String {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("replay");
    fs::create_dir_all(&directory).expect("a directory");
    let path = directory.join(name);
    fs::write(&path, content).expect("a file");
    path.to_str().expect("a path in UTF-8").to_owned()
}

fn check_case(name: &str) {
    let log = cases().join(name).with_extension("log");
    let expected = fs::read_to_string(cases().join(name).with_extension("expected.jsonl")).expect("the expectation");
    let log_path = log.to_str().expect("a path in UTF-8");
    for replayed in [
        replay(&["--format", "jsonl", log_path]),
        replay_stdin(&["--format", "jsonl", "-"], &fs::read(&log).expect("the log")),
    ] {
        let mut lines = replayed.out.lines();
        for (at, expected) in (1..).zip(expected.lines()) {
            let expected: Value = serde_json::from_str(expected).expect("JSON");
            let found: Value = serde_json::from_str(lines.next().unwrap_or("null")).expect("JSON");
            assert_eq!(found, expected, "{name}, line {at}");
        }
        assert_eq!(lines.next(), None, "{name} has no more lines");
        assert_eq!(replayed.status, i32::from(!replayed.errors.is_empty()), "{:?}", replayed.errors);
    }
}

#[test]
fn case_jsonl_1() {
    check_case("jsonl-1");
}

#[test]
fn case_jsonl_2() {
    check_case("jsonl-2");
}

#[test]
fn case_tserver_3() {
    check_case("tserver-3");
}

#[test]
fn case_tserver_4() {
    check_case("tserver-4");
}

#[test]
fn case_psdk_5() {
    check_case("psdk-5");
}

#[test]
fn case_psdk_6() {
    check_case("psdk-6");
}

#[test]
fn without_a_file_it_replays_the_log_that_ships_with_the_crate() {
    let shipped = root().join("examples/data/sip-server.log");
    for format in ["text", "jsonl", "mermaid"] {
        let replayed = replay(&["--format", format]);
        assert_eq!((replayed.status, replayed.errors.as_slice()), (0, &[][..]), "{format}");
        assert_eq!(replayed.out, replay(&["--format", format, shipped.to_str().expect("UTF-8")]).out, "{format}");
    }
    let (objects, list) = replay(&["--format", "jsonl"]).objects();
    assert!(objects.iter().any(|object| object["outcome"] == "message"), "it shows a message");
    assert_eq!(list["statusCode"], 0);
    let sessions = list["imSessions"].as_array().expect("an array");
    assert!(!sessions.is_empty());
    for session in sessions {
        let uri = session["uri"].as_str().expect("a uri");
        assert_eq!(uri, format!("http://localhost:8090/api/v2{}", session["path"].as_str().expect("a path")));
    }
}

const RINGING: &str = "{\"Event\":\"EventRinging\",\"ThisDN\":\"3002\",\"OtherDN\":\"3001\",\"CallUUID\":\"A\"}\n";

#[test]
fn the_objects_of_one_session_have_all_fields() {
    let log = [
        RINGING,
        "{\"Event\":\"EventHeld\"}\n",
        "{\"Event\":\"EventPrivateInfo\",\"ThisDN\":\"3002\",\"CallUUID\":\"A\",\"Extensions\":{\"text\":\"hi\"}}\n",
        "{\"Event\":\"EventEstablished\",\"ThisDN\":\"3002\",\"CallUUID\":\"A\"}\n",
        "{\"Event\":\"EventPrivateInfo\",\"ThisDN\":\"3002\",\"CallUUID\":\"A\",\"Extensions\":{\"text\":\"hi\"}}\n",
        "{\"Event\":\"EventAttachedDataChanged\",\"CallUUID\":\"A\",\"UserData\":{\"k\":\"v\"}}\n",
    ]
    .concat();
    let replayed = replay_stdin(&["--format", "jsonl", "-"], log.as_bytes());
    assert_eq!((replayed.status, replayed.errors.len()), (0, 0));
    let (objects, list) = replayed.objects();
    let row = |object: &Value| {
        let text = |name: &str| object[name].as_str().unwrap_or("null").to_owned();
        let told = object["notifications"].as_array().map(Vec::len);
        (
            object["line"].as_u64(),
            text("thisDN"),
            text("id"),
            text("outcome"),
            text("from"),
            text("to"),
            text("reason"),
            told,
        )
    };
    let of = |line, dn: &str, id: &str, outcome: &str, from: &str, to: &str, reason: &str, told| {
        let text = str::to_owned;
        (Some(line), text(dn), text(id), text(outcome), text(from), text(to), text(reason), told)
    };
    let expected = [
        of(1, "3002", "A", "changed", "null", "Alerting", "null", Some(1)),
        of(2, "null", "null", "ignored", "null", "null", "null", None),
        of(3, "3002", "A", "rejected", "Alerting", "Alerting", "early", None),
        of(4, "3002", "A", "changed", "Alerting", "Talking", "null", Some(1)),
        of(5, "3002", "A", "message", "Talking", "Talking", "null", Some(1)),
        of(6, "null", "A", "changed", "null", "null", "null", Some(1)),
    ];
    assert_eq!(objects.iter().map(row).collect::<Vec<_>>(), expected);
    assert_eq!(objects[0].as_object().map(serde_json::Map::len), Some(8), "no field more: {}", objects[0]);
    assert!(objects[0]["from"].is_null() && objects[0].get("reason").is_none());
    assert_eq!(objects[4]["notifications"][0]["data"]["message"], "hi");
    assert_eq!(objects[5]["notifications"][0]["thisDN"], "3002");
    assert_eq!(list["imSessions"][0]["thisDN"], "3002");
    assert_eq!(list["imSessions"][0]["userData"]["k"], "v");
}

#[test]
fn no_session_is_an_empty_list() {
    let replayed = replay_stdin(&["--format", "jsonl", "-"], b"x message EventHeld\n");
    assert_eq!(replayed.status, 0);
    assert_eq!(replayed.objects().1, serde_json::json!({ "imSessions": [], "statusCode": 0 }));
}

#[test]
fn several_files_are_recognised_each_for_itself_and_share_the_sessions() {
    let json = file("several-1.jsonl", RINGING);
    let tserver =
        file("several-2.log", "x message EventEstablished\n\tAttributeCallUUID\t'A'\n\tAttributeThisDN\t'3002'\n");
    let sdk = file(
        "several-3.log",
        "\nx 'EventReleased' ('65')\nmessage attributes:\nAttributeCallUUID [str] = \"A\"\nAttributeThisDN [str] = \"3002\"\n",
    );
    let replayed = replay(&["--format", "jsonl", &json, &tserver, &sdk]);
    assert_eq!((replayed.status, replayed.errors.len()), (0, 0));
    let (objects, list) = replayed.objects();
    let steps: Vec<_> = objects.iter().map(|object| (object["line"].as_u64(), object["to"].as_str())).collect();
    assert_eq!(steps, [(Some(1), Some("Alerting")), (Some(1), Some("Talking")), (Some(2), Some("Completed"))]);
    assert_eq!(list["imSessions"].as_array().map(Vec::len), Some(1));

    // Standard input among files.
    let ringing = replay_stdin(&["--format", "jsonl", "-", &tserver], RINGING.as_bytes());
    assert_eq!(ringing.objects().0[1]["from"], "Alerting");
}

#[test]
fn a_file_that_cannot_be_opened_is_told_and_the_rest_is_replayed() {
    let json = file("rest.jsonl", RINGING);
    let replayed = replay(&["--format", "jsonl", "no/such/file.log", &json]);
    assert_eq!(replayed.status, 1);
    assert_eq!(replayed.errors.len(), 1);
    let reason = replayed.errors[0].strip_prefix("no/such/file.log: ").expect("FILE: reason");
    assert!(!reason.is_empty());
    assert_eq!(replayed.objects().0.len(), 1);
}

#[test]
fn what_cannot_be_read_is_told_with_file_and_line_and_the_rest_is_replayed() {
    let log = format!("{RINGING}not JSON\n\n{{\"Event\":\"EventReleased\",\"CallUUID\":\"A\"}}\n{RINGING}");
    let path = file("unreadable.jsonl", &log);
    for (name, replayed) in [
        (path.as_str(), replay(&["--format", "jsonl", &path])),
        ("-", replay_stdin(&["--format", "jsonl", "-"], log.as_bytes())),
    ] {
        assert_eq!(replayed.status, 1);
        assert_eq!(replayed.errors.len(), 2, "{:?}", replayed.errors);
        assert!(replayed.errors[0].starts_with(&format!("{name}:2: ")), "{}", replayed.errors[0]);
        assert!(replayed.errors[1].starts_with(&format!("{name}:4: ")), "{}", replayed.errors[1]);
        assert!(replayed.errors[1].contains("ThisDN"), "{}", replayed.errors[1]);
        let outcomes: Vec<_> = replayed.objects().0.iter().map(|object| object["outcome"].clone()).collect();
        assert_eq!(outcomes, ["changed", "unchanged"]);
    }
}

#[test]
fn an_unreadable_message_of_a_log_is_told_at_its_header() {
    let log = "noise\nx message EventRinging\n\tAttributeThisDN\t'3002'\n\tAttributeCallUUID\t'A/B'\nnoise\n";
    let replayed = replay(&["--format", "jsonl", &file("unreadable.log", log)]);
    assert_eq!((replayed.status, replayed.errors.len()), (1, 1));
    assert!(replayed.errors[0].contains("unreadable.log:2: "), "{}", replayed.errors[0]);
}

#[test]
fn a_file_without_events_is_one_error() {
    for content in ["", "\n\n", "Via: SIP/2.0/UDP 192.0.2.1:5060\n"] {
        let replayed = replay_stdin(&["--format", "jsonl", "-"], content.as_bytes());
        assert_eq!((replayed.status, replayed.errors.len()), (1, 1), "{content:?}");
        assert!(replayed.errors[0].starts_with("-:"), "{}", replayed.errors[0]);
        assert_eq!(replayed.objects().0.len(), 0);
    }
}

#[test]
fn the_base_address_may_end_in_a_slash() {
    let path = file("base.jsonl", RINGING);
    for base in ["https://gws.example.com:8443", "https://gws.example.com:8443/"] {
        for arguments in [["--base-uri", base, "--format", "jsonl"], ["--format", "jsonl", "--base-uri", base]] {
            let (objects, list) = replay(&[&arguments[..], &[&path]].concat()).objects();
            let uri = "https://gws.example.com:8443/api/v2/im-sessions/A";
            assert_eq!(list["imSessions"][0]["uri"], uri);
            assert_eq!(objects[0]["notifications"][0]["data"]["imSession"]["uri"], uri);
        }
    }
}

#[test]
fn arguments_that_are_none_are_refused_and_help_says_what_there_is() {
    assert_eq!(replay(&["--format", "xml"]).status, 2);
    assert_eq!(replay(&["--no-such-option"]).status, 2);
    let help = replay(&["--help"]);
    assert_eq!(help.status, 0);
    assert!(["--format", "--base-uri", "FILE", "jsonl", "mermaid"].iter().all(|word| help.out.contains(word)));
}

#[test]
fn the_text_is_the_default_and_has_what_a_person_needs() {
    let log = "\
11:49:08.388 Trc 04542 received from 65200(SIPTS)host:7007(fd=12) message EventRinging
	AttributeCallUUID	'QK59HK4FS927D7FUU41G6IE468000004'
	AttributeThisDN	'3020'
	AttributeOtherDN	'3021'
	AttributeUserData	[1] 00..
		'ServiceType'	'default'
11:49:09.500 message EventDialing
	AttributeCallUUID	'QK59HK4FS927D7FUU41G6IE468000004'
	AttributeThisDN	'3020'
11:49:10.000 message EventEstablished
	AttributeCallUUID	'QK59HK4FS927D7FUU41G6IE468000004'
	AttributeThisDN	'3020'
11:49:11.000 message EventPrivateInfo
	AttributeCallUUID	'QK59HK4FS927D7FUU41G6IE468000004'
	AttributeThisDN	'3020'
	AttributeExtensions	[1] 00..
		'text'	'good morning'
";
    let path = file("text.log", log);
    let replayed = replay(&[&path]);
    assert_eq!(replayed.status, 0);
    assert_eq!(replayed.out, replay(&["--format", "text", &path]).out, "text is the default");
    let line_with = |words: &[&str]| {
        let has_all = |line: &&str| words.iter().all(|word| line.contains(word));
        assert!(replayed.out.lines().any(|line| has_all(&line)), "{words:?} on one line of\n{}", replayed.out);
    };
    line_with(&["1", "11:49:08.388", "3020", "Ringing", "Alerting", "3021", "ServiceType='default'"]);
    line_with(&["7", "11:49:09.500", "3020", "Dialing", "role-conflict", "Alerting"]);
    line_with(&["10", "11:49:10", "Established", "Alerting", "Talking", "SendMessage"]);
    line_with(&["13", "PrivateInfo", "good morning"]);
    // The sessions as they stand.
    line_with(&["3020", "Talking", "QK59HK4FS927D7FUU41G6IE468000004", "3021"]);
    assert!(!replayed.out.contains('\x1b'), "no colours where standard output is no terminal");
}

/// Found in review: only values of user data and texts of messages were made safe to print.
#[test]
fn no_control_character_of_a_log_reaches_the_terminal() {
    let json = [
        r#"{"Event":"EventRinging","ThisDN":"30\u001b02","OtherDN":"30\u001b[31m01","CallUUID":"A","UserData":{"k\u001b":"v\u001b"}}"#,
        r#"{"Event":"EventPartyAdded","ThisDN":"30\u001b02","OtherDN":"30\n03","CallUUID":"A"}"#,
        r#"{"Event":"EventAttachedDataChanged","CallUUID":"A","UserData":{"k\n":{"l\u001b":"v\r"}}}"#,
        r#"{"Event":"EventEstablished","ThisDN":"30\u001b02","CallUUID":"A"}"#,
        r#"{"Event":"EventPrivateInfo","ThisDN":"30\u001b02","CallUUID":"A","Extensions":{"text":"\u001b[2J"}}"#,
        r#"{"Event":"Event\u001b[2J","ThisDN":"30\u001b02"}"#,
        r#"{"Event":"x\u001b[2J"}"#,
        r#"{"Event":"EventRinging","ThisDN":"1","CallUUID":"\u001b[2J"}"#,
        r#"{"Event":"EventRinging","ThisDN":"1","CallUUID":"A","UserData":{"\u001b":true}}"#,
    ]
    .join("\n");
    let tserver = "x message EventRinging\n\tAttributeCallUUID\t'\u{1b}[2J\nx message EventRinging\n\tAttributeConnID\t\u{1b}[2J\n";
    for (log, lines, errors) in [(json.as_str(), 6, 3), (tserver, 0, 2)] {
        for format in ["text", "mermaid", "jsonl"] {
            let replayed = replay(&["--format", format, &file(&format!("control-{lines}-{format}"), log)]);
            let printed = format!("{}{}", replayed.out, replayed.errors.join("\n"));
            let control = printed.chars().find(|c| c.is_control() && *c != '\n');
            assert_eq!(control, None, "{format}:\n{}", printed.escape_debug());
            assert_eq!(replayed.errors.len(), errors, "{:?}", replayed.errors);
            if format == "text" && lines > 0 {
                // A title and a line an event, the totals between empty lines, and the one session with what it may and has.
                assert_eq!(replayed.out.lines().count(), 1 + lines + 3 + 1 + 3, "{}", replayed.out);
            }
        }
    }
}

#[test]
fn the_diagram_is_a_sequence_diagram_of_dns_and_messages() {
    let log = [
        RINGING,
        "{\"Event\":\"EventEstablished\",\"ThisDN\":\"3002\",\"CallUUID\":\"A\"}\n",
        "{\"Event\":\"EventPrivateInfo\",\"ThisDN\":\"3002\",\"CallUUID\":\"A\",\"Extensions\":{\"text\":\"a; b #1\\nend\"}}\n",
    ]
    .concat();
    let replayed = replay(&["--format", "mermaid", &file("diagram.jsonl", &log)]);
    assert_eq!(replayed.status, 0);
    let mut lines = replayed.out.lines();
    assert_eq!(lines.next(), Some("sequenceDiagram"));
    let rest: Vec<&str> = lines.map(str::trim).collect();
    assert!(rest.iter().any(|line| line.starts_with("participant ") && line.ends_with(" as 3002")), "{rest:?}");
    let arrow = |line: &&&str| line.contains(">>") && line.contains(": ");
    assert_eq!(rest.iter().filter(arrow).count(), 3, "{rest:?}");
    let message = rest.last().expect("the message");
    assert!(message.contains("a#59; b #35;1#10;end"), "what Mermaid takes for its own is escaped: {message}");

    let nothing = replay_stdin(&["--format", "mermaid", "-"], b"x message EventHeld\n");
    assert!(nothing.out.starts_with("sequenceDiagram\n"), "{}", nothing.out);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let events = RINGING.repeat(20_000);
    let path = file("long.jsonl", &events);
    let mut child = Command::new(binary())
        .args(["--format", "jsonl", &path])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the example runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success());
}

/// Found in review: after the reader of the pipe had gone, the rest of the log was still read, and one without end for ever.
#[test]
fn a_reader_that_goes_away_ends_the_replay() {
    let mut child = Command::new(binary())
        .args(["--format", "jsonl", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("replay");
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().expect("a pipe");
    // Writes until replay no longer reads: were it to read for ever, this would not end.
    let message = b"x message EventHeld\n\tAttributeThisDN\t'1'\n".repeat(10_000);
    while stdin.write_all(&message).is_ok() {}
    drop(stdin);
    assert!(child.wait().expect("replay").success());
}

#[test]
fn a_folder_is_one_error() {
    let replayed = replay(&["."]);
    assert_eq!((replayed.errors.len(), replayed.status), (1, 1), "{:?}", replayed.errors);
}
