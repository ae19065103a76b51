//! Who the agents are, and with which options the gateway runs.
//!
//! | file | question |
//! |---|---|
//! | `agents` | Who is an agent, and whose is a DN? |
//! | `agents_file` | How does the agents' file become agents, and what is wrong with it? |
//! | `demo` | Who is there without a file? |
//! | `sip_identity` | By what does SIP name an agent's device? |
//! | `passwords` | Does a password fit a hash, and how is a hash made? |
//! | `options` | What does the command line say? |

mod agents;
#[cfg(feature = "server")]
mod agents_file;
mod demo;
#[cfg(feature = "server")]
mod options;
#[cfg(feature = "server")]
mod passwords;
mod sip_identity;

pub use agents::{AgentId, AgentRecord, Agents, BadAgents, DeviceRecord, Directory, PasswordHash};
#[cfg(feature = "server")]
pub use agents_file::{AgentsFileError, LONGEST_USER_NAME, agents_of, read_agents_file};
pub use demo::{DEMO_PASSWORD, demo_agents};
#[cfg(feature = "redis")]
pub use options::ReshardOptions;
#[cfg(feature = "server")]
pub use options::{Command, CommandLine, DEFAULT_ADDRESS, OptionsError, ServeOptions};
#[cfg(feature = "server")]
pub use passwords::{Argon2Passwords, Cost, HashError, LONGEST_PASSWORD, Passwords, hash_password};
pub use sip_identity::{BadEndpointAddress, BadSipIdentity, EndpointAddress, SipIdentity};
