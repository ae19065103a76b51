//! Tests of the testing kit: `testing`, `from_bytes`, `strategies`. A file a question.

mod conformance;
mod conformance_lines;
mod conformance_report;
mod laws;
mod model;
mod shortest_histories;
mod vectors;
mod wrong_implementations;
