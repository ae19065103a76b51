//! Serves the `imSessions` of a Genesys-style REST API over HTTP and CometD.
//!
//! # The map
//!
//! | module | question it answers |
//! |---|---|
//! | [`config`] | Who are the agents, and with which options does the gateway run? |
//! | [`engine`] | What serves sessions: what goes in, what comes out, and what is durable when? |

#![forbid(unsafe_code)]

pub mod config;
pub mod engine;
