//! Laws of operations, limits and snapshots, and the comparison with the model.

use core::time::Duration;

use super::played::{Played, of_the_same_type};
use super::{Broken, SeenSession, broken, same};
use crate::event::Event;
use crate::from_bytes::Phase;
use crate::machine::State;
use crate::testing::prelude::*;
use crate::testing::{Model, Step};

pub(super) fn an_operation_changes_nothing(played: &Played<'_>) -> Result<(), Broken> {
    let is_of_an_agent = matches!(played.step, Step::Post { .. } | Step::List { .. } | Step::Read { .. });
    if is_of_an_agent { played.nothing_changed() } else { Ok(()) }
}

/// `snapshot` is that of the previous step.
pub(super) fn a_restored_store_goes_on(snapshot: &mut Option<Value>, played: &Played<'_>) -> Result<(), Broken> {
    let before = snapshot.take().unwrap_or_else(|| played.empty.snapshot());
    let restored = played.empty.restored(&before).map_err(|error| ("a snapshot that is taken".into(), error))?;
    let mut restored = of_the_same_type(played.empty, restored)?;
    let is_limited = played.setup.limits.time_jump != Duration::MAX;
    if is_limited && matches!(played.step, Step::Time(_)) {
        // A restored store accepts any time at first, so it may differ here.
        *snapshot = Some(played.store.snapshot());
        return Ok(());
    }
    same(played.answer, &restored.carry_out(played.agents(), played.step))?;
    let (mut expected, mut found) = (snapshot.insert(played.store.snapshot()).clone(), restored.snapshot());
    without_orders(&mut expected);
    without_orders(&mut found);
    same(&expected, &found)
}

/// Removes the ordinal numbers from a snapshot. They differ after a restart, because forgotten sessions no longer
/// count, and the order of equal times is lost.
fn without_orders(snapshot: &mut Value) {
    let parts = snapshot.as_object_mut().into_iter().flat_map(|parts| parts.values_mut());
    for one in parts.filter_map(Value::as_array_mut).flatten().filter_map(Value::as_object_mut) {
        one.remove("order");
        one.remove("completion");
    }
}

/// Checks that no open session has disappeared.
pub(super) fn an_open_session_stays(played: &Played<'_>) -> Result<(), Broken> {
    for before in played.before.iter().filter(|before| before.state != State::Completed) {
        if played.after(before).is_none() {
            return broken(format!("{} of {}, which is open", before.id, before.this_dn), "no session");
        }
    }
    Ok(())
}

pub(super) fn what_is_over_has_a_cause(played: &Played<'_>) -> Result<(), Broken> {
    for session in played.after {
        same(&json!(session.state == State::Completed), &json!(session.cause.is_some()))?;
        let cause = played.before(session).and_then(|before| before.cause);
        if cause.is_some() && session.cause.is_some() && cause != session.cause {
            return broken(format!("{cause:?} as before"), format!("{:?}", session.cause));
        }
    }
    Ok(())
}

/// Checked at the end of a history whose events are a legal feed of one server start, in any order and with any
/// repetitions.
pub(super) fn what_has_ended_stays_ended(played: &Played<'_>) -> Result<(), Broken> {
    if played.position + 1 < played.history.steps.len() {
        return Ok(());
    }
    let Some(in_order) = feed_in_order(&played.history.steps) else { return Ok(()) };
    let mut lived = of_the_same_type(played.empty, played.empty.duplicate())?;
    for event in in_order {
        lived.carry_out(played.agents(), &Step::Event(event));
    }
    let open = |sessions: &[SeenSession]| -> Vec<(String, String)> {
        let open = sessions.iter().filter(|session| session.state != State::Completed);
        open.map(|session| (session.this_dn.clone(), session.id.clone())).collect()
    };
    let may_be_open = open(&lived.sessions());
    match open(played.after).into_iter().find(|key| !may_be_open.contains(key)) {
        Some(key) => broken(format!("open at most {may_be_open:?}, as after the feed in order"), format!("{key:?}")),
        None => Ok(()),
    }
}

/// The events in the order of their numbers, each once. `None` unless they are a legal feed of one server start:
/// repeated events have the same numbers, and each call at each DN is one of the legal sequences of specification 2.
/// `None` also if there is a Reconcile or an Expire.
fn feed_in_order(steps: &[Step]) -> Option<Vec<Event<'static>>> {
    let mut by_number: BTreeMap<u64, &Event<'static>> = BTreeMap::new();
    for step in steps {
        match step {
            Step::Event(event) => {
                let first = by_number.entry(event.event_sequence_number?).or_insert(event);
                if *first != event {
                    return None;
                }
            }
            Step::Reconcile { .. } | Step::Expire { .. } => return None,
            Step::Post { .. }
            | Step::List { .. }
            | Step::Read { .. }
            | Step::Time(_)
            | Step::Forget { .. }
            | Step::ForgetCompleted { .. }
            | Step::Restart => {}
        }
    }
    let mut starts = by_number.values().map(|event| event.server_start_time);
    let start = starts.next()?;
    if starts.any(|other| other != start) {
        return None;
    }
    let mut phases: BTreeMap<(&str, &str), Phase> = BTreeMap::new();
    for event in by_number.values() {
        let phase = phases.entry((event.this_dn()?, event.call_uuid()?)).or_default();
        *phase = phase.after(event.name.as_str())?;
    }
    Some(by_number.into_values().cloned().collect())
}

pub(super) fn the_model_agrees(model: &mut Option<Model>, played: &Played<'_>) -> Result<(), Broken> {
    let model = model.get_or_insert_with(|| played.setup.model());
    same(&model.carry_out(played.agents(), played.step), played.answer)?;
    let found: Vec<&Value> = played.after.iter().map(|session| &session.resource).collect();
    same(&json!(model.resources()), &json!(found))
}

pub(super) fn limits_are_kept(played: &Played<'_>) -> Result<(), Broken> {
    let limits = &played.setup.limits;
    let at_most = |limit: usize, of: &str, found: usize| {
        if found <= limit { Ok(()) } else { broken(format!("at most {limit} {of}"), found.to_string()) }
    };
    at_most(limits.sessions, "sessions", played.after.len())?;
    for session in played.after {
        let of_this_dn = played.after.iter().filter(|other| other.this_dn == session.this_dn).count();
        at_most(limits.sessions_per_dn, "sessions of one DN", of_this_dn)?;
        let of_this_call = played.after.iter().filter(|other| other.id == session.id).count();
        at_most(limits.sessions_per_call, "sessions of one call", of_this_call)?;
        at_most(limits.participants, "participants", session.participants.len())?;
        let user_data = &session.user_data;
        if !user_data.is_empty() {
            at_most(limits.user_data_size, "bytes of user data", user_data.size())?;
            at_most(limits.user_data_pairs, "pairs of user data", user_data.pair_count())?;
            at_most(limits.user_data_depth, "levels of user data", user_data.depth())?;
        }
    }
    Ok(())
}
