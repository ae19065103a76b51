//! SIP itself: messages on the wire become the events that SIP Server would report.
//!
//! Two sources of the same events, both without I/O: the [`Observer`] takes every message that one endpoint sends and
//! receives, and [`DialogInfo`] the dialog-info documents (RFC 4235) about one entity. [`stream`] cuts messages out of
//! TCP and WebSocket connections, [`hep`] takes them out of the packets of capture agents. Depends on
//! [`event`](crate::event) and [`machine`](crate::machine); nothing in the crate depends on it.
//!
//! The rules of the mapping, how they read the standards, and the condition of isolation (**a caller chooses the
//! Request-URI, and with it the DN, unless [`with_dn`](Observer::with_dn) names it**) are in `docs/sip.md`.

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
