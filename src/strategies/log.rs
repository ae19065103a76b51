//! Logs, and what is in them.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::event::loggable_event;
use super::noise::noise;
use crate::decode::Form;
use crate::testing::parts::FORMS;
use crate::testing::{Ends, Log, Pieces, put_together};

/// A log in any of the three forms, see [`log_of`].
///
/// ```
/// use im_session::Decoder;
/// use im_session::strategies::log;
/// use proptest::strategy::{Strategy, ValueTree};
/// use proptest::test_runner::TestRunner;
///
/// let log = log().new_tree(&mut TestRunner::deterministic()).unwrap().current();
/// let (mut events, mut errors) = (Vec::new(), Vec::new());
/// let mut decoder = Decoder::new();
/// let mut keep = |result: im_session::DecodeResult<'_>| match result {
///     Ok(decoded) => events.push((decoded.line, decoded.event.into_owned())),
///     Err(error) => errors.push(error.line),
/// };
/// decoder.push(log.text.as_bytes(), &mut keep);
/// decoder.finish(&mut keep);
/// assert_eq!((events, errors), (log.events, log.errors));
/// ```
pub fn log() -> impl Strategy<Value = Log> {
    (pieces(Form::JsonLines), pieces(Form::TServerLog), pieces(Form::PlatformSdkLog), form(), ends()).prop_map(
        |(json_lines, tserver_log, platform_sdk_log, form, ends)| {
            let pieces = match form {
                Form::JsonLines => json_lines,
                Form::TServerLog => tserver_log,
                Form::PlatformSdkLog => platform_sdk_log,
            };
            put_together(form, pieces, ends)
        },
    )
}

/// A log in this form: one to six events, other lines before, between and after them (of other kinds, requests, broken ones),
/// either line end, perhaps a byte order mark, perhaps no end of the last line.
///
/// Shrinks to a single event.
pub fn log_of(form: Form) -> impl Strategy<Value = Log> {
    (pieces(form), ends()).prop_map(move |(pieces, ends)| put_together(form, pieces, ends))
}

/// A form. Shrinks to JSON lines.
pub(super) fn form() -> impl Strategy<Value = Form> {
    select(&FORMS[..])
}

fn pieces(form: Form) -> impl Strategy<Value = Pieces> {
    let between = move || vec(noise(form), 0..3);
    (vec((between(), loggable_event()), 1..=6), between()).prop_map(|(events, end)| Pieces { events, end })
}

fn ends() -> impl Strategy<Value = Ends> {
    let rarely = || prop::bool::weighted(0.2);
    (rarely(), rarely(), rarely()).prop_map(|(crlf, mark, without_the_last)| Ends { crlf, mark, without_the_last })
}
