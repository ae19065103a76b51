//! What holds for every log? Any split gives the same results, an envelope changes only times, and neither a quoted
//! value nor an announced SIP message ever becomes an event.

use std::fs;
use std::path::PathBuf;

use im_session::decode::envelope::without_colours;
use im_session::decode::{DecodeError, DecodeWarning, Decoded, Tally};
use im_session::{Decoder, Event, Value};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// The results of a decoder.
#[derive(Debug, Clone, PartialEq)]
struct Given {
    results: Vec<Result<Decoded<'static>, DecodeError>>,
    warnings: Vec<DecodeWarning>,
    tally: Tally,
}

fn decode<'b>(mut decoder: Decoder, pieces: impl IntoIterator<Item = &'b [u8]>) -> Given {
    let mut results = Vec::new();
    for mut piece in pieces {
        while let Some(result) = decoder.next_event(&mut piece) {
            results.push(result.map(Decoded::into_owned));
        }
        assert!(piece.is_empty(), "what is pulled is taken");
    }
    let mut warnings = decoder.take_warnings();
    let mut finished = decoder.finish();
    results.extend(&mut finished);
    warnings.extend(finished.warnings());
    Given { results, warnings, tally: finished.tally() }
}

/// The events with their lines. Asserts that everything was read.
fn events(log: &[u8]) -> Vec<(u64, Event<'static>)> {
    let given = decode(Decoder::new(), [log]);
    given.results.into_iter().map(|result| result.map(|decoded| (decoded.line, decoded.event)).expect("read")).collect()
}

/// Pieces of lines that have a meaning in some form of log.
const FRAGMENTS: [&str; 51] = [
    "12:30:00.250 Trc 04542 ",
    "@12:30:00.2500 [0] 8.1 ",
    "2024-03-01 12:30:00,250 ",
    "2024-03-01T12:30:00.250Z stdout F ",
    "2024-03-01T12:30:00.250Z stdout P ",
    "2024-03-01T12:30:00.250Z stderr F ",
    "2024-03-01T12:30:00.250Z stderr P ",
    "Mar  1 12:30:00 host prog[1]: ",
    "<134>1 2024-03-01T12:30:00.250Z host prog 1 - - ",
    "message EventRinging",
    "message EventReleased(refid=7)",
    "message RequestMakeCall",
    "\t : message EventReleased",
    "TEvent: EventEstablished",
    "'EventRinging' ('60')",
    "'EventReleased' (65) attributes:",
    "message attributes:",
    "\tAttributeThisDN\t'5101'",
    "AttributeCallUUID\t'FIELD01'",
    "\tAttributeUserData\t[93] 00 01..",
    "\t\t'k'\t'v'",
    "\t\t'k'\t'\u{fffd}'",
    "\t\t'l'(list)",
    "'k'\t'open",
    "AttributeThisDN [str] = \"5101\"",
    "AttributeCallUuid [str] = \"FIELD01\"",
    "AttributeUserData [bstr] = KVList: ",
    "\t'k' [str] = \"v\"",
    "{\"Event\":\"EventRinging\",\"ThisDN\":\"5101\",\"CallUUID\":\"FIELD01\"}",
    "{\"log\":\"message EventRinging\\n\",\"stream\":\"stdout\"}",
    "{\"log\":\"piece\",\"stream\":\"stdout\"}",
    "{\"log\":\"piece\",\"stream\":\"stderr\"}",
    "{\"message\":\"12:30:00 message EventReleased\\n\\tAttributeThisDN\\t'5101'\"}",
    "{\"no\":\"event\"}",
    "\"Event\"",
    "[",
    "},",
    "Received [0,UDP] 60 bytes from 192.0.2.1:5060 <<<<<",
    "Sending  [0,UDP] 9 bytes to 192.0.2.1:5060 >>>>>",
    "> ",
    "a.log:12:",
    "#012#011",
    "\u{1b}[32m",
    "\u{1b}[0m",
    "message \u{1b}[01;31m\u{1b}[KEventRinging\u{1b}[m\u{1b}[K (refid=3)",
    "\tAttribute\u{1b}[01;31m\u{1b}[KThisDN\u{1b}[m\u{1b}[K\t'5101'",
    "\t\t'k'\t'v\u{1b}[01;31m\u{1b}[K'",
    "‘k’\t‘v’",
    "'",
    "\r",
    " ",
];

fn line() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![9 => select(&FRAGMENTS[..]).prop_map(String::from), 1 => "[ -~]{0,12}"];
    vec(fragment, 0..4).prop_map(|fragments| fragments.concat())
}

fn log() -> impl Strategy<Value = String> {
    let lines = vec((line(), select(&["\n", "\n", "\r\n"][..])), 0..24);
    (lines, any::<bool>()).prop_map(|(lines, ends)| {
        let mut log: String = lines.into_iter().flat_map(|(line, end)| [line, end.to_owned()]).collect();
        if !ends {
            log.pop();
        }
        log
    })
}

/// A log in which a placeholder character is replaced by a byte that is not UTF-8.
fn log_bytes() -> impl Strategy<Value = Vec<u8>> {
    log().prop_map(|log| {
        let pieces: Vec<&[u8]> = log.split('\u{fffd}').map(str::as_bytes).collect();
        pieces.join(&0xfa)
    })
}

fn decoder() -> impl Strategy<Value = Decoder> {
    (prop_oneof![3 => Just(None), 1 => (0..400_usize).prop_map(Some)], any::<bool>()).prop_map(|(limit, conn_ids)| {
        let decoder = limit.into_iter().fold(Decoder::new(), Decoder::with_limit);
        if conn_ids { decoder.with_conn_ids() } else { decoder }
    })
}

/// The text without those lines that a log cannot carry within a value: a line that must end the value, closes it, or
/// continues the message.
fn carried(text: Vec<String>) -> String {
    let is_text = |line: &String| {
        let trimmed = line.trim_end();
        let start = line.trim_start();
        let is_indented = start.len() < line.len();
        let has_time = line.starts_with(['@', '[']) || line.starts_with(|c: char| c.is_ascii_digit());
        let is_own = is_indented && (start.starts_with("Attribute") || start.starts_with(['\'', '‘', ':', '\u{1b}']));
        let is_coloured = line.contains('\u{1b}');
        !trimmed.ends_with(['\'', '’']) && !has_time && !is_own && !is_coloured && !line.contains('\r')
    };
    text.into_iter().filter(is_text).collect::<Vec<_>>().join("\n")
}

/// `PROPTEST_CASES` can raise the number of cases. Failures are printed and not written into the source tree.
fn config() -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig { cases: config.cases.max(400), failure_persistence: None, ..config }
}

const ATTRIBUTES: &str = "\tAttributeCallUUID\t'FIELD01'\n\tAttributeThisDN\t'5101'\n";

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_split_gives_the_same(
        log in log_bytes(),
        decoder in decoder(),
        cuts in vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let whole = decode(decoder.clone(), [&*log]);
        prop_assert_eq!(&decode(decoder.clone(), log.chunks(1)), &whole, "a byte at a time");
        prop_assert_eq!(&decode(decoder.clone(), log.split_inclusive(|&byte| byte == b'\n')), &whole, "line by line");
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(log.len() + 1)).collect();
        cuts.extend([0, log.len()]);
        cuts.sort_unstable();
        let pieces = cuts.windows(2).map(|ends| &log[ends[0]..ends[1]]);
        prop_assert_eq!(&decode(decoder, pieces), &whole, "cut at {:?}", cuts);
    }

    #[test]
    fn pushed_and_pulled_are_the_same(log in log(), size in 1..200_usize) {
        let mut pushed = Vec::new();
        let mut decoder = Decoder::new();
        for piece in log.as_bytes().chunks(size) {
            decoder.push(piece, |result| pushed.push(result.map(Decoded::into_owned)));
        }
        pushed.extend(decoder.finish());
        prop_assert_eq!(pushed, decode(Decoder::new(), [log.as_bytes()]).results);
    }

    #[test]
    fn no_bytes_panic(bytes in vec(any::<u8>(), 0..600), decoder in decoder()) {
        let whole = decode(decoder.clone(), [&*bytes]);
        prop_assert_eq!(decode(decoder, bytes.chunks(1)), whole);
    }

    #[test]
    fn every_result_has_its_line_in_order_and_is_readable(log in log()) {
        let lines = log.split('\n').count() as u64;
        let mut last = 0;
        for result in decode(Decoder::new(), [log.as_bytes()]).results {
            let line = match &result {
                Ok(decoded) => {
                    prop_assert!(decoded.event.route().is_ok());
                    decoded.line
                }
                Err(error) if error.to_string().contains("in the whole file") => error.line.max(last),
                Err(error) => error.line,
            };
            // In a container log, a message on one stream can continue after a message on the other stream.
            let is_in_order = last <= line || log.contains("stderr");
            prop_assert!(is_in_order && line <= lines.max(1), "{} after {}", line, last);
            last = line;
        }
    }

    #[test]
    fn a_closed_quoted_value_never_becomes_an_event(text in vec(line(), 0..8)) {
        let text = carried(text);
        let pair = format!("\t\t'text'\t'{text}'\n");
        let log = format!("x message EventPrivateInfo\n\tAttributeExtensions\t[99] 00 01..\n{pair}{ATTRIBUTES}\n");
        let found = events(log.as_bytes());
        prop_assert_eq!(found.len(), 1, "{:?}", found);
        prop_assert_eq!(found[0].1.extensions.list().and_then(|list| list.get("text")), Some(&Value::from(text)));
        prop_assert_eq!(found[0].1.this_dn(), Some("5101"));
    }

    #[test]
    fn nor_does_one_in_a_request(text in vec(line(), 0..8)) {
        let pair = format!("\t\t'text'\t'{}'\n", carried(text));
        let request = format!("x message RequestPrivateService\n\tAttributeExtensions\t[99] 00 01..\n{pair}{ATTRIBUTES}\n");
        let log = format!("{request}x message EventRinging\n{ATTRIBUTES}");
        prop_assert_eq!(events(log.as_bytes()).len(), 1);
    }

    #[test]
    fn a_closed_value_of_a_platform_sdk_log_never_becomes_an_event(text in vec(line(), 0..8)) {
        // In this form an attribute that is not indented belongs to the message itself.
        let is_own = |line: &&str| line.starts_with("Attribute");
        let text = carried(text).replace(['"', '“', '”'], "_");
        let text = text.split('\n').filter(|line| !is_own(line)).collect::<Vec<_>>().join("\n");
        let log = format!(
            "x 'EventPrivateInfo' ('150')\nmessage attributes:\nAttributeExtensions [bstr] = KVList:\n\t'text' [str] = \"{text}\"\n\
             AttributeThisDN [str] = \"5101\"\nAttributeCallUuid [str] = \"FIELD01\"\n"
        );
        let found = events(log.as_bytes());
        prop_assert_eq!(found.len(), 1, "{:?}", found);
        prop_assert_eq!(found[0].1.extensions.list().and_then(|list| list.get("text")), Some(&Value::from(text)));
    }

    #[test]
    fn what_is_in_an_announced_sip_message_never_becomes_an_event(body in vec(line(), 0..12), is_received in any::<bool>()) {
        let body = body.iter().map(|line| format!("{}\r\n", line.replace('\r', ""))).collect::<String>();
        let sip = format!("MESSAGE sip:5101@192.0.2.9 SIP/2.0\r\nContent-Type: text/plain\r\n\r\n{body}");
        let length = sip.len();
        let announced = if is_received {
            format!("12:30:00.000: Received [0,UDP] {length} bytes from 192.0.2.7:5060 <<<<<\n")
        } else {
            format!("12:30:00.000: Sending  [0,UDP] {length} bytes to 192.0.2.7:5060 >>>>>\n")
        };
        let event = format!("12:31:00.000 message EventRinging\n{ATTRIBUTES}");
        let alone = events(format!("{event}\n{event}").as_bytes()).len();
        // With the original line ends, and with those of another system.
        for sip in [sip.clone(), sip.replace("\r\n", "\n")] {
            let log = format!("{event}{announced}{sip}\n{event}");
            prop_assert_eq!(events(log.as_bytes()).len(), alone);
        }
    }

    #[test]
    fn a_sip_body_whose_line_ends_were_one_byte_never_becomes_an_event(body in vec(line(), 0..12)) {
        let has_time = |line: &&String| line.starts_with(['@', '[']) || line.starts_with(|c: char| c.is_ascii_digit());
        let body = body.iter().filter(|line| !has_time(line)).map(|line| format!("{}\n", line.replace('\r', "")));
        let body = body.collect::<String>();
        let head = "MESSAGE sip:5101@192.0.2.9 SIP/2.0\nContent-Type: text/plain\n\n";
        let length = head.len() + head.matches('\n').count() + body.len();
        let announced = format!("12:30:00.000: Received [0,UDP] {length} bytes from 192.0.2.7:5060 <<<<<\n");
        let event = format!("12:31:00.000 message EventRinging\n{ATTRIBUTES}");
        let log = format!("{event}{announced}{head}{body}{event}");
        prop_assert_eq!(events(log.as_bytes()).len(), 2);
    }

    /// A log can continue in another file after the end of any line.
    #[test]
    fn files_cut_between_lines_are_one_log(log in log(), cut in any::<prop::sample::Index>()) {
        let lines: Vec<&[u8]> = log.as_bytes().split_inclusive(|&byte| byte == b'\n').collect();
        let cut: usize = lines[..cut.index(lines.len().max(1))].iter().map(|line| line.len()).sum();
        let (first, second) = log.as_bytes().split_at(cut);
        let only_events = |results: Vec<Result<Decoded<'static>, DecodeError>>| -> Vec<_> {
            results.into_iter().flatten().map(|decoded| (decoded.time, decoded.event)).collect()
        };
        let mut decoder = Decoder::new();
        let mut found = Vec::new();
        decoder.push(first, |result| found.push(result.map(Decoded::into_owned)));
        decoder.next_file();
        decoder.push(second, |result| found.push(result.map(Decoded::into_owned)));
        found.extend(decoder.finish());
        prop_assert_eq!(only_events(found), only_events(decode(Decoder::new(), [log.as_bytes()]).results));
    }

    #[test]
    fn colours_around_what_is_written_are_taken_off(line in "[ -&(-~]{0,30}", colour in 0..108_u8) {
        let coloured = format!("\u{1b}[{colour}m{line}\u{1b}[0m\u{1b}[K");
        prop_assert_eq!(&*without_colours(coloured.as_bytes()), line.as_bytes());
    }
}

/// Wraps each line in an envelope.
type Wrap = fn(usize, &str) -> String;

const ENVELOPES: [(&str, Wrap); 12] = [
    ("docker", |_, line| {
        serde_json::json!({ "log": format!("{line}\n"), "stream": "stdout", "time": "2024-03-01T12:00:00Z" })
            .to_string()
    }),
    ("a collector", |_, line| {
        serde_json::json!({ "@timestamp": "2024-03-01T12:00:00Z", "message": line, "n": 1 }).to_string()
    }),
    ("ECS", |_, line| serde_json::json!({ "event": { "original": line }, "host": { "name": "a" } }).to_string()),
    ("CRI", |_, line| format!("2024-03-01T12:00:00.000000001Z stderr F {line}")),
    ("syslog, RFC 3164", |_, line| format!("<13>Mar  1 12:00:00 sips1 server[77]: {}", line.replace('\t', "#011"))),
    ("syslog, RFC 5424", |_, line| format!("<134>1 2024-03-01T12:00:00+01:00 sips1 server 77 ID [a b=\"]\"] {line}")),
    ("rsyslog's file", |_, line| {
        format!("2024-03-01T12:00:00.123456+01:00 sips1 server[77]: {}", line.replace('\t', "#011"))
    }),
    ("grep -n", |at, line| format!("{}:{line}", at + 1)),
    ("grep -H", |_, line| format!("logs/a-b.log:{line}")),
    ("grep -nH", |at, line| format!("a.log:{}:{line}", at + 1)),
    ("mail", |_, line| format!("> {line}")),
    ("colours", |_, line| format!("\u{1b}[32m{line}\u{1b}[0m")),
];

/// An envelope around a log changes only times.
#[test]
fn an_envelope_around_a_log_changes_nothing_but_times() {
    let data = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let logs =
        ["replay/tserver-3.log", "replay/psdk-5.log", "replay/java-7.log", "replay/ors-8.log", "replay/jsonl-1.log"];
    for log in logs {
        let text = fs::read_to_string(data.join(log)).expect("a log");
        let plain = events(text.as_bytes());
        assert!(plain.len() > 20, "{log}");
        for (envelope, wrap) in ENVELOPES {
            let wrapped: String = text.lines().enumerate().map(|(at, line)| wrap(at, line) + "\n").collect();
            let found = events(wrapped.as_bytes());
            for (found, plain) in found.iter().zip(&plain) {
                assert_eq!(found, plain, "{log} in {envelope}");
            }
            assert_eq!(found.len(), plain.len(), "{log} in {envelope}");
        }
    }
}

/// Whether the outer envelope can contain the inner one. Mail contains all others, and `grep` contains everything
/// except mail.
fn can_be_around(outer: &str, inner: &str) -> bool {
    let kind = |name: &str| ["mail", "grep"].iter().position(|kind| name.starts_with(kind)).unwrap_or(2);
    let is_log = |name: &str| name == "CRI" || name.contains("syslog");
    kind(inner) == 2 && inner != "colours" && !(is_log(outer) && is_log(inner))
        || (outer == "mail" && inner != "mail" && inner != "colours")
}

/// Splits a container's line into two pieces. A line of the other stream comes before them and another one between
/// them.
type InPieces = fn(&str) -> String;

const IN_PIECES: [InPieces; 2] = [
    |line| {
        let cut = line.len() / 2;
        let cut = (0..=cut).rev().find(|&cut| line.is_char_boundary(cut)).unwrap_or(0);
        let piece = |stream: &str, tag: &str, text: &str| format!("2024-03-01T12:00:00.1Z {stream} {tag} {text}\n");
        let other = piece("stderr", "F", "12:00:00 warn");
        [&*other, &piece("stdout", "P", &line[..cut]), &other, &piece("stdout", "F", &line[cut..])].concat()
    },
    |line| {
        let cut = line.len() / 2;
        let cut = (0..=cut).rev().find(|&cut| line.is_char_boundary(cut)).unwrap_or(0);
        let piece = |stream: &str, log: &str| serde_json::json!({ "log": log, "stream": stream }).to_string() + "\n";
        let other = piece("stderr", "12:00:00 warn\n");
        [&*other, &piece("stdout", &line[..cut]), &other, &piece("stdout", &format!("{}\n", &line[cut..]))].concat()
    },
];

/// Two nested envelopes change only times and line numbers. The outer one may split lines and interleave lines of the
/// other stream.
#[test]
fn nor_do_two_envelopes() {
    let data = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    // The last message may be cut off, which is an error.
    let only = |log: &[u8]| -> Vec<Option<Event<'static>>> {
        decode(Decoder::new(), [log])
            .results
            .into_iter()
            .map(|result| result.ok().map(|decoded| decoded.event))
            .collect()
    };
    for log in ["replay/tserver-3.log", "replay/java-7.log", "replay/jsonl-1.log", "field/13-sip-message-lf-body.log"] {
        let text = fs::read_to_string(data.join(log)).expect("a log");
        // There are many pairs of envelopes, so the first messages suffice.
        let text: String = text.lines().take(150).map(|line| format!("{line}\n")).collect();
        let plain = only(text.as_bytes());
        assert!(!plain.is_empty(), "{log}");
        for (inner_name, inner) in ENVELOPES {
            for (outer_name, outer) in ENVELOPES {
                if can_be_around(outer_name, inner_name) {
                    let wrapped: String =
                        text.lines().enumerate().map(|(at, line)| outer(at, &inner(at, line)) + "\n").collect();
                    assert_eq!(only(wrapped.as_bytes()), plain, "{log} in {inner_name} in {outer_name}");
                }
            }
            if can_be_around("CRI", inner_name) || inner_name.contains("syslog") {
                for in_pieces in IN_PIECES {
                    let wrapped: String =
                        text.lines().enumerate().map(|(at, line)| in_pieces(&inner(at, line))).collect();
                    assert_eq!(only(wrapped.as_bytes()), plain, "{log} in {inner_name} in pieces: {wrapped:.800}");
                }
            }
        }
        for in_pieces in IN_PIECES {
            let wrapped: String = text.lines().map(in_pieces).collect();
            assert_eq!(only(wrapped.as_bytes()), plain, "{log} in pieces");
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn nothing_in_a_value_or_a_sip_message_becomes_an_event_in_a_container(text in vec(line(), 0..8), body in vec(line(), 0..8)) {
        let text = carried(text);
        let body: String = body.iter().map(|line| format!("{}\r\n", line.replace(['\r', '\u{fffd}'], ""))).collect();
        let sip = format!("MESSAGE sip:5101@192.0.2.9 SIP/2.0\r\n\r\n{body}");
        let value = format!("x message EventPrivateInfo\n\tAttributeExtensions\t[99] 00\n\t\t'text'\t'{text}'\n{ATTRIBUTES}");
        let log = format!(
            "{value}12:30:00 Received [0,UDP] {} bytes from 192.0.2.7:5060 <<<<<\n{sip}\n12:31:00 x message EventHeld\n{ATTRIBUTES}",
            sip.len()
        );
        for in_pieces in IN_PIECES {
            let wrapped: String = log.strip_suffix('\n').unwrap_or(&log).split('\n').map(in_pieces).collect();
            let names: Vec<String> =
                events(wrapped.as_bytes()).into_iter().map(|(_, event)| event.name.as_str().to_owned()).collect();
            prop_assert_eq!(names, ["EventPrivateInfo", "EventHeld"], "{}", wrapped);
        }
    }
}
