//! Events: one byte each, or spelled out.

use alloc::borrow::Cow;
use alloc::string::String;
use core::slice;

use arbitrary::{Arbitrary, Result, Unstructured};

use super::names::{IDS, NUMBERS};
use super::primitives::{integer, number, perhaps, text};
use crate::event::{ConnId, Event, EventName, KeyValueList};
use crate::machine::{CallEvent, DataEvent};
use crate::testing::parts::number_from_one;

/// The event that this byte is, by the [table](self::super); none for the bytes whose low half is 0: those are spelled out.
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
    let name = name_of(byte & 0xf)?;
    let row = byte >> 4 & 7;
    let (this_dn, call_uuid) = match row {
        0 | 4 | 5 => ("3001", "A"),
        1 => ("VQ_4", "~._-"),
        2 => ("3003", "A"),
        3 => ("3001", "B"),
        6.. => ("3002", "A"),
    };
    let mut event = Event::new(name).with_this_dn(this_dn).with_call_uuid(call_uuid);
    let is_message = event.name == EventName::Data(DataEvent::PrivateInfo);
    match row {
        0 => {
            event.other_dn = Some(Cow::Borrowed(this_dn));
            event.user_data = KeyValueList::new().into();
            event.extensions = is_message.then(|| KeyValueList::from_iter([("Text", "hello")])).into();
        }
        5 => event = event.with_other_dn("3002").with_user_data(KeyValueList::from_iter([("k", "v")])),
        7.. => event = event.with_other_dn("3001").with_user_data(KeyValueList::from_iter([("k", "w")])),
        1..=4 | 6 => {}
    }
    if is_message && row > 0 {
        event.extensions = KeyValueList::from_iter([("text", "hello")]).into();
    }
    if byte >= 0x80 {
        number_from_one(slice::from_mut(&mut event));
    }
    Some(match byte & 0xf {
        13 => Event { this_dn: None, ..event },
        14 => event.with_reference_id(1).with_error(50, "Invalid DN"),
        15.. => event.with_reference_id(2),
        0..=12 => event,
    })
}

fn name_of(low: u8) -> Option<EventName<'static>> {
    Some(match low {
        0 => return None,
        1 => CallEvent::Dialing.into(),
        2 => CallEvent::Ringing.into(),
        3 => CallEvent::Established.into(),
        4 => CallEvent::Released.into(),
        5 => CallEvent::Abandoned.into(),
        6 => DataEvent::DestinationBusy.into(),
        7 => DataEvent::PartyChanged.into(),
        8 => DataEvent::PartyAdded.into(),
        9 => DataEvent::PartyDeleted.into(),
        10 | 13 => DataEvent::AttachedDataChanged.into(),
        11 => DataEvent::PrivateInfo.into(),
        12 => "EventHeld".into(),
        14 => "EventError".into(),
        15.. => "EventACK".into(),
    })
}

/// One byte an event, see [`from_bytes`](crate::from_bytes); where the low half is 0 the attributes follow, in the order of the
/// fields, each with a byte before it that says whether it is there.
impl<'a> Arbitrary<'a> for Event<'_> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        match event_of(u.arbitrary()?) {
            Some(event) => Ok(event),
            None => spelled_out(u),
        }
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        (1, None)
    }
}

/// An event whose name and attributes all come from bytes.
pub(super) fn spelled_out<'e>(u: &mut Unstructured<'_>) -> Result<Event<'e>> {
    let own = |text: String| -> Cow<'e, str> { Cow::Owned(text) };
    let mut event = Event::new(u.arbitrary::<EventName<'_>>()?);
    event.this_dn = perhaps(u, |u| text(u, &NUMBERS))?.map(own);
    event.other_dn = perhaps(u, |u| text(u, &NUMBERS))?.map(own);
    event.call_uuid = perhaps(u, |u| text(u, &IDS))?.map(own);
    event.conn_id = perhaps(u, number)?.map(ConnId);
    event.event_sequence_number = perhaps(u, number)?;
    event.server_start_time = perhaps(u, number)?;
    event.user_data = perhaps(u, |u| u.arbitrary())?.map(|list: KeyValueList<'_>| list).into();
    event.extensions = perhaps(u, |u| u.arbitrary())?.map(|list: KeyValueList<'_>| list).into();
    event.reference_id = perhaps(u, number)?;
    event.error_code = perhaps(u, integer)?;
    event.error_message = perhaps(u, |u| text(u, &["Invalid DN", ""]))?.map(own);
    Ok(event)
}
