//! Laws of what agents read and are told. Specification 1, 3, 4 and 5.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::{Violation, broken, list, play, same};
use crate::machine::State;
use crate::resource::Query;
use crate::session::Session;
use crate::testing::{History, Setup, Step};

/// The capabilities are those of the table of specification 3, for the state and for user data being there.
///
/// # Errors
///
/// Where it does not hold.
pub fn capabilities_follow_state_and_data(setup: &Setup, history: &History) -> Result<(), Violation> {
    play(setup, history, |played| {
        for session in played.after.iter() {
            let resource = json!(played.after.resource(session));
            let has_user_data = resource.get("userData").is_some();
            let expected: &[&str] = match (session.state(), has_user_data) {
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
            same(&json!(expected), resource.get("capabilities").unwrap_or(&Value::Null))?;
        }
        Ok(())
    })
}

/// Whoever follows the notifications alone holds what a fresh list gives. What is forgotten, the embedder tells. Specification 5.
///
/// # Errors
///
/// Where it does not hold.
pub fn notifications_fold_to_the_list(setup: &Setup, history: &History) -> Result<(), Violation> {
    let mut known: BTreeMap<(String, String), Value> = BTreeMap::new();
    play(setup, history, |played| {
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
            known.retain(|(dn, id), _| played.after.get(dn, id).is_some());
        }
        for agent in played.agents {
            let is_mine = |dn: &str| agent.devices.iter().any(|(_, mine)| mine == dn);
            let expected: Vec<&Value> =
                known.iter().filter(|((dn, _), _)| is_mine(dn)).map(|(_, resource)| resource).collect();
            same(&list(played.after, agent), &json!({"imSessions": expected, "statusCode": 0}))?;
        }
        Ok(())
    })
}

/// An agent reads the sessions of its own DNs; another's answers as one that does not exist. Specification 2 and 4.
///
/// # Errors
///
/// Where it does not hold.
pub fn agents_see_only_their_own(setup: &Setup, history: &History) -> Result<(), Violation> {
    play(setup, history, |played| {
        for agent in played.agents {
            let me = agent.me();
            let is_mine = |session: &&Session| me.iter().any(|device| device.dn == session.this_dn());
            let resources = |session| json!(played.after.resource(session));
            let mine: Vec<Value> = played.after.iter().filter(is_mine).map(resources).collect();
            same(&json!({"imSessions": mine, "statusCode": 0}), &list(played.after, agent))?;
            for session in played.after.iter() {
                let has_one = me.iter().any(|device| played.after.get(device.dn, session.id()).is_some());
                let read = played.after.read(&me, session.id(), &Query::default());
                if read.is_ok() != has_one {
                    return broken(
                        format!("{} to be readable: {has_one}", session.id()),
                        format!("{:?}", read.is_ok()),
                    );
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
pub fn lists_are_in_order(setup: &Setup, history: &History) -> Result<(), Violation> {
    play(setup, history, |played| {
        let found: Vec<(&str, &str)> = played.after.iter().map(|session| (session.this_dn(), session.id())).collect();
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
pub fn participants_are_others(setup: &Setup, history: &History) -> Result<(), Violation> {
    play(setup, history, |played| {
        for session in played.after.iter() {
            let found: Vec<&str> = session.participants().collect();
            let mut expected: Vec<&str> = Vec::new();
            for number in &found {
                if *number != session.this_dn() && !expected.contains(number) {
                    expected.push(number);
                }
            }
            same(&json!(expected), &json!(found))?;
        }
        Ok(())
    })
}
