//! Which events do the filters show? Filters affect only the output: every event is still replayed.

use super::tool::{Run, json_event, replay_piped, tserver_event};

/// Two calls around midnight. The first involves two DNs.
fn log() -> String {
    [
        tserver_event("23:58:00.000", "Dialing", "3001", "A"),
        tserver_event("23:58:01.000", "Ringing", "3002", "A"),
        tserver_event("23:59:00.000", "Established", "3001", "A"),
        tserver_event("23:59:00.500", "Established", "3002", "A"),
        tserver_event("00:00:10.000", "Ringing", "3001", "B"),
        tserver_event("00:00:11.000", "Held", "3001", "B"),
        tserver_event("00:00:12.000", "Dialing", "3001", "B"),
        "00:00:13.000 message EventAttachedDataChanged\n\tAttributeCallUUID\t'A'\n\tAttributeUserData\t[9] 00\n\t\t'k'\t'v'\n"
            .to_owned(),
        tserver_event("00:00:14.000", "Ringing", "3001", "B"),
    ]
    .concat()
}

fn chosen(arguments: &[&str]) -> Run {
    let run = replay_piped(&[&["--format", "jsonl", "-"], arguments].concat(), log().as_bytes());
    run.assert_clean();
    run
}

fn lines(arguments: &[&str]) -> Vec<u64> {
    chosen(arguments).objects().0.iter().filter_map(|object| object["line"].as_u64()).collect()
}

const NONE: [u64; 0] = [];
const ALL: [u64; 9] = [1, 4, 7, 10, 13, 16, 19, 22, 26];

#[test]
fn by_dn() {
    assert_eq!(lines(&[]), ALL);
    assert_eq!(lines(&["--dn", "3002"]), [4, 10, 22], "an event to the whole call is at every DN that it changed");
    assert_eq!(lines(&["--dn", "3001,3002"]), ALL);
    assert_eq!(lines(&["--dn", "3001", "--dn", "3002"]), ALL);
    assert_eq!(lines(&["--dn", "nobody"]), NONE);
    let (_, list) = chosen(&["--dn", "3002"]).objects();
    assert_eq!(list["imSessions"].as_array().map(Vec::len), Some(1), "the list has the sessions of that DN");
}

#[test]
fn by_call() {
    assert_eq!(lines(&["--call", "B"]), [13, 16, 19, 26]);
    assert_eq!(lines(&["--call", "#1"]), [1, 4, 7, 10, 22]);
    assert_eq!(lines(&["--call", "#2"]), lines(&["--call", "B"]));
    assert_eq!(lines(&["--call", "#2,A"]), ALL);
    assert_eq!(lines(&["--call", "#3"]), NONE);
    let run = replay_piped(&["--call", "#2", "-"], log().as_bytes());
    run.assert_line(&["#2", "3001", "Ringing"]);
    assert!(!run.out.contains("#1"), "the numbers are those of the whole log:\n{}", run.out);
}

#[test]
fn by_time() {
    assert_eq!(lines(&["--since", "23:59", "--until", "23:59:00.100"]), [7]);
    assert_eq!(lines(&["--until", "00:00:11"]), [13, 16]);
    assert_eq!(lines(&["--since", "23:59", "--until", "00:00:10"]), [7, 10, 13], "a span over midnight");
    let dated = [
        tserver_event("2015-01-07T23:59:00.000", "Ringing", "1", "A"),
        json_event("Established", "1", "A"),
        tserver_event("2015-01-08 00:01:00,500", "Released", "1", "A"),
    ]
    .concat();
    let lines = |arguments: &[&str]| -> Vec<u64> {
        let run = replay_piped(&[&["--format", "jsonl", "-"], arguments].concat(), dated.as_bytes());
        run.objects().0.iter().filter_map(|object| object["line"].as_u64()).collect()
    };
    assert_eq!(lines(&["--since", "2015-01-08T00:00"]), [5]);
    assert_eq!(
        lines(&["--until", "2015-01-07 23:59:30"]),
        [1, 4],
        "without a time an event stays with the one before it"
    );
    assert_eq!(lines(&["--since", "2015-01-07", "--until", "2015-01-07"]), [1, 4]);
    assert_eq!(lines(&["--since", "00:00", "--until", "12:00"]), [5]);
}

#[test]
fn by_outcome() {
    assert_eq!(lines(&["--only", "rejected"]), [19]);
    assert_eq!(lines(&["--only", "ignored,unchanged"]), [16, 26]);
    assert_eq!(lines(&["--only", "changed", "--dn", "3002"]), [4, 10, 22], "all of them must hold");
    assert_eq!(lines(&["--only", "message"]), NONE);
}

#[test]
fn in_every_format() {
    for format in ["text", "calls", "mermaid"] {
        let run = replay_piped(&["--format", format, "--dn", "3002", "-"], log().as_bytes());
        run.assert_clean();
        assert!(run.out.contains("3002") && !run.out.contains("Dialing"), "{format}:\n{}", run.out);
    }
    let run = replay_piped(&["--only", "rejected", "-"], log().as_bytes());
    run.assert_line(&["1 of 9 events: 0 changed something, 0 nothing, 0 messages, 0 ignored, 1 refused."]);
}

#[test]
fn a_filter_that_is_none_is_refused() {
    for arguments in [["--since", "noon"], ["--until", "25:00"], ["--only", "good"], ["--call", "#one"], ["--call", ""]]
    {
        let run = replay_piped(&[&arguments[..], &["-"]].concat(), b"");
        assert_eq!(run.status, 2, "{arguments:?}");
    }
}

/// Found in review: dates without a year were read as 1980, so `--since` with a year hid all events.
#[test]
fn dates_without_a_year_take_that_of_the_option() {
    let line = |time: &str, dn: &str| format!("{time} sips1 server[77]: {}", json_event("Ringing", dn, "A"));
    let log = [line("Dec 31 23:59:00", "1"), line("Jan  1 00:01:00", "2"), line("Jan  2 10:00:00", "3")].concat();
    for (arguments, dns) in [
        (&["--since", "2015-01-01"][..], "2 3"),
        (&["--since", "2014-12-31", "--until", "2015-01-01"], "1 2"),
        (&["--until", "2015-01-01T00:00:00"], "1"),
        (&["--since", "Jan  1 00:01:00"], "2 3"),
        (&["--since", "2015-01-02T09:00"], "3"),
    ] {
        let run = replay_piped(&[&["--format", "jsonl"], arguments, &["-"]].concat(), log.as_bytes());
        assert_eq!(run.column("thisDN").join(" "), dns, "{arguments:?}");
    }
}
