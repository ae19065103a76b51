//! What an event concerns. This is the only place that decides it.

use super::{BadCallUuid, Event, EventName, check_call_uuid};
use crate::machine::{DataEvent, SessionEvent};

/// What an event concerns. [Specification 2][2], [2.2] and [4].
///
/// Deliberately exhaustive: code that handles events has to handle each of these.
///
/// ```
/// use im_session::event::{Event, Route};
/// use im_session::{CallEvent, SessionEvent};
///
/// let event = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007MDF");
/// let event_at_dn =
///     Route::AtDn { event: SessionEvent::Call(CallEvent::Ringing), this_dn: "3002", id: "007MDF" };
/// assert_eq!(event.route(), Ok(event_at_dn));
/// assert_eq!(Event::new("EventHeld").route(), Ok(Route::Other));
/// assert!(Event::new("EventRinging").route().is_err());
/// ```
///
/// [2]: crate::guide::specification#2-events-and-identity
/// [2.2]: crate::guide::specification#22-events-that-carry-data
/// [4]: crate::guide::specification#4-operations
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route<'e> {
    /// It concerns one session: the view that one DN has of a call.
    AtDn {
        /// The event.
        event: SessionEvent,
        /// The DN.
        this_dn: &'e str,
        /// The id of the call, which can be the id of a session.
        id: &'e str,
    },
    /// It concerns every session of a call: an EventAttachedDataChanged without ThisDN.
    ToCall {
        /// The id of the call, which can be the id of a session.
        id: &'e str,
    },
    /// It concerns no session but answers a request: EventError or EventACK.
    Answer,
    /// It concerns no session: it is ignored by name, or an EventPrivateInfo without a text.
    Other,
}

/// Why an event about a session cannot be read. [Specification 2][2] and [6].
///
/// [2]: crate::guide::specification#2-events-and-identity
/// [6]: crate::guide::specification#6-inputs-that-users-have
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnreadableEvent {
    /// The event has no CallUUID.
    #[error("{event}: expected a CallUUID, found none")]
    NoCallUuid {
        /// The event's name.
        event: &'static str,
    },
    /// The event has no ThisDN; only EventAttachedDataChanged may leave it out.
    #[error("{event}: expected a ThisDN, found none")]
    NoThisDn {
        /// The event's name.
        event: &'static str,
    },
    /// The CallUUID of the event cannot be an id.
    #[error("{event}: {source}")]
    BadCallUuid {
        /// The event's name.
        event: &'static str,
        /// What is wrong with it.
        source: BadCallUuid,
    },
}

impl Event<'_> {
    /// What the event concerns.
    ///
    /// # Errors
    ///
    /// [`UnreadableEvent`] if an event about a session lacks a CallUUID that can be the id of a session, or a ThisDN
    /// (which only EventAttachedDataChanged may lack). Events that are ignored by name need neither.
    pub fn route(&self) -> Result<Route<'_>, UnreadableEvent> {
        let session_event = match &self.name {
            EventName::Call(event) => SessionEvent::Call(*event),
            EventName::Data(event) => SessionEvent::Data(*event),
            EventName::Error | EventName::Ack => return Ok(Route::Answer),
            EventName::Other(_) => return Ok(Route::Other),
        };
        let event = session_event.name();
        let id = self.call_uuid().ok_or(UnreadableEvent::NoCallUuid { event })?;
        check_call_uuid(id).map_err(|source| UnreadableEvent::BadCallUuid { event, source })?;
        match (session_event, self.this_dn()) {
            (SessionEvent::Data(DataEvent::AttachedDataChanged), None) => Ok(Route::ToCall { id }),
            (_, None) => Err(UnreadableEvent::NoThisDn { event }),
            // Other features use EventPrivateInfo as well.
            (SessionEvent::Data(DataEvent::PrivateInfo), Some(_)) if !self.has_text() => Ok(Route::Other),
            (_, Some(this_dn)) => Ok(Route::AtDn { event: session_event, this_dn, id }),
        }
    }
}
