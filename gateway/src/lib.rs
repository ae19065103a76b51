//! Serves the `imSessions` of a Genesys-style REST API over HTTP and CometD.
//!
//! # The map
//!
//! | module | question it answers |
//! |---|---|
//! | [`bayeux`] | What does CometD answer, without I/O? |
//! | [`config`] | Who are the agents, and with which options does the gateway run? |
//! | [`engine`] | What serves sessions: what goes in, what comes out, and what is durable when? |
//! | [`event_lines`] | Which events are in a body? |
//! | [`feeds`] | Which events come as SIP, as dialog-info, or from a followed log? |
//! | [`me_operation`] | Which operation on `/api/v2/me` is in a body? |
//! | [`simulator`] | What does a SIP Server do, where there is none? |
//! | `clock` | What time is it, and what can nobody guess? (feature `server`) |
//! | `logs` | What does the gateway say of itself, and what never? (feature `server`) |
//! | `metrics` | What is counted, and how does Prometheus read it? (feature `server`) |
//! | `monitoring` | What do operators see? (feature `server`) |
//! | `http` | What does the gateway answer over HTTP? (feature `server`) |
//! | `serve` | How does the program run, from the options to the last answer? (feature `server`) |

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
