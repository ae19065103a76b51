//! What can operators see? Metrics, health, and a log without texts of agents.

#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, missing_docs, reason = "a test says what it expects by failing")]

mod draining;
mod log;
mod metrics;
mod program;
mod readiness;
mod slow_readers;
mod support;
mod text;
