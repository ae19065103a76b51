//! Decoding: any split gives the same, what is written is read back, and no input panics.

use im_session::strategies::{log_message, loggable_event, read_back};
use im_session::{BaseUri, CallEvent, DecodeError, DecodeErrorKind, Decoder, Event, Form, ImSessionList, Sessions};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::config;
use crate::generate::{form, log, mutated_log};
use crate::reference::{Book, convert};

/// Line, header and event, or the error.
type Found = Result<(u64, String, Event<'static>), DecodeError>;

fn decode<'b>(mut decoder: Decoder, pieces: impl IntoIterator<Item = &'b [u8]>) -> Vec<Found> {
    let mut found = Vec::new();
    let mut keep = |result: im_session::DecodeResult<'_>| {
        found.push(result.map(|decoded| (decoded.line, decoded.header.into_owned(), decoded.event.into_owned())));
    };
    for piece in pieces {
        decoder.push(piece, &mut keep);
    }
    decoder.finish(&mut keep);
    found
}

/// A decoder that recognises the form, or is told a form, perhaps with a small limit.
fn decoder() -> impl Strategy<Value = Decoder> {
    let form = option::weighted(0.3, select(vec![Form::JsonLines, Form::TServerLog, Form::PlatformSdkLog]));
    let limit = option::of(prop_oneof![0..40_usize, 0..700_usize, 250..262_usize]);
    (form, limit).prop_map(|(form, limit)| {
        let decoder = form.map_or_else(Decoder::new, Decoder::of_form);
        limit.into_iter().fold(decoder, Decoder::with_limit)
    })
}

fn lines_in(log: &[u8]) -> u64 {
    log.split(|&byte| byte == b'\n').count() as u64
}

/// What must hold whatever the bytes are.
fn check_places(log: &[u8], found: &[Found]) -> Result<(), TestCaseError> {
    let mut last = 0;
    for result in found {
        let line = match result {
            Ok((line, _, event)) => {
                prop_assert!(event.check().is_ok(), "what is decoded is readable");
                *line
            }
            Err(error) => error.line,
        };
        prop_assert!(last < line, "one result a line, in order: {} after {}", line, last);
        prop_assert!(line <= lines_in(log).max(1));
        last = line;
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_split_gives_the_same(log in log(), decoder in decoder(), cuts in vec(any::<Index>(), 0..6)) {
        let whole = decode(decoder.clone(), [&*log]);
        check_places(&log, &whole)?;
        prop_assert_eq!(&decode(decoder.clone(), log.chunks(1)), &whole, "a byte at a time");
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(log.len() + 1)).collect();
        cuts.extend([0, log.len()]);
        cuts.sort_unstable();
        let pieces = cuts.windows(2).map(|ends| &log[ends[0]..ends[1]]);
        prop_assert_eq!(&decode(decoder, pieces), &whole, "cut at {:?}", cuts);
    }

    #[test]
    fn line_by_line_gives_the_same(log in log(), decoder in decoder()) {
        let whole = decode(decoder.clone(), [&*log]);
        prop_assert_eq!(decode(decoder, log.split_inclusive(|&byte| byte == b'\n')), whole);
    }

    #[test]
    fn what_is_written_is_read_back(
        form in form(),
        events in vec(loggable_event(), 1..5),
        crlf in any::<bool>(),
        mark in any::<bool>(),
        size in 1..200_usize,
    ) {
        let mut log = if mark { "\u{feff}".to_owned() } else { String::new() };
        let mut lines = Vec::new();
        for event in &events {
            lines.push(log.matches('\n').count() as u64 + 1);
            log.push_str(&log_message(form, event));
        }
        if crlf {
            log = log.replace('\n', "\r\n");
        }
        let found = decode(Decoder::new(), log.as_bytes().chunks(size));
        prop_assert_eq!(found.len(), events.len(), "{:?}", found);
        for ((found, event), line) in found.iter().zip(&events).zip(lines) {
            let Ok((found_line, header, found)) = found else { return Err(TestCaseError::fail(format!("{found:?}"))) };
            prop_assert_eq!(*found_line, line);
            prop_assert!(header.contains(event.name.as_str()));
            prop_assert_eq!(found, &read_back(form, event));
        }
    }

    #[test]
    fn a_log_that_is_cut_gives_the_events_before(form in form(), events in vec(loggable_event(), 1..4), cut in any::<Index>()) {
        let blocks: Vec<String> = events.iter().map(|event| log_message(form, event)).collect();
        let log = blocks.concat();
        let cut = cut.index(log.len());
        let complete = {
            let mut end = 0;
            blocks.iter().take_while(|block| { end += block.len(); end <= cut }).count()
        };
        let whole = decode(Decoder::new(), [log.as_bytes()]);
        let before = decode(Decoder::new(), [&log.as_bytes()[..cut]]);
        prop_assert!(before.len() <= complete + 1);
        prop_assert_eq!(&before[..complete.min(before.len())], &whole[..complete]);
    }

    #[test]
    fn no_bytes_panic(bytes in vec(any::<u8>(), 0..400), decoder in decoder()) {
        let found = decode(decoder, [&*bytes]);
        check_places(&bytes, &found)?;
    }

    #[test]
    fn invalid_bytes_in_strings_are_replaced(form in form(), event in loggable_event(), byte in 0x80..=0xff_u8) {
        let mut log = log_message(form, &event).into_bytes();
        let id = event.call_uuid.clone().unwrap_or_default();
        let last = Event::new(CallEvent::Ringing).with_this_dn("x#y").with_call_uuid(id);
        log.extend_from_slice(log_message(form, &last).as_bytes());
        let at = log.windows(3).rposition(|window| window == b"x#y").expect("it was just written") + 1;
        log[at] = byte;
        let found = decode(Decoder::new(), [&*log]);
        let last = found.last().expect("two events").as_ref().expect("a readable event");
        prop_assert_eq!(last.2.this_dn(), Some("x\u{fffd}y"));
    }

    /// Real logs with random damage: nothing panics, any split is the same, and what is still read means the same to
    /// the reference.
    #[test]
    fn damaged_logs(log in mutated_log(), size in 1..300_usize) {
        let found = decode(Decoder::new(), [&*log]);
        check_places(&log, &found)?;
        prop_assert_eq!(&decode(Decoder::new(), log.chunks(size)), &found);
        let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
        let mut book = Book::default();
        for (_, _, event) in found.iter().flatten() {
            let expected = book.handle(&convert::plain_event(event)).map_err(TestCaseError::fail)?;
            let handled = sessions.handle_event(event).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(convert::report(&handled), expected);
            for (_, notification) in handled.notifications() {
                serde_json::to_string(&notification).map_err(|error| TestCaseError::fail(error.to_string()))?;
            }
        }
        prop_assert_eq!(convert::book(&sessions), book);
        let list = ImSessionList::new(sessions.iter().map(|session| sessions.resource(session)).collect());
        let json = serde_json::to_string(&list).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let again: ImSessionList<'_> =
            serde_json::from_str(&json).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(serde_json::to_string(&again).ok(), Some(json));
    }

    #[test]
    fn over_the_limit_is_one_error_at_the_header(form in form(), event in loggable_event(), limit in 0..300_usize) {
        let log = log_message(form, &event);
        let found = decode(Decoder::of_form(form).with_limit(limit), [log.as_bytes()]);
        // The limit counts whole lines with their ends, of a JSON line all but its end.
        let length = if form == Form::JsonLines { log.len() - 1 } else { log.len() };
        prop_assert_eq!(found.len(), 1);
        let too_long = matches!(&found[0], Err(DecodeError { line: 1, kind: DecodeErrorKind::TooLong { limit: l } }) if *l == limit);
        prop_assert_eq!(too_long, length > limit, "{:?}", found);
    }
}
