//! Are events found within nested envelopes, in split lines, and in container logs whose two streams alternate?

use std::fmt::Write;

use serde_json::json;

use crate::splits::however_split;

const ATTRIBUTES: [&str; 2] = ["\tAttributeCallUUID\t'FIELD01'", "\tAttributeThisDN\t'5101'"];
const NOISE: &str = "10:00:00.500 warn message Nothing";

/// The events of a log with their line numbers, or the errors.
fn found(log: &str) -> Vec<(u64, String)> {
    however_split(log, |result| match result {
        Ok(decoded) => (decoded.line, decoded.event.name.as_str().to_owned()),
        Err(error) => (error.line, format!("error: {}", error.kind)),
    })
}

fn named(events: &[(u64, &str)]) -> Vec<(u64, String)> {
    events.iter().map(|&(line, name)| (line, name.to_owned())).collect()
}

fn cri(stream: &str, tag: char, line: &str) -> String {
    format!("2024-03-01T12:00:00.1Z {stream} {tag} {line}\n")
}

fn docker(stream: &str, tag: char, line: &str) -> String {
    let end = if tag == 'F' { "\n" } else { "" };
    json!({ "log": format!("{line}{end}"), "stream": stream, "time": "2024-03-01T12:00:00.1Z" }).to_string() + "\n"
}

type Container = fn(&str, char, &str) -> String;
const CONTAINERS: [Container; 2] = [cri, docker];

fn lines(container: Container, stream: &str, lines: &[&str]) -> String {
    lines.iter().map(|line| container(stream, 'F', line)).collect()
}

/// A log with texts and SIP messages that look like events.
fn log_with_texts() -> Vec<String> {
    let body = "x message EventReleased\r\n\tAttributeCallUUID\t'FIELD01'\r\n\tAttributeThisDN\t'5101'";
    let sip = format!("MESSAGE sip:1 SIP/2.0\r\nA: b\r\n\r\n{body}\r\n");
    let text = "\t\t'text'\t'hi\nx message EventReleased\n\t\tAttributeCallUUID\t'FIELD01'\n\nbye'";
    let attributes = ATTRIBUTES.join("\n");
    let log = format!(
        "10:00:00.1 x message EventEstablished\n{attributes}\n10:00:01.1 x message EventPrivateInfo\n{attributes}\n\
         \tAttributeExtensions\t[40] 00\n{text}\n10:00:02.0 Received [0,UDP] {} bytes from 192.0.2.1:5060 <<<<<\n{sip}\
         \n10:00:03.1 x message EventHeld\n{attributes}",
        sip.len()
    );
    log.split('\n').map(str::to_owned).collect()
}

#[test]
fn a_line_of_the_other_stream_is_not_of_what_is_open() {
    let log = log_with_texts();
    for container in CONTAINERS {
        for (stream, other) in [("stdout", "stderr"), ("stderr", "stdout")] {
            for is_cut in [false, true] {
                for at in 0..=log.len() {
                    for noise in [NOISE, "warn", "", "\t\t'k'\t'v'", "'", &"x".repeat(200)] {
                        let mut wrapped = String::new();
                        for (number, line) in log.iter().enumerate() {
                            if number == at && !is_cut {
                                wrapped += &container(other, 'F', noise);
                            }
                            let (first, rest) = line.split_at(line.len() / 2);
                            if is_cut && line.len() > 8 {
                                wrapped += &container(stream, 'P', first);
                                if number == at {
                                    wrapped += &container(other, 'F', noise);
                                }
                                wrapped += &container(stream, 'F', rest);
                            } else {
                                wrapped += &container(stream, 'F', line);
                            }
                        }
                        let names: Vec<_> = found(&wrapped).into_iter().map(|(_, name)| name).collect();
                        assert_eq!(names, ["EventEstablished", "EventPrivateInfo", "EventHeld"], "{wrapped}");
                    }
                }
            }
        }
    }
}

#[test]
fn events_of_both_streams_are_read_in_their_order() {
    let event =
        |name: &str| [&*format!("10:00:00.1 x message {name}"), ATTRIBUTES[0], ATTRIBUTES[1]].map(str::to_owned);
    for container in CONTAINERS {
        let mut log = String::new();
        let streams = ["stdout", "stderr", "stdout", "stderr", "stderr"];
        for (stream, name) in streams.into_iter().zip([
            "EventRinging",
            "EventEstablished",
            "EventHeld",
            "EventRetrieved",
            "EventReleased",
        ]) {
            log += &lines(container, stream, &event(name).each_ref().map(|line| &**line));
        }
        let expected = [
            (1, "EventRinging"),
            (4, "EventEstablished"),
            (7, "EventHeld"),
            (10, "EventRetrieved"),
            (13, "EventReleased"),
        ];
        assert_eq!(found(&log), named(&expected), "{log}");
        let json = r#"{"Event":"EventHeld","ThisDN":"5101","CallUUID":"FIELD01"}"#;
        let log = lines(container, "stdout", &event("EventRinging").each_ref().map(|line| &**line))
            + &container("stderr", 'F', json)
            + &container("stdout", 'F', json);
        assert_eq!(found(&log), named(&[(1, "EventRinging"), (4, "EventHeld"), (5, "EventHeld")]), "{log}");
    }
}

#[test]
fn a_body_on_one_stream_is_skipped_while_the_other_goes_on() {
    for container in CONTAINERS {
        let body = "MESSAGE sip:1 SIP/2.0\n\nplease message EventReleased\n\tAttributeCallUUID\t'FIELD01'\n\tAttributeThisDN\t'5101'";
        let mut log = container("stdout", 'F', "10:00:00.1 x message EventPrivateInfo")
            + &lines(container, "stdout", &ATTRIBUTES)
            + &lines(container, "stdout", &["\tAttributeExtensions\t[40] 00", "\t\t'text'\t'hi"])
            + &container("stderr", 'F', "10:00:01.1 Received [0,UDP] 130 bytes from 192.0.2.1:5060 <<<<<");
        for (number, line) in body.split('\n').enumerate() {
            log += &container("stderr", 'F', line);
            if number == 1 {
                log += &lines(container, "stdout", &["bye'", "10:00:02.1 other"]);
            }
        }
        assert_eq!(found(&log), named(&[(1, "EventPrivateInfo")]), "{log}");
    }
}

#[test]
fn a_line_of_docker_around_another_envelope() {
    let elk = |line: &str| json!({ "level": "info", "message": line }).to_string();
    let syslog = |line: &str| format!("<13>Mar  1 12:00:00 host sips[1]: {line}");
    let rfc5424 = |line: &str| format!("<134>1 2024-03-01T12:00:00Z host sips 1 - - {line}");
    let inner: [&dyn Fn(&str) -> String; 3] = [&elk, &syslog, &rfc5424];
    let json_event = r#"{"Event":"EventHeld","ThisDN":"5101","CallUUID":"FIELD01"}"#;
    for container in CONTAINERS {
        for inner in inner {
            for is_cut in [false, true] {
                let mut log = String::new();
                for line in ["x message EventRinging", ATTRIBUTES[0], ATTRIBUTES[1], json_event] {
                    let line = inner(line);
                    let (first, rest) = line.split_at(if is_cut { 20 } else { 0 });
                    if is_cut {
                        log += &container("stdout", 'P', first);
                    }
                    log += &container("stdout", 'F', rest);
                }
                let second = if is_cut { 7 } else { 4 };
                assert_eq!(found(&log), named(&[(1, "EventRinging"), (second, "EventHeld")]), "{log}");
            }
        }
    }
    let whole = format!("x message EventRinging\n{}", ATTRIBUTES.join("\n"));
    let mut log = String::new();
    for _ in 0..2 {
        write!(log, "{}", docker("stdout", 'F', &elk(&whole))).expect("a text");
    }
    assert_eq!(found(&log), named(&[(1, "EventRinging"), (2, "EventRinging")]));
}

/// Output of `grep`, including context lines and file names with spaces or a date.
#[test]
fn prefixes_of_grep() {
    let headers = [
        "message EventRinging",
        "TEvent: EventRinging",
        "[14:32:01] message EventRinging",
        "@14:32:01.0000 message EventRinging",
        "Trc message EventRinging",
        "12:34:56 Trc 04542 x message EventRinging",
        "message EventRinging(refid=7)",
    ];
    let separators = [":", "-"];
    for header in headers {
        for separator in separators {
            for name in ["", "sip.log", "my logs/sip.log", "sips.log-2020-01-01", "logs/a-b.log"] {
                if separator == "-" && name.contains(' ') {
                    continue;
                }
                let mut log = String::new();
                for (number, line) in [header, ATTRIBUTES[0], ATTRIBUTES[1]].into_iter().enumerate() {
                    let number = number + 12;
                    let separator = if number == 13 { ":" } else { separator };
                    let name = if name.is_empty() { String::new() } else { format!("{name}{separator}") };
                    writeln!(log, "{name}{number}{separator}{line}").expect("a text");
                }
                assert_eq!(found(&log), named(&[(1, "EventRinging")]), "{log}");
            }
        }
    }
    for name in ["sip.log", "sips.log-2020-01-01", "my logs/sip.log"] {
        let log: String = ["10:00:00 message EventRinging", ATTRIBUTES[0], ATTRIBUTES[1]]
            .map(|line| format!("{name}:{line}\n"))
            .concat();
        assert_eq!(found(&log), named(&[(1, "EventRinging")]), "{log}");
    }
    let json_event = r#"{"Event":"EventHeld","ThisDN":"5101","CallUUID":"FIELD01"}"#;
    for prefix in
        ["2024-03-01T12:00:00.1Z stdout F ", "<13>Mar  1 12:00:00 host sips[1]: ", "Mar  1 12:00:00 host sips: "]
    {
        for grep in ["1:", "s.log:1:", "s.log:"] {
            let log = format!("{grep}{prefix}{json_event}\n");
            assert_eq!(found(&log), named(&[(1, "EventHeld")]), "{log}");
        }
    }
    // A time is not a prefix. Text that the following lines do not repeat is not a prefix either.
    let attributes = ATTRIBUTES.join("\n");
    for header in [
        "12:34:56 x message EventRinging",
        "12:34:56:789 x message EventRinging",
        "a-b: x message EventRinging",
        "12-Trc message EventRinging",
    ] {
        let log = format!("{header}\n{attributes}\n");
        assert_eq!(found(&log), named(&[(1, "EventRinging")]), "{log}");
    }
}
