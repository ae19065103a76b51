//! Laws of operations, limits and snapshots, and the model.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::played::{Played, of_the_same_type};
use super::{Broken, broken, same};
use crate::testing::Model;

pub(super) fn an_operation_changes_nothing(played: &Played<'_>) -> Result<(), Broken> {
    if played.step.agent().is_some() { played.nothing_changed() } else { Ok(()) }
}

/// The snapshot is that of the step before.
pub(super) fn a_restored_store_goes_on(snapshot: &mut Option<Value>, played: &Played<'_>) -> Result<(), Broken> {
    let before = snapshot.take().unwrap_or_else(|| played.empty.snapshot());
    let restored = played.empty.restored(&before).map_err(|error| ("a snapshot that is taken".into(), error))?;
    let mut restored = of_the_same_type(played.empty, restored)?;
    same(played.answer, &restored.carry_out(played.agents(), played.step))?;
    same(snapshot.insert(played.store.snapshot()), &restored.snapshot())
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
        at_most(limits.participants, "participants", session.participants.len())?;
        let user_data = &session.user_data;
        if !user_data.is_empty() {
            at_most(limits.user_data_size, "bytes of user data", user_data.size())?;
            at_most(limits.user_data_depth, "levels of user data", user_data.depth())?;
        }
    }
    Ok(())
}
