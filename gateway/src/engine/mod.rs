//! What serves sessions: events, operations, reads and time go in; answers, notifications and requests come out.
//!
//! One place decides: events and operations of an agent go through the same stream, that of the agent's shard, and what
//! comes of an entry is durable before anybody hears of it. `docs/gateway-engine.md` says how that maps to Redis
//! Streams.
//!
//! | file | question |
//! |---|---|
//! | `interface` | What can the server ask of an engine? (feature `server`) |
//! | [`embedded`] | The engine in this process: one file, one thread. (feature `server`) |
//! | `redis` | The engine of many processes: Redis Streams. (feature `redis`) |
//! | `clock`, `told` | Who tells the time, and which time is believed? (feature `server`) |
//! | `delivered` | What has reached a client, and is not noted yet? (feature `server`) |
//! | `entry` | What goes into an engine, and what comes out? |
//! | `shard` | What comes of an entry, in one shard? Pure and deterministic. |
//! | `key`, `stored` | Which records does a shard consist of, and how does it come back from them? |
//! | [`division`] | How are events and records divided among shards, and records divided anew? |
//! | `outgoing` | What is an agent told? |
//! | [`inspection`] | How do the sessions stand, and what happened at a DN? |

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
