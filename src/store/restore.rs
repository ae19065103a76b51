//! A snapshot back to a store: checked whole before anything is taken over.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::hash::BuildHasher;

use super::Sessions;
use super::in_flight::{InFlight, Sending};
use super::slots::{Shared, Slots};
use super::snapshot::{PairRecord, RequestRecord, SessionRecord, Snapshot, VERSION, ValueRecord};
use crate::event::{KeyValueList, Value, check_call_uuid};
use crate::excerpt::excerpt;
use crate::machine::{Operation, State};
use crate::session::{EventIdentity, Limit, Limits, Session};

/// Why a snapshot cannot be restored, and which place of it is wrong. Nothing has changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// Another version wrote it.
    #[error("version: expected {VERSION}, found {found}")]
    UnknownVersion {
        /// The version of the snapshot.
        found: u32,
    },
    /// Something that no store can hold.
    #[error("{place}: expected {expected}, found {found:?}")]
    Impossible {
        /// Where in the snapshot: `sessions[3].state`.
        place: String,
        /// What should be there.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// More than a limit of this store allows.
    #[error("{place}: over a limit: {limit}")]
    Limit {
        /// Where in the snapshot.
        place: String,
        /// The limit.
        limit: Limit,
    },
}

impl<S: BuildHasher + Clone> Sessions<S> {
    /// Makes this store what the snapshot says; its settings stay. It then goes on exactly as the original would.
    ///
    /// ```
    /// use im_session::{BaseUri, CallEvent, Event, Sessions};
    ///
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    /// assert_eq!(sessions.handle_event(&ringing).unwrap().notifications().count(), 1);
    /// let json = serde_json::to_string(&sessions.snapshot()).unwrap();
    ///
    /// let mut restarted = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// restarted.restore(&serde_json::from_str(&json).unwrap()).unwrap();
    /// assert!(restarted.iter().eq(sessions.iter()));
    /// ```
    ///
    /// # Errors
    ///
    /// [`RestoreError`] names the first place that is wrong. The store is as it was then.
    pub fn restore(&mut self, snapshot: &Snapshot) -> Result<(), RestoreError> {
        if snapshot.version != VERSION {
            return Err(RestoreError::UnknownVersion { found: snapshot.version });
        }
        let limits = &self.settings.limits;
        let mut slots = Slots::new(self.slots.hasher().clone());
        for (position, record) in snapshot.sessions.iter().enumerate() {
            let at = |field: &str| format!("sessions[{position}].{field}");
            let session = session(record, limits, at)?;
            if slots.find(session.this_dn(), session.id()).is_some() {
                return Err(impossible(at("id"), "every pair of DN and id once", &record.id));
            }
            if slots.len() >= limits.sessions {
                return Err(RestoreError::Limit { place: at("id"), limit: Limit::Sessions });
            }
            if slots.count(Shared::Dn, session.this_dn()) >= limits.sessions_per_dn {
                return Err(RestoreError::Limit { place: at("thisDN"), limit: Limit::SessionsPerDn });
            }
            if record.heard > snapshot.now {
                return Err(impossible(at("heard"), "a time not after now", &format!("{}", record.heard)));
            }
            slots.insert(session, record.heard);
        }
        let requests = requests(snapshot, limits)?;

        self.counters = snapshot.counters.clone().of_sessions(slots.states());
        self.slots = slots;
        self.requests = requests;
        self.now = snapshot.now;
        Ok(())
    }
}

fn session(record: &SessionRecord, limits: &Limits, at: impl Fn(&str) -> String) -> Result<Session, RestoreError> {
    let over = |place: &str, limit| RestoreError::Limit { place: at(place), limit };
    if record.this_dn.is_empty() {
        return Err(impossible(at("thisDN"), "a DN", &record.this_dn));
    }
    if record.this_dn.len() > limits.dn_length {
        return Err(over("thisDN", Limit::DnLength));
    }
    check_call_uuid(&record.id).map_err(|bad| impossible(at("id"), "a CallUUID", &bad.found))?;
    let expected = "Initiating, Alerting, Talking or Completed";
    let state: State = record.state.parse().map_err(|_| impossible(at("state"), expected, &record.state))?;

    if record.participants.len() > limits.participants {
        return Err(over("participants", Limit::Participants));
    }
    let mut participants: Vec<&str> = Vec::new();
    for number in &record.participants {
        if number.is_empty() || participants.contains(&number.as_str()) || *number == record.this_dn {
            return Err(impossible(at("participants"), "each other party once", number));
        }
        if number.len() > limits.dn_length {
            return Err(over("participants", Limit::DnLength));
        }
        participants.push(number);
    }
    let user_data = list(&record.user_data);
    // A session without user data is within every limit: it has no list.
    if let Some(limit) = limits.exceeded_by_user_data(&user_data).filter(|_| !user_data.is_empty()) {
        return Err(over("userData", limit));
    }
    let conn_id = match record.conn_id.as_deref() {
        Some(digits) => Some(digits.parse().map_err(|_| impossible(at("connID"), "hex digits", digits))?),
        None => None,
    };
    let last_event = record.last_event.as_ref().map(|last| EventIdentity {
        server_start_time: last.server_start_time,
        event_sequence_number: last.event_sequence_number,
    });
    let mut session = Session::bare(&record.this_dn, &record.id, state);
    session.put_back(&participants, user_data, conn_id, last_event);
    Ok(session)
}

fn requests(snapshot: &Snapshot, limits: &Limits) -> Result<InFlight, RestoreError> {
    if snapshot.last_reference_id == u64::MAX {
        let found = format!("{}", snapshot.last_reference_id);
        return Err(impossible("lastReferenceId".into(), "a ReferenceID that another can follow", &found));
    }
    if snapshot.requests.len() > limits.requests {
        return Err(RestoreError::Limit { place: format!("requests[{}]", limits.requests), limit: Limit::Requests });
    }
    let mut requests = InFlight::new();
    requests.last_reference_id = snapshot.last_reference_id;
    for (position, record) in snapshot.requests.iter().enumerate() {
        let at = |field: &str| format!("requests[{position}].{field}");
        let RequestRecord { reference_id, operation_name, this_dn, id, sent } = record;
        let expected = "the name of an operation";
        let operation: Operation =
            operation_name.parse().map_err(|_| impossible(at("operationName"), expected, operation_name))?;
        let (fits, expected) = match (operation, id.as_deref()) {
            (Operation::InitiateIMSession, id) => (id.is_none(), "no CallUUID"),
            (
                Operation::SendMessage
                | Operation::AttachUserData
                | Operation::UpdateUserData
                | Operation::DeleteUserData
                | Operation::Complete,
                id,
            ) => (id.is_some_and(|id| check_call_uuid(id).is_ok()), "a CallUUID"),
        };
        if !fits {
            return Err(impossible(at("id"), expected, id.as_deref().unwrap_or("none")));
        }
        if this_dn.is_empty() {
            return Err(impossible(at("thisDN"), "a DN", this_dn));
        }
        if this_dn.len() > limits.dn_length {
            return Err(RestoreError::Limit { place: at("thisDN"), limit: Limit::DnLength });
        }
        if *sent > snapshot.now {
            return Err(impossible(at("sent"), "a time not after now", &format!("{sent}")));
        }
        let sending = Sending { operation, this_dn: this_dn.clone(), id: id.clone(), sent: *sent };
        let known = requests.by_reference_id.insert(*reference_id, sending).is_some();
        if known || *reference_id > snapshot.last_reference_id {
            let expected = "every ReferenceID once, none over lastReferenceId";
            return Err(impossible(at("referenceID"), expected, &format!("{reference_id}")));
        }
    }
    Ok(requests)
}

fn list(records: &[PairRecord]) -> KeyValueList<'static> {
    let value = |record: &ValueRecord| match record {
        ValueRecord::String(text) => Value::String(text.clone().into()),
        ValueRecord::Integer(number) => Value::Integer(*number),
        ValueRecord::Binary(text) => Value::Binary(text.clone().into()),
        ValueRecord::List(records) => Value::List(list(records)),
    };
    let pairs = records.iter().map(|record| (record.key.clone(), value(&record.value)));
    KeyValueList::try_from_iter(pairs).unwrap_or_default()
}

fn impossible(place: String, expected: &'static str, found: &str) -> RestoreError {
    RestoreError::Impossible { place, expected, found: excerpt(found) }
}
