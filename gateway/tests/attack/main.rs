//! The gateway under attack: a client that sends anything in any order, as several agents and as nobody, beside a model
//! of who may see and do what; and attacks with a name.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test says what it expects by failing")]
#![cfg(feature = "server")]

mod attacker;
mod framing;
mod house;
mod model;
mod oversized;
mod property;
mod raw;
mod slow;
mod steps;
