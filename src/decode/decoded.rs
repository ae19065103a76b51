//! The results of a decoder.

use alloc::borrow::Cow;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::{DecodeError, DecodeWarning};
use crate::event::Event;

/// An event and its place in the input.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decoded<'a> {
    /// The index of the file, from 0; see [`Decoder::next_file`](super::Decoder::next_file).
    pub file: usize,
    /// The number of the event's first line, from 1.
    pub line: u64,
    /// The time of the event as the log writes it: the one at the start of its header, else that of the envelope.
    /// [Specification 6.5][6.5].
    ///
    /// [6.5]: crate::guide::specification#65-time-and-place
    pub time: Option<Cow<'a, str>>,
    /// The event.
    pub event: Event<'a>,
}

impl Decoded<'_> {
    /// The same with its own copy of all text.
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

/// The result of a decoder for each message: an event, or an error.
pub type DecodeResult<'a> = Result<Decoded<'a>, DecodeError>;

/// The number of lines, messages and warnings that a decoder did not return as results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Tally {
    /// Lines that begin like a JSON object, but neither are an event nor carry a line of a log.
    pub other_json_lines: u64,
    /// Skipped SIP messages.
    pub sip_messages: u64,
    /// Warnings, whether taken or not.
    pub warnings: u64,
}

/// The result of [`Decoder::finish`](super::Decoder::finish): an iterator over the last events and errors in order,
/// with the warnings and the tally.
///
/// ```
/// use im_session::Decoder;
///
/// let mut decoder = Decoder::new();
/// decoder.push(b"message EventRinging\n\tAttributeThisDN\t'3002'\n\tAttributeCallUUID\t'007'", |_| {});
/// let mut finished = decoder.finish();
/// assert!(finished.next().unwrap().is_ok());
/// assert!(finished.warnings().is_empty());
/// assert_eq!(finished.tally().sip_messages, 0);
/// ```
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

    /// The tally of the whole input.
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
