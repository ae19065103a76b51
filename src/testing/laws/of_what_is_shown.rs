//! Laws of what agents read and are told. Specification 1, 3, 4 and 5.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::{StoreUnderTest, Violation, broken, find, play, same};
use crate::machine::State;
use crate::testing::{Agent, History, Setup, Step};

/// Whether one of the agent's devices has this DN.
fn has(agent: &Agent, this_dn: &str) -> bool {
    agent.devices().iter().any(|device| device.dn == this_dn)
}

/// The capabilities are those of the table of specification 3, for the state and for user data being there.
///
/// # Errors
///
/// Where it does not hold.
pub fn capabilities_follow_state_and_data(
    _: &Setup,
    store: &dyn StoreUnderTest,
    history: &History,
) -> Result<(), Violation> {
    play(store, history, |played| {
        for session in played.after {
            let has_user_data = session.resource.get("userData").is_some();
            let expected: &[&str] = match (session.state, has_user_data) {
                (State::Talking, false) => &["SendMessage", "AttachUserData", "Complete"],
                (State::Talking, true) => {
                    &["SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"]
                }
                (State::Initiating | State::Alerting, false) => &["AttachUserData", "Complete"],
                (State::Initiating | State::Alerting, true) => {
                    &["AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"]
                }
                (State::Completed, _) => &[],
            };
            same(&json!(expected), session.resource.get("capabilities").unwrap_or(&Value::Null))?;
        }
        Ok(())
    })
}

/// Whoever follows the notifications alone holds what a fresh list gives. What is forgotten, the embedder tells. Specification 5.
///
/// # Errors
///
/// Where it does not hold.
pub fn notifications_fold_to_the_list(
    _: &Setup,
    store: &dyn StoreUnderTest,
    history: &History,
) -> Result<(), Violation> {
    let mut known: BTreeMap<(String, String), Value> = BTreeMap::new();
    play(store, history, |played| {
        for told in played.notifications() {
            let (dn, resource) = (told.get("thisDN"), told.pointer("/notification/data/imSession"));
            let id = resource.and_then(|resource| resource.get("id"));
            if let (Some(dn), Some(id), Some(resource)) =
                (dn.and_then(Value::as_str), id.and_then(Value::as_str), resource)
            {
                known.insert((dn.to_string(), id.to_string()), resource.clone());
            }
        }
        if matches!(played.step, Step::Forget { .. } | Step::ForgetCompleted { .. }) {
            known.retain(|(dn, id), _| find(played.after, dn, id).is_some());
        }
        for (position, agent) in played.agents.iter().enumerate() {
            let expected: Vec<&Value> =
                known.iter().filter(|((dn, _), _)| has(agent, dn)).map(|(_, resource)| resource).collect();
            same(&json!({"imSessions": expected, "statusCode": 0}), &played.list(position))?;
        }
        Ok(())
    })
}

/// An agent reads the sessions of its own DNs; another's answers as one that does not exist. Specification 2 and 4.
///
/// # Errors
///
/// Where it does not hold.
pub fn agents_see_only_their_own(_: &Setup, store: &dyn StoreUnderTest, history: &History) -> Result<(), Violation> {
    play(store, history, |played| {
        for (position, agent) in played.agents.iter().enumerate() {
            let mine = || played.after.iter().filter(|session| has(agent, &session.this_dn));
            let resources: Vec<&Value> = mine().map(|session| &session.resource).collect();
            same(&json!({"imSessions": resources, "statusCode": 0}), &played.list(position))?;
            for session in played.after {
                let id = session.id.clone();
                let read = played.answer_to(&Step::Read { agent: position, id, query: String::new() });
                let has_one = mine().any(|mine| mine.id == session.id);
                if read.is_object() != has_one {
                    return broken(format!("{} to be readable: {has_one}", session.id), read.to_string());
                }
            }
        }
        Ok(())
    })
}

/// Lists are in byte order of DN, then id, each session once. Specification 4.
///
/// # Errors
///
/// Where it does not hold.
pub fn lists_are_in_order(_: &Setup, store: &dyn StoreUnderTest, history: &History) -> Result<(), Violation> {
    play(store, history, |played| {
        let found: Vec<(&str, &str)> = played.after.iter().map(|session| (&*session.this_dn, &*session.id)).collect();
        let mut sorted = found.clone();
        sorted.sort_unstable();
        sorted.dedup();
        same(&json!(sorted), &json!(found))
    })
}

/// Participants are there once each, and never the agent's own DN. Specification 1.
///
/// # Errors
///
/// Where it does not hold.
pub fn participants_are_others(_: &Setup, store: &dyn StoreUnderTest, history: &History) -> Result<(), Violation> {
    play(store, history, |played| {
        for session in played.after {
            let found = &session.participants;
            let mut expected: Vec<&String> = Vec::new();
            for number in found {
                if *number != session.this_dn && !expected.contains(&number) {
                    expected.push(number);
                }
            }
            same(&json!(expected), &json!(found))?;
        }
        Ok(())
    })
}
