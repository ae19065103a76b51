//! The identity of the events that a SIP source makes: EventSequenceNumber counts up from 1.
//!
//! They are numbered because a call can come to an endpoint again under the same Call-ID and tag (refused, and tried again with
//! a higher CSeq): only a provably newer event opens a completed session anew (specification 2.1).

use crate::event::Event;

/// Counts the events of one source.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbering {
    last: u64,
    pub(super) server_start_time: Option<u64>,
}

impl Numbering {
    /// The event with its number.
    pub(super) fn number<'a>(&mut self, event: Event<'a>) -> Event<'a> {
        self.last = self.last.saturating_add(1);
        let event = event.with_event_sequence_number(self.last);
        match self.server_start_time {
            Some(seconds) => event.with_server_start_time(seconds),
            None => event,
        }
    }
}
