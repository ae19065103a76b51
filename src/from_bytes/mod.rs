//! The generator: what bytes stand for. Every value, history and log that is made up for a test is read from bytes here, whether a
//! fuzzer gives them, proptest ([`strategies`](crate::strategies)) or the conformance kit; so whatever one of them finds the others can
//! say.
//!
//! | file | question |
//! |---|---|
//! | `bytes` | How are numbers and texts read? |
//! | `event` | How does a byte become an event? |
//! | `step` | How do bytes become steps, queries and a history? |
//! | `valid_history` | How do any bytes become what really happens, and what goes wrong with it? |
//! | `user_data`, `operation`, `resource`, `log`, `small_types` | How do they become these? |
//! | `random` | Which bytes, and which histories of them, come by chance? |
//! | `arbitrary` | `Arbitrary`, the trait of fuzzers, for every type |
//!
//! [`FromBytes`] is for types (with the feature `arbitrary` `Arbitrary` too), a function for what is no type of its own.
//!
//! All lean to the boundaries: 0, 1 and the largest of a number; no text, one character, and the lengths of 64 and 255 bytes
//! that ids and DNs may have, or one more; user data of 16 000 bytes or 16 levels, or one more. No bytes at all give the first of
//! everything. How each is read stands beside the code that reads it.
//!
//! # One byte, one event
//!
//! So that a corpus can be written by hand, a byte is an [`Event`](crate::Event), and a text is a
//! [`History`](crate::testing::History): `ACD` is a call that the agent at 3001 dials, that is answered and ends; `AbCcDd` is the
//! same with what its other party at 3002 hears.
//!
//! | low half | `0`..`?` etc. | event |
//! |---|---|---|
//! | 0 | `@` | spelled out by the bytes that follow; of a step, see below |
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
//! | 8 to 15 | | | | as 0 to 7, and numbered: 1; in a history its place |
//!
//! EventPrivateInfo has the text `hello` everywhere but in rows 0 and 8. [`event_of`] is this table.

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
