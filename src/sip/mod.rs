//! Turns SIP messages into the events that SIP Server would report.
//!
//! There are two sources of these events, both without I/O. An [`Observer`] takes every message that one endpoint sends
//! and receives, and a [`DialogInfo`] the dialog-info documents (RFC 4235) about one entity. [`stream`] extracts
//! messages from TCP and WebSocket connections, [`hep`] from the packets of capture agents. Depends on
//! [`event`](crate::event) and [`machine`](crate::machine); nothing in the crate depends on it.
//!
//! [The guide](crate::guide::sip) has the rules of the mapping, how they interpret the standards, and the condition for
//! isolation: **a caller chooses the Request-URI, and with it the DN, unless you set it by
//! [`with_dn`](Observer::with_dn)**.

mod call;
mod dialog_info;
mod error;
pub mod hep;
mod limits;
mod message;
mod observer;
mod session_id;
mod source;
pub mod stream;

pub use dialog_info::{DialogInfo, DialogInfoError};
pub use error::SipError;
pub use limits::SipLimits;
pub use message::{Address, CSeq, Contact, Rport, SipMessage, StartLine, Via, address_of_record, dn_of_uri};
pub use observer::{Direction, Observer};
pub use session_id::{CallIdentity, session_id};
