//! What a decoder gives.

use alloc::borrow::Cow;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::{DecodeError, DecodeWarning};
use crate::event::Event;

/// An event and where it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decoded<'a> {
    /// Which of the files given together, from 0; 0 where there is one.
    pub file: usize,
    /// The line of the event's first line, from 1.
    pub line: u64,
    /// When it was, as the log writes it: what its header begins with, else what the envelope says. Specification 6.5.
    pub time: Option<Cow<'a, str>>,
    /// The event.
    pub event: Event<'a>,
}

impl Decoded<'_> {
    /// The same with all text copied.
    #[must_use]
    pub fn into_owned(self) -> Decoded<'static> {
        Decoded {
            file: self.file,
            line: self.line,
            time: self.time.map(|time| Cow::Owned(time.into_owned())),
            event: self.event.into_owned(),
        }
    }
}

/// What a decoder gives for each message: an event, or what was wrong with it.
pub type DecodeResult<'a> = Result<Decoded<'a>, DecodeError>;

/// What a decoder passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Tally {
    /// Lines that begin like a JSON object and are neither an event nor carry a line.
    pub other_json_lines: u64,
    /// SIP messages in the log.
    pub sip_messages: u64,
    /// Warnings, taken or not.
    pub warnings: u64,
}

/// What [`Decoder::finish`](super::Decoder::finish) gives: the last events and errors, in order, and what else there is
/// to say.
#[derive(Debug, Clone)]
pub struct Finished {
    pub(super) results: VecDeque<DecodeResult<'static>>,
    pub(super) warnings: Vec<DecodeWarning>,
    pub(super) tally: Tally,
}

impl Finished {
    /// The warnings that were not taken before.
    #[must_use]
    pub fn warnings(&self) -> &[DecodeWarning] {
        &self.warnings
    }

    /// What was passed over in all.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.tally
    }
}

impl Iterator for Finished {
    type Item = DecodeResult<'static>;

    fn next(&mut self) -> Option<Self::Item> {
        self.results.pop_front()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.results.len(), Some(self.results.len()))
    }
}

impl ExactSizeIterator for Finished {}
