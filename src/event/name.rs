//! The name of an event, sorted by what it means for a session.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

use crate::machine::{CallEvent, DataEvent, SessionEvent};

/// The name of an event. [Specification 2][2], [2.1] and [2.2].
///
/// Deliberately exhaustive: an event can change the state, change only data, answer a request, or be ignored by name.
///
/// ```
/// use im_session::{CallEvent, EventName};
///
/// assert_eq!(EventName::from("EventRinging"), EventName::Call(CallEvent::Ringing));
/// assert_eq!(EventName::from("EventHeld").message_number(), Some(66));
/// assert_eq!(EventName::from_message_number(85).unwrap().as_str(), "EventAttachedDataChanged");
/// ```
///
/// [2]: crate::guide::specification#2-events-and-identity
/// [2.1]: crate::guide::specification#21-the-transition-table-d
/// [2.2]: crate::guide::specification#22-events-that-carry-data
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EventName<'a> {
    /// It can change the state.
    Call(CallEvent),
    /// It changes only data.
    Data(DataEvent),
    /// EventError: a request failed. It concerns no session.
    Error,
    /// EventACK: a request was received. It concerns no session.
    Ack,
    /// It is ignored whatever its attributes: EventHeld, and every unknown name.
    Other(Cow<'a, str>),
}

/// EventError, by name and T-Library number.
const ERROR: (&str, u16) = ("EventError", 52);

/// EventACK, by name.
const ACK: &str = "EventACK";

/// The ignored events whose T-Library number the specification gives.
const NUMBERED: [(&str, u16); 3] = [("EventNetworkReached", 62), ("EventHeld", 66), ("EventRetrieved", 67)];

impl<'a> EventName<'a> {
    /// The name in T-Library.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            EventName::Call(event) => event.name(),
            EventName::Data(event) => event.name(),
            EventName::Error => ERROR.0,
            EventName::Ack => ACK,
            EventName::Other(name) => name,
        }
    }

    /// The T-Library message number, if the specification gives one.
    #[must_use]
    pub fn message_number(&self) -> Option<u16> {
        match self {
            EventName::Call(event) => Some(event.message_number()),
            EventName::Data(event) => Some(event.message_number()),
            EventName::Error => Some(ERROR.1),
            EventName::Ack => None,
            EventName::Other(name) => NUMBERED.iter().find(|(known, _)| known == name).map(|&(_, number)| number),
        }
    }

    /// The name with this T-Library message number, if the specification gives one.
    #[must_use]
    pub fn from_message_number(number: u16) -> Option<EventName<'static>> {
        let numbered = || NUMBERED.iter().find(|&&(_, known)| known == number);
        CallEvent::from_message_number(number)
            .map(EventName::Call)
            .or_else(|| DataEvent::from_message_number(number).map(EventName::Data))
            .or_else(|| (number == ERROR.1).then_some(EventName::Error))
            .or_else(|| numbered().map(|&(name, _)| EventName::Other(Cow::Borrowed(name))))
    }

    /// The event as one that concerns a session; `None` if it concerns none.
    #[must_use]
    pub fn session_event(&self) -> Option<SessionEvent> {
        match self {
            EventName::Call(event) => Some(SessionEvent::Call(*event)),
            EventName::Data(event) => Some(SessionEvent::Data(*event)),
            EventName::Error | EventName::Ack | EventName::Other(_) => None,
        }
    }

    /// The same name with its text copied.
    #[must_use]
    pub fn into_owned(self) -> EventName<'static> {
        match self {
            EventName::Call(event) => EventName::Call(event),
            EventName::Data(event) => EventName::Data(event),
            EventName::Error => EventName::Error,
            EventName::Ack => EventName::Ack,
            EventName::Other(name) => EventName::Other(Cow::Owned(name.into_owned())),
        }
    }
}

impl<'a> From<Cow<'a, str>> for EventName<'a> {
    fn from(name: Cow<'a, str>) -> Self {
        if let Ok(event) = name.parse() {
            EventName::Call(event)
        } else if let Ok(event) = name.parse() {
            EventName::Data(event)
        } else if name == ERROR.0 {
            EventName::Error
        } else if name == ACK {
            EventName::Ack
        } else {
            EventName::Other(name)
        }
    }
}

impl<'a> From<&'a str> for EventName<'a> {
    fn from(name: &'a str) -> Self {
        Cow::Borrowed(name).into()
    }
}

impl From<String> for EventName<'_> {
    fn from(name: String) -> Self {
        EventName::from(Cow::Owned(name))
    }
}

impl From<CallEvent> for EventName<'_> {
    fn from(event: CallEvent) -> Self {
        EventName::Call(event)
    }
}

impl From<DataEvent> for EventName<'_> {
    fn from(event: DataEvent) -> Self {
        EventName::Data(event)
    }
}

impl From<SessionEvent> for EventName<'_> {
    fn from(event: SessionEvent) -> Self {
        match event {
            SessionEvent::Call(event) => EventName::Call(event),
            SessionEvent::Data(event) => EventName::Data(event),
        }
    }
}

impl fmt::Display for EventName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
