//! How is unreadable input reported? As `FILE:LINE: reason`, with exit status 1.

use super::tool::{RINGING, file, json_event, replay, replay_jsonl, replay_piped, run};

#[test]
fn a_file_that_cannot_be_opened_is_told_and_the_rest_is_replayed() {
    let json = file("rest", "rest.jsonl", RINGING);
    let run = replay_jsonl(&["no/such/file.log", &json]);
    assert_eq!((run.status, run.errors.len()), (1, 1));
    let reason = run.errors[0].strip_prefix("no/such/file.log: ").expect("FILE: reason");
    assert!(!reason.is_empty());
    assert_eq!(run.column("to"), ["Alerting"]);
}

#[test]
fn what_cannot_be_read_is_told_with_file_and_line_and_the_rest_is_replayed() {
    let log = [
        RINGING,
        "{\"Event\":\"EventRinging\",\n",
        "\n",
        "{\"Event\":\"EventReleased\",\"CallUUID\":\"A\"}\n",
        RINGING,
    ]
    .concat();
    let path = file("unreadable", "unreadable.jsonl", &log);
    for (name, run) in
        [(path.as_str(), replay_jsonl(&[&path])), ("-", replay_piped(&["--format", "jsonl", "-"], log.as_bytes()))]
    {
        assert_eq!((run.status, run.errors.len()), (1, 2), "{:?}", run.errors);
        assert!(run.errors[0].starts_with(&format!("{name}:2: ")), "{}", run.errors[0]);
        assert!(run.errors[1].starts_with(&format!("{name}:4: ")), "{}", run.errors[1]);
        assert!(run.errors[1].contains("ThisDN"), "{}", run.errors[1]);
        assert_eq!(run.column("outcome"), ["changed", "unchanged"]);
    }
}

#[test]
fn an_unreadable_message_of_a_log_is_told_at_its_header() {
    let log = "noise\nx message EventRinging\n\tAttributeThisDN\t'3002'\n\tAttributeCallUUID\t'A/B'\nnoise\n";
    let run = replay_piped(&["--format", "jsonl", "-"], log.as_bytes());
    assert_eq!((run.status, run.errors.len()), (1, 1));
    assert!(run.errors[0].starts_with("-:2: "), "{}", run.errors[0]);
}

#[test]
fn a_file_without_events_is_one_error() {
    for content in ["\n\n", "Via: SIP/2.0/UDP 192.0.2.1:5060\n", "x message RequestMakeCall\n\tAttributeThisDN\t'1'\n"]
    {
        let run = replay_piped(&["--format", "jsonl", "-"], content.as_bytes());
        assert_eq!((run.status, run.errors.len()), (1, 1), "{content:?}: {:?}", run.errors);
        assert!(run.errors[0].starts_with("-:"), "{}", run.errors[0]);
        assert_eq!(run.objects().0.len(), 0);
    }
}

/// Each file is checked separately.
#[test]
fn of_several_files_the_one_without_events_is_named() {
    let good = file("nothing", "good.jsonl", RINGING);
    let bad = file("nothing", "bad.log", "nothing at all\n");
    for files in [[&good, &bad], [&bad, &good]] {
        let run = replay_jsonl(&[files[0], files[1]]);
        assert_eq!((run.status, run.errors.len()), (1, 1), "{:?}", run.errors);
        assert!(run.errors[0].starts_with(&bad), "{}", run.errors[0]);
        assert_eq!(run.column("to"), ["Alerting"]);
    }
}

#[test]
fn arguments_that_are_none_are_refused() {
    for arguments in [
        &["--format", "xml"][..],
        &["--no-such-option"],
        &["--id", "call"],
        &["--base-uri", "localhost"],
        &["--base-uri", "gws.example.com:8090"],
        &["--base-uri", "http://"],
        &["--follow"],
    ] {
        assert_eq!(replay(arguments).status, 2, "{arguments:?}");
    }
    assert_eq!(run(&["no-such-command"]).status, 2);
}

#[test]
fn help_says_what_there_is() {
    let help = replay(&["--help"]);
    help.assert_clean();
    for word in [
        "--format",
        "--base-uri",
        "--encoding",
        "--merge",
        "--id",
        "--follow",
        "--dn",
        "--call",
        "--since",
        "--until",
        "--only",
        "FILE",
        "text",
        "calls",
        "mermaid",
        "jsonl",
    ] {
        assert!(help.out.contains(word), "{word}");
    }
}

/// The id that a session gets if its events have no CallUUID.
#[test]
fn conn_ids_are_ids_where_that_is_asked_for() {
    let log = "x message EventRinging\n\tAttributeThisDN\t'1'\n\tAttributeConnID\t6c02462a161006\n";
    let run = replay_piped(&["--format", "jsonl", "-"], log.as_bytes());
    assert_eq!((run.status, run.errors.len()), (1, 1));
    let run = replay_piped(&["--format", "jsonl", "--id", "conn-id", "-"], log.as_bytes());
    run.assert_clean();
    assert_eq!(run.column("id"), ["006c02462a161006"]);
    let mixed = [log, &json_event("Ringing", "2", "A")].concat();
    let run = replay_piped(&["--format", "jsonl", "--id", "conn-id", "-"], mixed.as_bytes());
    assert_eq!(run.column("id"), ["006c02462a161006", "A"], "a CallUUID stays the id");
}
