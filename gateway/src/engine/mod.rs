//! Engines serve sessions. Their input is events, operations, reads and time; their output is answers, notifications
//! and requests.
//!
//! Events and operations of an agent go through the stream of the agent's shard, and one place decides them. A decision
//! is durable before its result is visible to anyone. `docs/gateway-engine.md` describes how this maps to Redis
//! Streams.
//!
//! | file | question |
//! |---|---|
//! | `interface` | What can the server call? (feature `server`) |
//! | [`embedded`] | The engine in this process: one file, one thread. (feature `server`) |
//! | `redis` | The engine of many processes: Redis Streams. (feature `redis`) |
//! | `clock`, `told` | Who passes the time, and which clock values are accepted? (feature `server`) |
//! | `delivered` | Which notifications have reached a client but are not recorded yet? (feature `server`) |
//! | `entry` | Which values are passed in and returned? |
//! | `shard` | What does one shard decide about an entry? Pure and deterministic. |
//! | `key`, `stored` | Which records make up a shard, and how do they restore it? |
//! | [`division`] | How are events and records assigned to shards, and how are records reassigned? |
//! | `outgoing` | What do notifications contain? |
//! | [`inspection`] | What is the state of the sessions, and what happened at a DN? |

#[cfg(feature = "server")]
mod clock;
#[cfg(feature = "server")]
mod delivered;
pub mod division;
#[cfg(feature = "server")]
pub mod embedded;
mod entry;
pub mod inspection;
#[cfg(feature = "server")]
mod interface;
mod key;
mod outgoing;
#[cfg(feature = "redis")]
pub mod redis;
mod shard;
mod stored;
#[cfg(feature = "server")]
mod told;

#[cfg(feature = "server")]
pub use clock::keep_time;
pub use entry::{Applied, FeedPosition, Outgoing, OutgoingKind, OwnedTarget, Reply, StoredRequest};
#[cfg(feature = "server")]
pub use interface::{Engine, EngineError, Pending, Present};
pub use key::RecordKey;
pub use shard::{Answer, Decision, Entry, Shard, ShardSettings, Times};
pub use stored::DamagedShard;
