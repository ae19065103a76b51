//! SIP itself: messages on the wire become the events that SIP Server would report. Issue 5; RFC 3261 and its kin.
//!
//! Two sources of the same events, both without I/O: the [`Observer`] takes every message that one endpoint sends and receives,
//! and [`DialogInfo`] the dialog-info documents (RFC 4235) about one entity. Depends on [`event`](crate::event) and
//! [`machine`](crate::machine); nothing in the crate depends on it.
//!
//! # What maps to what
//!
//! | at | message | event |
//! |---|---|---|
//! | caller | INVITE sent | EventDialing |
//! | callee | first own 18x sent | EventRinging |
//! | both | 2xx to the INVITE | EventEstablished |
//! | both | BYE, either way | EventReleased |
//! | caller | 4xx, 5xx, 6xx to the INVITE, except 401 and 407 | EventReleased |
//! | caller | 3xx, 401, 407 to the INVITE, and no new INVITE within [`SipLimits::retry_wait`] | EventReleased |
//! | callee that rang | 3xx to 6xx to the INVITE | EventReleased |
//! | callee that rang | the same after CANCEL or an early BYE, and 487 | EventAbandoned |
//! | both | 481 or 408 to a request in the established dialog | EventReleased |
//! | both | a new MESSAGE with a text body in the established dialog, either way | EventPrivateInfo with `text` |
//!
//! Everything else maps to nothing: what is sent again, early dialogs of a fork, a second 2xx and the BYE for its dialog,
//! re-INVITE and UPDATE and what refuses them, PRACK, ACK, answers to CANCEL and BYE, whatever comes after the end, requests
//! outside dialogs, and at a proxy everything.
//!
//! Where the issue leaves a choice:
//!
//! - A session ends when the last of its dialogs ends: after two 2xx the BYE for one of them is not the end.
//! - A CANCEL whose Reason says `SIP;cause=200` (RFC 3326: answered elsewhere) is not the caller giving up: EventReleased.
//! - A CANCEL that gets no final response ends the call after [`SipLimits::cancel_wait`] (RFC 3261 section 9.1).
//! - An INVITE of the same Call-ID and From tag after the end begins the session anew (a 486 tried again): the same id at the
//!   caller, and for that the events are numbered; at the callee the id follows its new tag.
//! - A 481 to PRACK, CANCEL, SUBSCRIBE or NOTIFY is not about the session (RFC 3262, RFC 5057).
//! - A MESSAGE that is sent again with credentials after 401 or 407 is the same message.
//! - A proxy, which sends on the INVITE that it received with its Via on top, is no party: the sessions are at those whose calls it
//!   relays.
//! - The DN of a caller is the user of its From header, that of a callee the user of the Request-URI, which says who is called
//!   now (To where that has no user), unless [`with_dn`](Observer::with_dn) names it.
//!
//! # Why a parser of its own
//!
//! `docs/sip.md` has the figures: the crates that read SIP refuse `tel:` addresses or non-UTF-8 names in headers that nobody asked
//! for, need `std` and allocate for every header. The observer needs eight headers; they are read where they stand.

mod address;
mod call;
mod call_key;
mod dialog_info;
mod dialog_info_document;
mod dialog_info_session;
mod dialogs;
mod dispatch;
mod error;
mod headers;
mod invites;
mod lexer;
mod limits;
mod message;
mod numbering;
mod observer;
mod schedule;
mod session_id;
mod text_body;
mod uri;

pub use address::Address;
pub use dialog_info::DialogInfo;
pub use dialog_info_document::DialogInfoError;
pub use error::SipError;
pub use limits::SipLimits;
pub use message::{CSeq, SipMessage, StartLine};
pub use observer::{Direction, Observer};
pub use session_id::{CallIdentity, session_id};
pub use uri::dn_of_uri;
