//! Does the decoder read back what the library's own writer writes in each form? The writer follows the specification.

use im_session::decode::{DecodeError, DecodeErrorKind, Decoded, Form};
use im_session::from_bytes;
use im_session::strategies::{log_message, made_by, read_back};
use im_session::{CallEvent, Decoder, Event};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

type Found = Result<Decoded<'static>, DecodeError>;

fn decode<'b>(mut decoder: Decoder, pieces: impl IntoIterator<Item = &'b [u8]>) -> Vec<Found> {
    let mut found = Vec::new();
    for piece in pieces {
        decoder.push(piece, |result| found.push(result.map(Decoded::into_owned)));
    }
    found.extend(decoder.finish());
    found
}

fn loggable_event() -> impl Strategy<Value = Event<'static>> {
    made_by(from_bytes::loggable_event)
}

fn form() -> impl Strategy<Value = Form> {
    select(vec![Form::JsonLines, Form::TServerLog, Form::PlatformSdkLog])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// The messages of one log can have different forms.
    #[test]
    fn what_is_written_is_read_back(
        events in vec((form(), loggable_event()), 1..5),
        crlf in any::<bool>(),
        mark in any::<bool>(),
        size in 1..200_usize,
    ) {
        let mut log = if mark { "\u{feff}".to_owned() } else { String::new() };
        let mut lines = Vec::new();
        for (form, event) in &events {
            lines.push(log.matches('\n').count() as u64 + 1);
            log.push_str(&log_message(*form, event));
        }
        if crlf {
            log = log.replace('\n', "\r\n");
        }
        let found = decode(Decoder::new(), log.as_bytes().chunks(size));
        prop_assert_eq!(found.len(), events.len(), "{:?}", found);
        for ((found, (form, event)), line) in found.iter().zip(&events).zip(lines) {
            let Ok(found) = found else { return Err(TestCaseError::fail(format!("{found:?}"))) };
            prop_assert_eq!(found.line, line);
            prop_assert_eq!(&found.event, &read_back(*form, event));
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
        let same = complete.saturating_sub(1).min(before.len());
        prop_assert_eq!(&before[..same], &whole[..same]);
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
        prop_assert_eq!(last.event.this_dn(), Some("x\u{fffd}y"));
    }

    #[test]
    fn over_the_limit_is_one_error_at_the_header(form in form(), event in loggable_event(), limit in 40..300_usize) {
        let log = log_message(form, &event);
        let found = decode(Decoder::new().with_limit(limit), [log.as_bytes()]);
        // The limit counts whole lines with their line ends. For a JSON line the line end does not count.
        let length = if form == Form::JsonLines { log.len() - 1 } else { log.len() };
        prop_assert_eq!(found.len(), 1);
        let too_long = matches!(&found[0], Err(error)
            if error.line == 1 && matches!(error.kind, DecodeErrorKind::TooLong { limit: l } if l == limit));
        prop_assert_eq!(too_long, length > limit, "{:?}", found);
    }
}
