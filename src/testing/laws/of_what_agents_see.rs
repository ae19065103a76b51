//! Laws of what agents read and which notifications they get. Specification 1, 3, 4 and 5.

use super::played::{Played, find};
use super::{Broken, broken, same};
use crate::machine::Operations;
use crate::testing::model::{capabilities, for_rights, may};
use crate::testing::prelude::*;
use crate::testing::{Agent, Step};

pub(super) fn capabilities_follow_state_and_data(played: &Played<'_>) -> Result<(), Broken> {
    played.after.iter().try_for_each(|session| {
        let expected = capabilities(session.state.name(), session.resource.get("userData").is_some());
        same(&json!(expected), session.resource.get("capabilities").unwrap_or(&Value::Null))
    })
}

/// The resources that a client knows, by DN and id.
type Known = BTreeMap<(String, String), Value>;

/// Completed sessions may be forgotten without a notification, since the embedder knows which.
pub(super) fn notifications_fold_to_the_list(known: &mut Known, played: &Played<'_>) -> Result<(), Broken> {
    for told in played.notifications() {
        let Some(resource) = told.pointer("/notification/data/imSession") else { continue };
        let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).map(String::from);
        known.extend(text(told, "thisDN").zip(text(resource, "id")).map(|key| (key, resource.clone())));
    }
    known.retain(|(dn, id), resource| {
        resource.get("state") != Some(&json!("Completed")) || find(played.after, dn, id).is_some()
    });
    for (position, agent) in played.agents().iter().enumerate() {
        let expected: Vec<&Value> =
            known.iter().filter(|((dn, _), _)| has(agent, dn)).map(|(_, resource)| resource).collect();
        same(&list_of(expected, agent), played.list(position))?;
    }
    Ok(())
}

/// The list of these resources as this agent reads it.
fn list_of(resources: Vec<&Value>, agent: &Agent) -> Value {
    let mine: Vec<Value> = resources.into_iter().map(|resource| for_rights(resource.clone(), agent)).collect();
    json!({"imSessions": mine, "statusCode": 0})
}

pub(super) fn no_right_leaks(played: &Played<'_>) -> Result<(), Broken> {
    for (position, agent) in played.agents().iter().enumerate() {
        let list = played.list(position);
        let told = list_in(played.answer, "rendered").iter().filter(|told| told.get("agent") == Some(&json!(position)));
        let told_of = told.clone().filter_map(|told| told.pointer("/notification/data/imSession"));
        for resource in list_in(list, "imSessions").iter().chain(told_of) {
            same(&for_rights(resource.clone(), agent), resource)?;
        }
        let is_mine = |told: &&Value| told.get("thisDN").and_then(Value::as_str).is_some_and(|dn| has(agent, dn));
        let due = played.notifications().iter().filter(is_mine).count();
        if played.event().is_some() && agent.rights() != Operations::ALL {
            same(&json!(due), &json!(told.count()))?;
        }
    }
    let Step::Post { agent, body, .. } = played.step else { return Ok(()) };
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let name = body.get("operationName").and_then(Value::as_str);
    let permitted = name.is_none_or(|name| played.agents().get(*agent).is_none_or(|agent| may(agent, name)));
    if permitted || list_in(played.answer, "requests").is_empty() {
        Ok(())
    } else {
        broken("statusCode 5, as the agent has no right to it", played.answer.to_string())
    }
}

pub(super) fn agents_see_only_their_own(played: &Played<'_>) -> Result<(), Broken> {
    for (position, agent) in played.agents().iter().enumerate() {
        let mine = || played.after.iter().filter(|session| has(agent, &session.this_dn));
        let resources: Vec<&Value> = mine().map(|session| &session.resource).collect();
        same(&list_of(resources, agent), played.list(position))?;
        for session in played.after {
            let id = session.id.clone();
            let read = played.answer_to(&Step::Read { agent: position, id, query: String::new() });
            let has_one = mine().any(|mine| mine.id == session.id);
            if read.get("imSession").is_some() != has_one {
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
    played.after.iter().try_for_each(|session| {
        let mut seen = BTreeSet::new();
        let mut expected = session.participants.clone();
        expected.retain(|number| *number != session.this_dn && seen.insert(number.clone()));
        same(&json!(expected), &json!(session.participants))
    })
}
