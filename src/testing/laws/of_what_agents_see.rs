//! Laws of what agents read and are told. Specification 1, 3, 4 and 5.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::played::{Played, find};
use super::{Broken, broken, same};
use crate::machine::State;
use crate::testing::{Agent, Step};

/// Whether one of the agent's devices has this DN.
fn has(agent: &Agent, this_dn: &str) -> bool {
    agent.devices().iter().any(|device| device.dn == this_dn)
}

pub(super) fn capabilities_follow_state_and_data(played: &Played<'_>) -> Result<(), Broken> {
    for session in played.after {
        let has_user_data = session.resource.get("userData").is_some();
        let expected: &[&str] = match (session.state, has_user_data) {
            (State::Talking, false) => &["SendMessage", "AttachUserData", "Complete"],
            (State::Talking, true) => &["SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"],
            (State::Initiating | State::Alerting, false) => &["AttachUserData", "Complete"],
            (State::Initiating | State::Alerting, true) => {
                &["AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"]
            }
            (State::Completed, _) => &[],
        };
        same(&json!(expected), session.resource.get("capabilities").unwrap_or(&Value::Null))?;
    }
    Ok(())
}

/// What a client knows by DN and id.
type Known = BTreeMap<(String, String), Value>;

/// What is forgotten, the embedder tells.
pub(super) fn notifications_fold_to_the_list(known: &mut Known, played: &Played<'_>) -> Result<(), Broken> {
    for told in played.notifications() {
        let (dn, resource) = (told.get("thisDN"), told.pointer("/notification/data/imSession"));
        let id = resource.and_then(|resource| resource.get("id"));
        if let (Some(dn), Some(id), Some(resource)) = (dn.and_then(Value::as_str), id.and_then(Value::as_str), resource)
        {
            known.insert((dn.to_string(), id.to_string()), resource.clone());
        }
    }
    if matches!(played.step, Step::Forget { .. } | Step::ForgetCompleted { .. }) {
        known.retain(|(dn, id), _| find(played.after, dn, id).is_some());
    }
    for (position, agent) in played.agents().iter().enumerate() {
        let expected: Vec<&Value> =
            known.iter().filter(|((dn, _), _)| has(agent, dn)).map(|(_, resource)| resource).collect();
        same(&json!({"imSessions": expected, "statusCode": 0}), &played.list(position))?;
    }
    Ok(())
}

pub(super) fn agents_see_only_their_own(played: &Played<'_>) -> Result<(), Broken> {
    for (position, agent) in played.agents().iter().enumerate() {
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
}

pub(super) fn lists_are_in_order(played: &Played<'_>) -> Result<(), Broken> {
    let found: Vec<(&str, &str)> = played.after.iter().map(|session| (&*session.this_dn, &*session.id)).collect();
    let mut sorted = found.clone();
    sorted.sort_unstable();
    sorted.dedup();
    same(&json!(sorted), &json!(found))
}

pub(super) fn participants_are_others(played: &Played<'_>) -> Result<(), Broken> {
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
}
