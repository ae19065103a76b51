//! Steps and histories.

use super::bytes::counted;
use super::event::{IDS, NUMBERS, event_at_place, list_attribute, spelled_out};
use super::operation::operation_body;
use super::resource::{plain_resource, resource};
use super::{Bytes, FromBytes};
use crate::event::{ConnId, Event};
use crate::machine::{Operation, Operations};
use crate::testing::prelude::*;
use crate::testing::{Agent, History, Step};

/// The agents of every history from bytes. The first is at DN 3001, the second at 3003 and 3002. The third is at VQ_4
/// and, like the first, at 3001, and may only attach and delete user data and complete. The fourth has no devices. The
/// fifth is, like the second, at 3002, and has the rights that the third lacks.
#[must_use]
pub fn agents() -> Vec<Agent> {
    let (agent, few) = (Agent::new, [Operation::AttachUserData, Operation::DeleteUserData, Operation::Complete]);
    let (few, others) = (Operations::of(&few), few.into_iter().fold(Operations::ALL, Operations::without));
    alloc::vec![
        agent().with_device("/devices/1", "3001"),
        agent().with_device("/devices/2", "3003").with_device("/devices/3", "3002"),
        agent().with_device("/devices/1", "VQ_4").with_device("/devices/4", "3001").with_rights(few),
        agent(),
        agent().with_device("/devices/1", "3002").with_rights(others),
    ]
}

/// The queries for one byte.
const QUERIES: [&str; 12] = [
    "fields=*",
    "",
    "fields=id,state",
    "fields=*&state=Talking",
    "state=Completed",
    "fields=userData,participants&id=A",
    "fields=",
    "fields=unknown",
    "st%61te=Alert%69ng&fields=*",
    "devicePath=/devices/3",
    "devicePath=%2Fdevices%2F2&fields=uri",
    "fields=%2A&path=/im-sessions/A",
];

/// One byte for an event, see [`from_bytes`](crate::from_bytes). In bytes with the low half 0 the high half is the kind
/// of step, and its parameters follow.
impl FromBytes for Step {
    fn from_bytes(bytes: &mut Bytes<'_>) -> Self {
        let byte = bytes.byte();
        event_at_place(byte, bytes.place).map_or_else(|| other(bytes, byte >> 4), Step::Event)
    }
}

fn other(bytes: &mut Bytes<'_>, row: u8) -> Step {
    match row {
        1 => Step::Time(bytes.byte().into()),
        2 => Step::Expire { ago: ago(bytes) },
        3..=5 => post(bytes),
        6 => Step::List { agent: agent(bytes), query: query_of_step(bytes) },
        7 => Step::Read { agent: agent(bytes), id: bytes.text(&IDS), query: query_of_step(bytes) },
        8 => Step::Forget { this_dn: bytes.text(&NUMBERS), id: bytes.text(&IDS) },
        9 => Step::ForgetCompleted { ago: ago(bytes) },
        10 => Step::Restart,
        11 => Step::Reconcile { this_dn: bytes.text(&NUMBERS), list: bytes.several(plain_resource) },
        12 => Step::Reconcile { this_dn: bytes.text(&NUMBERS), list: bytes.several(resource) },
        14 => Step::Event(old_event(bytes)),
        13 => Step::Event(with_more_data(bytes)),
        15.. => Step::Event(answer(bytes)),
        0 => Step::Event(spelled_out(bytes)),
    }
}

/// An operation that an agent posts: the agent, the target, and the body.
fn post(bytes: &mut Bytes<'_>) -> Step {
    // The byte for the agent also selects the list or the session.
    let byte = bytes.byte();
    let agent = if byte >= 0xc0 { 4 } else { usize::from(byte & 3) };
    let target = match byte >> 2 & 3 {
        0 => Some(String::from("A")),
        1 => None,
        2 => Some(String::from("B")),
        3.. => Some(bytes.text(&IDS)),
    };
    let device_path = if agent == 1 { "/devices/2" } else { "/devices/1" };
    Step::Post { agent, target, body: operation_body(bytes, device_path) }
}

/// An integer. Bytes from 0x80 to 0xfb are negative.
fn ago(bytes: &mut Bytes<'_>) -> i64 {
    match bytes.peek() {
        below @ 0x80..0xfc => {
            bytes.byte();
            i64::from(below) - 0x100
        }
        _ => bytes.integer(),
    }
}

/// An event for the next byte, with ConnID, OtherDN, user data and another id.
fn with_more_data(bytes: &mut Bytes<'_>) -> Event<'static> {
    let mut event = Event::from_bytes(bytes);
    event.conn_id = bytes.perhaps(Bytes::number).map(ConnId);
    event = event.with_other_dn(bytes.text(&NUMBERS));
    event.user_data = list_attribute(bytes);
    match bytes.perhaps(|bytes| bytes.text(&IDS)) {
        Some(id) => event.with_call_uuid(id),
        None => event,
    }
}

/// An event for the next byte with the number of an earlier place, and perhaps with another or no ServerStartTime.
fn old_event(bytes: &mut Bytes<'_>) -> Event<'static> {
    let (byte, back) = (bytes.byte() | 0x80, bytes.byte());
    let event = event_at_place(byte, bytes.place.saturating_sub(u64::from(back & 0x3f)));
    let event = event.unwrap_or_else(|| spelled_out(bytes));
    match back >> 6 {
        2 => event.with_server_start_time(1),
        3 => Event { server_start_time: None, ..event },
        _ => event,
    }
}

/// An event for the next byte, with the ReferenceID of an early request, or of one after a restart.
fn answer(bytes: &mut Bytes<'_>) -> Event<'static> {
    let (event, number) = (Event::from_bytes(bytes), bytes.byte());
    let after_a_restart = if number & 8 == 0 { 0 } else { 1_000 };
    event.with_reference_id(after_a_restart + u64::from(number & 7))
}

fn agent(bytes: &mut Bytes<'_>) -> usize {
    usize::from(bytes.byte() % 5)
}

/// One of the known queries, or one made of pairs.
fn query_of_step(bytes: &mut Bytes<'_>) -> String {
    match bytes.byte() {
        0xe0.. => query(bytes),
        byte => counted(byte, &QUERIES).copied().map(String::from).unwrap_or_default(),
    }
}

/// The steps from all bytes, with the [`agents`]. The number of a numbered event of one byte is its place, from 1.
impl FromBytes for History {
    fn from_bytes(bytes: &mut Bytes<'_>) -> Self {
        let mut history = History { agents: agents(), steps: Vec::new() };
        bytes.place = 1;
        while !bytes.is_empty() {
            history.steps.push(Step::from_bytes(bytes));
            bytes.place += 1;
        }
        history
    }
}

/// Some pairs of each kind: fields, other fields, states, other filters, devices; escaped and not, known and unknown.
const PAIRS: [&[&str]; 5] = [
    &["fields=*", "fields=id,state", "fields", "fields=", "fields=%2A", "fields=id%2Cunknown, uri"],
    &["fields=unknown", "fields=userData,participants", "fields=capabilities,path"],
    &["state=Talking", "st%61te=Alert%69ng", "state=Completed", "state=", "state=Tal%6"],
    &["id=A", "id=%7E._-", "path=/im-sessions/B", "userData=x", "participants=3001", "unknown=1"],
    &["devicePath=/devices/2", "devicePath=%2Fdevices%2F3", "devicePath=/none"],
];

/// The query of a read, after the `?`. A byte is the number of pairs, up to 7. Then each pair has a byte: the high half
/// selects its kind and the low half the pair, both modulo their number. From 0xf0 on the pair is spelled out.
///
/// ```
/// use im_session::from_bytes::{Bytes, query};
///
/// assert_eq!(query(&mut Bytes::new(b"2P ")), "fields=*&state=Talking");
/// ```
#[must_use]
pub fn query(bytes: &mut Bytes<'_>) -> String {
    let pairs = bytes.several(|bytes| match bytes.byte() {
        0xf0.. => bytes.spelled_out(),
        byte => {
            let pair = counted(byte >> 4, &PAIRS).and_then(|pairs| counted(byte & 0xf, pairs));
            pair.map_or_else(String::new, ToString::to_string)
        }
    });
    pairs.join("&")
}
