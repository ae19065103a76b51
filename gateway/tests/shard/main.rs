//! For arbitrary histories, a shard's committed records are its whole state, and deciding again gives the same
//! decision.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test says what it expects by failing")]

mod agents;
mod histories;
