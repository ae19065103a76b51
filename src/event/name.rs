//! The name of an event, sorted by what it means for a session.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

use crate::machine::{CallEvent, DataEvent, SessionEvent};

/// The name of an event. Specification 2, 2.1 and 2.2.
///
/// Exhaustive by decision: an event moves a session, touches its data, or is ignored by name.
///
/// ```
/// use im_session::{CallEvent, EventName};
///
/// assert_eq!(EventName::from("EventRinging"), EventName::Call(CallEvent::Ringing));
/// assert_eq!(EventName::from("EventHeld").number(), Some(66));
/// assert_eq!(EventName::from_number(85).unwrap().as_str(), "EventAttachedDataChanged");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EventName<'a> {
    /// It moves the state.
    Call(CallEvent),
    /// It touches only data.
    Data(DataEvent),
    /// It is ignored by name, whatever its attributes: EventHeld, EventError, and every name not known here. No session
    /// takes it; the store settles a request by an EventError or EventACK all the same.
    Ignored(Cow<'a, str>),
}

/// The ignored events whose T-Library number the specification gives.
const IGNORED: [(&str, u16); 4] =
    [("EventError", 52), ("EventNetworkReached", 62), ("EventHeld", 66), ("EventRetrieved", 67)];

impl<'a> EventName<'a> {
    /// The name in T-Library.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            EventName::Call(event) => event.name(),
            EventName::Data(event) => event.name(),
            EventName::Ignored(name) => name,
        }
    }

    /// The T-Library message number, if the specification gives one.
    #[must_use]
    pub fn number(&self) -> Option<u16> {
        match self {
            EventName::Call(event) => Some(event.number()),
            EventName::Data(event) => Some(event.number()),
            EventName::Ignored(name) => IGNORED.iter().find(|(known, _)| known == name).map(|&(_, number)| number),
        }
    }

    /// The name with this T-Library message number, if the specification gives one.
    #[must_use]
    pub fn from_number(number: u16) -> Option<EventName<'static>> {
        let ignored = || IGNORED.iter().find(|&&(_, known)| known == number);
        CallEvent::from_number(number)
            .map(EventName::Call)
            .or_else(|| DataEvent::from_number(number).map(EventName::Data))
            .or_else(|| ignored().map(|&(name, _)| EventName::Ignored(Cow::Borrowed(name))))
    }

    /// The event as one that concerns a session; `None` where it is ignored by name.
    #[must_use]
    pub fn session_event(&self) -> Option<SessionEvent> {
        match self {
            EventName::Call(event) => Some(SessionEvent::Call(*event)),
            EventName::Data(event) => Some(SessionEvent::Data(*event)),
            EventName::Ignored(_) => None,
        }
    }

    /// The same name with its text copied.
    #[must_use]
    pub fn into_owned(self) -> EventName<'static> {
        match self {
            EventName::Call(event) => EventName::Call(event),
            EventName::Data(event) => EventName::Data(event),
            EventName::Ignored(name) => EventName::Ignored(Cow::Owned(name.into_owned())),
        }
    }
}

impl<'a> From<Cow<'a, str>> for EventName<'a> {
    fn from(name: Cow<'a, str>) -> Self {
        if let Ok(event) = name.parse() {
            EventName::Call(event)
        } else if let Ok(event) = name.parse() {
            EventName::Data(event)
        } else {
            EventName::Ignored(name)
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
