//! A store as a value, to be kept over a restart.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Sessions;
use super::counters::Counters;
use super::slots::Slot;
use crate::event::{KeyValueList, Value};

/// The version of [`Snapshot`] that this crate writes.
pub(super) const VERSION: u32 = 1;

/// Everything that a store holds, as a value that serde can write and read. The settings are not part of it.
///
/// What is inside is this crate's business; [`Sessions::restore`] checks all of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    pub(super) version: u32,
    pub(super) now: u64,
    pub(super) last_reference_id: u64,
    pub(super) sessions: Vec<SessionRecord>,
    pub(super) requests: Vec<RequestRecord>,
    pub(super) counters: Counters,
}

/// A session. Names are kept as text, so that a wrong one is found where it can be named.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SessionRecord {
    #[serde(rename = "thisDN")]
    pub(super) this_dn: String,
    pub(super) id: String,
    pub(super) state: String,
    pub(super) heard: u64,
    pub(super) participants: Vec<String>,
    pub(super) user_data: Vec<PairRecord>,
    #[serde(rename = "connID")]
    pub(super) conn_id: Option<String>,
    pub(super) last_event: Option<EventRecord>,
}

#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EventRecord {
    pub(super) server_start_time: Option<u64>,
    pub(super) event_sequence_number: u64,
}

/// A pair of user data. An object would lose repeated keys, and what is binary.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct PairRecord {
    pub(super) key: String,
    pub(super) value: ValueRecord,
}

#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum ValueRecord {
    String(String),
    Integer(i64),
    Binary(String),
    List(Vec<PairRecord>),
}

#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RequestRecord {
    #[serde(rename = "referenceID")]
    pub(super) reference_id: u64,
    pub(super) operation_name: String,
    #[serde(rename = "thisDN")]
    pub(super) this_dn: String,
    pub(super) id: Option<String>,
    pub(super) sent: u64,
}

impl<S> Sessions<S> {
    /// Everything that the store holds, to be kept and given to [`restore`](Self::restore).
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let slots = self.slots.sorted(|_| true).into_iter().map(|handle| self.slots.slot(handle));
        let requests = self.requests.by_reference_id.iter().map(|(&reference_id, sending)| RequestRecord {
            reference_id,
            operation_name: sending.operation.name().into(),
            this_dn: sending.this_dn.clone(),
            id: sending.id.clone(),
            sent: sending.sent,
        });
        Snapshot {
            version: VERSION,
            now: self.now,
            last_reference_id: self.requests.last_reference_id,
            sessions: slots.map(SessionRecord::of).collect(),
            requests: requests.collect(),
            counters: self.counters.clone(),
        }
    }
}

impl SessionRecord {
    fn of(slot: &Slot) -> Self {
        let session = &slot.session;
        SessionRecord {
            this_dn: session.this_dn().into(),
            id: session.id().into(),
            state: session.state().name().into(),
            heard: slot.last_heard,
            participants: session.participants().map(String::from).collect(),
            user_data: records(session.user_data()),
            conn_id: session.conn_id().map(|conn_id| conn_id.to_string()),
            last_event: session.last_event().map(|identity| EventRecord {
                server_start_time: identity.server_start_time,
                event_sequence_number: identity.event_sequence_number,
            }),
        }
    }
}

fn records(list: &KeyValueList<'_>) -> Vec<PairRecord> {
    let value = |value: &Value<'_>| match value {
        Value::String(text) => ValueRecord::String(text.clone().into_owned()),
        Value::Integer(number) => ValueRecord::Integer(*number),
        Value::Binary(text) => ValueRecord::Binary(text.clone().into_owned()),
        Value::List(list) => ValueRecord::List(records(list)),
    };
    list.pairs()
        .iter()
        .map(|pair| PairRecord { key: pair.key.clone().into_owned(), value: value(&pair.value) })
        .collect()
}
