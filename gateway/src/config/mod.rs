//! The agents, and the options of the gateway.
//!
//! | file | question |
//! |---|---|
//! | `agents` | Who is an agent, and to whom does a DN belong? |
//! | `agents_file` | How is the agents' file read, and which mistakes does it report? |
//! | `demo` | Which agents exist without a file? |
//! | `sip_identity` | How does SIP identify an agent's device? |
//! | `passwords` | Does a password match a hash, and how is a hash made? |
//! | `options` | Which options does the command line have? |

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
