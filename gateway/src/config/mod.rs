//! Who the agents are, and with which options the gateway runs.
//!
//! | file | question |
//! |---|---|
//! | `agents` | Who is an agent, and whose is a DN? |

mod agents;

pub use agents::{AgentId, AgentRecord, Agents, BadAgents, DeviceRecord, Directory, PasswordHash};
