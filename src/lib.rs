//! The life cycle of a SIP instant-messaging session: events of a SIP Server in, the `imSessions` of a REST API out.
//!
//! A contact centre's SIP Server reports telephony events (`EventDialing`, `EventRinging`, `EventEstablished`,
//! `EventReleased`, …). Agents' desktops read a REST resource, `imSessions`, with a state, the participants, the user
//! data, and the operations that are allowed now. This crate maps the one to the other, without I/O, clock or threads.
//!
//! # First use
//!
//! ```
//! # #[cfg(feature = "json")] {
//! use im_session::{BaseUri, Decoded, Decoder, Sessions};
//!
//! let log = b"11:49:08.388 Trc 04542 received from 65200(SIPTS)host:7007(fd=12) message EventRinging\n\
//!     \tAttributeCallUUID\t'007MDF3D0KAHL93L807GK2LAES000001'\n\
//!     \tAttributeThisDN\t'3002'\n\
//!     \tAttributeOtherDN\t'3001'\n";
//! let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
//! let mut pushed = 0;
//! let mut handle = |decoded: Decoded<'_>| -> Result<(), Box<dyn std::error::Error>> {
//!     for (dn, notification) in sessions.handle_event(&decoded.event)?.notifications() {
//!         println!("to {dn}: {}", serde_json::to_string(&notification)?);
//!         pushed += 1;
//!     }
//!     Ok(())
//! };
//! let (mut decoder, mut bytes) = (Decoder::new(), &log[..]);
//! while let Some(decoded) = decoder.next_event(&mut bytes) {
//!     handle(decoded?)?;
//! }
//! // There are no more bytes, so the last message is complete.
//! for decoded in decoder.finish() {
//!     handle(decoded?)?;
//! }
//! assert_eq!(pushed, 1);
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Find it
//!
//! | I want to … | see |
//! |---|---|
//! | handle an event, and push notifications | [`Sessions::handle_event`], [`Handled`] |
//! | answer an agent's reads and operations | [`Sessions::list`], [`Sessions::read`], [`Sessions::post`], [`Sessions::why_not`] |
//! | read a log | [`Decoder`] |
//! | get events from SIP traffic | `sip` (feature `sip`), [`guide::sip`] |
//! | persist and restore a store | [`Handled::parts`], [`Sessions::part`], `Sessions::snapshot`, `Sessions::restore`, [`guide::embedding`] |
//! | upgrade what an older version wrote | [`guide::embedding`], section "Upgrading snapshots" |
//! | end sessions and requests by time | [`Sessions::set_time`], [`Sessions::expire`], [`Sessions::time_out_requests`], [`Sessions::forget_completed`] |
//! | catch up after a reconnect | [`Sessions::reconcile`] |
//! | use another table of capabilities | [`CapabilityTable`], [`Sessions::with_capabilities`] |
//! | use another hasher, or no `std` | [`Sessions::with_hasher`], [`guide::embedding`], section "Without std" |
//! | share a store between threads | below, and [`guide::embedding`], section "Threads" |
//! | divide the work between stores by DN | [`store::shard`], [`store::ReferenceIds`] |
//! | set limits | [`Limits`], [`Decoder::with_limit`] |
//! | use the machine alone | [`machine`], [`guide::machine`] |
//! | test an implementation | `testing` (feature `testing`) |
//!
//! # The modules
//!
//! Data flows one way. A module uses the modules above it and knows nothing of those below.
//!
//! | module | question |
//! |---|---|
//! | [`machine`] | Which event leads to which state? What is allowed in each? (no heap, no `std`) |
//! | [`event`] | What does a SIP Server report: names, ids, user data? |
//! | [`decode`] | How does a log become events? |
//! | `sip` | Which events does an endpoint's SIP traffic stand for? (feature `sip`) |
//! | [`session`] | What does an event do to one session? |
//! | [`resource`] | What does the REST API show and take, as JSON? |
//! | [`store`] | Which of many sessions does an event concern, who is notified, what is an agent allowed to do? |
//! | `testing` | What must a history of events lead to, here and in other implementations? (feature `testing`) |
//! | `from_bytes` | Which histories and values do bytes stand for? The one generator of all tests. (feature `testing`) |
//! | `strategies` | The same as strategies for property tests. (feature `proptest`) |
//!
//! ```text
//! bytes ─ decode, sip ─▶ event ─▶ session (asks machine) ─▶ store ─ shows as resource ─▶ JSON
//! ```
//!
//! # Threads
//!
//! [`Sessions`] and everything that it returns are [`Send`] and [`Sync`]. There is no lock inside: changes take `&mut
//! self`, reads take `&self`.
//!
//! # Errors
//!
//! Whatever returns an error has changed no session.
//!
//! | error | of |
//! |---|---|
//! | [`decode::DecodeError`] | a message or line of a log; the rest of the log can be read |
//! | [`UnreadableEvent`] | an event that lacks what it needs ([`Sessions::handle_event`]) |
//! | [`ErrorBody`] | an operation or a read of an agent, with the [`StatusCode`] of the API |
//! | [`store::TimeError`] | a time or a cutoff that cannot be right |
//! | `store::RestoreError` | a snapshot that cannot be restored (feature `serde`) |
//! | [`store::ReconcileError`] | a list that cannot be reconciled |
//! | [`store::BadReferenceIds`] | a range of ReferenceIDs |
//! | [`UnknownName`], [`event::BadCallUuid`], and others in [`event`] | a name, an id or a value as text |
//! | `sip::SipError`, `sip::DialogInfoError` | a SIP message, a dialog-info document (feature `sip`) |
//!
//! A late or repeated event is no error: it is [`Outcome::Rejected`], with its [`machine::RejectReason`].
//!
//! # Features
//!
//! `std` and `json` are on by default. Without `std` the crate is `no_std` with `alloc`.
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `std` | yes | `Sessions::new`, with a randomly keyed, HashDoS-resistant hasher |
//! | `json` | yes | JSON lines and the bodies of operations; implies `serde` |
//! | `serde` | by `json` | resources, notifications, requests and snapshots as serde values |
//! | `sip` | no | the module `sip` |
//! | `tracing` | no | a `tracing` event for every change and every refusal of a store |
//! | `testing` | no | the modules `testing` and `from_bytes`; implies `std` and `json` |
//! | `proptest` | no | the module `strategies`; implies `testing` |
//! | `arbitrary` | no | `Arbitrary` for the types of `from_bytes`; implies `testing` |
//!
//! # Minimum supported Rust version
//!
//! Rust 1.85. It rises only in a minor release (0.x before 1.0), and only to a version that is at least six months old;
//! the CHANGELOG names each rise. The features `proptest` and `arbitrary` follow their crates.
//!
//! # Sections and names
//!
//! "Specification 2.1" is a section of `docs/specification.md` in this package. Names in *italics* are pages of the
//! Genesys Web Services 8.5.2 API reference and of the T-Library event reference.

#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod decode;
pub mod event;
mod excerpt;
#[cfg(feature = "testing")]
#[cfg_attr(docsrs, doc(cfg(feature = "testing")))]
pub mod from_bytes;
pub mod machine;
mod named;
pub mod resource;
pub mod session;
#[cfg(feature = "sip")]
#[cfg_attr(docsrs, doc(cfg(feature = "sip")))]
pub mod sip;
pub mod store;
#[cfg(feature = "proptest")]
#[cfg_attr(docsrs, doc(cfg(feature = "proptest")))]
pub mod strategies;
#[cfg(feature = "testing")]
#[cfg_attr(docsrs, doc(cfg(feature = "testing")))]
pub mod testing;

#[doc(inline)]
pub use decode::{Decoded, Decoder};
#[doc(inline)]
pub use event::{ConnId, Event, EventName, KeyValueList, UnreadableEvent, Value};
#[doc(inline)]
pub use machine::{CallEvent, CapabilityTable, DataEvent, Operation, Operations, RejectReason, SessionEvent, State};
pub use named::UnknownName;
#[doc(inline)]
pub use resource::{
    AnalysedNumber, BaseUri, ErrorBody, ImSession, Notification, NumberAnalysis, OperationBody, Participant, Query,
    StatusCode,
};
#[doc(inline)]
pub use session::{Limits, Outcome, Rejection, Session};
#[cfg(feature = "serde")]
#[doc(inline)]
pub use store::Snapshot;
#[doc(inline)]
pub use store::{Agent, Handled, Request, Sessions, Settled, Target, WhyNot};

/// The pages of `docs/` for those who embed the crate.
///
/// The modules have no items, and exist in the documentation only.
#[cfg(doc)]
pub mod guide {
    #[doc = include_str!("../docs/embedding.md")]
    pub mod embedding {}

    #[doc = include_str!("../docs/machine.md")]
    pub mod machine {}

    #[doc = include_str!("../docs/sip.md")]
    pub mod sip {}
}

// The examples of the README are tests.
#[cfg(all(doctest, feature = "json"))]
#[doc = include_str!("../README.md")]
struct Readme;
