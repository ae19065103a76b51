//! Can a client get around the gateway's access rules? One test sends arbitrary requests in any order, as several
//! agents and anonymously, and compares the results with a model of the rules. The others try known attacks.

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
