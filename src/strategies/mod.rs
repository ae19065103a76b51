//! Strategies for property tests with [proptest](https://docs.rs/proptest): of this crate, and of what is built on it.
//!
//! | strategy | what it makes |
//! |---|---|
//! | [`any_event`] | an event of any kind, the unreadable ones among them; few DNs and ids, so that events meet |
//! | [`loggable_event`] | a readable event that each text form can carry |
//! | [`valid_history`], [`valid_history_of`] | what one DN really hears of one call |
//! | [`interleaved_histories`] | valid histories of many agents, mixed |
//! | [`faulty_history`], [`faulty`], [`fault`] | the same repeated, lost, reordered, cut, in the wrong role |
//! | [`history`], [`history_of`], [`step`] | everything that can happen to a service: events, operations, reads, time |
//! | [`user_data`], [`user_data_beyond`] | user data up to the limits, and just over one |
//! | [`participants`] | the other parties, with number analysis and without |
//! | [`operation`], [`operation_body`] | operations with good and bad bodies |
//! | [`resource`] | the JSON of an imSession as others write it |
//! | [`query`] | what stands behind the `?` of a read |
//! | [`log`], [`log_of`] | a log in one of the three text forms, other lines in between, and what is in it |
//!
//! `any::<T>()` of the types with one obvious strategy is that: events, names, user data and values, participants, limits, faults,
//! logs, steps, histories.
//!
//! All of them shrink to what a person can read: fewer events, attributes left out, and, where nothing else depends on them, DNs such
//! as `3001` and the id `A`. None decides with one random value what the next ones mean, so that shrinking one leaves the others as
//! they are.
//!
//! Names that several events share cannot shrink one by one, so a failing history may keep `3003` or a long id.
//! [`testing::shortest`](crate::testing::shortest) goes on from there, and its [`code`](crate::testing::History::code) is Rust to paste:
//!
//! ```
//! use im_session::strategies::history;
//! use im_session::testing::{History, shortest};
//! use proptest::prelude::*;
//!
//! fn holds(history: &History) -> bool {
//!     history.steps.len() < 100
//! }
//!
//! proptest! {
//!     # /*
//!     #[test]
//!     # */
//!     fn it_holds(history in history()) {
//!         prop_assert!(holds(&history), "{}", shortest(&history, |history| !holds(history)).code("it_fails"));
//!     }
//! }
//! # it_holds();
//! ```
//!
//! # A property of your own
//!
//! ```
//! use im_session::strategies::valid_history;
//! use im_session::{BaseUri, Sessions};
//! use proptest::prelude::*;
//!
//! proptest! {
//!     # /*
//!     #[test]
//!     # */
//!     fn nothing_of_a_valid_history_is_refused(events in valid_history()) {
//!         let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
//!         for event in &events {
//!             prop_assert!(sessions.handle_event(event).unwrap().outcome().is_accepted());
//!         }
//!     }
//! }
//! # nothing_of_a_valid_history_is_refused();
//! ```
//!
//! `tests/outside/` in the repository is a whole project that does so.

mod any;
mod event;
mod faulty;
mod history;
mod interleaved;
mod limits;
mod log;
mod names;
mod noise;
mod operation;
mod participants;
mod placed;
mod query;
mod resource;
mod user_data;
mod valid;

pub use event::{any_event, event_name, loggable_event};
pub use faulty::{fault, faulty, faulty_history};
pub use history::{agents, history, history_of, step};
pub use interleaved::interleaved_histories;
pub use log::{log, log_of};
pub use names::{call_uuid, dn};
pub use operation::{operation, operation_body};
pub use participants::participants;
pub use query::query;
pub use resource::resource;
pub use user_data::{loggable_user_data, user_data, user_data_beyond};
pub use valid::{valid_history, valid_history_of};

pub use crate::testing::{Fault, Log, log_message, read_back};
