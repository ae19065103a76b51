//! What operators see: metrics, health, and a log without what agents write.

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
