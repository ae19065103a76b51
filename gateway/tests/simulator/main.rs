//! Do requests to the simulated SIP Server change calls as they should, and does a crash neither lose nor repeat a
//! call?

#![allow(clippy::unwrap_used, missing_docs, reason = "a test says what it expects by failing")]

#[cfg(feature = "server")]
mod chat;
mod core;
mod faults;
mod faulty_histories;
mod histories;
#[cfg(feature = "server")]
mod injection;
mod requests;
