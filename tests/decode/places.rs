//! Which line and time does an event have, which warnings are given, and what is reported for a file without events?
//! Specification 6 and 6.5.

use im_session::Decoder;
use im_session::decode::{DecodeErrorKind, DecodeWarning, Decoded, NearestKind, WarningKind};

const ATTRIBUTES: &str = "\tAttributeCallUUID\t'A'\n\tAttributeThisDN\t'3002'\n";

fn events(log: &str) -> Vec<Decoded<'static>> {
    let mut found = Vec::new();
    let mut decoder = Decoder::new();
    decoder.push(log.as_bytes(), |result| found.push(result.expect("readable").into_owned()));
    found.extend(decoder.finish().map(|result| result.expect("readable")));
    found
}

/// The kind and the line of each warning of a log.
fn warnings(log: &str) -> Vec<(WarningKind, u64)> {
    let mut decoder = Decoder::new();
    decoder.push(log.as_bytes(), |_| ());
    let mut warnings = decoder.take_warnings();
    let finished = decoder.finish();
    warnings.extend(finished.warnings());
    assert_eq!(finished.tally().warnings, warnings.len() as u64);
    warnings.iter().map(|DecodeWarning { kind, line, .. }| (*kind, *line)).collect()
}

#[test]
fn the_time_is_what_the_header_begins_with() {
    for (begins, time) in [
        ("11:49:08.388 Trc", Some("11:49:08.388")),
        ("11:49:08 Trc", Some("11:49:08")),
        ("11:49:08:388 Trc", Some("11:49:08:388")),
        ("11:49:08.388_T_I", Some("11:49:08.388")),
        ("@11:49:08.3880 [0]", Some("11:49:08.3880")),
        ("[14:32:01] x", Some("14:32:01")),
        ("[2015-01-07 13:20:31,665] x", Some("2015-01-07 13:20:31,665")),
        ("2015-05-29T12:21:16.438 Trc", Some("2015-05-29T12:21:16.438")),
        ("2015-05-29T12:21:16.438Z Trc", Some("2015-05-29T12:21:16.438Z")),
        ("2015-05-29T12:21:16+02:00 Trc", Some("2015-05-29T12:21:16+02:00")),
        ("2015-01-07 13:20:31,665 DEBUG", Some("2015-01-07 13:20:31,665")),
        ("2015/01/07 13:20:31 DEBUG", Some("2015/01/07 13:20:31")),
        ("29/May/2015:12:21:16.438 Trc", Some("29/May/2015:12:21:16.438")),
        ("29/May/2015 12:21:16 Trc", Some("29/May/2015 12:21:16")),
        ("24:00:00 x", None),
        ("11:60:00 x", None),
        ("1:02:03 x", None),
        ("11:49 x", None),
        ("[14:32:01 x", None),
        ("29/Mai/2015:12:21:16 x", None),
        ("2015-05-29 x", None),
        ("at 11:49:08 x", None),
    ] {
        let found = events(&format!("{begins} message EventRinging\n{ATTRIBUTES}"));
        assert_eq!(found[0].time.as_deref(), time, "{begins}");
    }
}

#[test]
fn an_indented_header_has_the_time_of_the_line_before_in_the_same_envelope() {
    let log = format!("12:00:00.1 Trc Message EventRinging received\n\t : message EventRinging\n{ATTRIBUTES}");
    assert_eq!(events(&log)[0].time.as_deref(), Some("12:00:00.1"));
    let quoted: String = log.lines().map(|line| format!("> {line}\n")).collect();
    assert_eq!(events(&quoted)[0].time.as_deref(), Some("12:00:00.1"));
    let numbered: String = log.lines().zip(1..).map(|(line, number)| format!("x.log:{number}:{line}\n")).collect();
    assert_eq!(events(&numbered)[0].time.as_deref(), Some("12:00:00.1"));
    let blank = format!("12:00:00.1 Trc\n\n\t : message EventRinging\n{ATTRIBUTES}");
    assert_eq!(events(&blank)[0].time, None);
    let docker = |line: &str| serde_json::json!({ "log": format!("{line}\n"), "stream": "stdout", "time": "2026-01-01T00:00:00Z" });
    let carried: String = blank.lines().map(|line| format!("{}\n", docker(line))).collect();
    assert_eq!(events(&carried)[0].time.as_deref(), Some("2026-01-01T00:00:00Z"), "else the envelope's own");
}

#[test]
fn what_no_rule_can_tell_is_warned_of_by_its_line() {
    let open = format!("x message EventRinging\n{ATTRIBUTES}\tAttributeOtherDN\t'30\n12:00:00 x\n");
    assert_eq!(warnings(&open), [(WarningKind::ValueNotClosed, 4)]);
    let within =
        format!("x message EventRinging\n\tAttributeErrorMessage\t'see\nx message EventHeld\nthere'\n{ATTRIBUTES}");
    assert_eq!(warnings(&within), [(WarningKind::HeaderInValue, 3)]);
    let skip = "12:00:00 Received [0,UDP] 400 bytes from 192.0.2.1:5060 <<<<<\nOPTIONS sip:x SIP/2.0\n";
    assert_eq!(warnings(skip), [(WarningKind::SkipReachesEnd, 1)]);
    // If line ends count as two bytes, the announced message ends before the header. If they count as one byte, it does
    // not.
    let body = "\n".repeat(30);
    let announced = "12:00:00 Sending [0,UDP] 69 bytes to 192.0.2.1:5060 >>>>>\nACK x\n\n";
    let after = format!("{announced}{body}message EventHeld\n12:00:01 x\n");
    assert_eq!(warnings(&after), [(WarningKind::HeaderAfterSipMessage, 34)]);
    let replaced = b"x message EventRinging\n\tAttributeCallUUID\t'A'\n\tAttributeThisDN\t'M\xfcller'\n\n".repeat(2);
    let mut decoder = Decoder::new();
    decoder.push(&replaced, |result| assert_eq!(result.expect("readable").event.this_dn(), Some("M\u{fffd}ller")));
    let kinds: Vec<_> = decoder.take_warnings().iter().map(|warning| (warning.kind, warning.line)).collect();
    assert_eq!(kinds, [(WarningKind::NotUtf8, 1)], "once a file");
    assert_eq!(warnings(&format!("x message EventRinging\n{ATTRIBUTES}")), []);
}

/// Found by use: a rotated log ended within a message, and the error named the next file with a line that the file does
/// not have.
#[test]
fn a_warning_names_the_file_of_its_line_wherever_a_log_was_rotated() {
    let open = format!("x message EventRinging\n{ATTRIBUTES}\tAttributeOtherDN\t'30\nmore\nmore\n12:00:00 x\n");
    let within = format!(
        "x message EventRinging\n\tAttributeErrorMessage\t'see\nmore\nx message EventHeld\nmore\nthere'\n{ATTRIBUTES}"
    );
    let skip = "12:00:00 Received [0,UDP] 4000 bytes from 192.0.2.1:5060 <<<<<\nOPTIONS sip:x SIP/2.0\nVia: x\nTo: x\n";
    let replaced =
        [b"x message EventRinging\n\tAttributeOtherDN\t'M\xfcller'\n".as_slice(), ATTRIBUTES.as_bytes()].concat();
    let mut tried = 0;
    for (log, kind, line) in [
        (open.as_bytes(), WarningKind::ValueNotClosed, 4),
        (within.as_bytes(), WarningKind::HeaderInValue, 4),
        (skip.as_bytes(), WarningKind::SkipReachesEnd, 1),
        (&replaced, WarningKind::NotUtf8, 1),
    ] {
        let ends: Vec<usize> = (1..log.len()).filter(|&at| log[at - 1] == b'\n').collect();
        for (lines_before, end) in (1..).zip(ends) {
            let (first, second) = log.split_at(end);
            let mut decoder = Decoder::new();
            let mut errors = vec![];
            for file in [first, second] {
                if file == second {
                    decoder.next_file();
                }
                decoder.push(file, |result| errors.extend(result.err()));
            }
            let mut found = decoder.take_warnings();
            let finished = decoder.finish();
            found.extend(finished.warnings());
            errors.extend(finished.filter_map(Result::err));
            let warnings: Vec<_> = found.iter().map(|warning| (warning.kind, warning.file, warning.line)).collect();
            let place = if line <= lines_before { (0, line) } else { (1, line - lines_before) };
            assert_eq!(warnings, [(kind, place.0, place.1)], "split after line {lines_before}");
            let continues = !second.starts_with(b"12:00:00");
            let of_second = errors.iter().filter(|error| error.file == 1).count();
            assert_eq!(of_second, usize::from(!continues), "split after line {lines_before}: {errors:?}");
            tried += 1;
        }
    }
    assert_eq!(tried, 6 + 7 + 3 + 3);
}

/// Found by fuzzing: the decoder read the beginning of such a message if it lay in the bytes of one push, and then gave
/// a warning about it.
#[test]
fn a_message_over_the_limit_is_not_read_and_so_nothing_in_it_is_replaced() {
    let list = b"\tAttributeUserData\t[9] 00\n\t\t'k'\t'\xfa'\n";
    let log = [b"x message EventRinging\n", &list[..], ATTRIBUTES.as_bytes(), &[b'\t'; 200], b"\n\n"].concat();
    for (size, name) in [(log.len(), "whole"), (1, "a byte at a time")] {
        let mut decoder = Decoder::new().with_limit(200);
        let mut errors = 0;
        for piece in log.chunks(size) {
            decoder.push(piece, |result| errors += usize::from(result.is_err()));
        }
        assert_eq!((errors, decoder.take_warnings()), (1, vec![]), "{name}");
    }
}

#[test]
fn a_value_of_several_lines_ends_after_65_535_bytes() {
    for (length, is_read) in [(65_535 - 4, true), (65_535 - 3, false)] {
        let rest = "x".repeat(length);
        let log = format!(
            "x message EventRinging\n\tAttributeCallUUID\t'A'\n\tAttributeThisDN\t'3002'\n\tAttributeUserData\t[9] 00\n\t\t'k'\t'abc\n{rest}'\n\t\t'l'\t1\n"
        );
        let found = events(&log);
        let list = found[0].event.user_data.list().expect("a list");
        let value = list.get("k").and_then(|value| value.as_str()).expect("a string");
        assert_eq!(value.len(), if is_read { 4 + length } else { 3 }, "{length}");
        assert_eq!(list.len(), if is_read { 2 } else { 1 }, "what stops it is read as usual: here it ends the message");
    }
}

#[test]
fn a_file_without_events_names_what_came_nearest() {
    let nearest = |log: &str| {
        let mut decoder = Decoder::new();
        decoder.push(log.as_bytes(), |result| panic!("{result:?}"));
        let errors: Vec<_> = decoder.finish().map(|result| result.expect_err("no event")).collect();
        assert!(errors.len() <= 1, "one error a file: {errors:?}");
        errors.into_iter().next().map(|error| match error.kind {
            DecodeErrorKind::NoEvents { nearest } => (error.line, nearest.map(|nearest| nearest.kind)),
            kind => panic!("{kind:?}"),
        })
    };
    assert_eq!(nearest(""), None);
    assert_eq!(nearest("\u{feff}"), None);
    assert_eq!(nearest("noise\n"), Some((1, None)));
    assert_eq!(nearest("noise\nsome EventRinging\nEvents\n"), Some((2, Some(NearestKind::EventName))));
    assert_eq!(nearest("EventX\n\tAttributeThisDN\t'1'\n"), Some((2, Some(NearestKind::Attribute))));
    let requests = "AttributeX\nx message RequestMakeCall\n'RequestX' ('16')\nmessage attributes:\n";
    assert_eq!(nearest(requests), Some((2, Some(NearestKind::TServerRequest))));
    let request = "x 'RequestMakeCall' ('16') y\nmessage attributes:\nAttributeThisDN [str] = \"1\"\n";
    assert_eq!(nearest(request), Some((1, Some(NearestKind::PlatformSdkRequest))));
    assert_eq!(nearest("x 'EventRinging' ('60')\nno title\n"), Some((1, Some(NearestKind::EventName))));
    let long = format!("{} message RequestX\n", "y".repeat(2000));
    let mut decoder = Decoder::new();
    decoder.push(long.as_bytes(), |_| ());
    let error = decoder.finish().next().expect("an error").expect_err("no event").to_string();
    assert!(error.len() < 400 && error.contains('…'), "{error}");
}

#[test]
fn each_file_without_events_has_its_error_unless_it_continues_another() {
    let ringing = format!("12:00:00 message EventRinging\n{ATTRIBUTES}");
    let files = ["noise\n", &ringing, "\tAttributeOtherDN\t'1'\n", "\nnothing\n", &ringing, "x\ny", "\n"];
    let mut decoder = Decoder::new();
    let mut errors = Vec::new();
    let mut events = Vec::new();
    for (at, file) in files.iter().enumerate() {
        if at > 0 {
            decoder.next_file();
        }
        let mut bytes = file.as_bytes();
        while let Some(result) = decoder.next_event(&mut bytes) {
            match result {
                Ok(decoded) => {
                    events.push((decoded.file, decoded.line, decoded.event.other_party().map(str::to_owned)))
                }
                Err(error) => errors.push((error.file, error.line)),
            }
        }
    }
    for result in decoder.finish() {
        match result {
            Ok(decoded) => events.push((decoded.file, decoded.line, decoded.event.other_party().map(str::to_owned))),
            Err(error) => errors.push((error.file, error.line)),
        }
    }
    assert_eq!(events, [(1, 1, Some("1".to_owned())), (4, 1, None)]);
    assert_eq!(errors, [(0, 1), (3, 1), (5, 1)]);
}

#[test]
fn an_event_can_be_given_before_a_line_ends_it() {
    let mut decoder = Decoder::new();
    let log = format!("12:00:00 message EventRinging\n{ATTRIBUTES}");
    decoder.push(log.as_bytes(), |result| panic!("{result:?}"));
    let given = decoder.flush().expect("an event").expect("readable");
    assert_eq!((given.line, given.event.this_dn()), (1, Some("3002")));
    assert_eq!(decoder.flush(), None, "once");
    decoder.push(b"\tAttributeOtherDN\t'1'\n\tAttributeCallType\t2\n12:00:01 x\n", |result| panic!("{result:?}"));
    let warnings = decoder.take_warnings();
    assert_eq!(
        warnings.iter().map(|warning| (warning.kind, warning.line)).collect::<Vec<_>>(),
        [(WarningKind::AfterFlush, 4)]
    );
    decoder.push(log.as_bytes(), |result| panic!("{result:?}"));
    assert_eq!(decoder.finish().count(), 1);
    let mut decoder = Decoder::new();
    decoder.push(b"12:00:00 'EventRinging' ('60')\n", |result| panic!("{result:?}"));
    assert_eq!(decoder.flush(), None, "whether it is a header is not known yet");
}

#[test]
fn lists_deeper_than_a_hundred_make_a_message_unreadable() {
    for depth in [100, 101, 3000] {
        let lists: String = (1..depth).map(|level| format!("{}'l'(list)\n", "\t".repeat(level + 1))).collect();
        let log = format!(
            "x message EventRinging\n{ATTRIBUTES}\tAttributeUserData\t[9] 00\n{lists}{}'k'\t1\n",
            "\t".repeat(depth + 1)
        );
        let result = {
            let mut decoder = Decoder::new().with_limit(usize::MAX);
            decoder.push(log.as_bytes(), |result| panic!("{result:?}"));
            decoder.finish().next().expect("a result")
        };
        match result {
            Ok(decoded) => {
                assert_eq!((depth, decoded.event.user_data.list().map(|list| list.depth())), (100, Some(100)));
            }
            Err(error) => {
                assert!(depth > 100 && error.to_string().contains("nested at most 100 deep"), "{error}");
            }
        }
    }
}

#[test]
fn other_json_lines_and_sip_messages_are_counted() {
    let log = "{\"a\":1}\n{\n{\"Event\":\"EventHeld\"}\n12:00:00 Received [0,UDP] 5 bytes from 192.0.2.1:5060 <<<<<\nACK\n12:00:00 x\n";
    let mut decoder = Decoder::new();
    decoder.push(log.as_bytes(), |_| ());
    let tally = decoder.finish().tally();
    assert_eq!((tally.other_json_lines, tally.sip_messages, tally.warnings), (2, 1, 0));
}
