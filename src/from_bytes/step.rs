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

/// The agents of every history from bytes: one at DN 3001; one at 3003 and 3002; one at VQ_4 and beside the first at 3001, who may
/// only attach and delete user data and complete; one without devices; one beside the second at 3002, who may do all else.
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

/// The queries of one byte; the last stands for one that is spelled out.
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

/// One byte an event, see [`from_bytes`](crate::from_bytes). Of the bytes with the low half 0 the high half is what happens, and what
/// it takes follows.
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

/// An operation that an agent posts: who, where to, and the body.
fn post(bytes: &mut Bytes<'_>) -> Step {
    // The list, or the session, that the byte for the agent names besides.
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

/// An integer, of which the bytes from 0x80 on are below zero.
fn ago(bytes: &mut Bytes<'_>) -> i64 {
    match bytes.peek() {
        below @ 0x80..0xfc => {
            bytes.byte();
            i64::from(below) - 0x100
        }
        _ => bytes.integer(),
    }
}

/// An event by the next byte, with ConnID, OtherDN, user data and another id.
fn with_more_data(bytes: &mut Bytes<'_>) -> Event<'static> {
    let mut event = event_at_place(bytes.byte(), bytes.place).unwrap_or_else(|| spelled_out(bytes));
    event.conn_id = bytes.perhaps(Bytes::number).map(ConnId);
    event = event.with_other_dn(bytes.text(&NUMBERS));
    event.user_data = list_attribute(bytes);
    match bytes.perhaps(|bytes| bytes.text(&IDS)) {
        Some(id) => event.with_call_uuid(id),
        None => event,
    }
}

/// An event by the next byte, numbered as one so many places before; perhaps of another server start, or of none that is known.
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

/// An event by the next byte, with the ReferenceID of an early request, or of one after a restart.
fn answer(bytes: &mut Bytes<'_>) -> Event<'static> {
    let event = event_at_place(bytes.byte(), bytes.place).unwrap_or_else(|| spelled_out(bytes));
    let number = bytes.byte();
    let after_a_restart = if number & 8 == 0 { 0 } else { 1_000 };
    event.with_reference_id(after_a_restart + u64::from(number & 7))
}

fn agent(bytes: &mut Bytes<'_>) -> usize {
    usize::from(bytes.byte() % 5)
}

/// One of those that are known, or pairs.
fn query_of_step(bytes: &mut Bytes<'_>) -> String {
    match bytes.byte() {
        0xe0.. => query(bytes),
        byte => counted(byte, &QUERIES).copied().map(String::from).unwrap_or_default(),
    }
}

/// The steps of all bytes, at the [`agents`]. An event that is one byte and numbered gets its place, from 1, as its number.
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

/// Of each kind some: fields, other fields, states, other filters, devices; escaped and not, known and unknown.
const PAIRS: [&[&str]; 5] = [
    &["fields=*", "fields=id,state", "fields", "fields=", "fields=%2A", "fields=id%2Cunknown, uri"],
    &["fields=unknown", "fields=userData,participants", "fields=capabilities,path"],
    &["state=Talking", "st%61te=Alert%69ng", "state=Completed", "state=", "state=Tal%6"],
    &["id=A", "id=%7E._-", "path=/im-sessions/B", "userData=x", "participants=3001", "unknown=1"],
    &["devicePath=/devices/2", "devicePath=%2Fdevices%2F3", "devicePath=/none"],
];

/// What stands behind the `?` of a read: how many pairs, up to 7, and a byte a pair: the high half for
/// its kind, the low half for which, both counted modulo; from 0xf0 on the pair is spelled out.
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
