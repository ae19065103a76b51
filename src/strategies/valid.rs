//! What one DN hears of one call: the legal sequences of specification 2, with data.

use alloc::string::String;
use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::select;

use super::names::{call_uuid, cow, dn, few, number};
use super::user_data::few_pairs;
use crate::event::{ConnId, Event, KeyValueList};
use crate::machine::{CallEvent, DataEvent};
use crate::testing::parts::number_from_one;

/// One call at one DN, from the first event to the last, as a client may hear it.
///
/// `Dialing Established Released`, `Dialing DestinationBusy Released`, `Ringing Abandoned` and the other legal sequences of
/// specification 2, some of them still going on; between the events user data changes, parties come and go, and messages
/// arrive; an ended call may ring again. All are numbered from 1 and of one server start, so all are accepted. The first
/// event is an EventDialing, EventRinging, or (of a client that registered in mid-call) EventEstablished.
///
/// Shrinks to a single EventDialing of the id `A` at the DN `3001`.
pub fn valid_history() -> impl Strategy<Value = Vec<Event<'static>>> {
    (dn(), call_uuid(), unnumbered()).prop_map(|(this_dn, call_uuid, events)| {
        let mut events = placed(events, &this_dn, &call_uuid);
        number_from_one(&mut events);
        events
    })
}

/// The same, at this DN and of this id.
pub fn valid_history_of(this_dn: &str, call_uuid: &str) -> impl Strategy<Value = Vec<Event<'static>>> + use<> {
    let (this_dn, call_uuid) = (String::from(this_dn), String::from(call_uuid));
    unnumbered().prop_map(move |events| {
        let mut events = placed(events, &this_dn, &call_uuid);
        number_from_one(&mut events);
        events
    })
}

/// The events of a call without number, DN and id.
pub(super) fn unnumbered() -> impl Strategy<Value = Vec<Event<'static>>> {
    // Of two, the first can be left out as well as the second.
    (vec(leg(), 1..=2), prop::bool::weighted(0.3)).prop_map(|(legs, again)| {
        let mut legs = legs.into_iter();
        let mut events = legs.next().unwrap_or_default();
        // Only what ended and did not begin in mid-call can begin anew.
        let ended = events.last().is_some_and(ends);
        let begins_anew =
            |leg: &Vec<Event<'_>>| leg.first().is_some_and(|first| first.name != CallEvent::Established.into());
        events.extend(legs.next().filter(|leg| again && ended && begins_anew(leg)).unwrap_or_default());
        events
    })
}

/// The same events at this DN and of this id.
pub(super) fn placed(events: Vec<Event<'static>>, this_dn: &str, call_uuid: &str) -> Vec<Event<'static>> {
    let place =
        |event: Event<'static>| event.with_this_dn(String::from(this_dn)).with_call_uuid(String::from(call_uuid));
    events.into_iter().map(place).collect()
}

/// Whether the event ends a call.
pub(super) fn ends(event: &Event<'_>) -> bool {
    event.name == CallEvent::Released.into() || event.name == CallEvent::Abandoned.into()
}

/// How the call goes on after its first event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Course {
    /// Nothing more is heard.
    Open,
    /// It ends unanswered: of a dialed call perhaps busy, of a ringing one perhaps abandoned.
    Unanswered { in_the_other_way: bool },
    /// It is answered, and perhaps ends.
    Answered { ends: bool },
}

/// The data that goes with an event.
#[derive(Debug, Clone)]
struct Data {
    other_dn: Option<String>,
    user_data: Option<KeyValueList<'static>>,
}

fn data() -> impl Strategy<Value = Data> {
    (weighted(0.7, number()), weighted(0.3, few_pairs())).prop_map(|(other_dn, user_data)| Data { other_dn, user_data })
}

/// From one first event to an end.
fn leg() -> impl Strategy<Value = Vec<Event<'static>>> {
    let first = select(
        &[CallEvent::Dialing, CallEvent::Ringing, CallEvent::Dialing, CallEvent::Ringing, CallEvent::Established][..],
    );
    let course = prop_oneof![
        1 => Just(Course::Open),
        3 => any::<bool>().prop_map(|in_the_other_way| Course::Unanswered { in_the_other_way }),
        6 => prop::bool::weighted(0.8).prop_map(|ends| Course::Answered { ends }),
    ];
    let conn_id = of((1..=9_u64).prop_map(ConnId));
    let ends_with = (data(), data(), data());
    (first, course, conn_id, ends_with, vec(change(), 0..3), vec(talk(), 0..4)).prop_map(
        |(first, course, conn_id, (of_first, of_answer, of_end), before, during)| {
            let mut events = alloc::vec![call_event(first, of_first)];
            let was_answered = first == CallEvent::Established;
            events.extend(before);
            match course {
                Course::Open => {}
                Course::Unanswered { in_the_other_way } => {
                    if in_the_other_way && first == CallEvent::Dialing {
                        events.push(Event::new(DataEvent::DestinationBusy));
                    }
                    let abandoned = in_the_other_way && first == CallEvent::Ringing;
                    events.push(call_event(if abandoned { CallEvent::Abandoned } else { CallEvent::Released }, of_end));
                }
                Course::Answered { ends } => {
                    if !was_answered {
                        events.push(call_event(CallEvent::Established, of_answer));
                    }
                    events.extend(during);
                    if ends {
                        events.push(call_event(CallEvent::Released, of_end));
                    }
                }
            }
            for event in &mut events {
                event.conn_id = conn_id;
            }
            events
        },
    )
}

fn call_event(name: CallEvent, data: Data) -> Event<'static> {
    let mut event = Event::new(name);
    event.other_dn = data.other_dn.map(cow);
    event.user_data = data.user_data.into();
    event
}

/// What may come between any two events of a call.
fn change() -> impl Strategy<Value = Event<'static>> {
    let party = select(&[DataEvent::PartyAdded, DataEvent::PartyDeleted, DataEvent::PartyChanged][..]);
    prop_oneof![
        2 => of(few_pairs()).prop_map(|user_data| {
            let mut event = Event::new(DataEvent::AttachedDataChanged);
            event.user_data = user_data.into();
            event
        }),
        1 => (party, number()).prop_map(|(name, other_dn)| Event::new(name).with_other_dn(other_dn)),
    ]
}

/// What may come while people talk.
fn talk() -> impl Strategy<Value = Event<'static>> {
    let message = few(&["hello", "größer", ""])
        .prop_map(|text| Event::new(DataEvent::PrivateInfo).with_extensions(KeyValueList::from_iter([("text", text)])));
    prop_oneof![3 => message, 2 => change()]
}
