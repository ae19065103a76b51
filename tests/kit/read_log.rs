//! The results of decoding a log.

use im_session::decode::DecodeResult;
use im_session::testing::Log;
use im_session::{Decoder, Event};

/// The decoded events and the errors, by line.
pub(crate) fn found(log: &Log) -> (Vec<(u64, Event<'static>)>, Vec<u64>) {
    let (mut events, mut errors) = (Vec::new(), Vec::new());
    let mut decoder = Decoder::new();
    let mut keep = |result: DecodeResult<'_>| match result {
        Ok(decoded) => events.push((decoded.line, decoded.event.into_owned())),
        Err(error) => errors.push(error.line),
    };
    decoder.push(log.text.as_bytes(), &mut keep);
    decoder.finish().for_each(keep);
    (events, errors)
}
