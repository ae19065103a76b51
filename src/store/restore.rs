//! Restores a store from a snapshot. The whole snapshot is checked before anything changes.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::hash::BuildHasher;

use super::Sessions;
use super::in_flight::{InFlight, Sending};
use super::reference_ids::ReferenceIds;
use super::remembered_ends::{RememberedEnd, RememberedEnds};
use super::session_part::{exceeded, session_of};
use super::slots::Slots;
use super::snapshot::{EndPart, RequestPart, SessionPart, Snapshot, VERSION};
use crate::event::check_call_uuid;
use crate::excerpt::excerpt;
use crate::machine::Operation;
use crate::session::{Limit, Limits, Session};

/// Why a snapshot cannot be restored, and the place in it that is wrong. Nothing has changed in this case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// A part has a version that this crate cannot read.
    #[error("{place}: expected version {VERSION}, found {found}")]
    UnknownVersion {
        /// Which part.
        place: String,
        /// Its version.
        found: u32,
    },
    /// A value that no store can have.
    #[error("{place}: expected {expected}, found {found:?}")]
    Impossible {
        /// Where in the snapshot: `sessions[3].state`.
        place: String,
        /// What was expected.
        expected: &'static str,
        /// What was found.
        found: String,
    },
    /// A limit of this store is exceeded.
    #[error("{place}: over a limit: {limit}")]
    Limit {
        /// Where in the snapshot.
        place: String,
        /// The limit.
        limit: Limit,
    },
}

impl<S: BuildHasher + Clone> Sessions<S> {
    /// Replaces the contents of this store by those of the snapshot, and keeps its settings. The store then continues
    /// as the original would, with two exceptions. Sessions whose last events were at the same time expire in byte
    /// order of DN, then id. And the store skips some ReferenceIDs after the last one in the snapshot
    /// ([`with_reference_id_gap`](Self::with_reference_id_gap)), because more requests may have been sent since the
    /// snapshot was taken.
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
    /// assert!(restarted.iter().eq(sessions.iter()));
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RestoreError`] names the first place that is wrong, or over a limit of this store. The store is unchanged in
    /// this case.
    pub fn restore(&mut self, snapshot: &Snapshot) -> Result<(), RestoreError> {
        self.rebuild(snapshot, false).map(|_| ())
    }

    /// Like [`restore`](Self::restore), but leaves out what exceeds a limit of this store. Returns how many sessions,
    /// remembered ends and requests were left out in total.
    ///
    /// A session that exceeds a limit by itself is left out. The others are kept while there is room at the DN, in the
    /// call and in the store: first the open ones, by their last event, newest first; then the completed ones, by their
    /// completion, newest first.
    ///
    /// If a completed session is left out, its end is remembered, unless its DN exceeds the limit. These ends come
    /// after those of the snapshot, in the order in which the sessions completed. An older end that makes room for one
    /// of them counts as left out. If there is no room for the end of a session that was left out, only the session
    /// counts. Of ends and requests the newest are kept.
    ///
    /// A service that persists parts has to replace all of them by those of a new [`snapshot`](Self::snapshot), since
    /// nothing reports which parts were left out.
    ///
    /// ```
    /// # #[cfg(feature = "json")] {
    /// use im_session::{BaseUri, CallEvent, Event, Limits, Sessions};
    ///
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    /// assert_eq!(sessions.handle_event(&ringing).unwrap().notifications().count(), 1);
    /// let snapshot = sessions.snapshot();
    ///
    /// let mut limits = Limits::DEFAULT;
    /// limits.sessions = 0;
    /// let mut smaller = Sessions::new(BaseUri::new("http://localhost:8090")).with_limits(limits);
    /// assert!(smaller.restore(&snapshot).is_err());
    /// assert_eq!(smaller.restore_what_fits(&snapshot), Ok(1));
    /// assert!(smaller.is_empty());
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RestoreError`] names the first place that is wrong. The store is unchanged in this case.
    pub fn restore_what_fits(&mut self, snapshot: &Snapshot) -> Result<usize, RestoreError> {
        self.rebuild(snapshot, true)
    }

    fn rebuild(&mut self, snapshot: &Snapshot, leave_out: bool) -> Result<usize, RestoreError> {
        let limits = &self.settings.limits;
        let store = &snapshot.store;
        check_version("store".into(), store.version)?;
        if store.last_reference_id > ReferenceIds::HIGHEST {
            let found = format!("{}", store.last_reference_id);
            return Err(impossible("store.lastReferenceId".into(), "a ReferenceID of at most 2147483647", &found));
        }

        check_order("store.completions", store.completions)?;

        let (fitting, mut left_out) = sessions(snapshot, limits, leave_out)?;
        let kept = room_for(fitting, limits, leave_out, &mut left_out)?;
        let mut slots = Slots::new(self.slots.hasher().clone());
        let mut counters = store.counters.clone().without_sessions();
        for Restored { session, part, .. } in kept {
            counters.count_state(None, Some(session.state()));
            slots.order_mut().count_completions_from(part.completion.saturating_sub(1));
            slots.insert(session, part.last_heard);
        }
        slots.order_mut().count_completions_from(store.completions);

        let (remembered_ends, ends_left_out) = remembered_ends(snapshot, &slots, left_out, limits, leave_out)?;
        let (mut requests, requests_left_out) = requests(snapshot, limits, leave_out)?;
        let left_out_count = snapshot.sessions.len() - slots.len() + ends_left_out + requests_left_out;
        let mut reference_ids = self.settings.reference_ids;
        reference_ids.go_on_after(store.last_reference_id, self.settings.reference_id_gap);
        requests.set_reference_ids(reference_ids);

        self.counters = counters;
        self.slots = slots;
        self.remembered_ends = remembered_ends;
        self.requests = requests;
        self.now = store.now;
        self.time_told = false;
        Ok(left_out_count)
    }
}

/// A session of the snapshot.
struct Restored<'p> {
    session: Session,
    part: &'p SessionPart,
    position: usize,
}

/// The sessions of the snapshot: those that are within the limits by themselves, and those that are left out.
fn sessions<'p>(
    snapshot: &'p Snapshot,
    limits: &Limits,
    leave_out: bool,
) -> Result<(Vec<Restored<'p>>, Vec<Restored<'p>>), RestoreError> {
    let (mut keys, mut completions) = (BTreeSet::new(), BTreeSet::new());
    let (mut fitting, mut left_out) = (Vec::with_capacity(snapshot.sessions.len()), Vec::new());
    for (position, part) in snapshot.sessions.iter().enumerate() {
        let at = |field: &str| format!("sessions[{position}].{field}");
        check_version(format!("sessions[{position}]"), part.version)?;
        if !keys.insert((&part.this_dn, &part.id)) {
            return Err(impossible(at("id"), "every pair of DN and id once", &part.id));
        }
        let session = session_of(part, at)?;
        if part.last_heard > snapshot.store.now {
            return Err(impossible(at("lastHeard"), "a time not after now", &format!("{}", part.last_heard)));
        }
        let found = || format!("{}", part.completion);
        if session.state().is_open() && part.completion != 0 {
            return Err(impossible(at("completion"), "0 for an open session", &found()));
        }
        let is_counted = (1..=snapshot.store.completions).contains(&part.completion);
        let is_completion = is_counted && completions.insert(part.completion);
        if !session.state().is_open() && !is_completion {
            return Err(impossible(at("completion"), "each completion of the store at most once", &found()));
        }
        let exceeded = exceeded(&session, limits);
        let restored = Restored { session, part, position };
        match exceeded {
            None => fitting.push(restored),
            Some(_) if leave_out => left_out.push(restored),
            Some((field, limit)) => return Err(RestoreError::Limit { place: at(field), limit }),
        }
    }
    let completed = fitting.iter().chain(&left_out).filter(|one| !one.session.state().is_open());
    let completed = completed.map(|one| (one.part.completion, one.part.last_heard, one.position));
    check_times(completed, "a time not before that of an earlier completion", |position| {
        format!("sessions[{position}].lastHeard")
    })?;
    Ok((fitting, left_out))
}

/// Checks that no later entry has an earlier time, because `forget_completed` and `time_out_requests` begin with the
/// oldest and stop at the first one that is not old enough. Each entry is an order, a time and a position.
fn check_times(
    all: impl Iterator<Item = (u64, u64, usize)>,
    expected: &'static str,
    place: impl Fn(usize) -> String,
) -> Result<(), RestoreError> {
    let mut all: Vec<(u64, u64, usize)> = all.collect();
    all.sort_unstable();
    let mut latest = 0;
    for (_, time, position) in all {
        if time < latest {
            return Err(impossible(place(position), expected, &format!("{time}")));
        }
        latest = time;
    }
    Ok(())
}

/// The sessions that there is room for, in the order in which they are put back; the others are left out.
fn room_for<'p>(
    mut all: Vec<Restored<'p>>,
    limits: &Limits,
    leave_out: bool,
    left_out: &mut Vec<Restored<'p>>,
) -> Result<Vec<Restored<'p>>, RestoreError> {
    // Open sessions before completed ones, the newest first in both groups.
    if leave_out {
        all.sort_by_key(|one| {
            core::cmp::Reverse((one.session.state().is_open(), one.part.completion, one.part.last_heard))
        });
    }
    let (mut of_dn, mut of_call) = (BTreeMap::<&str, usize>::new(), BTreeMap::<&str, usize>::new());
    let mut kept = Vec::with_capacity(all.len());
    for one in all {
        let dn = of_dn.entry(&one.part.this_dn).or_default();
        let call = of_call.entry(&one.part.id).or_default();
        let full = if kept.len() >= limits.sessions {
            Some((Limit::Sessions, "id"))
        } else if *dn >= limits.sessions_per_dn {
            Some((Limit::SessionsPerDn, "thisDN"))
        } else if *call >= limits.sessions_per_call {
            Some((Limit::SessionsPerCall, "id"))
        } else {
            None
        };
        match full {
            None => {
                *dn += 1;
                *call += 1;
                kept.push(one);
            }
            Some(_) if leave_out => left_out.push(one),
            Some((limit, field)) => {
                return Err(RestoreError::Limit { place: format!("sessions[{}].{field}", one.position), limit });
            }
        }
    }
    kept.sort_by(|a, b| {
        let key = |one: &Restored<'p>| (one.part.completion, one.part.last_heard, &one.part.this_dn, &one.part.id);
        key(a).cmp(&key(b))
    });
    Ok(kept)
}

/// The ends of the snapshot and of the sessions that are left out, and how many ends of the snapshot are left out.
fn remembered_ends<S: BuildHasher>(
    snapshot: &Snapshot,
    slots: &Slots<S>,
    mut left_out: Vec<Restored<'_>>,
    limits: &Limits,
    leave_out: bool,
) -> Result<(RememberedEnds, usize), RestoreError> {
    if snapshot.ends.len() > limits.remembered_ends && !leave_out {
        let place = format!("ends[{}]", limits.remembered_ends);
        return Err(RestoreError::Limit { place, limit: Limit::RememberedEnds });
    }
    let of_left_out: BTreeSet<(&str, &str)> = left_out.iter().map(|one| (&*one.part.this_dn, &*one.part.id)).collect();
    let mut in_order: Vec<(usize, &EndPart)> = snapshot.ends.iter().enumerate().collect();
    in_order.sort_by_key(|(_, end)| end.order);
    let mut ends = RememberedEnds::new();
    for (position, end) in in_order {
        let at = |field: &str| format!("ends[{position}].{field}");
        check_version(format!("ends[{position}]"), end.version)?;
        check_call_uuid(&end.id).map_err(|bad| impossible(at("id"), "a CallUUID", &bad.found))?;
        if end.this_dn.is_empty() {
            return Err(impossible(at("thisDN"), "a DN", &end.this_dn));
        }
        let is_left_out = of_left_out.contains(&(&*end.this_dn, &*end.id));
        if is_left_out || slots.find(&end.this_dn, &end.id).is_some() {
            return Err(impossible(at("id"), "a key that has no session", &end.id));
        }
        let remembered = RememberedEnd { identity: (&end.last_event).into(), order: end.order };
        check_order(&at("order"), end.order)?;
        if end.order == 0 || !ends.put_back(&end.this_dn, &end.id, remembered) {
            let expected = "every key and every order, from 1, once";
            return Err(impossible(at("order"), expected, &format!("{}", end.order)));
        }
    }
    // Sessions that completed first are remembered first, so that they are forgotten first.
    left_out.sort_by_key(|one| one.part.completion);
    let mut count = snapshot.ends.len();
    for Restored { session, .. } in &left_out {
        let is_remembered = !session.state().is_open() && session.this_dn().len() <= limits.dn_length;
        if let Some(last) = session.last_event().filter(|_| is_remembered) {
            ends.remember(session.this_dn(), session.id(), last, usize::MAX);
            count += 1;
        }
    }
    let surplus = count.saturating_sub(limits.remembered_ends);
    ends.forget_oldest(surplus);
    Ok((ends, surplus.min(snapshot.ends.len())))
}

/// The requests of the snapshot, and how many are left out.
fn requests(snapshot: &Snapshot, limits: &Limits, leave_out: bool) -> Result<(InFlight, usize), RestoreError> {
    if snapshot.requests.len() > limits.requests && !leave_out {
        let place = format!("requests[{}]", limits.requests);
        return Err(RestoreError::Limit { place, limit: Limit::Requests });
    }
    let (mut requests, mut too_long) = (InFlight::new(), Vec::new());
    for (position, part) in snapshot.requests.iter().enumerate() {
        let at = |field: &str| format!("requests[{position}].{field}");
        check_version(format!("requests[{position}]"), part.version)?;
        let RequestPart { reference_id, operation_name, this_dn, id, sent, order, .. } = part;
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
        if *sent > snapshot.store.now {
            return Err(impossible(at("sent"), "a time not after now", &format!("{sent}")));
        }
        if !(1..=ReferenceIds::HIGHEST.into()).contains(reference_id) {
            return Err(impossible(at("referenceID"), "a number from 1 to 2147483647", &format!("{reference_id}")));
        }
        let sending = Sending { operation, this_dn: this_dn.clone(), id: id.clone(), sent: *sent };
        check_order(&at("order"), *order)?;
        if *order == 0 || !requests.put_back(*reference_id, *order, sending) {
            let expected = "every ReferenceID and every order, from 1, once";
            return Err(impossible(at("referenceID"), expected, &format!("{reference_id}")));
        }
        if this_dn.len() > limits.dn_length {
            if !leave_out {
                return Err(RestoreError::Limit { place: at("thisDN"), limit: Limit::DnLength });
            }
            too_long.push(*reference_id);
        }
    }
    let sent = snapshot.requests.iter().enumerate().map(|(position, part)| (part.order, part.sent, position));
    check_times(sent, "a time not before that of an earlier request", |position| format!("requests[{position}].sent"))?;
    for &reference_id in &too_long {
        requests.forget(reference_id);
    }
    let surplus = (snapshot.requests.len() - too_long.len()).saturating_sub(limits.requests);
    requests.forget_oldest(surplus);
    Ok((requests, surplus + too_long.len()))
}

/// Checks that a number leaves enough higher ones for the lifetime of a store.
fn check_order(place: &str, found: u64) -> Result<(), RestoreError> {
    if found <= u64::MAX / 2 {
        Ok(())
    } else {
        Err(impossible(place.into(), "a number that others can follow, at most 2^63 - 1", &format!("{found}")))
    }
}

fn check_version(place: String, found: u32) -> Result<(), RestoreError> {
    if found == VERSION { Ok(()) } else { Err(RestoreError::UnknownVersion { place, found }) }
}

pub(super) fn impossible(place: String, expected: &'static str, found: &str) -> RestoreError {
    RestoreError::Impossible { place, expected, found: excerpt(found) }
}
