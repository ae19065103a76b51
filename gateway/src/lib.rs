//! Serves the `imSessions` of a Genesys-style REST API over HTTP and CometD.
//!
//! # The map
//!
//! | module | question it answers |
//! |---|---|
//! | [`bayeux`] | What does CometD answer, without I/O? |
//! | [`config`] | Who are the agents, and with which options does the gateway run? |

#![forbid(unsafe_code)]

pub mod bayeux;
pub mod config;
