//! Decoding: text to events. Specification 6.

#![cfg(feature = "json")]

mod damaged;
mod field;
mod laws;
mod places;
mod rules;
mod written;
