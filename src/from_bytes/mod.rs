//! The generator for tests: every generated value, history and log is read from bytes here. The bytes come from a
//! fuzzer, from proptest ([`strategies`](crate::strategies)) or from the conformance kit, so each of them can reproduce
//! what another one finds.
//!
//! | file | question |
//! |---|---|
//! | `bytes` | How are numbers and texts read? |
//! | `event` | How does a byte become an event? |
//! | `step` | How do bytes become steps, queries and a history? |
//! | `valid_history` | How do any bytes become a valid history, and what can go wrong with it? |
//! | `user_data`, `operation`, `resource`, `log`, `small_types` | How do bytes become values of these types? |
//! | `random` | Which random bytes and histories are generated? |
//! | `arbitrary` | `Arbitrary`, the trait for fuzzers, for every type |
//!
//! Types implement [`FromBytes`], and with the feature `arbitrary` also `Arbitrary`. Values that have no separate type
//! have functions instead.
//!
//! All values favour the boundaries: 0, 1 and the largest number; empty texts, texts of one character, of 64 or 255
//! bytes, which are the limits of ids and DNs, and of one more; user data of 16 000 bytes or 16 levels, and of one
//! more. Without any bytes each value is the first of its type. The documentation of each item says how it is read.
//!
//! # One byte, one event
//!
//! A byte is an [`Event`](crate::Event) and a text is a [`History`](crate::testing::History), so that a corpus can be
//! written by hand. `ACD` is a call that the agent at 3001 dials, and that is answered and ends. `AbCcDd` is the same
//! call with the events of the other party at 3002.
//!
//! | low half | `0`..`?` etc. | event |
//! |---|---|---|
//! | 0 | `@` | spelled out by the bytes that follow; for a step see its `FromBytes` |
//! | 1 to 5 | `A` to `E` | EventDialing, EventRinging, EventEstablished, EventReleased, EventAbandoned |
//! | 6 to 9 | `F` to `I` | EventDestinationBusy, EventPartyChanged, EventPartyAdded, EventPartyDeleted |
//! | 10, 11 | `J`, `K` | EventAttachedDataChanged, EventPrivateInfo |
//! | 12 | `L` | EventHeld |
//! | 13 | `M` | EventAttachedDataChanged without ThisDN |
//! | 14, 15 | `N`, `O` | EventError (of request 1, code 50), EventACK (of request 2) |
//!
//! | high half | first | at | of | with |
//! |---|---|---|---|---|
//! | 0 | | 3001 | A | its own DN as OtherDN, an empty list of user data, extensions without `text` |
//! | 1 | | VQ_4 | ~._- | |
//! | 2 | space | 3003 | A | |
//! | 3 | `0` | 3001 | B | |
//! | 4 | `@` | 3001 | A | |
//! | 5 | `P` | 3001 | A | OtherDN 3002, user data `{"k":"v"}` |
//! | 6 | `` ` `` | 3002 | A | |
//! | 7 | `p` | 3002 | A | OtherDN 3001, user data `{"k":"w"}` |
//! | 8 to 15 | | | | as 0 to 7, and a number: 1, or in a history the place |
//!
//! EventPrivateInfo has the text `hello`, except in rows 0 and 8. [`event_of`] implements this table.

#[cfg(feature = "arbitrary")]
mod arbitrary;
mod bytes;
mod event;
mod log;
mod operation;
pub(crate) mod random;
mod resource;
mod small_types;
mod step;
mod user_data;
mod valid_history;

pub use bytes::{Bytes, FromBytes};
pub use event::event_of;
#[cfg(feature = "proptest")]
pub(crate) use log::log_of;
pub use log::{loggable_event, loggable_user_data};
pub use operation::{operation_body, operation_of};
#[cfg(feature = "proptest")]
pub(crate) use resource::participant;
pub use resource::{participants, resource};
pub use step::{agents, query};
pub use user_data::{user_data_beyond, user_data_within};
pub(crate) use valid_history::Phase;
#[cfg(feature = "proptest")]
pub(crate) use valid_history::damaged;
pub use valid_history::{faulty_history, interleaved_histories, valid_history};
