//! Steps and histories.

use alloc::string::String;
use alloc::vec::Vec;

use arbitrary::{Arbitrary, Result, Unstructured};
use serde_json::{Value, json};

use super::event::{event_of, spelled_out};
use super::names::{IDS, NUMBERS};
use super::operation::body;
use super::primitives::{number, perhaps, several, text};
use crate::event::KeyValueList;
use crate::machine::State;
use crate::testing::{Agent, History, Step};

/// The agents of a history from bytes: one at DN 3001, one at 3002 and 3003, one without devices.
///
/// They are not those of the feature `proptest`: `strategies::agents` has one at VQ_4 besides, and another order.
#[must_use]
pub fn agents() -> Vec<Agent> {
    alloc::vec![
        Agent::new().with_device("/devices/1", "3001"),
        Agent::new().with_device("/devices/2", "3002").with_device("/devices/3", "3003"),
        Agent::new(),
    ]
}

/// The queries of one byte.
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
impl<'a> Arbitrary<'a> for Step {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let byte = u.arbitrary::<u8>()?;
        match event_of(byte) {
            Some(event) => Ok(Step::Event(event)),
            None => other(u, byte >> 4),
        }
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        (1, None)
    }
}

fn other(u: &mut Unstructured<'_>, row: u8) -> Result<Step> {
    Ok(match row {
        1 => Step::Time(small(u)?),
        2 => Step::Expire { ago: number(u)? },
        3..=5 => {
            // The list, or the session, that the byte for the agent names besides.
            let byte = u.arbitrary::<u8>()?;
            let agent = usize::from(byte & 3);
            let target = match byte >> 2 & 3 {
                0 => Some(String::from("A")),
                1 => None,
                2 => Some(String::from("B")),
                3.. => Some(text(u, &IDS)?),
            };
            let device_path = if agent == 0 { "/devices/1" } else { "/devices/2" };
            Step::Post { agent, target, body: body(u, device_path)? }
        }
        6 => Step::List { agent: agent(u)?, query: text(u, &QUERIES)? },
        7 => Step::Read { agent: agent(u)?, id: text(u, &IDS)?, query: text(u, &QUERIES)? },
        8 => Step::Forget { this_dn: text(u, &NUMBERS)?, id: text(u, &IDS)? },
        9 => Step::ForgetCompleted { ago: number(u)? },
        10 => Step::ForgetRequests { ago: number(u)? },
        11 | 12 => Step::Reconcile { this_dn: text(u, &NUMBERS)?, list: several(u, plain_resource)? },
        0 | 13.. => Step::Event(spelled_out(u)?),
    })
}

fn agent(u: &mut Unstructured<'_>) -> Result<usize> {
    Ok(usize::from(u.arbitrary::<u8>()? % 4))
}

/// What may be added to the time again and again.
fn small(u: &mut Unstructured<'_>) -> Result<u64> {
    u.arbitrary::<u8>().map(u64::from)
}

/// A resource that can be read, with nothing unusual about it.
fn plain_resource(u: &mut Unstructured<'_>) -> Result<Value> {
    let (id, state) = (text(u, &IDS)?, u.arbitrary::<State>()?);
    let numbers = several(u, |u| text(u, &NUMBERS))?;
    let participants: Vec<Value> = numbers.iter().map(|number| json!({"phoneNumber": number})).collect();
    let user_data: Option<KeyValueList<'_>> = perhaps(u, |u| u.arbitrary())?;
    Ok(json!({"id": id, "state": state.name(), "participants": participants, "userData": user_data}))
}

/// The steps of all bytes, at the [`agents`] of three. An event that is one byte and numbered gets its place, from 1, as its number.
impl<'a> Arbitrary<'a> for History {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut steps = Vec::new();
        while !u.is_empty() {
            let byte = u.peek_bytes(1).and_then(|bytes| bytes.first().copied()).unwrap_or(0);
            let mut step = Step::arbitrary(u)?;
            if let Step::Event(event) = &mut step {
                if byte >= 0x80 && event_of(byte).is_some() {
                    event.event_sequence_number = u64::try_from(steps.len() + 1).ok();
                }
            }
            steps.push(step);
        }
        Ok(History { agents: agents(), steps })
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        (0, None)
    }
}
