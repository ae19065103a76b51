//! Events of every kind.

use alloc::string::String;

use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::select;

use super::names::{any_line, asked_id, call_uuid, cow, dn, few, number, text_of};
use super::user_data::{extensions, few_pairs, line_of_text, loggable_user_data};
use crate::event::{ConnId, Event, EventName};
use crate::machine::{CallEvent, DataEvent};

/// What an id may be made of; the dot, which alone or twice is none, apart.
const ID: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_~-";

/// The name of an event: one that moves, one that touches data, or one that is ignored by name. Shrinks to EventDialing.
pub fn event_name() -> impl Strategy<Value = EventName<'static>> {
    let call = prop_oneof![3 => Just(CallEvent::Dialing), 16 => select(&CallEvent::ALL[..])];
    let ignored = select(
        &["EventHeld", "EventError", "EventError", "EventACK", "EventRetrieved", "EventNetworkReached", "EventQueued"]
            [..],
    );
    prop_oneof![
        12 => call.prop_map(EventName::Call),
        10 => select(&DataEvent::ALL[..]).prop_map(EventName::Data),
        3 => ignored.prop_map(EventName::from),
    ]
}

/// An event of any kind: of few DNs and calls, so that several meet, with or without each attribute, now and then
/// unreadable, its user data and extensions of any shape.
///
/// Numbers are small or absent, in no order; in a [`history`](super::history) most of them count up. Shrinks to
/// `EventDialing` without attributes.
pub fn any_event() -> impl Strategy<Value = Event<'static>> {
    event_numbered(of(0..12_u64))
}

/// The same with numbers of this kind.
pub(super) fn event_numbered(number_of: impl Strategy<Value = Option<u64>>) -> impl Strategy<Value = Event<'static>> {
    // A name twice as often as another makes the states that the others need.
    let name = prop_oneof![5 => event_name(), 1 => Just(CallEvent::Established.into()), 1 => Just(DataEvent::PrivateInfo.into())];
    let nothing = || Just(String::new());
    let whom = (
        weighted(0.97, prop_oneof![80 => dn(), 1 => nothing()]),
        weighted(0.6, prop_oneof![20 => number(), 1 => nothing()]),
        weighted(0.97, asked_id()),
    );
    let when = (number_of, prop_oneof![1 => Just(None), 8 => Just(Some(1)), 1 => Just(Some(2))]);
    let what = (of(few_pairs()), weighted(0.6, extensions()), weighted(0.3, 1..99_u64));
    let answer = (weighted(0.4, 1..12_u64), of(1..99_i64), of(few(&["Invalid DN", ""])));
    let to_the_whole_call = any::<bool>();
    (name, whom, when, what, answer, to_the_whole_call).prop_map(
        |(name, whom, when, what, answer, to_the_whole_call)| {
            let is_to_all = name == EventName::Data(DataEvent::AttachedDataChanged) && to_the_whole_call;
            let mut event = Event::new(name);
            event.this_dn = whom.0.filter(|_| !is_to_all).map(cow);
            event.other_dn = whom.1.map(cow);
            event.call_uuid = whom.2.map(cow);
            (event.event_sequence_number, event.server_start_time) = when;
            event.user_data = what.0.into();
            event.extensions = what.1.into();
            event.conn_id = what.2.map(ConnId);
            event.reference_id = answer.0;
            event.error_code = answer.1;
            event.error_message = answer.2.map(cow);
            event
        },
    )
}

/// A readable event that concerns a session and that each of the three text forms can carry: texts of one line, none of them
/// empty, keys that end where they should.
///
/// DNs and ids are of any shape. Shrinks to an EventDialing of the id `A` at the DN `0`.
pub fn loggable_event() -> impl Strategy<Value = Event<'static>> {
    let name = prop_oneof![
        1 => select(&CallEvent::ALL[..]).prop_map(EventName::Call),
        1 => select(&DataEvent::ALL[..]).prop_map(EventName::Data),
    ];
    let any_dn = || {
        prop_oneof![
            3 => text_of(b"0123456789", 1..=5),
            1 => text_of(b"0123456789+() -", 1..=12),
            1 => any_line(1..=8),
        ]
    };
    let id = prop_oneof![1 => call_uuid(), 3 => text_of(ID, 1..=64)];
    let numbers = || of(prop_oneof![1 => 0..12_u64, 1 => any::<u64>()]);
    let answer = (weighted(0.1, any::<u64>()), weighted(0.1, any::<i64>()), weighted(0.1, line_of_text()));
    let lists = (of(loggable_user_data()), of(loggable_user_data()));
    (name, any_dn(), of(any_dn()), id, (numbers(), numbers(), numbers()), lists, answer).prop_map(
        |(name, this_dn, other_dn, id, (conn_id, number, start), (user_data, extensions), answer)| {
            let mut event = Event::new(name).with_this_dn(this_dn).with_call_uuid(id);
            event.other_dn = other_dn.map(cow);
            event.conn_id = conn_id.map(ConnId);
            event.event_sequence_number = number;
            event.server_start_time = start;
            event.user_data = user_data.into();
            event.extensions = extensions.into();
            event.reference_id = answer.0;
            event.error_code = answer.1;
            event.error_message = answer.2.filter(|message| !message.is_empty()).map(cow);
            event
        },
    )
}
