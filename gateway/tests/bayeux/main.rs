//! Bayeux 1.0, section by section of its specification, then the decisions of the gateway beyond it.
//!
//! | file | question |
//! |---|---|
//! | `musts_messages`, `musts_meta`, `musts_events` | Does the server fulfil each MUST of the specification? |
//! | `connects` | How many connects are held, and when are they released? |
//! | `delivery` | Are messages lost, repeated or out of order? |
//! | `acknowledgement` | Does the `ack` extension work? |
//! | `present_sessions` | What follows a subscription? |
//! | `limits` | What is limited, and are agents isolated from each other? |
//! | `garbage` | How are meaningless requests answered? |
//! | `model` | Does the server equal a plain model of the protocol, whatever happens? |

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
