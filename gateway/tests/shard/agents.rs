//! Converts the agents of the library's histories to records of the gateway.

use std::sync::Arc;

use im_session::{Agent, Operations};
use im_session_gateway::config::{AgentId, AgentRecord, Agents, DeviceRecord, PasswordHash};

/// An agent of a history, named by its index.
pub(crate) fn record(place: usize, agent: &Agent) -> AgentRecord {
    let device = |device: &im_session::store::Device| {
        DeviceRecord::new(device.device_path.trim_start_matches("/devices/"), device.dn.clone())
    };
    AgentRecord {
        id: AgentId::new(format!("agent-{place}")),
        user_name: format!("agent-{place}"),
        first_name: String::new(),
        last_name: String::new(),
        devices: agent.devices().iter().map(device).collect(),
        rights: agent.rights(),
        supervisor: false,
        password: PasswordHash::new(""),
    }
}

pub(crate) fn records(agents: &[Agent]) -> Vec<Arc<AgentRecord>> {
    agents.iter().enumerate().map(|(place, agent)| Arc::new(record(place, agent))).collect()
}

/// The agents that receive notifications: the first one for each DN. The others only perform operations.
pub(crate) fn directory(agents: &[Agent]) -> Agents {
    let mut known = std::collections::BTreeSet::new();
    let first = agents.iter().enumerate().map(|(place, agent)| {
        let mut record = record(place, agent);
        record.devices.retain(|device| known.insert(device.dn.clone()));
        record
    });
    Agents::new(first.collect::<Vec<_>>()).unwrap()
}

/// The rights of an agent that receives notifications.
pub(crate) fn rights(agents: &Agents, id: &AgentId) -> Operations {
    agents.by_id(id.as_str()).unwrap().rights
}
