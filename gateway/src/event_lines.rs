//! The body of a post of events: which events are in it, and which lines are none.

use im_session::decode::DecodeErrorKind;
use im_session::{Decoder, Event};
use serde::Serialize;

/// How many wrong lines are named; of more it is said how many.
pub const MOST_ERRORS: usize = 1_000;

/// What was read of a body.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventLines {
    /// The events, in order.
    pub events: Vec<Event<'static>>,
    /// The lines that could not be read, at most [`MOST_ERRORS`].
    pub errors: Vec<LineError>,
    /// How many more could not be read.
    pub more_errors: usize,
}

/// A line that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineError {
    /// Which, from 1.
    pub line: u64,
    /// What was expected there, and what was found.
    pub error: String,
}

impl EventLines {
    /// Reads JSON lines; log lines among them are read as well. Specification 6.
    #[must_use]
    pub fn read(body: &[u8]) -> Self {
        let mut lines = EventLines::default();
        let (mut decoder, mut rest) = (Decoder::new(), body);
        while let Some(decoded) = decoder.next_event(&mut rest) {
            lines.take(decoded);
        }
        for decoded in decoder.finish() {
            lines.take(decoded);
        }
        lines
    }

    fn take(&mut self, decoded: im_session::decode::DecodeResult<'_>) {
        match decoded {
            Ok(decoded) => self.events.push(decoded.event.into_owned()),
            // Blank lines, and lines of a log that came nowhere near an event: there was nothing to accept.
            Err(error) if matches!(error.kind, DecodeErrorKind::NoEvents { nearest: None }) => {}
            Err(error) if self.errors.len() < MOST_ERRORS => {
                self.errors.push(LineError { line: error.line, error: error.kind.to_string() });
            }
            Err(_) => self.more_errors += 1,
        }
    }
}
