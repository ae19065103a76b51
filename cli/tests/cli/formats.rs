//! What does each text format show?

use super::tool::{RINGING, Run, file, json_event, path_text, replay, replay_piped, repository, tool};

#[test]
fn the_readme_shows_what_the_tool_prints() {
    let output = tool(&[]).env("COLUMNS", "120").output().expect("the tool runs");
    let printed = String::from_utf8(output.stdout).expect("text");
    let readme = std::fs::read_to_string(repository("README.md")).expect("the README");
    let (_, rest) = readme.split_once("```text\n").expect("the excerpt");
    let (excerpt, _) = rest.split_once("```\n").expect("the end of the excerpt");
    // The parts of the excerpt must occur in the output, in order.
    let mut rest = &*printed;
    let mut parts = 0;
    for part in excerpt.split("…\n") {
        let (_, after) =
            rest.split_once(part).unwrap_or_else(|| panic!("README.md shows what is not printed:\n{part}"));
        rest = after;
        parts += 1;
    }
    assert_eq!(parts, 4, "{excerpt}");
}

/// A call at two DNs with every possible outcome of an event.
const LOG: &str = "\
11:49:08.388 Trc 04542 received from 65200(SIPTS)host:7007(fd=12) message EventRinging
	AttributeCallUUID	'QK59HK4FS927D7FUU41G6IE468000004'
	AttributeThisDN	'3020'
	AttributeOtherDN	'3021'
	AttributeUserData	[30] 00..
		'ServiceType'	'default'
11:49:09.500 message EventDialing
	AttributeCallUUID	'QK59HK4FS927D7FUU41G6IE468000004'
	AttributeThisDN	'3020'
11:49:10.000 message EventEstablished
	AttributeCallUUID	'QK59HK4FS927D7FUU41G6IE468000004'
	AttributeThisDN	'3020'
	AttributeEventSequenceNumber	10
11:49:11.000 message EventPrivateInfo
	AttributeCallUUID	'QK59HK4FS927D7FUU41G6IE468000004'
	AttributeThisDN	'3020'
	AttributeExtensions	[30] 00..
		'text'	'good morning'
11:49:12.000 message EventDialing
	AttributeCallUUID	'QK59HK4FS927D7FUU41G6IE468000004'
	AttributeThisDN	'3021'
11:49:13.000 message EventAttachedDataChanged
	AttributeCallUUID	'QK59HK4FS927D7FUU41G6IE468000004'
	AttributeUserData	[30] 00..
		'Segment'	'gold'
11:49:14.000 message EventHeld
	AttributeCallUUID	'QK59HK4FS927D7FUU41G6IE468000004'
	AttributeThisDN	'3020'
11:49:15.000 message EventEstablished
	AttributeCallUUID	'QK59HK4FS927D7FUU41G6IE468000004'
	AttributeThisDN	'3020'
	AttributeEventSequenceNumber	0f
11:49:16.000 message EventReleased
	AttributeCallUUID	'QK59HK4FS927D7FUU41G6IE468000004'
	AttributeThisDN	'3021'
11:49:17.000 message EventPrivateInfo
	AttributeCallUUID	'QK59HK4FS927D7FUU41G6IE468000004'
	AttributeThisDN	'3020'
11:49:18.000 message EventPrivateInfo
	AttributeCallUUID	'QK59HK4FS927D7FUU41G6IE468000004'
	AttributeThisDN	'3020'
	AttributeExtensions	[30] 00..
";

fn text_of(log: &str) -> Run {
    let run = replay_piped(&["-"], log.as_bytes());
    run.assert_clean();
    run
}

#[test]
fn the_text_has_what_a_person_needs() {
    let path = file("text", "text.log", LOG);
    let run = replay(&[&path]);
    run.assert_clean();
    assert_eq!(run.out, replay(&["--format", "text", &path]).out, "text is the default");
    run.assert_line(&["1", "11:49:08.388", "#1", "3020", "Ringing", "Alerting", "3021", "ServiceType='default'"]);
    run.assert_line(&["7", "11:49:09.500", "3020", "Dialing", "role-conflict", "Alerting"]);
    run.assert_line(&["10", "11:49:10", "Established", "Alerting → Talking", "SendMessage"]);
    run.assert_line(&["14", "PrivateInfo", "good morning"]);
    // A change of user data for the whole call, shown with all its DNs.
    run.assert_line(&["(whole call)", "3020, 3021", "Segment='gold'"]);
    // Ignored events come with the reason.
    run.assert_line(&["Held", "ignored: such events do not concern sessions"]);
    run.assert_line(&["PrivateInfo", "ignored: its Extensions have no text"]);
    run.assert_line(&["PrivateInfo", "ignored: the log hides its Extensions"]);
    // A stale event comes with both sequence numbers.
    run.assert_line(&["Established", "stale", "number 15", "the last was 16"]);
    assert!(!run.out.contains('\x1b'), "no colours where standard output is no terminal");
    assert_eq!(run.out.lines().filter(|line| line.contains("text.log")).count(), 1, "one file is named once");
}

#[test]
fn the_sessions_as_they_stand_and_a_summary_end_it() {
    let run = text_of(LOG);
    let sessions = run.out.find("2 sessions as they stand:").expect("the sessions");
    let summary = run.out.find("11 events: ").expect("the summary");
    assert!(sessions < summary);
    run.assert_line(&["3020", "Talking", "QK59HK4FS927D7FUU41G6IE468000004", "with 3021"]);
    run.assert_line(&["11 events: 5 changed something, 0 nothing, 1 message, 3 ignored, 2 refused."]);
    run.assert_line(&["1 role-conflict", "1 at 3020"]);
    run.assert_line(&["1 stale", "1 at 3020"]);
    run.assert_line(&["One session is open:"]);
    run.assert_line(&["#1", "3020", "Talking since 11:49:08.388"]);
}

#[test]
fn one_is_no_plural() {
    let run = text_of(RINGING);
    run.assert_line(&["One session:"]);
    run.assert_line(&["1 event: 1 changed something, 0 nothing, 0 messages, 0 ignored, 0 refused."]);
    // Without a time, the line number is shown instead.
    run.assert_line(&["Alerting since -:1"]);
    let run = text_of(&json_event("Held", "1", "A"));
    run.assert_line(&["No sessions."]);
    let run = text_of(&[RINGING, &json_event("Released", "3002", "A")].concat());
    run.assert_line(&["2 events: 2 changed something"]);
    run.assert_line(&["No session is open."]);
}

#[test]
fn objects_that_name_no_event_are_counted() {
    let run = text_of(&["{\"level\":\"info\"}\n", RINGING, "{}\n"].concat());
    run.assert_line(&["2 JSON objects skipped: no event is named."]);
    let run = text_of(&["{\"level\":\"info\"}\n", RINGING].concat());
    run.assert_line(&["1 JSON object skipped: no event is named."]);
    assert!(!text_of(RINGING).out.contains("skipped"));
}

#[test]
fn of_several_files_each_event_names_its_own() {
    let one = file("named", "one.jsonl", RINGING);
    let two = file("named", "two.jsonl", json_event("Established", "3002", "A"));
    let run = replay(&[&one, &two]);
    run.assert_line(&["one.jsonl:1", "Ringing"]);
    run.assert_line(&["two.jsonl:1", "Established"]);
}

#[test]
fn calls_have_their_dns_side_by_side() {
    let run = replay_piped(&["--format", "calls", "-"], LOG.as_bytes());
    run.assert_clean();
    run.assert_line(&["Call #1 QK59HK4FS927D7FUU41G6IE468000004"]);
    let lines: Vec<&str> = run.out.lines().collect();
    let heads = lines.iter().find(|line| line.contains("3020") && line.contains("3021")).expect("both DNs in one line");
    let column = |dn: &str| heads[..heads.find(dn).expect("the DN")].chars().count();
    let starts = |line: &str, text: &str| line.find(text).map(|at| line[..at].chars().count());
    let line = |word: &str| lines.iter().find(|line| line.contains(word)).expect("an event");
    assert_eq!(starts(line("Ringing: new"), "Ringing"), Some(column("3020")));
    assert_eq!(starts(line("Dialing: new"), "Dialing"), Some(column("3021")));
    let whole = line("AttachedDataChanged (whole call)");
    assert_eq!(whole.matches("AttachedDataChanged").count(), 2, "an event to the whole call stands at both: {whole}");
    run.assert_line(&["2 sessions as they stand:"]);
    run.assert_line(&["11 events: "]);
}

#[test]
fn calls_come_one_after_the_other() {
    let log = [
        json_event("Ringing", "1", "A"),
        json_event("Ringing", "2", "B"),
        json_event("Established", "1", "A"),
        json_event("Released", "3", "C"),
        "{\"Event\":\"EventLinkConnected\"}\n".to_owned(),
    ];
    let run = replay_piped(&["--format", "calls", "-"], log.concat().as_bytes());
    let at = |text: &str| run.out.find(text).unwrap_or_else(|| panic!("{text} in\n{}", run.out));
    let order =
        ["Call #1 A", "Established:", "Call #2 B", "Call C (never a session)", "Events of no call", "LinkConnected"];
    let order: Vec<usize> = order.iter().map(|text| at(text)).collect();
    assert!(order.is_sorted(), "{}", run.out);
}

#[test]
fn the_diagram_is_a_sequence_diagram_of_dns_and_messages() {
    let log = [
        RINGING,
        "{\"Event\":\"EventEstablished\",\"ThisDN\":\"3002\",\"CallUUID\":\"A\"}\n",
        "{\"Event\":\"EventPrivateInfo\",\"ThisDN\":\"3002\",\"CallUUID\":\"A\",\"Extensions\":{\"text\":\"a; b #1\\nend\"}}\n",
    ]
    .concat();
    let run = replay_piped(&["--format", "mermaid", "-"], log.as_bytes());
    run.assert_clean();
    let mut lines = run.out.lines();
    assert_eq!(lines.next(), Some("sequenceDiagram"));
    let rest: Vec<&str> = lines.map(str::trim).collect();
    assert!(rest.iter().any(|line| line.starts_with("participant ") && line.ends_with(" as 3002")), "{rest:?}");
    let arrow = |line: &&&str| line.contains(">>") && line.contains(": ");
    assert_eq!(rest.iter().filter(arrow).count(), 3, "{rest:?}");
    let message = rest.last().expect("the message");
    assert!(message.contains("a#59; b #35;1#10;end"), "what Mermaid takes for its own is escaped: {message}");

    let nothing = replay_piped(&["--format", "mermaid", "-"], b"x message EventHeld\n");
    assert!(nothing.out.starts_with("sequenceDiagram\n"), "{}", nothing.out);
}

/// Found in review: control characters were escaped only in user data and message texts.
#[test]
fn what_a_terminal_obeys_is_shown() {
    let json = [
        r#"{"Event":"EventRinging","ThisDN":"30\u001b02","OtherDN":"30\u001b[31m01","CallUUID":"A","UserData":{"k\u001b":"v\u001b"}}"#,
        r#"{"Event":"EventPartyAdded","ThisDN":"30\u001b02","OtherDN":"30\n03","CallUUID":"A"}"#,
        r#"{"Event":"EventAttachedDataChanged","CallUUID":"A","UserData":{"k\n":{"l\u001b":"v\r"}}}"#,
        r#"{"Event":"EventEstablished","ThisDN":"30\u001b02","CallUUID":"A"}"#,
        r#"{"Event":"EventPrivateInfo","ThisDN":"30\u001b02","CallUUID":"A","Extensions":{"text":"\u001b[2J\u202egpj.exe\u2066"}}"#,
        r#"{"Event":"EventRinging","ThisDN":"1","CallUUID":"\u001b[2J"}"#,
        r#"{"Event":"EventRinging","ThisDN":"1","CallUUID":"A","EventSequenceNumber":{"\u001b":true}}"#,
    ]
    .join("\n");
    let tserver = "x message EventRinging\n\tAttributeCallUUID\t'\u{1b}[2J\nx message EventRinging\n\tAttributeConnID\t\u{1b}[2J\n";
    for (log, errors) in [(json.as_str(), 2), (tserver, 2)] {
        for format in ["text", "calls", "mermaid", "jsonl"] {
            let run = replay_piped(&["--format", format, "-"], log.as_bytes());
            let printed = format!("{}{}", run.out, run.errors.join("\n"));
            let obeyed = |c: &char| {
                (c.is_control() && *c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            };
            assert_eq!(printed.chars().find(obeyed), None, "{format}:\n{}", printed.escape_debug());
            assert_eq!(run.errors.len(), errors, "{:?}", run.errors);
        }
    }
    let run = replay_piped(&["-"], json.as_bytes());
    run.assert_line(&["message “␛[2J<U+202E>gpj.exe<U+2066>”"]);
}

#[test]
fn without_a_file_it_replays_the_log_that_ships_with_the_tool() {
    let shipped = path_text(&repository("cli/data/sip-server.log"));
    for format in ["text", "calls", "jsonl", "mermaid"] {
        let run = replay(&["--format", format]);
        run.assert_clean();
        let of_file = replay(&["--format", format, &shipped]).out.replace(&shipped, "sip-server.log");
        assert_eq!(run.out, of_file, "{format}");
    }
    assert_eq!(super::tool::run(&[]).out, replay(&[]).out, "without any argument it does the same");
    let (objects, list) = replay(&["--format", "jsonl"]).objects();
    assert!(objects.iter().any(|object| object["outcome"] == "message"), "it shows a message");
    assert_eq!(list["statusCode"], 0);
    for session in list["imSessions"].as_array().expect("an array") {
        let uri = session["uri"].as_str().expect("a uri");
        assert_eq!(uri, format!("http://localhost:8090/api/v2{}", session["path"].as_str().expect("a path")));
    }
}

/// Found in review: every block of columns searched all events, and every DN was looked up by scanning all DNs.
#[test]
fn a_call_of_many_dns_is_shown_by_call() {
    let log: String = (0..40_000).map(|dn| json_event("Ringing", &dn.to_string(), "A")).collect();
    let run = replay_piped(&["--format", "calls", "-"], log.as_bytes());
    run.assert_clean();
    let rows = run.out.lines().filter(|line| line.contains("Ringing:")).count();
    assert_eq!(rows, 40_000, "each event stands in one block");
}

/// An event with a misspelled name has no effect, so the output must show why.
#[test]
fn a_name_that_is_nearly_right_is_pointed_out() {
    let log = ["EventEstablishd", "EventRelesed", "EventRetrieved", "EventX"]
        .map(|name| format!("x message {name}\n\tAttributeThisDN\t'3002'\n\tAttributeCallUUID\t'A'\n"));
    let run = text_of(&log.concat());
    run.assert_line(&["Establishd", "ignored: unknown event name, perhaps EventEstablished is meant"]);
    run.assert_line(&["Relesed", "ignored: unknown event name, perhaps EventReleased is meant"]);
    run.assert_line(&["Retrieved", "ignored: such events do not concern sessions"]);
    run.assert_line(&["X", "ignored: such events do not concern sessions"]);
}

/// Every output format shows the time of an event as the header has it: first the date, if any, then the time of day.
#[test]
fn every_form_shows_the_time_that_a_header_has() {
    let times = [
        ("2015-05-29T12:21:16.438", "2015-05-29", "12:21:16.438"),
        ("2015-05-29 12:21:16,438", "2015-05-29", "12:21:16,438"),
        ("29/May/2015:12:21:16.438", "29/May/2015", "12:21:16.438"),
        ("12:21:16.438", "", "12:21:16.438"),
        ("@12:21:16.4380", "", "12:21:16.438"),
        ("[12:21:16]", "", "12:21:16"),
    ];
    for (number, (written, date, clock)) in times.into_iter().enumerate() {
        let log =
            format!("{written} Trc 04542 message EventRinging\n\tAttributeCallUUID\t'A'\n\tAttributeThisDN\t'3002'\n");
        let path = super::tool::file("times", &format!("{number}.log"), &log);
        let jsonl = super::tool::replay_jsonl(&[&path]);
        let time = jsonl.column("time")[0].clone();
        assert!(written.contains(&time), "{written}: {time}");
        for format in ["text", "calls"] {
            let run: Run = tool(&["replay", "--format", format, &path]).output().expect("the tool runs").into();
            run.assert_clean();
            let line = run
                .out
                .lines()
                .find(|line| line.contains("Ringing") && line.trim_start().starts_with("1 "))
                .expect("a line");
            let words: Vec<&str> = line.split_whitespace().collect();
            assert_eq!(words[1], clock, "{written}, {format}:\n{}", run.out);
            assert!(format == "calls" || date.is_empty() || run.out.lines().any(|line| line == date), "{}", run.out);
        }
    }
}
