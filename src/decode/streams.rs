//! The two streams of a container, standard output and standard error, whose lines alternate in a log.
//!
//! A line of one stream never belongs to what is open on the other: a message, a SIP message that is being skipped, or
//! a line in pieces. So each stream has its own state, and the decoder switches between the two.

use alloc::boxed::Box;

use super::collected::{Piece, Skipped, Step};
use super::decoder::Decoder;
use super::envelope::{Envelope, Opened};
use super::open_message::OpenMessage;

/// What is open on the stream to which the current line does not belong. At least one of these is set.
#[derive(Debug, Clone)]
pub(super) struct OtherStream {
    pub(super) piece: Option<Box<Piece>>,
    pub(super) message: Option<OpenMessage>,
    pub(super) sip_message: Option<Box<Skipped>>,
}

impl OtherStream {
    fn envelope(&self) -> Option<&Envelope> {
        envelope(self.piece.as_deref(), self.sip_message.as_deref(), self.message.as_ref())
    }

    /// Whether a line belongs to this stream, or to none.
    fn takes(&self, line: &[u8]) -> bool {
        !is_of_other_stream(self.envelope(), line)
    }
}

fn envelope<'a>(
    piece: Option<&'a Piece>,
    skipped: Option<&'a Skipped>,
    message: Option<&'a OpenMessage>,
) -> Option<&'a Envelope> {
    let skipped = skipped.map(|skipped| &skipped.envelope);
    piece.map(|piece| &piece.envelope).or(skipped).or_else(|| message.map(|message| &message.envelope))
}

fn is_of_other_stream(envelope: Option<&Envelope>, line: &[u8]) -> bool {
    envelope.is_some_and(|envelope| matches!(envelope.open(line), Opened::OfOtherStream))
}

impl Decoder {
    /// Whether a line belongs to the other stream, not to the one with what is open.
    pub(super) fn is_of_other_stream(&self, line: &[u8]) -> bool {
        let open = envelope(self.piece.as_deref(), self.sip_message.as_deref(), self.message.as_ref());
        is_of_other_stream(open, line)
    }

    /// Switches to the other stream, to which the line belongs. The line is then processed again.
    pub(super) fn turn_to_other_stream(&mut self, line: &[u8]) -> Step {
        if self.other_stream.as_ref().is_some_and(|other| !other.takes(line)) {
            return Step::Taken(None);
        }
        self.swap_streams();
        Step::Before(None)
    }

    /// Switches to the other stream if nothing is open on this one and the line may belong to what is open there.
    pub(super) fn resume_other_stream(&mut self, raw: &[u8]) {
        let Some(other) = &self.other_stream else {
            return;
        };
        let is_open = self.piece.is_some() || self.message.is_some() || self.sip_message.is_some();
        if !is_open && other.takes(&self.without_colours(raw)) {
            self.swap_streams();
        }
    }

    pub(super) fn swap_streams(&mut self) {
        let (piece, message, sip_message) = (self.piece.take(), self.message.take(), self.sip_message.take());
        if let Some(other) = self.other_stream.take() {
            self.piece = other.piece;
            self.message = other.message;
            self.sip_message = other.sip_message;
        }
        if piece.is_some() || message.is_some() || sip_message.is_some() {
            self.other_stream = Some(Box::new(OtherStream { piece, message, sip_message }));
        }
    }

    /// Ends the message that is open on the other stream before an event begins on this one, so that the events keep
    /// their order. `None` if there is none to end. A message with an open value is not ended, since the rest of the
    /// value would then be read as lines of the log.
    pub(super) fn end_on_other_stream(&mut self, is_event: bool) -> Option<Step> {
        let other = self.other_stream.as_mut()?;
        let ends = |message: &OpenMessage| is_event && message.is_event && !message.shape.has_open_value();
        if other.piece.is_some() || !other.message.as_ref().is_some_and(ends) {
            return None;
        }
        self.message = other.message.take();
        if other.sip_message.is_none() {
            self.other_stream = None;
        }
        Some(Step::Before(self.close_message()))
    }

    /// Whether the message on the other stream began before the one on this stream.
    pub(super) fn began_later_than_other_stream(&self) -> bool {
        let other = self.other_stream.as_ref().and_then(|other| other.message.as_ref());
        let place = |message: &OpenMessage| (message.file, message.number);
        match (self.message.as_ref().map(place), other.map(place)) {
            (Some(own), Some(other)) => other < own,
            (_, _) => false,
        }
    }
}
