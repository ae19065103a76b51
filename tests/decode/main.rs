//! How is text decoded into events? Specification 6.

#![cfg(feature = "json")]

mod damaged;
mod envelopes;
mod field;
mod laws;
mod places;
mod rules;
mod spellings;
mod splits;
mod written;
