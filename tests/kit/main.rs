//! Tests of the testing kit: `testing`, `from_bytes`, `strategies`. A file a question.

mod conformance;
mod wrong_implementations;
