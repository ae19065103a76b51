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
//! | make an event | [`Event::new`], [`Event::from_json_line`][from_json_line], or a [`Decoder`] for logs |
//! | handle an event, and push notifications | [`Sessions::handle_event`], [`Handled`], and the example above |
//! | answer an agent's reads and operations | [`Sessions::list`], [`Sessions::read`], [`Sessions::post`][post], [`Sessions::operate`], [`Sessions::why_not`] |
//! | read a log | [`Decoder`] |
//! | get events from SIP traffic | [`sip`][sip], and the guide [`guide::sip`] |
//! | persist and restore a store | the guide, [Persistence], with [`Handled::parts`], [`Sessions::snapshot`][snapshot], [`Sessions::restore`][restore] |
//! | read what an older version wrote | the guide, [Upgrading snapshots] |
//! | end sessions and requests by time | the guide, [Time and expiry], with [`Sessions::set_time`], [`Sessions::expire`] |
//! | catch up after a reconnect | [`Sessions::reconcile`] |
//! | decide which operations each state allows | [`CapabilityTable`], [`Sessions::with_capabilities`] |
//! | use another hasher, or no `std` | the guide, [Hashers] and [Without std], with [`Sessions::with_hasher`] |
//! | share a store between threads | [below](#threads), and the guide, [Threads] |
//! | divide the work between stores by DN | the guide, [Sharding by DN], with [`store::shard`], [`store::ReferenceIds`] |
//! | set limits, bound memory | the guide, [Limits](guide::embedding#limits), with [`Limits`], [`Decoder::with_limit`] |
//! | know every error | [below](#errors) |
//! | know which Rust versions work | [below](#minimum-supported-rust-version) |
//! | use the machine alone | [`machine`], and the guide [`guide::machine`] |
//! | test an implementation | [`testing`][testing] |
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
//! | [`sip`][sip] | Which events does an endpoint's SIP traffic stand for? (feature `sip`) |
//! | [`session`] | What does an event do to one session? |
//! | [`resource`] | What does the REST API show and take, as JSON? |
//! | [`store`] | Which of many sessions does an event concern, who is notified, what is an agent allowed to do? |
//! | [`testing`][testing] | What must a history of events lead to, here and in other implementations? (feature `testing`) |
//! | [`from_bytes`][from_bytes] | Which histories and values do bytes stand for? The one generator of all tests. (feature `testing`) |
//! | [`strategies`][strategies] | The same as strategies for property tests. (feature `proptest`) |
//! | [`guide`] | How do I use it? The pages on embedding, the machine and SIP, the specification, and the changes. |
//!
//! ```text
//! bytes ─ decode, sip ─▶ event ─▶ session (asks machine) ─▶ store ─ shows as resource ─▶ JSON
//! ```
//!
//! # Threads
//!
//! [`Sessions`] and everything that it returns are [`Send`] and [`Sync`]: they can be moved to another thread, and read
//! by several threads at once. There is no lock inside. Changes take `&mut self` and reads take `&self`, so a store
//! that several threads change needs a lock around it, as the guide describes in [Threads].
//!
//! # Errors
//!
//! An error changes no session.
//!
//! | error | means |
//! |---|---|
//! | [`decode::DecodeError`] | a message or line of a log cannot be read; the rest of the log can |
//! | [`UnreadableEvent`] | an event lacks a required attribute ([`Sessions::handle_event`]) |
//! | [`ErrorBody`] | an agent's operation or read is refused, with the [`StatusCode`] of the API |
//! | [`store::RequestError`] | the SIP Server refused a request ([`Settled::result`](store::Settled::result)) |
//! | [`store::TimeError`] | a time or a cutoff is too far ahead |
//! | [`store::RestoreError`][RestoreError] | a snapshot cannot be restored (feature `serde`) |
//! | [`store::ReconcileError`] | a list cannot be reconciled |
//! | [`store::BadReferenceIds`] | a range of ReferenceIDs is empty or out of bounds |
//! | [`event::BadCallUuid`], [`event::BadConnId`] | a text is not the id of a call |
//! | [`event::BadAttribute`] | an attribute has a value of the wrong type |
//! | [`event::TooDeep`] | a list of user data is nested too deeply |
//! | [`event::EventJsonError`][EventJsonError] | a JSON text is not an event (feature `json`) |
//! | [`UnknownName`] | a text is not the name of a state, an event, an operation, … |
//! | [`sip::SipError`][SipError], [`sip::DialogInfoError`][DialogInfoError] | a SIP message or a dialog-info document is refused (feature `sip`) |
//! | [`sip::hep::HepError`][HepError], [`sip::stream::FramingFault`][FramingFault] | bytes are not a HEP packet, or not a message in a stream (feature `sip`) |
//!
//! A late or repeated event is no error: it is [`Outcome::Rejected`], with its [`RejectReason`].
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
//! the [CHANGELOG](guide::changelog) names each rise. The features `proptest` and `arbitrary` follow their crates.
//!
//! # Sections and names
//!
//! "Specification 2.1" is section 2.1 of [`guide::specification`]. Names in *italics* are pages of the Genesys Web
//! Services 8.5.2 API reference and of the T-Library event reference. The words of the field:
//!
//! | word | means |
//! |---|---|
//! | DN | directory number: the extension of an agent's phone or desktop, `3002` |
//! | ThisDN, OtherDN | the DN that an event is about, and the other party |
//! | CallUUID, ConnID | two ids of a call; the CallUUID is the `id` of the session |
//! | T-Library | the protocol with which a SIP Server reports events and takes requests |
//! | ReferenceID | the number that connects a request with the event that answers it |
//!
//! [Persistence]: guide::embedding#persistence
//! [Upgrading snapshots]: guide::embedding#upgrading-snapshots
//! [Time and expiry]: guide::embedding#time-and-expiry
//! [Hashers]: guide::embedding#hashers
//! [Without std]: guide::embedding#without-std
//! [Threads]: guide::embedding#threads
//! [Sharding by DN]: guide::embedding#sharding-by-dn
// Items behind a feature. Without the feature their links lead to the table of features.
#![cfg_attr(feature = "serde", doc = "[snapshot]: Sessions::snapshot")]
#![cfg_attr(feature = "serde", doc = "[restore]: Sessions::restore")]
#![cfg_attr(feature = "serde", doc = "[RestoreError]: store::RestoreError")]
#![cfg_attr(not(feature = "serde"), doc = "[snapshot]: #features")]
#![cfg_attr(not(feature = "serde"), doc = "[restore]: #features")]
#![cfg_attr(not(feature = "serde"), doc = "[RestoreError]: #features")]
#![cfg_attr(feature = "json", doc = "[EventJsonError]: event::EventJsonError")]
#![cfg_attr(feature = "json", doc = "[from_json_line]: Event::from_json_line")]
#![cfg_attr(feature = "json", doc = "[post]: Sessions::post")]
#![cfg_attr(not(feature = "json"), doc = "[post]: #features")]
#![cfg_attr(not(feature = "json"), doc = "[from_json_line]: #features")]
#![cfg_attr(not(feature = "json"), doc = "[EventJsonError]: #features")]
#![cfg_attr(feature = "sip", doc = "[sip]: sip")]
#![cfg_attr(feature = "sip", doc = "[SipError]: sip::SipError")]
#![cfg_attr(feature = "sip", doc = "[DialogInfoError]: sip::DialogInfoError")]
#![cfg_attr(feature = "sip", doc = "[HepError]: sip::hep::HepError")]
#![cfg_attr(feature = "sip", doc = "[FramingFault]: sip::stream::FramingFault")]
#![cfg_attr(not(feature = "sip"), doc = "[sip]: #features")]
#![cfg_attr(not(feature = "sip"), doc = "[HepError]: #features")]
#![cfg_attr(not(feature = "sip"), doc = "[FramingFault]: #features")]
#![cfg_attr(not(feature = "sip"), doc = "[SipError]: #features")]
#![cfg_attr(not(feature = "sip"), doc = "[DialogInfoError]: #features")]
#![cfg_attr(feature = "testing", doc = "[testing]: testing")]
#![cfg_attr(feature = "testing", doc = "[from_bytes]: from_bytes")]
#![cfg_attr(not(feature = "testing"), doc = "[testing]: #features")]
#![cfg_attr(not(feature = "testing"), doc = "[from_bytes]: #features")]
#![cfg_attr(feature = "proptest", doc = "[strategies]: strategies")]
#![cfg_attr(not(feature = "proptest"), doc = "[strategies]: #features")]
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

/// The pages for those who embed the crate: embedding, the machine, SIP, the specification, and the changes.
///
/// These modules have no items. They exist only in the documentation.
#[cfg(doc)]
pub mod guide {
    /// For services: how to use [`Sessions`](crate::Sessions), with [`handle_event`](crate::Sessions::handle_event),
    /// [`list`](crate::Sessions::list), [`parts`](crate::Handled::parts), [`set_time`](crate::Sessions::set_time),
    /// [`expire`](crate::Sessions::expire), [`shard`](crate::store::shard) and [`Limits`](crate::Limits).
    ///
    #[doc = include_str!("../docs/embedding.md")]
    pub mod embedding {}

    /// The transition table, the capabilities and the diagram of [`machine`](crate::machine).
    ///
    #[doc = include_str!("../docs/machine.md")]
    pub mod machine {}

    /// Which events SIP messages and dialog-info documents become.
    ///
    #[doc = include_str!("../docs/sip.md")]
    pub mod sip {}

    /// The specification: the resource, the events, the operations, and the text forms of events.
    ///
    // Its blocks without a language are excerpts of logs, not Rust.
    #[cfg(not(doctest))]
    #[allow(rustdoc::invalid_rust_codeblocks)]
    #[doc = include_str!("../docs/specification.md")]
    pub mod specification {}

    /// The changes of each release, among them every rise of the minimum Rust version.
    ///
    #[doc = include_str!("../CHANGELOG.md")]
    pub mod changelog {}
}

// The examples of the README are tests.
#[cfg(all(doctest, feature = "json"))]
#[doc = include_str!("../README.md")]
struct Readme;
