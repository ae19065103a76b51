//! Decoding: text to events. Specification 6.

#![cfg(feature = "json")]

mod field;
mod rules;
