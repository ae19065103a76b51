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
//! | [`user_data`], [`user_data_beyond`], [`loggable_user_data`] | user data up to the limits, just over one, and such as logs can carry |
//! | [`participants`] | the other parties, with number analysis and without |
//! | [`operation`], [`operation_body`] | operations with good and bad bodies |
//! | [`resource`] | the JSON of an imSession as others write it |
//! | [`query`] | what stands behind the `?` of a read |
//! | [`log`], [`log_of`] | a log in one of the three text forms, other lines in between, and what is in it |
//!
//! All of them are bytes by chance, read by [`from_bytes`]: fuzzers and the conformance kit meet the same. `any::<T>()`
//! of every type that has bytes is there too.
//!
//! A [`history`] is shrunk as [`testing::shortest`](crate::testing::shortest) shrinks it: fewer steps, attributes left out, texts and numbers
//! made small. Everything else shrinks by its bytes, and no bytes are the first of everything. What a person reads in the end is
//! [`code`](crate::testing::History::code), Rust to paste:
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
mod shrunk_history;

use alloc::string::String;
use alloc::vec::Vec;

use proptest::collection::{SizeRange, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use crate::decode::Form;
use crate::event::{Event, EventName, KeyValueList};
use crate::from_bytes::random::{CHANCES, event_bytes, line_bytes, step_bytes};
use crate::from_bytes::{self, Bytes, FromBytes, IDS, NUMBERS};
use crate::resource::Participant;
use crate::session::Limits;
use crate::testing::{History, Step};
use shrunk_history::ShrunkHistory;

pub use crate::from_bytes::agents;
pub use crate::testing::{Fault, Log, log_message, read_back};

/// Marks a number that is to be replaced by the position in the history.
const FRESH: u64 = u64::MAX;

/// Bytes, half of them small.
fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> + Clone {
    vec(prop_oneof![0..16_u8, any::<u8>()], 0..=most)
}

/// Up to so many bytes by chance, and what is read of them.
fn of_bytes<T: core::fmt::Debug>(
    most: usize,
    read: impl Fn(&mut Bytes<'_>) -> T + Clone,
) -> impl Strategy<Value = T> + Clone {
    bytes(most).prop_map(move |bytes| read(&mut Bytes::new(&bytes)))
}

/// Up to so many events of a valid history, rarely as large as they may be, and what is read of them. Shrinks to `A`.
fn of_letters<T: core::fmt::Debug>(
    most: usize,
    read: impl Fn(&mut Bytes<'_>) -> T + Clone,
) -> impl Strategy<Value = T> + Clone {
    let row = prop_oneof![15 => 0..8_u8, 1 => 8..16_u8];
    let letter = (row, 0..16_u8).prop_map(|(row, low)| (row ^ 4) << 4 | (low + 1) & 0xf);
    vec(letter, 1..=most).prop_map(move |letters| read(&mut Bytes::new(&letters)))
}

/// The chances of one step.
fn chances() -> impl Strategy<Value = Vec<u16>> {
    vec(any::<u16>(), 0..=CHANCES)
}

/// One of these. Shrinks to the first.
fn few(texts: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(texts).prop_map(String::from)
}

/// A DN: one of the five that all histories share. Shrinks to `3001`.
pub fn dn() -> impl Strategy<Value = String> {
    let [first, second, third, queue, .., nobodys] = NUMBERS;
    prop_oneof![9 => select(Vec::from([first, second, third])), 1 => select(Vec::from([queue, nobodys]))]
        .prop_map(String::from)
}

/// A CallUUID that can be an id: one of the four that all histories share. Shrinks to `A`.
pub fn call_uuid() -> impl Strategy<Value = String> {
    let [first, second, real, special, ..] = IDS;
    prop_oneof![5 => select(Vec::from([first, second])), 1 => select(Vec::from([real, special]))].prop_map(String::from)
}

/// The name of an event: one that moves, one that touches data, or one that is ignored by name. Shrinks to EventDialing.
pub fn event_name() -> impl Strategy<Value = EventName<'static>> {
    of_bytes(20, EventName::from_bytes)
}

/// An event of any kind: of few DNs and calls, so that several meet, with or without each attribute, now and then
/// unreadable, its user data and extensions of any shape.
///
/// Most numbers are small, in no order; in a [`history`] most of them count up.
pub fn any_event() -> impl Strategy<Value = Event<'static>> {
    (chances(), 0..12_u64).prop_map(|(chances, place)| {
        let bytes = event_bytes(&chances);
        match Step::from_bytes(&mut Bytes::new(&bytes).at_place(place)) {
            Step::Event(event) => event,
            _ => Event::from_bytes(&mut Bytes::new(&bytes)),
        }
    })
}

/// A readable event that concerns a session and that each of the three text forms can carry: texts of one line, none of them
/// empty, keys that end where they should.
pub fn loggable_event() -> impl Strategy<Value = Event<'static>> {
    of_bytes(60, from_bytes::loggable_event)
}

/// User data that every text form can carry. Shrinks to the empty list.
pub fn loggable_user_data() -> impl Strategy<Value = KeyValueList<'static>> {
    of_bytes(40, from_bytes::loggable_user_data)
}

/// One call at one DN, from the first event on, as a client may hear it: one of the legal sequences of specification 2, or its
/// beginning; between the events user data changes, parties come and go, and messages arrive; an ended call may ring again. All are
/// numbered from 1 and of one server start, so all are accepted.
///
/// Shrinks to a single EventDialing of the id `A` at the DN `3001`.
pub fn valid_history() -> impl Strategy<Value = Vec<Event<'static>>> {
    of_letters(10, from_bytes::valid_history)
}

/// The same, at this DN and of this id.
pub fn valid_history_of(this_dn: &str, call_uuid: &str) -> impl Strategy<Value = Vec<Event<'static>>> + use<> {
    let (this_dn, call_uuid) = (String::from(this_dn), String::from(call_uuid));
    valid_history().prop_map(move |events| {
        let place = |event: Event<'static>| event.with_this_dn(this_dn.clone()).with_call_uuid(call_uuid.clone());
        events.into_iter().map(place).collect()
    })
}

/// The [`valid_history`] of several sessions of the [`agents`], interleaved: each session's events come in their order, those of
/// others between them. Both parties of a call have the same id.
///
/// Events are numbered as they come, so all of them are accepted. Shrinks to fewer events.
pub fn interleaved_histories() -> impl Strategy<Value = History> {
    of_letters(40, from_bytes::interleaved_histories)
}

/// A fault of any kind. Shrinks to the event at place 0 coming twice.
pub fn fault() -> impl Strategy<Value = Fault> {
    vec(any::<u8>(), 0..=3).prop_map(|bytes| Fault::from_bytes(&mut Bytes::new(&bytes)))
}

/// These histories, each with one to four faults.
///
/// ```
/// use im_session::strategies::{faulty, valid_history_of};
///
/// let at_my_dn = faulty(valid_history_of("3001", "A"));
/// # let _ = at_my_dn;
/// ```
pub fn faulty(histories: impl Strategy<Value = Vec<Event<'static>>>) -> impl Strategy<Value = Vec<Event<'static>>> {
    (histories, vec(fault(), 1..5)).prop_map(|(mut events, faults)| {
        faults.into_iter().for_each(|fault| fault.damage(&mut events));
        events
    })
}

/// A [`valid_history`] with one to four faults: repeated, lost, reordered, truncated, of the wrong role. The numbers are those of
/// the valid one, half of the time; otherwise there are none, and nothing tells a repeated event from a new one.
///
/// Shrinks to one EventDialing that comes twice.
pub fn faulty_history() -> impl Strategy<Value = Vec<Event<'static>>> {
    (faulty(valid_history()), any::<bool>()).prop_map(|(mut events, without_numbers)| {
        events.iter_mut().filter(|_| without_numbers).for_each(|event| event.event_sequence_number = None);
        events
    })
}

/// Up to 60 steps of every kind, see [`step`]. Most events are numbered by their place, so that few are stale.
pub fn history() -> impl Strategy<Value = History> {
    history_of(step(), 0..=60)
}

/// So many of these steps. An event with the number `u64::MAX` gets as its number the place, from 1, that it had when the
/// history was made; it keeps it when others are left out, so that what shrinks stays numbered.
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
            if let Step::Event(event) = step {
                let number = event.event_sequence_number;
                event.event_sequence_number = number.map(|number| if number == FRESH { place } else { number });
            }
        }
        History { agents: agents(), steps }
    });
    ShrunkHistory { histories, fewest }
}

/// Something that happens: half of the time an event, else an operation, a read, the time going on, sessions expiring or being
/// forgotten, another server's list taken over.
///
/// For [`history_of`]: of the events that are numbered most have the number that it replaces.
pub fn step() -> impl Strategy<Value = Step> {
    chances().prop_map(|chances| Step::from_bytes(&mut Bytes::new(&step_bytes(&chances)).at_place(FRESH)))
}

/// An operation that an agent posts: [`Step::Post`] with an [`operation_body`]. The agents are those of [`agents`].
pub fn operation() -> impl Strategy<Value = Step> {
    of_bytes(CHANCES, from_bytes::post)
}

/// The body of an operation: good, or with parameters missing, of the wrong type, unknown, or no JSON object at all.
pub fn operation_body() -> impl Strategy<Value = String> {
    (of_bytes(CHANCES, |bytes| from_bytes::body(bytes, "/devices/mine")), few(&["/devices/1", "/devices/2"]))
        .prop_map(|(body, mine)| body.replace("/devices/mine", &mine))
}

/// Up to seven participants: without number analysis as this crate makes them, or with it as other servers do.
///
/// Shrinks to none.
pub fn participants() -> impl Strategy<Value = Vec<Participant<'static>>> {
    of_bytes(20, from_bytes::participants)
}

/// An imSession as others write it: fields left out or `null`, unknown ones, white space around the state, capabilities in any
/// order, participants with number analysis or with one number alone.
///
/// Every one can be read as an [`ImSession`](crate::ImSession); now and then its id is one that no session can have. Shrinks to
/// `{"id":"A","state":"Initiating"}`.
pub fn resource() -> impl Strategy<Value = Value> {
    // The first byte says what is there.
    (any::<u8>(), bytes(30)).prop_map(|(which, bytes)| {
        let read: Vec<u8> = core::iter::once(which).chain(bytes).collect();
        from_bytes::resource(&mut Bytes::new(&read))
    })
}

/// What stands behind the `?` of a read: fields, filters, a device, escaped and not, known and unknown. Shrinks to the empty
/// query.
pub fn query() -> impl Strategy<Value = String> {
    (vec(any::<u8>(), 0..=6), 0..4_u8).prop_map(|(pairs, count)| {
        let read: Vec<u8> = core::iter::once(count).chain(pairs).collect();
        from_bytes::query(&mut Bytes::new(&read))
    })
}

/// User data within the limits: `user_data_size` and `user_data_depth` are kept, and now and then met to the byte and to the
/// level (of a size over 65 535, what T-Library packs at most: to that).
///
/// Keys repeat, lists are nested, binary is among the values. Shrinks to the empty list.
///
/// ```
/// use im_session::{Limits, strategies::user_data};
/// use proptest::strategy::{Strategy, ValueTree};
/// use proptest::test_runner::TestRunner;
///
/// let mut limits = Limits::DEFAULT;
/// limits.user_data_size = 30;
/// let list = user_data(&limits).new_tree(&mut TestRunner::deterministic()).unwrap().current();
/// assert!(list.size() <= 30);
/// ```
pub fn user_data(limits: &Limits) -> impl Strategy<Value = KeyValueList<'static>> + use<> {
    let limits = *limits;
    of_bytes(40, move |bytes| from_bytes::user_data_within(bytes, &limits))
}

/// User data that is over one of the limits: by a byte, or by a level.
///
/// Shrinks to as few pairs as that takes. A size that is not limited can only be beyond in depth.
pub fn user_data_beyond(limits: &Limits) -> impl Strategy<Value = KeyValueList<'static>> + use<> {
    let limits = *limits;
    of_bytes(40, move |bytes| from_bytes::user_data_beyond(bytes, &limits))
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
    (any::<Form>(), lines(), ends()).prop_map(|(form, lines, end)| from_bytes::log_of_lines(form, end, &lines))
}

/// A log in this form: a few events, other lines before, between and after them (of other kinds, requests, broken ones),
/// either line end, perhaps a byte order mark, perhaps no end of the last line.
///
/// Shrinks to a single event.
pub fn log_of(form: Form) -> impl Strategy<Value = Log> {
    (lines(), ends()).prop_map(move |(lines, end)| from_bytes::log_of_lines(form, end, &lines))
}

fn lines() -> impl Strategy<Value = Vec<Vec<u8>>> {
    vec(vec(any::<u16>(), 0..=60).prop_map(|chances| line_bytes(&chances)), 0..=12)
}

/// Each of the three that are not usual now and then: CRLF, a byte order mark, no end of the last line.
fn ends() -> impl Strategy<Value = u8> {
    (any::<u8>(), any::<u8>()).prop_map(|(one, other)| one & other)
}
