//! The agents that exist without an agents' file. Their password is public, so with them the gateway listens on
//! loopback only.

use im_session::Operations;

use super::{AgentId, AgentRecord, Agents, BadAgents, DeviceRecord, PasswordHash};

/// The password of the demo agents.
pub const DEMO_PASSWORD: &str = "demo";

/// `agent3001` and `agent3002` with one device each, and `supervisor` with none.
///
/// # Errors
///
/// None in practice, because the three differ. The type is that of [`Agents::new`].
pub fn demo_agents(password: &PasswordHash) -> Result<Agents, BadAgents> {
    let agent = |id: &str, first_name: &str, dn: Option<&str>| AgentRecord {
        id: AgentId::new(id),
        user_name: id.into(),
        first_name: first_name.into(),
        last_name: "Demo".into(),
        devices: dn.map(|dn| DeviceRecord::new("1", dn)).into_iter().collect(),
        rights: if dn.is_some() { Operations::ALL } else { Operations::NONE },
        supervisor: dn.is_none(),
        password: password.clone(),
    };
    Agents::new([
        agent("agent3001", "Ann", Some("3001")),
        agent("agent3002", "Bob", Some("3002")),
        agent("supervisor", "Sue", None),
    ])
}
