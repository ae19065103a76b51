//! The simulated SIP Server: the effect of requests on calls, and that a crash neither loses a call nor repeats it.

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
