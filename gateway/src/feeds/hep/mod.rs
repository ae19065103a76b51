//! SIP from capture agents, in HEP version 3 packets over UDP and TCP. Gateway specification 4.
//!
//! Packet → message and its two addresses → the endpoints among these whose DN is known, from the configuration or a
//! registrar → one observer per endpoint → events → engine.
//!
//! | file | question |
//! |---|---|
//! | `packet` | Which SIP message does a packet contain, and is its sender authorized? |
//! | `registrations` | At which endpoint is an address-of-record registered? |
//! | `watch` | Which events does a message mean, and at which DN? |
//! | `receive` | How do packets arrive? (feature `server`) |
//! | `run` | How do the events reach the engine? (feature `server`) |

mod packet;
#[cfg(feature = "server")]
mod receive;
mod registrations;
#[cfg(feature = "server")]
mod run;
mod watch;

pub use packet::{Captured, HepKey, RefusedPacket, captured};
#[cfg(feature = "server")]
pub use receive::{HepReceiver, MOST_CONNECTIONS, MOST_WAITING};
pub use registrations::{MOST_OF_A_RECORD, Registered};
#[cfg(feature = "server")]
pub use run::run;
pub use watch::{Outcome, PHONE, Watch, Watched};

/// The feed under which registrations are stored.
pub const FEED: &str = "hep";
