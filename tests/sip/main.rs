//! SIP, from the bytes of a message to the events of a session. Each file answers one question.
//!
//! | file | question |
//! |---|---|
//! | `recorded_flows`, `written_flows` | Which events does each message of a whole call give at each endpoint? |
//! | `mapping` | Which message maps to which event? |
//! | `retransmissions` | Which events does a repeated message give? |
//! | `races` | What happens if messages cross, fork or come too late? |
//! | `parties` | Who is a party of a call, and under which address? |
//! | `text_messages` | Which MESSAGE is a chat message, and which text does it have? |
//! | `reading`, `torture` | What is read from a message, and what is refused? |
//! | `stream` | Where does a message begin and end in a connection? |
//! | `dialog_info` | Which events does a dialog-info document give? |
//! | `limits_and_time`, `memory` | How much is held, and for how long? |
//! | `properties` | What holds for any input? |

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
