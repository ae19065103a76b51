//! What the REST API shows, and the store of all sessions.
//!
//! | file | question |
//! |---|---|
//! | `resource` | What is the JSON of sessions, lists, notifications and user data, written and read? |
//! | `events` | What does an event do to the store, and who is notified? |
//! | `counters` | Is everything counted once, where it belongs? |
//! | `limits` | What goes over which limit, and does nothing change then? |
//! | `operations` | May this agent do that now, and in which order is that checked? |
//! | `requests` | Which request is sent, and what settles it? |
//! | `reads` | What does an agent see? |
//! | `expiry` | When does a session end without an event, and when is it forgotten? |
//! | `snapshots` | How does a store come back after a restart, and what of a snapshot is refused? |
//! | `reconcile` | How does a store catch up with another server's list? |
//! | `tracing` | Which `tracing` events are there? (feature `tracing`) |
//!
//! `agent` is the common ground: one agent with two devices, and the sessions that it needs.

mod agent;
mod counters;
mod events;
mod expiry;
mod limits;
mod operations;
mod reads;
mod reconcile;
mod requests;
mod resource;
mod snapshots;
#[cfg(feature = "tracing")]
mod tracing;
