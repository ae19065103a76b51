//! A store as serde values: part by part, or all parts in one snapshot.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::hash::BuildHasher;

use serde::{Deserialize, Deserializer, Serialize};

use super::Sessions;
use super::counters::Counters;
use super::in_flight::Sending;
use super::parts::PartKey;
use super::remembered_ends::RememberedEnd;
use super::slots::Handle;
use crate::event::{KeyValueList, Value};

/// The version of all parts that this crate writes.
pub(super) const VERSION: u32 = 2;

/// Everything that a store holds: all its parts. The settings are not part of it. The
/// [guide](crate::guide::embedding#upgrading-snapshots) describes what happens to snapshots of other versions.
///
/// The contents are private to this crate, and [`Sessions::restore`] checks all of them. Fields and counters that this
/// version of the crate does not know are skipped.
///
/// ```
/// # #[cfg(feature = "std")] {
/// use im_session::{BaseUri, CallEvent, Event, Sessions, Snapshot};
///
/// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
/// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
/// assert_eq!(sessions.handle_event(&ringing).unwrap().notifications().count(), 1);
///
/// // One part for the session, and one for the rest of the store.
/// let parts: Vec<_> = sessions.snapshot().into_parts().collect();
/// assert_eq!(parts.len(), 2);
/// assert_eq!(Snapshot::of_parts(parts), Some(sessions.snapshot()));
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub(super) store: StorePart,
    pub(super) sessions: Vec<SessionPart>,
    pub(super) ends: Vec<EndPart>,
    pub(super) requests: Vec<RequestPart>,
}

/// A part of a store. Deliberately exhaustive, like [`PartKey`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// A session.
    Session(SessionPart),
    /// A remembered end.
    End(EndPart),
    /// A request in flight.
    Request(RequestPart),
    /// The rest of the store.
    Store(StorePart),
}

/// A session as a separate value. Names are kept as text, so that `restore` can report a wrong one with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionPart {
    pub(super) version: u32,
    #[serde(rename = "thisDN")]
    pub(super) this_dn: String,
    pub(super) id: String,
    pub(super) state: String,
    #[serde(deserialize_with = "required")]
    pub(super) cause: Option<String>,
    pub(super) destination_busy: bool,
    /// In nanoseconds.
    pub(super) last_heard: u64,
    /// The number of its completion among those of the store, from 1; 0 for an open session.
    pub(super) completion: u64,
    pub(super) participants: Vec<String>,
    pub(super) user_data: Vec<PairRecord>,
    #[serde(rename = "connID", deserialize_with = "required")]
    pub(super) conn_id: Option<String>,
    #[serde(deserialize_with = "required")]
    pub(super) last_event: Option<IdentityRecord>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IdentityRecord {
    #[serde(deserialize_with = "required")]
    pub(super) server_start_time: Option<u64>,
    pub(super) event_sequence_number: u64,
}

/// A pair of user data: its depth, its key and its value. The records are flat, so that the nesting of the JSON does
/// not depend on that of the lists. An object would also lose repeated keys and binary values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PairRecord(pub(super) usize, pub(super) String, pub(super) ValueRecord);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum ValueRecord {
    String(String),
    Integer(i64),
    Binary(String),
    /// A list: its pairs are the following ones that are one deeper.
    List,
}

/// A remembered end as a separate value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EndPart {
    pub(super) version: u32,
    #[serde(rename = "thisDN")]
    pub(super) this_dn: String,
    pub(super) id: String,
    /// The number of this end among all that were ever remembered.
    pub(super) order: u64,
    pub(super) last_event: IdentityRecord,
}

/// A request in flight as a separate value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestPart {
    pub(super) version: u32,
    #[serde(rename = "referenceID")]
    pub(super) reference_id: u64,
    pub(super) operation_name: String,
    #[serde(rename = "thisDN")]
    pub(super) this_dn: String,
    #[serde(deserialize_with = "required")]
    pub(super) id: Option<String>,
    /// In nanoseconds.
    pub(super) sent: u64,
    /// The number of this request among all that were ever sent.
    pub(super) order: u64,
}

/// The rest of a store, without sessions, ends and requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StorePart {
    pub(super) version: u32,
    /// In nanoseconds.
    pub(super) now: u64,
    pub(super) last_reference_id: u32,
    /// The number of completions so far.
    pub(super) completions: u64,
    pub(super) counters: Counters,
}

/// An `Option` whose key has to be present. A snapshot without the key is damaged, so a missing key must not read as
/// `None`.
fn required<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}

impl Snapshot {
    /// The snapshot made of these parts: one [`Part::Store`], and at most one part for each other key. `None` without a
    /// [`Part::Store`]; if there are several, the last one counts.
    #[must_use]
    pub fn of_parts(parts: impl IntoIterator<Item = Part>) -> Option<Self> {
        let (mut store, mut sessions, mut ends, mut requests) = (None, Vec::new(), Vec::new(), Vec::new());
        for part in parts {
            match part {
                Part::Session(session) => sessions.push(session),
                Part::End(end) => ends.push(end),
                Part::Request(request) => requests.push(request),
                Part::Store(part) => store = Some(part),
            }
        }
        store.map(|store| Snapshot { store, sessions, ends, requests })
    }

    /// The parts of the snapshot.
    pub fn into_parts(self) -> impl Iterator<Item = Part> {
        let sessions = self.sessions.into_iter().map(Part::Session);
        let ends = self.ends.into_iter().map(Part::End);
        let requests = self.requests.into_iter().map(Part::Request);
        core::iter::once(Part::Store(self.store)).chain(sessions).chain(ends).chain(requests)
    }
}

impl<S> Sessions<S> {
    /// Everything in the store, to be saved and passed to [`restore`](Self::restore) later.
    ///
    /// ```
    /// # #[cfg(feature = "json")] {
    /// use im_session::{BaseUri, CallEvent, Event, Sessions};
    ///
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    /// assert_eq!(sessions.handle_event(&ringing).unwrap().notifications().count(), 1);
    /// let json = serde_json::to_string(&sessions.snapshot()).unwrap();
    ///
    /// let mut restarted = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// restarted.restore(&serde_json::from_str(&json).unwrap()).unwrap();
    /// assert!(restarted.get("3002", "007").is_some());
    /// # }
    /// ```
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            store: self.store_part(),
            sessions: self.slots.sorted().into_iter().map(|handle| self.session_part(handle)).collect(),
            ends: self.remembered_ends.iter().map(|(this_dn, id, end)| EndPart::of(this_dn, id, end)).collect(),
            requests: self.requests.iter().map(|(id, order, sending)| RequestPart::of(id, order, sending)).collect(),
        }
    }

    fn store_part(&self) -> StorePart {
        StorePart {
            version: VERSION,
            now: self.now,
            last_reference_id: self.requests.reference_ids().given(),
            completions: self.slots.order().completions(),
            // The number of sessions in each state follows from the sessions.
            counters: self.counters.clone().without_sessions(),
        }
    }

    fn session_part(&self, handle: Handle) -> SessionPart {
        let slot = self.slots.slot(handle);
        let session = &slot.session;
        let mut user_data = Vec::new();
        flatten(session.user_data(), 1, &mut user_data);
        SessionPart {
            version: VERSION,
            this_dn: session.this_dn().into(),
            id: session.id().into(),
            state: session.state().name().into(),
            cause: session.cause().map(|cause| cause.name().into()),
            destination_busy: session.destination_busy(),
            last_heard: slot.last_heard,
            completion: self.slots.order().completion(handle),
            participants: session.participants().map(String::from).collect(),
            user_data,
            conn_id: session.conn_id().map(|conn_id| conn_id.to_string()),
            last_event: session.last_event().map(IdentityRecord::from),
        }
    }
}

impl<S: BuildHasher> Sessions<S> {
    /// The current part with this key; `None` if it does not exist, or no longer does.
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use std::collections::BTreeMap;
    ///
    /// use im_session::store::{Part, PartKey, Snapshot};
    /// use im_session::{BaseUri, CallEvent, Event, Sessions};
    ///
    /// // What a service keeps on disk.
    /// let mut kept: BTreeMap<PartKey, Part> = BTreeMap::new();
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// for name in [CallEvent::Ringing, CallEvent::Established] {
    ///     let event = Event::new(name).with_this_dn("3002").with_call_uuid("007");
    ///     let changed: Vec<PartKey> = sessions.handle_event(&event).unwrap().parts().collect();
    ///     for key in changed {
    ///         match sessions.part(&key) {
    ///             Some(part) => kept.insert(key, part),
    ///             None => kept.remove(&key),
    ///         };
    ///     }
    /// }
    /// assert_eq!(Snapshot::of_parts(kept.into_values()), Some(sessions.snapshot()));
    /// # }
    /// ```
    #[must_use]
    pub fn part(&self, key: &PartKey) -> Option<Part> {
        match key {
            PartKey::Session { this_dn, id } => {
                self.slots.find(this_dn, id).map(|handle| Part::Session(self.session_part(handle)))
            }
            PartKey::End { this_dn, id } => {
                self.remembered_ends.get(this_dn, id).map(|end| Part::End(EndPart::of(this_dn, id, end)))
            }
            PartKey::Request { reference_id } => {
                let request = self.requests.get(*reference_id);
                request.map(|(order, sending)| Part::Request(RequestPart::of(*reference_id, order, sending)))
            }
            PartKey::Store => Some(Part::Store(self.store_part())),
        }
    }
}

impl EndPart {
    fn of(this_dn: &str, id: &str, end: RememberedEnd) -> Self {
        let RememberedEnd { identity, order } = end;
        EndPart { version: VERSION, this_dn: this_dn.into(), id: id.into(), order, last_event: identity.into() }
    }
}

impl RequestPart {
    fn of(reference_id: u64, order: u64, sending: &Sending) -> Self {
        RequestPart {
            version: VERSION,
            reference_id,
            operation_name: sending.operation.name().into(),
            this_dn: sending.this_dn.clone(),
            id: sending.id.clone(),
            sent: sending.sent,
            order,
        }
    }
}

/// Appends the pairs of a list, those of a nested list directly after it. The recursion is bounded by the maximum depth
/// of a list.
fn flatten(list: &KeyValueList<'_>, depth: usize, records: &mut Vec<PairRecord>) {
    for pair in list {
        let value = match &pair.value {
            Value::String(text) => ValueRecord::String(text.clone().into_owned()),
            Value::Integer(number) => ValueRecord::Integer(*number),
            Value::Binary(text) => ValueRecord::Binary(text.clone().into_owned()),
            Value::List(_) => ValueRecord::List,
        };
        records.push(PairRecord(depth, pair.key.clone().into_owned(), value));
        if let Value::List(inner) = &pair.value {
            flatten(inner, depth + 1, records);
        }
    }
}
