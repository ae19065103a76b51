//! The resource as published samples and other servers write it, not as this crate does.

use super::event::{IDS, NUMBERS};
use super::{Bytes, FromBytes};
use crate::event::KeyValueList;
use crate::machine::{Operation, Operations, State};
use crate::resource::{Country, Participant};
use crate::testing::prelude::*;

/// A participant from a number, without number analysis. [`participants`] also returns others.
impl FromBytes for Participant<'static> {
    fn from_bytes(bytes: &mut Bytes<'_>) -> Self {
        Participant::from_number(&bytes.text(&NUMBERS)).into_owned()
    }
}

/// Participants with and without number analysis. A byte is their number, up to 7. Then each has a byte for its kind: 0
/// a number, 1 an extension, 2 the public number 9165550104 with country and location, 3 the same without them. After
/// kinds 0 and 1 the number follows.
///
/// ```
/// use im_session::Participant;
/// use im_session::from_bytes::{Bytes, participants};
///
/// let two = participants(&mut Bytes::new(b"\x02\x00\x01\x02"));
/// assert_eq!(two[0], Participant::from_number("3002"));
/// assert_eq!(two[1].formatted_phone_number, "(916) 555-0104");
/// ```
#[must_use]
pub fn participants(bytes: &mut Bytes<'_>) -> Vec<Participant<'static>> {
    bytes.several(participant)
}

/// A participant as a server with or without number analysis writes it. *Call Resource*.
pub(crate) fn participant(bytes: &mut Bytes<'_>) -> Participant<'static> {
    let what = bytes.byte() & 3;
    if what < 2 {
        let plain = Participant::from_bytes(bytes);
        // An extension.
        return if what == 0 { plain } else { Participant { e164_number: "".into(), ..plain } };
    }
    let united_states = Country { calling_code: "1".into(), code: "US".into(), name: "United States".into() };
    Participant {
        country: Some(united_states).filter(|_| what == 2),
        digits: "9165550104".into(),
        e164_number: "+19165550104".into(),
        formatted_phone_number: "(916) 555-0104".into(),
        location: Some("California".into()).filter(|_| what == 2),
        phone_number: "9165550104".into(),
    }
}

/// An imSession as others write it: with fields left out or `null`, an unknown field, white space around the state,
/// capabilities in either order, participants with a single number. The first byte says which of these it has.
///
/// Each can be read as an [`ImSession`](crate::ImSession), even if no session can have its id.
///
/// ```
/// use im_session::from_bytes::{Bytes, resource};
/// use im_session::{ImSession, State};
/// use serde::Deserialize;
///
/// let resource = resource(&mut Bytes::new(b"\0\0F"));
/// assert_eq!(resource, serde_json::json!({"id": "A", "state": " Talking "}));
/// assert_eq!(ImSession::deserialize(&resource).unwrap().state(), State::Talking);
/// ```
#[must_use]
pub fn resource(bytes: &mut Bytes<'_>) -> Value {
    let which = bytes.byte();
    let is_there = |bit: u8| which >> bit & 1 == 1;
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(String::from(name), value);
    let id = bytes.text(&IDS);
    if is_there(0) {
        put("path", json!(format!("/im-sessions/{id}")));
        put("uri", json!(format!("http://other.example/api/v2/im-sessions/{id}")));
    }
    put("id", json!(id));
    put("state", json!(state(bytes)));
    if is_there(1) {
        let alone = match which >> 6 {
            1 => Some("phoneNumber"),
            2 => Some("digits"),
            0 | 3.. => None,
        };
        let written = |participant: &Participant<'_>| {
            let whole = json!(participant);
            alone.map_or_else(|| whole.clone(), |name| json!({name: whole.get(name)}))
        };
        put("participants", participants(bytes).iter().map(written).collect());
    }
    if is_there(2) {
        put("capabilities", json!(capabilities(bytes)));
    }
    if is_there(3) {
        put("dnis", bytes.one_of(&[json!(1), json!(null), json!({"a": [true]})]));
    }
    match which >> 4 & 3 {
        0 => None,
        1 => put("userData", Value::Null),
        2.. => put("userData", json!(KeyValueList::from_bytes(bytes))),
    };
    Value::Object(fields)
}

/// A readable resource without anything unusual.
pub(super) fn plain_resource(bytes: &mut Bytes<'_>) -> Value {
    let (id, state) = (bytes.text(&IDS), State::from_bytes(bytes));
    let numbers = bytes.several(|bytes| bytes.text(&NUMBERS));
    let participants: Vec<Value> = numbers.iter().map(|number| json!({"phoneNumber": number})).collect();
    let user_data: Option<KeyValueList<'_>> = bytes.perhaps(FromBytes::from_bytes);
    json!({"id": id, "state": state.name(), "participants": participants, "userData": user_data})
}

/// The state, with white space around it.
fn state(bytes: &mut Bytes<'_>) -> String {
    const AROUND: [&str; 4] = ["", " ", "\t", "\r\n"];
    let byte = bytes.byte();
    let around = |bits: u8| super::bytes::counted(bits & 3, &AROUND).copied();
    let state = super::bytes::counted(byte & 3, &State::ALL).map(|state| state.name());
    [around(byte >> 2), state, around(byte >> 6)].into_iter().flatten().collect()
}

/// Some operations, in definition order or reversed.
fn capabilities(bytes: &mut Bytes<'_>) -> Vec<Operation> {
    let reversed = bytes.peek() & 0x40 != 0;
    let mut operations: Vec<Operation> = Operations::from_bytes(bytes).iter().collect();
    if reversed {
        operations.reverse();
    }
    operations
}
