//! Strategies for property tests with [proptest](https://docs.rs/proptest), for this crate and for programs that use
//! it.
//!
//! All of them are random bytes that [`from_bytes`] reads, so fuzzers and the conformance kit generate the same values.
//! `any::<T>()` works for every type with `FromBytes`.
//!
//! A [`history`] is shrunk by [`testing::shortest`](crate::testing::shortest): to fewer steps and attributes, and to
//! smaller texts and numbers. Everything else shrinks by its bytes, in the end to the first value of its type.
//! [`code`](crate::testing::History::code) prints a history as Rust to paste into a test:
//!
//! ```
//! use im_session::strategies::history;
//! use im_session::testing::History;
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
//!         prop_assert!(holds(&history), "{}", history.code("it_fails"));
//!     }
//! }
//! # it_holds();
//! ```
//!
//! `tests/outside/` in the repository is a complete project that tests its own properties.

mod any;

use alloc::vec::Vec;
use core::fmt::Debug;

use proptest::collection::{SizeRange, vec};
use proptest::prelude::*;
use proptest::strategy::{NewTree, ValueTree};
use proptest::test_runner::TestRunner;

use crate::decode::Form;
use crate::event::Event;
use crate::from_bytes::random::{CHANCES, EVENTS, STEPS, step_bytes};
use crate::from_bytes::{self, Bytes, FromBytes, damaged};
use crate::testing::{History, Shrinker, Step};

pub use crate::from_bytes::agents;
pub use crate::testing::{Fault, Log, log_message, read_back};

/// Marks a sequence number that is to be replaced by the position in the history.
const FRESH: u64 = u64::MAX;

/// Values that `read` makes from random bytes, many of which are small or boundary values. `read` is a function of
/// [`from_bytes`], or one of your own. Shrinks by its bytes.
///
/// ```
/// use im_session::from_bytes::{query, user_data_within};
/// use im_session::Limits;
/// use im_session::strategies::made_by;
///
/// let queries = made_by(query);
/// let user_data = made_by(|bytes| user_data_within(bytes, &Limits::DEFAULT));
/// # let _ = (queries, user_data);
/// ```
pub fn made_by<T: Debug>(read: impl Fn(&mut Bytes<'_>) -> T + Clone) -> impl Strategy<Value = T> + Clone {
    read_of(vec(prop_oneof![4 => 0..16_u8, 4 => any::<u8>(), 1 => 0xfc..=0xff_u8], 0..=60), read)
}

pub(crate) fn read_of<T: Debug>(
    bytes: impl Strategy<Value = Vec<u8>> + Clone,
    read: impl Fn(&mut Bytes<'_>) -> T + Clone,
) -> impl Strategy<Value = T> + Clone {
    bytes.prop_map(move |bytes| read(&mut Bytes::new(&bytes)))
}

/// The bytes of up to `most` events of a valid history, rarely of the maximum size. Shrinks to `A`.
fn letters(most: usize) -> impl Strategy<Value = Vec<u8>> + Clone {
    let row = prop_oneof![15 => 0..8_u8, 1 => 8..16_u8];
    vec((row, 0..16_u8).prop_map(|(row, low)| (row ^ 4) << 4 | (low + 1) & 0xf), 1..=most)
}

/// The bytes of a step of one of the first `kinds`.
fn bytes_of_step(kinds: u16) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u16>(), 0..=CHANCES).prop_map(move |chances| step_bytes(&chances, kinds))
}

/// An event of any kind. It is of few DNs and calls, so that several events concern the same session. It may have or
/// lack each attribute, is sometimes unreadable, and has user data and extensions of any shape.
///
/// Most sequence numbers are small and unordered; in a [`history`] most of them are ascending.
pub fn any_event() -> impl Strategy<Value = Event<'static>> {
    (bytes_of_step(EVENTS), 0..12_u64).prop_map(|(bytes, place)| {
        match Step::from_bytes(&mut Bytes::new(&bytes).at_place(place)) {
            Step::Event(event) => event,
            _ => Event::from_bytes(&mut Bytes::new(&bytes)),
        }
    })
}

/// A [valid history](from_bytes::valid_history) of up to ten events. Shrinks to a single EventDialing of the call `A` at
/// the DN `3001`.
pub fn valid_history() -> impl Strategy<Value = Vec<Event<'static>>> {
    read_of(letters(10), from_bytes::valid_history)
}

/// [Interleaved valid histories](from_bytes::interleaved_histories) of up to 40 events. Shrinks to fewer.
pub fn interleaved_histories() -> impl Strategy<Value = History> {
    read_of(letters(40), from_bytes::interleaved_histories)
}

/// A [`valid_history`] with one to four [`Fault`]s. Half of the time the events keep the numbers of the valid history,
/// otherwise they [have none](from_bytes::faulty_history). Shrinks to an EventDialing that is repeated.
pub fn faulty_history() -> impl Strategy<Value = Vec<Event<'static>>> {
    let faulty = (valid_history(), vec(any::<Fault>(), 1..5), any::<bool>());
    faulty.prop_map(|(events, faults, without_numbers)| damaged(events, faults, without_numbers))
}

/// Up to 60 steps of every kind, see [`step`]. Most events are numbered by their place, so that few are stale.
pub fn history() -> impl Strategy<Value = History> {
    history_of(step(), 0..=60)
}

/// A history of `size` of these steps. An event with the number `u64::MAX` gets the number of its place, from 1, when
/// the history is generated. It keeps that number when shrinking removes other steps.
///
/// ```
/// use im_session::strategies::{any_event, history_of};
/// use im_session::testing::Step;
/// use proptest::prelude::*;
///
/// let events_alone = history_of(any_event().prop_map(Step::Event), 1..20);
/// # let _ = events_alone;
/// ```
pub fn history_of(step: impl Strategy<Value = Step>, size: impl Into<SizeRange>) -> impl Strategy<Value = History> {
    let size = size.into();
    let fewest = size.start();
    let histories = vec(step, size).prop_map(|mut steps| {
        for (place, step) in (1..).zip(&mut steps) {
            if let Step::Event(Event { event_sequence_number: Some(number @ FRESH), .. }) = step {
                *number = place;
            }
        }
        History { agents: agents(), steps }
    });
    ShrunkHistory { histories, fewest }
}

/// One step: in 61 % of the cases an event, otherwise an operation, a read, a change of the time, the expiry or
/// forgetting of sessions, a restart, or a list of another server to reconcile.
///
/// For [`history_of`]: most of the numbered events have the number that it replaces.
pub fn step() -> impl Strategy<Value = Step> {
    bytes_of_step(STEPS).prop_map(|bytes| Step::from_bytes(&mut Bytes::new(&bytes).at_place(FRESH)))
}

/// A log in any of the three forms, see [`log_of`].
///
/// ```
/// use im_session::Decoder;
/// use im_session::strategies::log;
/// use proptest::strategy::{Strategy, ValueTree};
/// use proptest::test_runner::TestRunner;
///
/// let log = log().new_tree(&mut TestRunner::deterministic()).unwrap().current();
/// let (mut events, mut errors) = (Vec::new(), Vec::new());
/// let mut decoder = Decoder::new();
/// let mut keep = |result: im_session::decode::DecodeResult<'_>| match result {
///     Ok(decoded) => events.push((decoded.line, decoded.event.into_owned())),
///     Err(error) => errors.push(error.line),
/// };
/// decoder.push(log.text.as_bytes(), &mut keep);
/// decoder.finish().for_each(keep);
/// assert_eq!((events, errors), (log.events, log.errors));
/// ```
pub fn log() -> impl Strategy<Value = Log> {
    any::<Form>().prop_flat_map(log_of)
}

/// A log in this form: a few events, with other lines before, between and after them (of other kinds, requests, broken
/// ones). It has either line end, perhaps a byte order mark, and perhaps no end of the last line.
///
/// Shrinks to a single event.
pub fn log_of(form: Form) -> impl Strategy<Value = Log> {
    // Each of the three unusual line ends occurs sometimes. An eighth of the lines are events that are spelled out.
    let ends = (any::<u8>(), any::<u8>()).prop_map(|(one, other)| one & other);
    let lines = vec(prop_oneof![3 => 0..16_u8, 4 => any::<u8>(), 1 => Just(0xf0)], 0..=80);
    let bytes = (ends, lines).prop_map(|(ends, lines)| core::iter::once(ends).chain(lines).collect::<Vec<u8>>());
    bytes.prop_map(move |bytes| from_bytes::log_of(form, &mut Bytes::new(&bytes)))
}

/// These histories, shrunk like [`shortest`](crate::testing::shortest), but to no fewer than `fewest` steps.
#[derive(Debug)]
struct ShrunkHistory<S> {
    histories: S,
    fewest: usize,
}

impl<S: Strategy<Value = History>> Strategy for ShrunkHistory<S> {
    type Tree = HistoryTree;
    type Value = History;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let shrinker = Shrinker::new(self.histories.new_tree(runner)?.current(), 0);
        Ok(HistoryTree { shrinker, tried: None, fewest: self.fewest })
    }
}

/// See [`ShrunkHistory`].
struct HistoryTree {
    shrinker: Shrinker,
    /// The candidate being tried, and its place.
    tried: Option<(usize, History)>,
    fewest: usize,
}

impl ValueTree for HistoryTree {
    type Value = History;

    fn current(&self) -> History {
        self.tried.as_ref().map_or_else(|| self.shrinker.best(), |(_, history)| history.clone())
    }

    /// The candidate fails as well.
    fn simplify(&mut self) -> bool {
        if let Some((place, history)) = self.tried.take() {
            self.shrinker = Shrinker::new(history, place);
        }
        self.complicate()
    }

    /// The candidate does not fail.
    fn complicate(&mut self) -> bool {
        self.tried = self.shrinker.candidates.find(|(_, history)| history.steps.len() >= self.fewest);
        self.tried.is_some()
    }
}
