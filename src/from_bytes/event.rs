//! Reads an event from one byte, or one that is spelled out.

use super::{Bytes, FromBytes};
use crate::event::{ConnId, Event, EventName, KeyValueList, ListAttribute};
use crate::machine::{CallEvent, DataEvent};
use crate::testing::prelude::*;

/// The start time of the server that numbers the events, in seconds since 1970.
pub(super) const SERVER_START_TIME: u64 = 1_420_640_000;

/// DNs that several events share, and others.
pub(crate) const NUMBERS: [&str; 7] = ["3001", "3002", "3003", "VQ_4", "", "+1 (916) 555-0104", "9"];

/// Ids that several events share, one that no session has, and texts that cannot be an id.
pub(crate) const IDS: [&str; 8] = ["A", "B", "007MDF3D0KAHL93L807GK2LAES000001", "~._-", "unknown", "", "..", "no id"];

/// DN and id of an event of one byte, by its high half. Only [valid histories](super::valid_history) have rows of their
/// own from 8 on.
pub(super) const PLACES: [(&str, &str); 8] = [
    ("3001", "A"),
    ("VQ_4", "~._-"),
    ("3003", "A"),
    ("3001", "B"),
    ("3001", "A"),
    ("3001", "A"),
    ("3002", "A"),
    ("3002", "A"),
];

/// The names of the events of one byte, by its low half, from 1.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    names_of_session_events().chain(["EventHeld", "EventAttachedDataChanged", "EventError", "EventACK"])
}

fn names_of_session_events() -> impl Iterator<Item = &'static str> {
    CallEvent::ALL.map(CallEvent::name).into_iter().chain(DataEvent::ALL.map(DataEvent::name))
}

// Each event of a session has its own byte. EventAttachedDataChanged has a second one, without ThisDN. Half a byte has
// no value left for a new event, so its author has to decide here how it is read.
const _: () = assert!(CallEvent::ALL.len() + DataEvent::ALL.len() + 4 == 15, "an event without a byte");

/// The event for this byte, by the [table](crate::from_bytes). `None` for bytes whose low half is 0, which announce an
/// event that is spelled out.
///
/// ```
/// use im_session::from_bytes::event_of;
/// use im_session::{CallEvent, Event};
///
/// let dialing = Event::new(CallEvent::Dialing).with_this_dn("3001").with_call_uuid("A");
/// assert_eq!(event_of(b'A'), Some(dialing));
/// assert_eq!(event_of(b'@'), None);
/// ```
#[must_use]
pub fn event_of(byte: u8) -> Option<Event<'static>> {
    let (low, row) = (byte & 0xf, byte >> 4 & 7);
    let name = names().nth(usize::from(low.checked_sub(1)?))?;
    let &(this_dn, call_uuid) = PLACES.get(usize::from(row))?;
    let mut event = Event::new(name).with_this_dn(this_dn).with_call_uuid(call_uuid);
    let is_message = event.name == EventName::Data(DataEvent::PrivateInfo);
    event = match row {
        0 => event.with_other_dn(this_dn).with_user_data(KeyValueList::new()),
        5 => event.with_other_dn("3002").with_user_data(KeyValueList::from_iter([("k", "v")])),
        7.. => event.with_other_dn("3001").with_user_data(KeyValueList::from_iter([("k", "w")])),
        1..=4 | 6 => event,
    };
    if is_message {
        event = event.with_extensions(KeyValueList::from_iter([(if row > 0 { "text" } else { "Text" }, "hello")]));
    }
    if byte >= 0x80 {
        event = event.with_event_sequence_number(1).with_server_start_time(SERVER_START_TIME);
    }
    Some(match low {
        13 => Event { this_dn: None, ..event },
        14 => event.with_reference_id(1).with_error(50, "Invalid DN"),
        15.. => event.with_reference_id(2),
        0..=12 => event,
    })
}

/// Like [`event_of`], but numbered by its place.
pub(super) fn event_at_place(byte: u8, place: u64) -> Option<Event<'static>> {
    let event = event_of(byte)?;
    Some(if byte >= 0x80 { event.with_event_sequence_number(place) } else { event })
}

/// One byte, see [`from_bytes`](crate::from_bytes). If its low half is 0, the name follows as a text, then the
/// attributes in the order of the fields, each after a byte that is odd if the attribute is present.
impl FromBytes for Event<'static> {
    fn from_bytes(bytes: &mut Bytes<'_>) -> Self {
        let byte = bytes.byte();
        event_at_place(byte, bytes.place).unwrap_or_else(|| spelled_out(bytes))
    }
}

/// An event whose name and attributes all come from bytes.
pub(super) fn spelled_out(bytes: &mut Bytes<'_>) -> Event<'static> {
    let own = |text: String| -> Cow<'static, str> { Cow::Owned(text) };
    let mut event = Event::new(EventName::from_bytes(bytes));
    event.this_dn = bytes.perhaps(|bytes| own(bytes.text(&NUMBERS)));
    event.other_dn = bytes.perhaps(|bytes| own(bytes.text(&NUMBERS)));
    event.call_uuid = bytes.perhaps(|bytes| own(bytes.text(&IDS)));
    event.conn_id = bytes.perhaps(Bytes::number).map(ConnId);
    event.event_sequence_number = bytes.perhaps(Bytes::number);
    event.server_start_time = bytes.perhaps(Bytes::number);
    event.user_data = list_attribute(bytes);
    event.extensions = list_attribute(bytes);
    event.reference_id = bytes.perhaps(Bytes::number);
    event.error_code = bytes.perhaps(Bytes::integer);
    event.error_message = bytes.perhaps(|bytes| own(bytes.text(&["Invalid DN", ""])));
    event
}

/// Absent for even bytes, hidden for every fourth odd byte.
pub(super) fn list_attribute(bytes: &mut Bytes<'_>) -> ListAttribute<'static> {
    match bytes.byte() {
        byte if byte % 2 == 0 => ListAttribute::Absent,
        byte if byte % 8 == 7 => ListAttribute::Hidden,
        _ => KeyValueList::from_bytes(bytes).into(),
    }
}

/// One byte, except for names that are spelled out.
impl FromBytes for EventName<'static> {
    fn from_bytes(bytes: &mut Bytes<'_>) -> Self {
        let others = ["EventHeld", "EventRetrieved", "EventNetworkReached", "EventError", "EventACK"];
        EventName::from(bytes.text(&names_of_session_events().chain(others).collect::<Vec<_>>()))
    }
}
