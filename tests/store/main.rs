//! The REST API's resources, and the store of all sessions.
//!
//! | file | question |
//! |---|---|
//! | `resource` | What is the JSON of sessions, lists, notifications and user data, written and read? |
//! | `events` | What does an event do to the store, and who is notified? |
//! | `counters` | Is everything counted exactly once, under the right counter? |
//! | `decisions` | In which order is an event checked: ignored, unreadable, stale, the table, the limits? |
//! | `ended` | Does an ended session stay ended, even after the session itself is gone? |
//! | `limits` | Which input exceeds which limit, and is the store then unchanged? |
//! | `operations` | May this agent perform this operation now, and in which order is that checked? |
//! | `requests` | Which request is sent, and what settles it? |
//! | `reads` | What does an agent see? |
//! | `expiry` | When does a session end without an event, and when is it forgotten? |
//! | `snapshots` | How is a store restored after a restart, and which snapshots are refused? |
//! | `reconcile` | How does a store catch up with another server's list? |
//! | `shards` | How do several stores divide the work? |
//! | `embedding` | Can a service use the types with its threads, lifetimes, loops and errors? |
//! | `tracing` | Which `tracing` events are emitted? (feature `tracing`) |
//!
//! | `sessions` | What may no event do to a session, and what does every event do? (properties) |
//! | `properties` | What holds for every history of many agents, sessions, operations and reads? |
//! | `state_machine` | Does the store follow the model if each step depends on the current state? |
//! | `damaged_snapshots` | Does every damaged snapshot give a valid store or an error that changes nothing? |
//! | `reachable` | Does every reachable state agree with the model, over small alphabets of events? |
//!
//! The tests share `agent` (one agent with two devices and its sessions), `steps` (random histories for the store and
//! the model), `client` (a client that receives notifications) and `check` (which runs a property).

mod agent;
mod check;
mod client;
mod counters;
mod damaged_snapshots;
mod decisions;
mod embedding;
mod ended;
mod events;
mod expiry;
mod limits;
mod operations;
mod properties;
mod reachable;
mod reads;
mod reconcile;
mod requests;
mod resource;
mod sessions;
mod shards;
mod snapshots;
mod state_machine;
mod steps;
#[cfg(feature = "tracing")]
mod tracing;
