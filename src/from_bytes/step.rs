//! Steps and histories.

use alloc::string::String;
use alloc::vec::Vec;

use super::bytes::counted;
use super::event::{IDS, NUMBERS, event_at_place, spelled_out};
use super::operation::body;
use super::query::query;
use super::resource::{plain_resource, resource};
use super::{Bytes, FromBytes};
use crate::testing::{Agent, History, Step};

/// The agents of every history from bytes: one at DN 3001, one at 3003 and 3002, one at VQ_4, and one without devices.
#[must_use]
pub fn agents() -> Vec<Agent> {
    let agent = Agent::new;
    alloc::vec![
        agent().with_device("/devices/1", "3001"),
        agent().with_device("/devices/2", "3003").with_device("/devices/3", "3002"),
        agent().with_device("/devices/1", "VQ_4"),
        agent(),
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
    "?fields=%2A&path=/im-sessions/A",
];

/// One byte an event, see [`from_bytes`](crate::from_bytes); other steps take more.
impl FromBytes for Step {
    fn from_bytes(bytes: &mut Bytes<'_>) -> Self {
        let byte = bytes.byte();
        event_at_place(byte, bytes.place).map_or_else(|| other(bytes, byte >> 4), Step::Event)
    }
}

fn other(bytes: &mut Bytes<'_>, row: u8) -> Step {
    match row {
        1 => Step::Time(bytes.byte().into()),
        2 => Step::Expire { ago: bytes.number() },
        3..=5 => post(bytes),
        6 => Step::List { agent: agent(bytes), query: query_of_step(bytes) },
        7 => Step::Read { agent: agent(bytes), id: bytes.text(&IDS), query: query_of_step(bytes) },
        8 => Step::Forget { this_dn: bytes.text(&NUMBERS), id: bytes.text(&IDS) },
        9 => Step::ForgetCompleted { ago: bytes.number() },
        10 => Step::ForgetRequests { ago: bytes.number() },
        11 => Step::Reconcile { this_dn: bytes.text(&NUMBERS), list: bytes.several(plain_resource) },
        12 => Step::Reconcile { this_dn: bytes.text(&NUMBERS), list: bytes.several(resource) },
        14 => Step::Event(old_event(bytes)),
        0 | 13 | 15.. => Step::Event(spelled_out(bytes)),
    }
}

/// An operation that an agent posts: who, where to, and the body.
pub(crate) fn post(bytes: &mut Bytes<'_>) -> Step {
    // The list, or the session, that the byte for the agent names besides.
    let byte = bytes.byte();
    let agent = usize::from(byte & 3);
    let target = match byte >> 2 & 3 {
        0 => Some(String::from("A")),
        1 => None,
        2 => Some(String::from("B")),
        3.. => Some(bytes.text(&IDS)),
    };
    let device_path = if agent == 1 { "/devices/2" } else { "/devices/1" };
    Step::Post { agent, target, body: body(bytes, device_path) }
}

/// An event by the next byte, numbered as one so many places before.
fn old_event(bytes: &mut Bytes<'_>) -> crate::event::Event<'static> {
    let (byte, back) = (bytes.byte() | 0x80, u64::from(bytes.byte()));
    event_at_place(byte, bytes.place.saturating_sub(back)).unwrap_or_else(|| spelled_out(bytes))
}

fn agent(bytes: &mut Bytes<'_>) -> usize {
    usize::from(bytes.byte() % 4)
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
