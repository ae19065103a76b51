//! Tests of the testing kit: `testing`, `from_bytes` and `strategies`. Each file answers one question.

#![allow(clippy::incompatible_msrv, reason = "tests need not build with the minimum Rust version of the library")]

mod conformance;
mod conformance_lines;
mod conformance_report;
mod from_bytes;
mod laws;
mod legal_sequences;
mod model;
mod read_log;
mod shortest_histories;
mod strategies;
mod vectors;
mod wrong_implementations;
