//! What a decoder finds in a log.

use im_session::testing::Log;
use im_session::{DecodeResult, Decoder, Event, Form};

/// The events and the errors that are found, by line, and the form.
pub(crate) fn found(log: &Log) -> (Vec<(u64, Event<'static>)>, Vec<u64>, Option<Form>) {
    let (mut events, mut errors) = (Vec::new(), Vec::new());
    let mut decoder = Decoder::new();
    let mut keep = |result: DecodeResult<'_>| match result {
        Ok(decoded) => events.push((decoded.line, decoded.event.into_owned())),
        Err(error) => errors.push(error.line),
    };
    decoder.push(log.text.as_bytes(), &mut keep);
    let form = decoder.form();
    decoder.finish(&mut keep);
    (events, errors, form)
}
