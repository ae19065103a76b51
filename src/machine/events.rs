//! The events that concern a session: the five that move it and the six that only touch its data.

use super::{UnknownName, unknown};

/// An event that moves the machine. T-Library names and numbers; specification 2 and 2.1.
///
/// Exhaustive by decision: a sixth moving event would be another machine.
///
/// ```
/// use im_session::CallEvent;
///
/// assert_eq!("EventRinging".parse(), Ok(CallEvent::Ringing));
/// assert_eq!(CallEvent::Ringing.message_number(), 60);
/// assert_eq!(CallEvent::from_message_number(59), Some(CallEvent::Abandoned));
/// ```
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
    strum::IntoStaticStr,
)]
#[strum(parse_err_ty = UnknownName, parse_err_fn = unknown::<CallEvent>)]
#[repr(u8)]
pub enum CallEvent {
    /// The agent's DN dials.
    #[strum(serialize = "EventDialing")]
    Dialing,
    /// The agent's DN rings.
    #[strum(serialize = "EventRinging")]
    Ringing,
    /// The call is answered.
    #[strum(serialize = "EventEstablished")]
    Established,
    /// The DN left the call, or the call ended.
    #[strum(serialize = "EventReleased")]
    Released,
    /// The caller gave up before the answer: what the *callee* gets instead of EventReleased.
    #[strum(serialize = "EventAbandoned")]
    Abandoned,
}

impl CallEvent {
    /// The five events in definition order.
    pub const ALL: [CallEvent; 5] =
        [CallEvent::Dialing, CallEvent::Ringing, CallEvent::Established, CallEvent::Released, CallEvent::Abandoned];

    /// The name in T-Library: `EventDialing`, …
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

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

    /// The event with this T-Library message number, if it is one of the five.
    #[must_use]
    pub const fn from_message_number(number: u16) -> Option<Self> {
        match number {
            59 => Some(CallEvent::Abandoned),
            60 => Some(CallEvent::Ringing),
            61 => Some(CallEvent::Dialing),
            64 => Some(CallEvent::Established),
            65 => Some(CallEvent::Released),
            0..=58 | 62 | 63 | 66..=u16::MAX => None,
        }
    }
}

/// An event that touches a session without moving it. T-Library names and numbers; specification 2.2.
///
/// Exhaustive by decision, as [`CallEvent`].
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
    strum::IntoStaticStr,
)]
#[strum(parse_err_ty = UnknownName, parse_err_fn = unknown::<DataEvent>)]
#[repr(u8)]
pub enum DataEvent {
    /// The dialed party is busy; EventReleased follows.
    #[strum(serialize = "EventDestinationBusy")]
    DestinationBusy,
    /// The other parties became OtherDN (a transfer).
    #[strum(serialize = "EventPartyChanged")]
    PartyChanged,
    /// OtherDN joined the call.
    #[strum(serialize = "EventPartyAdded")]
    PartyAdded,
    /// OtherDN left the call.
    #[strum(serialize = "EventPartyDeleted")]
    PartyDeleted,
    /// The user data became exactly the event's list.
    #[strum(serialize = "EventAttachedDataChanged")]
    AttachedDataChanged,
    /// With `text` in its Extensions: a message.
    #[strum(serialize = "EventPrivateInfo")]
    PrivateInfo,
}

impl DataEvent {
    /// The six events in the order of their numbers.
    pub const ALL: [DataEvent; 6] = [
        DataEvent::DestinationBusy,
        DataEvent::PartyChanged,
        DataEvent::PartyAdded,
        DataEvent::PartyDeleted,
        DataEvent::AttachedDataChanged,
        DataEvent::PrivateInfo,
    ];

    /// The name in T-Library: `EventPartyAdded`, …
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

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
    pub const fn from_message_number(number: u16) -> Option<Self> {
        match number {
            63 => Some(DataEvent::DestinationBusy),
            68 => Some(DataEvent::PartyChanged),
            69 => Some(DataEvent::PartyAdded),
            70 => Some(DataEvent::PartyDeleted),
            85 => Some(DataEvent::AttachedDataChanged),
            150 => Some(DataEvent::PrivateInfo),
            0..=62 | 64..=67 | 71..=84 | 86..=149 | 151..=u16::MAX => None,
        }
    }
}

/// An event that concerns a session: one that moves it, or one that touches its data.
///
/// Exhaustive by decision, as its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SessionEvent {
    /// One of the five that move the machine.
    Call(CallEvent),
    /// One of the six that only touch data.
    Data(DataEvent),
}

impl SessionEvent {
    /// The name in T-Library.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            SessionEvent::Call(event) => event.name(),
            SessionEvent::Data(event) => event.name(),
        }
    }

    /// The T-Library message number.
    #[must_use]
    pub const fn message_number(self) -> u16 {
        match self {
            SessionEvent::Call(event) => event.message_number(),
            SessionEvent::Data(event) => event.message_number(),
        }
    }
}

impl core::fmt::Display for SessionEvent {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
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
