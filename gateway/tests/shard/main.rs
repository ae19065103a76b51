//! One shard: for any history, what was committed is the state, and what is decided again is decided in the same way.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test says what it expects by failing")]

mod agents;
mod histories;
