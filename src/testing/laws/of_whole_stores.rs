//! Laws of operations, limits and snapshots, and the model.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::{StoreUnderTest, Violation, broken, of_the_same_type, play, same};
use crate::testing::{History, Setup};

/// An operation or a read changes no session by itself. Specification 4.
///
/// # Errors
///
/// Where it does not hold.
pub fn an_operation_changes_nothing(_: &Setup, store: &dyn StoreUnderTest, history: &History) -> Result<(), Violation> {
    play(store, history, |played| match played.step.agent() {
        Some(_) => played.nothing_changed(),
        None => Ok(()),
    })
}

/// A store that is restored from its snapshot answers and notifies as the original.
///
/// # Errors
///
/// Where it does not hold.
pub fn a_restored_store_goes_on(_: &Setup, store: &dyn StoreUnderTest, history: &History) -> Result<(), Violation> {
    let mut snapshot = store.snapshot();
    play(store, history, |played| {
        let restored = store.restored(&snapshot);
        let restored = restored.map_err(|error| ("a snapshot that is taken".into(), error))?;
        let mut restored = of_the_same_type(store, restored)?;
        same(played.answer, &restored.carry_out(played.agents, played.step))?;
        snapshot = played.store.snapshot();
        same(&snapshot, &restored.snapshot())
    })
}

/// The reference model answers and notifies the same.
///
/// # Errors
///
/// Where it does not hold.
pub fn the_model_agrees(setup: &Setup, store: &dyn StoreUnderTest, history: &History) -> Result<(), Violation> {
    let mut model = setup.model();
    play(store, history, |played| {
        same(&model.carry_out(played.agents, played.step), played.answer)?;
        let found: Vec<&Value> = played.after.iter().map(|session| &session.resource).collect();
        same(&json!(model.resources()), &json!(found))
    })
}

/// No step takes the number of sessions, of those of one DN, the participants or the user data over a limit. Specification 2.3.
///
/// # Errors
///
/// Where it does not hold.
pub fn limits_are_kept(setup: &Setup, store: &dyn StoreUnderTest, history: &History) -> Result<(), Violation> {
    play(store, history, |played| {
        let limits = &setup.limits;
        if played.after.len() > limits.sessions {
            return broken(format!("at most {} sessions", limits.sessions), played.after.len().to_string());
        }
        for session in played.after {
            let of_this_dn = played.after.iter().filter(|other| other.this_dn == session.this_dn).count();
            if of_this_dn > limits.sessions_per_dn {
                return broken(
                    format!("at most {} sessions of one DN", limits.sessions_per_dn),
                    of_this_dn.to_string(),
                );
            }
            if session.participants.len() > limits.participants {
                let expected = format!("at most {} participants", limits.participants);
                return broken(expected, session.participants.len().to_string());
            }
            let user_data = &session.user_data;
            if !user_data.is_empty()
                && (user_data.size() > limits.user_data_size || user_data.depth() > limits.user_data_depth)
            {
                let expected = format!("at most {} bytes, {} deep", limits.user_data_size, limits.user_data_depth);
                return broken(expected, format!("{} bytes, {} deep", user_data.size(), user_data.depth()));
            }
        }
        Ok(())
    })
}
