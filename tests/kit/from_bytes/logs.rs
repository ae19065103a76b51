//! Does a log contain the events that it declares, whatever bytes it was made from?

use std::collections::BTreeSet;

use im_session::decode::Form;
use im_session::testing::{Log, Step, log_message, read_back};
use im_session::{CallEvent, Event, KeyValueList};
use proptest::prelude::*;

use super::{of, with};
use crate::read_log::found;

fn assert_holds(bytes: &[u8]) -> Log {
    let log: Log = of(bytes);
    let (events, errors) = found(&log);
    assert_eq!((&events, &errors), (&log.events, &log.errors), "{bytes:?}: {log:?}");
    assert!(!log.events.is_empty(), "{bytes:?}: {log:?}");
    log
}

const FORMS: [(u8, Form); 4] =
    [(b'0', Form::JsonLines), (b'1', Form::TServerLog), (b'2', Form::PlatformSdkLog), (b'3', Form::JsonLines)];

/// Every event of the table, and every other line before, between and after events, in every form and with all line
/// ends.
#[test]
fn a_log_of_every_byte_holds_what_it_says() {
    for ends in [0, 4, 8, 12, 0x40, 0x44, 0x48, 0x4c] {
        for (digit, form) in FORMS {
            for byte in 0..=u8::MAX {
                let first = digit | ends;
                for bytes in [vec![first, byte], vec![first, byte, b'A', byte, byte, b'C', byte]] {
                    let log = assert_holds(&bytes);
                    assert_eq!(log.form, form);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_log_of_any_bytes_holds_what_it_says(first in any::<u8>(), bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        assert_holds(&[&[first], &bytes[..]].concat());
    }

    /// A log that consists of spelled-out events only.
    #[test]
    fn a_log_of_events_that_are_spelled_out_holds_what_it_says(
        first in any::<u8>(), events in prop::collection::vec(prop::collection::vec(any::<u8>(), 10..60), 1..4),
    ) {
        let spelled_out: Vec<u8> = events.iter().flat_map(|bytes| [&[0], &bytes[..]].concat()).collect();
        assert_holds(&[&[first], &spelled_out[..]].concat());
    }
}

/// Separate bits select the line ends, the byte order mark, and whether the last line ends. No other bits affect them.
#[test]
fn the_ends_of_lines_are_what_their_bits_say() {
    for (digit, form) in FORMS {
        let plain = of::<Log>(&[digit, b'A', b'\x10']).text;
        assert!(plain.ends_with("\n\n"));
        for byte in (0..=u8::MAX).filter(|byte| byte & 3 == digit & 3) {
            let mut expected = plain.clone();
            if byte & 0x40 != 0 {
                expected.pop();
            }
            if byte & 4 != 0 {
                expected = expected.replace('\n', "\r\n");
            }
            if byte & 8 != 0 {
                expected.insert(0, '\u{feff}');
            }
            let log: Log = of(&[byte, b'A', b'\x10']);
            assert_eq!((log.form, log.text), (form, expected), "{byte:#x}");
        }
    }
}

/// A log has the events of the table as its form writes them, and the other lines at the positions of their bytes.
#[test]
fn a_log_is_written_by_hand() {
    for (digit, form) in FORMS {
        let log: Log = of(&[digit, b'A', b'C', b'K', b'D', 0x80 | b'D']);
        let event = |byte: u8| im_session::from_bytes::event_of(byte).expect("an event");
        let events = [b'A', b'C', b'K', b'D', 0x80 | b'D'].map(event);
        let text: String = events.iter().map(|event| log_message(form, event)).collect();
        assert_eq!(log.text, text);
        let found: Vec<Event<'_>> = log.events.iter().map(|(_, found)| found.clone()).collect();
        assert_eq!(found, events.map(|event| read_back(form, &event)));
    }
    let log: Log = of(b"0A\x10\x30C\x40");
    let line = |event: &str| format!("{{\"Event\":\"{event}\",\"ThisDN\":\"3001\",\"CallUUID\":\"A\"}}\n");
    let expected =
        [&line("EventDialing"), "\n{\"Event\":\"EventRinging\"\n", &line("EventEstablished"), "{}\n"].concat();
    assert_eq!((log.text, log.errors), (expected, vec![3]));
    assert_eq!(log.events.iter().map(|&(line, _)| line).collect::<Vec<_>>(), [1, 4]);
}

/// Each other line has its byte. The forms have ten, seven and six such lines, and the bytes then start again with the
/// first. 15 is an event.
#[test]
fn every_other_line_is_reached() {
    for (digit, count) in [(b'0', 10), (b'1', 7), (b'2', 6)] {
        let lines: Vec<String> = (1..15_u8).map(|row| of::<Log>(&[digit, row << 4, b'A']).text).collect();
        assert_eq!(lines.iter().collect::<BTreeSet<_>>().len(), count);
        for (at, line) in lines.iter().enumerate() {
            assert_eq!(line, &lines[at % count]);
        }
        let errors = (1..15_u8).filter(|row| !of::<Log>(&[digit, row << 4, b'A']).errors.is_empty()).count();
        assert_eq!(errors, if digit == b'0' { 5 } else { 0 }, "four of ten, and one of the four that come again");
    }
}

#[test]
fn a_log_without_events_gets_one() {
    let dialing = Event::new(CallEvent::Dialing).with_this_dn("3001").with_call_uuid("A");
    assert_eq!(of::<Log>(b"").events, [(1, dialing.clone())]);
    assert_eq!(of::<Log>(b"1").text, log_message(Form::TServerLog, &dialing));
    let after_noise: Log = of(b"0\x10\x30");
    assert_eq!((after_noise.events, after_noise.errors), (vec![(3, dialing)], vec![2]));
}

/// A spelled-out event in a log is the event that the same bytes give elsewhere, as far as logs can carry it.
#[test]
fn an_event_is_spelled_out_in_a_log() {
    let bytes = [0x00, 2, 1, 1, 0, 1, 0, 0, 1, 0xff, 1, 1, 1, 1, 0, 1, 2, 1, 0xfe, 1, 0];
    let Step::Event(event) = of::<Step>(&bytes) else { panic!("no event") };
    assert_eq!(event.error_message.as_deref(), Some("Invalid DN"));
    assert_eq!(event.error_code, Some(i64::MIN));
    for (digit, _) in FORMS {
        let log: Log = of(&[&[digit], &bytes[..]].concat());
        assert_eq!(log.events.iter().map(|(_, event)| event).collect::<Vec<_>>(), [&event]);
    }
}

/// The bytes give a name that does not concern sessions, texts with a line end, an empty OtherDN, an invalid id, and
/// keys with a quote.
#[test]
fn what_logs_cannot_carry_is_taken_out() {
    let spelled = |text: &str| [&[0xf0, text.len() as u8], text.as_bytes()].concat();
    let bytes = [
        vec![0x00, 11],                      // EventHeld
        [vec![1], spelled("a\nb")].concat(), // ThisDN
        vec![1, 4],                          // OtherDN: empty
        [vec![1], spelled("no id")].concat(),
        vec![0, 0, 0],
        // User data of two pairs: a text and binary. Extensions with a list within a list.
        [vec![1, 0x12], spelled("'k\n"), vec![0], spelled("v\nw"), vec![0, 2], spelled("'")].concat(),
        [vec![1, 0x11, 5, 3, 1], spelled("k'"), vec![1, 7]].concat(),
        vec![0, 0],
        [vec![1], spelled("no\nDN")].concat(),
    ]
    .concat();
    for (digit, form) in FORMS {
        let log = assert_holds(&[&[digit], &bytes[..]].concat());
        let (_, event) = &log.events[0];
        let mut expected = Event::new(CallEvent::Dialing).with_this_dn("3001").with_call_uuid("A");
        let mut user_data = KeyValueList::from_iter([("'k ", "v w")]);
        user_data.try_push("k", im_session::Value::Binary("00 01..".into())).expect("no list");
        expected = expected.with_user_data(user_data);
        let inner = KeyValueList::from_iter([("k'", 7)]);
        expected = expected.with_extensions(with("list", inner.into()));
        expected.error_message = Some("no DN".into());
        assert_eq!(event, &read_back(form, &expected), "{form}");
    }
    // A DN that is invalid only because of a line end is kept, with the line end replaced.
    let readable = [vec![0x00, 0], [vec![1], spelled("a\nb")].concat(), vec![0, 1, 1]].concat();
    let log: Log = of(&[&b"0"[..], &readable].concat());
    assert_eq!(log.events[0].1.this_dn(), Some("a b"));
    assert_eq!(log.events[0].1.call_uuid(), Some("B"));
}
