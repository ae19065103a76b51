//! Serves the `imSessions` of a Genesys-style REST API over HTTP and CometD.
//!
//! # The map
//!
//! | module | question it answers |
//! |---|---|
//! | [`bayeux`] | What does CometD answer? (no I/O) |
//! | [`config`] | Who are the agents, and which options exist? |
//! | [`engine`] | How are sessions served: inputs, outputs, and what is durable when? |
//! | [`event_lines`] | Which events does a body contain? |
//! | [`feeds`] | Which events come from SIP, dialog-info documents, or a followed log? |
//! | [`me_operation`] | Which operation on `/api/v2/me` does a body contain? |
//! | [`simulator`] | What does the simulated SIP Server do? |
//! | `clock` | What is the time, and where do random bytes come from? (feature `server`) |
//! | `logs` | What is logged, and what is never logged? (feature `server`) |
//! | `metrics` | What is counted, and how is it written for Prometheus? (feature `server`) |
//! | `monitoring` | What do operators see? (feature `server`) |
//! | `http` | How are HTTP requests answered? (feature `server`) |
//! | `serve` | How does the program run, from the options to the end? (feature `server`) |

#![forbid(unsafe_code)]

pub mod bayeux;
#[cfg(feature = "server")]
pub mod clock;
pub mod config;
pub mod engine;
pub mod event_lines;
pub mod feeds;
#[cfg(feature = "server")]
pub mod http;
#[cfg(feature = "server")]
pub mod logs;
pub mod me_operation;
#[cfg(feature = "server")]
pub mod metrics;
#[cfg(feature = "server")]
pub mod monitoring;
#[cfg(feature = "server")]
pub mod serve;
pub mod simulator;
