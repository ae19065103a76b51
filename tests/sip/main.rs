//! SIP, from the bytes of a message to the events of a session: a file a question.
//!
//! | file | question |
//! |---|---|
//! | `recorded_flows`, `written_flows` | what does each message of a whole call give, at each endpoint? |
//! | `mapping` | which message is which event? |
//! | `retransmissions` | what does a message do that is sent again? |
//! | `races` | what if messages cross, fork, or come too late? |
//! | `parties` | who is a party of a call, and under which address? |
//! | `text_messages` | which MESSAGE is a message, and with which text? |
//! | `reading`, `torture` | what is read of a message, and what is refused? |
//! | `stream` | where does a message begin and end in a connection? |
//! | `dialog_info` | what does a dialog-info document say? |
//! | `limits_and_time`, `memory` | how much is held, and how long is waited? |
//! | `properties` | what holds for whatever comes? |

#![cfg(feature = "sip")]

#[path = "../memory/counting_allocator.rs"]
mod counting_allocator;
mod dialog_info;
mod hep;
mod limits_and_time;
mod mapping;
mod memory;
mod parties;
mod properties;
mod races;
mod reading;
mod recorded_flows;
mod retransmissions;
mod stream;
mod support;
mod text_messages;
mod torture;
mod written_flows;
