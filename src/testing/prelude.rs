//! Common imports and helpers of the kit: it needs `std`, and its answers are JSON.

use crate::machine::Operations;
use crate::store::Agent;

pub(crate) use alloc::borrow::Cow;
pub(crate) use alloc::boxed::Box;
pub(crate) use alloc::collections::{BTreeMap, BTreeSet};
pub(crate) use alloc::format;
pub(crate) use alloc::string::{String, ToString};
pub(crate) use alloc::vec::Vec;

pub(crate) use serde_json::{Map, Value, json};

/// The list of this name in an answer.
pub(crate) fn list_in<'a>(answer: &'a Value, name: &str) -> &'a [Value] {
    answer.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Whether one of the agent's devices has this DN.
pub(crate) fn has(agent: &Agent, this_dn: &str) -> bool {
    agent.devices().iter().any(|device| device.dn == this_dn)
}

/// Adds to the answer to an event its notifications as `render` shows them to agents without all rights, if there are
/// any.
pub(crate) fn with_rendered<N>(
    mut answer: Value,
    agents: &[Agent],
    notifications: &[(&str, N)],
    render: impl Fn(&N, &Agent) -> Value,
) -> Value {
    let mut rendered = Vec::new();
    for (position, agent) in agents.iter().enumerate().filter(|(_, agent)| agent.rights() != Operations::ALL) {
        for (_, notification) in notifications.iter().filter(|(this_dn, _)| has(agent, this_dn)) {
            rendered.push(json!({"agent": position, "notification": render(notification, agent)}));
        }
    }
    if let Some(answer) = answer.as_object_mut().filter(|_| !rendered.is_empty()) {
        answer.insert("rendered".into(), Value::Array(rendered));
    }
    answer
}
