//! One shard: for arbitrary histories, the committed records are its state, and deciding again gives the same decision.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test says what it expects by failing")]

mod agents;
mod histories;
