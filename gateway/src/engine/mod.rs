//! What serves sessions: events, operations, reads and time go in; answers, notifications and requests come out.
//!
//! One place decides: events and operations of an agent go through the same stream, that of the agent's shard, and what comes
//! of an entry is durable before anybody hears of it. `docs/gateway-engine.md` says how that maps to Redis Streams.
//!
//! | file | question |
//! |---|---|
//! | `interface` | What can the server ask of an engine? (feature `server`) |
//! | `entry` | What goes into a shard, and what comes out? |

mod entry;
#[cfg(feature = "server")]
mod interface;

pub use entry::{FeedPosition, Outgoing, OwnedTarget, Reply, StoredRequest};
#[cfg(feature = "server")]
pub use interface::{Engine, EngineError, Pending, Present};
