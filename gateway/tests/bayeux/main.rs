//! Bayeux 1.0, section by section of its specification, then what the gateway decides beyond it.
//!
//! | file | question |
//! |---|---|
//! | `musts_messages`, `musts_meta`, `musts_events` | Does the server keep each MUST of the specification? |
//! | `connects` | How many connects are held, and when are they released? |
//! | `delivery` | Is a message lost, repeated or out of order? |
//! | `acknowledgement` | The `ack` extension. |
//! | `present_sessions` | What follows a subscription? |
//! | `limits` | What is bounded, and what is another agent's? |
//! | `garbage` | What becomes of requests that make no sense? |
//! | `model` | The same as a plain model of the protocol, whatever comes. |

mod acknowledgement;
mod connects;
mod delivery;
mod garbage;
mod limits;
mod model;
mod musts_events;
mod musts_messages;
mod musts_meta;
mod present_sessions;
mod support;
