//! Which of two events is newer: stale events, and provably newer legs of completed sessions. Specification 2 and 2.1.

use core::fmt;

use super::Session;
use crate::event::Event;
use crate::machine::{CallEvent, SessionEvent, State};

/// Identifies an event of a server, and orders the events of one server start. [Specification 2][2].
///
/// [2]: crate::guide::specification#2-events-and-identity
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EventIdentity {
    /// When the server started, in seconds since 1970. `None` equals only `None`.
    pub server_start_time: Option<u64>,
    /// The sequence number of the event since then.
    pub event_sequence_number: u64,
}

impl EventIdentity {
    /// The identity of `event`, if it has a sequence number.
    #[must_use]
    pub fn of(event: &Event<'_>) -> Option<Self> {
        event.event_sequence_number.map(|event_sequence_number| EventIdentity {
            server_start_time: event.server_start_time,
            event_sequence_number,
        })
    }

    /// Whether both are from the same server start, so that their numbers can be compared.
    fn same_server_start(self, other: Self) -> bool {
        self.server_start_time == other.server_start_time
    }

    /// Whether an event with this identity repeats or precedes the one with `last`. False for events of different
    /// server starts, which cannot be compared.
    pub(crate) fn is_stale_after(self, last: Self) -> bool {
        self.same_server_start(last) && self.event_sequence_number <= last.event_sequence_number
    }
}

/// `#4711 since 1420640000`.
impl fmt::Display for EventIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.event_sequence_number)?;
        self.server_start_time.map_or(Ok(()), |time| write!(f, " since {time}"))
    }
}

impl Session {
    /// The state after the event, if it opens a new leg of this completed session.
    ///
    /// A call that left a DN can ring there again under the same CallUUID. Only a provably newer Dialing or Ringing
    /// opens a new leg: both it and the last accepted event have a number, and both are from the same server start.
    /// (Its number is higher, or it would have been rejected as stale before.)
    pub(super) fn new_leg(&self, event: &Event<'_>, session_event: SessionEvent) -> Option<State> {
        if self.state != State::Completed {
            return None;
        }
        let (last, new) = (self.last_event()?, EventIdentity::of(event)?);
        match session_event {
            SessionEvent::Call(CallEvent::Dialing) if new.same_server_start(last) => Some(State::Initiating),
            SessionEvent::Call(CallEvent::Ringing) if new.same_server_start(last) => Some(State::Alerting),
            SessionEvent::Call(
                CallEvent::Dialing
                | CallEvent::Ringing
                | CallEvent::Established
                | CallEvent::Released
                | CallEvent::Abandoned,
            )
            | SessionEvent::Data(_) => None,
        }
    }
}
