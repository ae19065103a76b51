//! The life of a SIP instant-messaging session: events of a SIP Server in, the `imSessions` of a REST API out.
//!
//! A contact centre's SIP Server reports telephony events ([`EventDialing`](CallEvent::Dialing), `EventRinging`,
//! `EventEstablished`, `EventReleased`, …); agents' desktops read a resource, `imSessions`, with a state, the participants,
//! the user data, and the operations allowed right now. This crate is the mapping between the two, without I/O.
//!
//! # The map
//!
//! Data flows one way. A module knows the modules above it and none below.
//!
//! | module | question it answers |
//! |---|---|
//! | [`machine`] | Which event moves which state? What may be done in each? (no heap, no `std`) |
//! | [`event`] | What does a SIP Server report? Names, numbers, user data. |
//! | [`decode`] | How does a log become events? |
//! | `sip` | Which events does an endpoint's SIP traffic stand for? (feature `sip`) |
//! | [`session`] | What does an event do to one session? |
//! | [`resource`] | What does the REST API show? The JSON. |
//! | [`store`] | Which of many sessions does an event concern, whom to notify, what may an agent do? |
//! | `testing` | What must come of a history of events, for this crate and for others? (feature `testing`) |
//! | `from_bytes` | Which histories and values do bytes stand for? The one generator of all tests. (feature `testing`) |
//! | `strategies` | The same as strategies for property tests. (feature `proptest`) |
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
//! let mut handle = |decoded: im_session::Decoded<'_>| -> Result<(), im_session::UnreadableEvent> {
//!     for (dn, notification) in sessions.handle_event(&decoded.event)?.notifications() {
//!         println!("to {dn}: {}", serde_json::to_string(&notification).expect("JSON"));
//!     }
//!     Ok(())
//! };
//! let (mut decoder, mut bytes) = (Decoder::new(), &log[..]);
//! while let Some(decoded) = decoder.next_event(&mut bytes) {
//!     handle(decoded?)?;
//! }
//! // There are no more bytes: the last message is complete.
//! for decoded in decoder.finish() {
//!     handle(decoded?)?;
//! }
//! assert_eq!(sessions.iter().count(), 1);
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! `std` and `json` (which implies `serde`) are on by default. Without `std` the crate is `no_std` with `alloc`; without `json` the
//! decoders of the two logs are still there. The others are off by default:
//!
//! | feature | what it adds |
//! |---|---|
//! | `sip` | the module `sip` |
//! | `tracing` | a `tracing` event for every change and every refusal of a store |
//! | `testing` | the modules `testing` (the reference model, the laws, the conformance kit) and `from_bytes`; implies `std` and `json` |
//! | `proptest` | the module `strategies`; implies `testing` |
//! | `arbitrary` | `Arbitrary` for what has bytes; implies `testing` |
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

#[cfg(all(doctest, feature = "std", feature = "json"))]
#[doc = include_str!("../docs/embedding.md")]
struct EmbeddingPage;
