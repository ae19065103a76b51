//! The events that concern a session: the five that can change its state and the six that change only its data.

use core::fmt;

use crate::named::named;

named! {
    /// An event that can change the state. T-Library names and numbers; [specification 2][2] and [2.1].
    ///
    /// Deliberately exhaustive: a sixth such event would be another machine.
    ///
    /// ```
    /// use im_session::CallEvent;
    ///
    /// assert_eq!("EventRinging".parse(), Ok(CallEvent::Ringing));
    /// assert_eq!(CallEvent::Ringing.message_number(), 60);
    /// assert_eq!(CallEvent::from_message_number(59), Some(CallEvent::Abandoned));
    /// ```
    ///
    /// [2]: crate::guide::specification#2-events-and-identity
    /// [2.1]: crate::guide::specification#21-the-transition-table-d
    pub enum CallEvent {
        /// The agent's DN dials.
        Dialing = "EventDialing",
        /// The agent's DN rings.
        Ringing = "EventRinging",
        /// The call is answered.
        Established = "EventEstablished",
        /// The DN left the call, or the call ended.
        Released = "EventReleased",
        /// The caller hung up before the call was answered: the *callee* gets this instead of EventReleased.
        Abandoned = "EventAbandoned",
    }
}

impl CallEvent {
    /// The T-Library message number.
    #[must_use]
    pub const fn message_number(self) -> u16 {
        match self {
            CallEvent::Abandoned => 59,
            CallEvent::Ringing => 60,
            CallEvent::Dialing => 61,
            CallEvent::Established => 64,
            CallEvent::Released => 65,
        }
    }

    /// Whether it is an end event. An end event ends the session in any state, even if its data exceeds a limit.
    #[must_use]
    pub const fn is_end(self) -> bool {
        match self {
            CallEvent::Dialing | CallEvent::Ringing | CallEvent::Established => false,
            CallEvent::Released | CallEvent::Abandoned => true,
        }
    }

    /// The event with this T-Library message number, if it is one of the five.
    #[must_use]
    pub fn from_message_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.message_number() == number)
    }
}

named! {
    /// An event that changes a session's data but not its state. T-Library names and numbers; [specification 2.2][2.2].
    ///
    /// Deliberately exhaustive, like [`CallEvent`].
    ///
    /// [2.2]: crate::guide::specification#22-events-that-carry-data
    pub enum DataEvent {
        /// The dialed party is busy; EventReleased follows.
        DestinationBusy = "EventDestinationBusy",
        /// OtherDN replaces the other parties (a transfer).
        PartyChanged = "EventPartyChanged",
        /// OtherDN joined the call.
        PartyAdded = "EventPartyAdded",
        /// OtherDN left the call.
        PartyDeleted = "EventPartyDeleted",
        /// The event's list replaces the user data.
        AttachedDataChanged = "EventAttachedDataChanged",
        /// A message, if its Extensions have a `text`.
        PrivateInfo = "EventPrivateInfo",
    }
}

impl DataEvent {
    /// The T-Library message number.
    #[must_use]
    pub const fn message_number(self) -> u16 {
        match self {
            DataEvent::DestinationBusy => 63,
            DataEvent::PartyChanged => 68,
            DataEvent::PartyAdded => 69,
            DataEvent::PartyDeleted => 70,
            DataEvent::AttachedDataChanged => 85,
            DataEvent::PrivateInfo => 150,
        }
    }

    /// The event with this T-Library message number, if it is one of the six.
    #[must_use]
    pub fn from_message_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.message_number() == number)
    }
}

/// An event that concerns a session: one that can change its state, or one that changes only its data.
///
/// Deliberately exhaustive, like its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SessionEvent {
    /// One of the five that can change the state.
    Call(CallEvent),
    /// One of the six that change only data.
    Data(DataEvent),
}

impl SessionEvent {
    /// The name in T-Library.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            SessionEvent::Call(event) => event.name(),
            SessionEvent::Data(event) => event.name(),
        }
    }
}

impl fmt::Display for SessionEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl From<CallEvent> for SessionEvent {
    fn from(event: CallEvent) -> Self {
        SessionEvent::Call(event)
    }
}

impl From<DataEvent> for SessionEvent {
    fn from(event: DataEvent) -> Self {
        SessionEvent::Data(event)
    }
}
