//! SIP that capture agents send in packets of HEP, version 3, over UDP and TCP. Gateway specification 4.
//!
//! Packet → message and its two addresses → the endpoints that the configuration, or a registrar, gives to a DN → an
//! observer for each → events → engine.
//!
//! | file | question |
//! |---|---|
//! | `packet` | Which SIP message is in a packet, and may its sender send? |
//! | `registrations` | At which endpoint is an address-of-record? |
//! | `watch` | Which events has a message, at whose DN? |
//! | `receive` | How do packets get here? (feature `server`) |
//! | `run` | How do the events get to the engine? (feature `server`) |

mod packet;
#[cfg(feature = "server")]
mod receive;
mod registrations;
#[cfg(feature = "server")]
mod run;
mod watch;

pub use packet::{Captured, HepKey, RefusedPacket, captured};
#[cfg(feature = "server")]
pub use receive::{HepReceiver, MOST_CONNECTIONS};
pub use registrations::{MOST_OF_A_RECORD, Registered};
#[cfg(feature = "server")]
pub use run::run;
pub use watch::{Outcome, Watch, Watched};

/// The feed that keeps what registrars said.
pub const FEED: &str = "hep";
