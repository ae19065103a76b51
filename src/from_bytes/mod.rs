//! The generator: what bytes stand for. Every value, history and log that is made up for a test is read from bytes here, whether a
//! fuzzer gives them, proptest ([`strategies`](crate::strategies)) or the conformance kit; so whatever one of them finds the others can
//! say.
//!
//! | file | question |
//! |---|---|
//! | `bytes` | How are numbers and texts read? |
//! | `event` | How does a byte become an event? |
//! | `step` | How do bytes become steps and a history? |
//! | `valid_history` | How do any bytes become what really happens, and what goes wrong with it? |
//! | `user_data`, `operation`, `query`, `resource`, `fault`, `log`, `small_types` | How do they become these? |
//! | `random` | Which bytes come by chance? |
//! | `table.md` | Which byte stands for what? |
//! | `arbitrary` | The same for fuzzers: `Arbitrary` for every type (feature `arbitrary`) |
//!
//! [`FromBytes`] is for types, a function for what is no type of its own:
//!
//! | of | it is made by |
//! |---|---|
//! | events, steps, histories, faults, logs, user data, small types | [`FromBytes`] (with the feature `arbitrary` also `Arbitrary`): [`Event`](crate::Event), [`Step`](crate::testing::Step), [`History`](crate::testing::History), [`Fault`](crate::testing::Fault), [`Log`](crate::testing::Log), [`KeyValueList`](crate::KeyValueList), … |
//! | one byte that is an event, an operation | [`event_of`], [`operation_of`] |
//! | what really happens, at one DN and at many | [`valid_history`], [`interleaved_histories`] |
//! | the same with faults | [`faulty_history`] |
//! | what every text form can carry | [`loggable_event`], [`loggable_user_data`] |
//! | user data within limits, and over one | [`user_data_within`], [`user_data_beyond`] |
//! | the other parties, a resource, a query | [`participants`], [`resource`], [`query`] |
//!
//! All lean to the boundaries: 0, 1 and the largest of a number; no text, one character, and the lengths of 64 and 255 bytes
//! that ids and DNs may have, or one more; user data of 16 000 bytes or 16 levels, or one more. No bytes at all give the first of
//! everything.
//!
#![doc = include_str!("table.md")]

#[cfg(feature = "arbitrary")]
mod arbitrary;
mod bytes;
mod event;
mod fault;
mod log;
mod operation;
mod query;
pub(crate) mod random;
mod resource;
mod small_types;
mod step;
mod user_data;
mod valid_history;

pub use bytes::{Bytes, FromBytes};
pub use event::event_of;
#[cfg(feature = "proptest")]
pub(crate) use event::{IDS, NUMBERS};
#[cfg(feature = "proptest")]
pub(crate) use log::log_of_lines;
pub use log::{loggable_event, loggable_user_data};
#[cfg(feature = "proptest")]
pub(crate) use operation::body;
pub use operation::operation_of;
pub use query::query;
#[cfg(feature = "proptest")]
pub(crate) use resource::participant;
pub use resource::{participants, resource};
pub use step::agents;
#[cfg(feature = "proptest")]
pub(crate) use step::post;
pub use user_data::{user_data_beyond, user_data_within};
pub use valid_history::{faulty_history, interleaved_histories, valid_history};
