//! The life of a SIP instant-messaging session: events of a SIP Server in, the `imSessions` of a REST API out.
//!
//! A contact centre's SIP Server reports telephony events ([`EventDialing`](CallEvent::Dialing), `EventRinging`,
//! `EventEstablished`, `EventReleased`, …); agents' desktops read a resource, `imSessions`, with a state, the participants,
//! the user data, and the operations allowed right now. This crate is the mapping between the two, without I/O.
//!
//! # The map
//!
//! Data flows one way. A room knows the rooms above it and none below.
//!
//! | room | question it answers |
//! |---|---|
//! | [`machine`] | Which event moves which state? What may be done in each? (no heap, no `std`) |
//! | [`event`] | What does a SIP Server report? Names, numbers, user data. |
//! | [`decode`] | How does a log become events? |
//! | `sip` | Which events does an endpoint's SIP traffic stand for? (feature `sip`) |
//! | [`session`] | What does an event do to one session? |
//! | [`resource`] | What does the REST API show? The JSON. |
//! | [`store`] | Which of many sessions does an event concern, who is told, what may an agent do? |
//! | `testing` | What must come of a history, for this crate and for others? (feature `testing`) |
//! | `strategies` | What can be tried in a property test, and shrunk to what a person reads? (feature `proptest`) |
//! | `from_bytes` | What do the bytes of a fuzzer stand for? (feature `arbitrary`) |
//!
//! ```text
//! bytes ─ decode, sip ─▶ event ─▶ machine ─▶ session ─▶ store ─ as resource ─▶ JSON
//! ```
//!
//! # First use
//!
//! ```
//! # #[cfg(feature = "json")] {
//! use im_session::{BaseUri, Decoder, Sessions};
//!
//! let log = b"11:49:08.388 Trc 04542 received from 65200(SIPTS)host:7007(fd=12) message EventRinging\n\
//!     \tAttributeCallUUID\t'007MDF3D0KAHL93L807GK2LAES000001'\n\
//!     \tAttributeThisDN\t'3002'\n\
//!     \tAttributeOtherDN\t'3001'\n";
//! let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
//! let mut decoder = Decoder::new();
//! decoder.push(log, |_| ());
//! decoder.finish(|result| {
//!     let decoded = result.expect("a readable log");
//!     let handled = sessions.handle_event(&decoded.event).expect("a readable event");
//!     for (dn, notification) in handled.notifications() {
//!         println!("to {dn}: {}", serde_json::to_string(&notification).expect("JSON"));
//!     }
//! });
//! assert_eq!(sessions.iter().count(), 1);
//! # }
//! ```
//!
//! # Features
//!
//! `std` and `json` (which implies `serde`) are on by default. Without `std` the crate is `no_std` with `alloc`; without `json` the
//! decoders of the two logs are still there. The others are off by default:
//!
//! | feature | what it adds |
//! |---|---|
//! | `sip` | the room `sip` |
//! | `tracing` | a `tracing` event for every change and every refusal of a store |
//! | `testing` | the room `testing`: the reference model, the laws, the conformance kit; implies `std` and `json` |
//! | `proptest` | the room `strategies`; implies `testing` |
//! | `arbitrary` | the room `from_bytes`; implies `testing` |
//!
//! Section numbers in these pages are those of the project's specification, `docs/specification.md`; names in *italics* are pages of the Genesys
//! Web Services 8.5.2 API reference and of the T-Library event reference.

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
#[cfg(feature = "arbitrary")]
#[cfg_attr(docsrs, doc(cfg(feature = "arbitrary")))]
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

pub use decode::{Decoded, Decoder};
pub use event::{ConnId, Event, EventName, KeyValueList, UnreadableEvent, Value};
pub use machine::{CallEvent, CapabilityTable, DataEvent, Operation, Operations, RejectReason, SessionEvent, State};
pub use named::UnknownName;
pub use resource::{
    AnalysedNumber, BaseUri, ErrorBody, ImSession, Notification, NumberAnalysis, OperationBody, Participant, Query,
    StatusCode,
};
pub use session::{Limits, Outcome, Rejection, Session};
#[cfg(feature = "serde")]
pub use store::Snapshot;
pub use store::{Agent, Handled, Request, Sessions, Settled, Target, WhyNot};

// The README's examples are tests.
#[cfg(all(doctest, feature = "json"))]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(all(doctest, feature = "sip"))]
#[doc = include_str!("../docs/sip.md")]
struct SipPage;
