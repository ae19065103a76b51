//! Does an ended session stay ended, even after the session itself is gone? Specification 2.1.

use std::collections::{HashSet, VecDeque};

use im_session::{CallEvent, DataEvent, Event, Limits, Outcome, RejectReason, Sessions, State};

use crate::agent::{ID, event, forget, hear, new_store, put, user_data};
use crate::steps::without_order;

/// A sequence number and a ServerStartTime.
type Identity = (Option<u64>, Option<u64>);

fn identified(event: Event<'static>, (number, start): Identity) -> Event<'static> {
    let event = number.into_iter().fold(event, Event::with_event_sequence_number);
    start.into_iter().fold(event, Event::with_server_start_time)
}

/// A store that remembers an end at 3002 with number 5 of server start 9.
fn remembering() -> Sessions {
    let mut store = new_store();
    hear(&mut store, &identified(event(CallEvent::Released, "3002", ID), (Some(5), Some(9))));
    assert!(store.is_empty());
    store
}

/// The result as a word: `changed`, `unchanged`, … or the reason for the rejection.
fn word(store: &mut Sessions, event: &Event<'_>) -> &'static str {
    match store.handle_event(event).unwrap().outcome() {
        Outcome::Rejected(rejection) => rejection.reason.name(),
        outcome => outcome.name(),
    }
}

/// Every event with every kind of number at a key whose end is remembered. The event is stale if its number is not
/// higher under the same server start. Otherwise the result is as if nothing were remembered.
#[test]
fn every_event_after_a_remembered_end() {
    let numbers = [None, Some(4), Some(5), Some(6)];
    let identities = numbers.into_iter().flat_map(|number| [None, Some(9), Some(10)].map(|start| (number, start)));
    for identity in identities {
        let is_stale = matches!(identity, (Some(..=5), Some(9)));
        for name in CallEvent::ALL {
            let event = identified(event(name, "3002", ID), identity);
            let expected = match name {
                _ if is_stale => "stale",
                CallEvent::Dialing | CallEvent::Ringing | CallEvent::Established => "changed",
                CallEvent::Released | CallEvent::Abandoned => "orphan",
            };
            assert_eq!(word(&mut remembering(), &event), expected, "{event:?}");
            assert_eq!(
                word(&mut new_store(), &event),
                if is_stale { word_without(name) } else { expected },
                "{event:?}"
            );
        }
        for name in DataEvent::ALL {
            let event = Event::new(name).with_this_dn("3002").with_call_uuid(ID);
            let event = identified(event, identity).with_extensions(user_data(&[("text", "t")]));
            assert_eq!(word(&mut remembering(), &event), if is_stale { "stale" } else { "orphan" }, "{event:?}");
        }
        // The remembered end does not apply to another key, nor to an event for the whole call.
        let elsewhere = identified(event(CallEvent::Ringing, "3001", ID), identity);
        assert_eq!(word(&mut remembering(), &elsewhere), "changed");
        let another = identified(event(CallEvent::Ringing, "3002", "another"), identity);
        assert_eq!(word(&mut remembering(), &another), "changed");
        let whole_call = identified(Event::new(DataEvent::AttachedDataChanged).with_call_uuid(ID), identity);
        assert_eq!(word(&mut remembering(), &whole_call), "orphan");
    }
}

fn word_without(name: CallEvent) -> &'static str {
    match name {
        CallEvent::Dialing | CallEvent::Ringing | CallEvent::Established => "changed",
        CallEvent::Released | CallEvent::Abandoned => "orphan",
    }
}

/// A later orphan end replaces the remembered one unless it is stale itself. One without a number leaves it unchanged.
#[test]
fn which_end_is_remembered() {
    let ringing = |identity| identified(event(CallEvent::Ringing, "3002", ID), identity);
    for (second, stale, fresh) in [
        // The store then remembers (6, 9): 6 is stale, 7 is not, and no number of another start is.
        ((Some(6), Some(9)), (Some(6), Some(9)), (Some(7), Some(9))),
        ((Some(1), Some(10)), (Some(1), Some(10)), (Some(1), Some(9))),
        ((Some(1), None), (Some(1), None), (Some(5), Some(9))),
        // (5, 9) stays remembered.
        ((Some(5), Some(9)), (Some(5), Some(9)), (Some(6), Some(9))),
        ((Some(4), Some(9)), (Some(5), Some(9)), (Some(6), Some(9))),
        ((None, Some(9)), (Some(5), Some(9)), (Some(6), Some(9))),
    ] {
        for name in [CallEvent::Released, CallEvent::Abandoned] {
            let mut store = remembering();
            hear(&mut store, &identified(event(name, "3002", ID), second));
            assert_eq!(word(&mut store.clone(), &ringing(stale)), "stale", "{name} {second:?}");
            assert_eq!(word(&mut store, &ringing(fresh)), "changed", "{name} {second:?}");
        }
    }
    // No other orphan event counts as an end.
    let mut store = new_store();
    let party = Event::new(DataEvent::PartyAdded).with_this_dn("3002").with_call_uuid(ID);
    hear(&mut store, &identified(party, (Some(5), Some(9))));
    assert_eq!(word(&mut store, &ringing((Some(5), Some(9)))), "changed");
}

/// A session that opens removes the remembered end. If the opening event has no number, the session takes over the
/// remembered one.
#[test]
fn a_session_that_opens_takes_the_remembered_end_over() {
    for name in [CallEvent::Dialing, CallEvent::Ringing, CallEvent::Established] {
        let mut store = remembering();
        hear(&mut store, &identified(event(name, "3002", ID), (None, Some(10))));
        let last = store.get("3002", ID).unwrap().last_event().unwrap();
        assert_eq!(last.to_string(), "#5 since 9", "{name}");
        assert_eq!(word(&mut store.clone(), &identified(event(name, "3002", ID), (Some(5), Some(9)))), "stale");

        let mut store = remembering();
        hear(&mut store, &identified(event(name, "3002", ID), (Some(1), Some(10))));
        assert_eq!(store.get("3002", ID).unwrap().last_event().unwrap().to_string(), "#1 since 10", "{name}");
        // The end is no longer remembered, so events of the old server start are not stale.
        assert_eq!(
            word(&mut store, &identified(event(CallEvent::Released, "3002", ID), (Some(5), Some(9)))),
            "changed"
        );
    }
    // A session that becomes known from another server's list also takes over the number.
    let mut store = remembering();
    let list = [im_session::ImSession::new(ID, State::Talking)];
    assert_eq!(store.reconcile("3002", &list).unwrap().changed().count(), 1);
    assert_eq!(store.get("3002", ID).unwrap().last_event().unwrap().to_string(), "#5 since 9");
}

/// A session that is forgotten or makes room leaves the number of its last event. An open session leaves nothing,
/// because it stays.
#[test]
fn a_forgotten_session_leaves_its_end() {
    let at = |name, number| identified(event(name, "3002", ID), (Some(number), Some(9)));
    let mut limits = Limits::DEFAULT;
    limits.sessions = 1;
    for makes_room in [false, true] {
        let mut store = new_store().with_limits(limits);
        hear(&mut store, &at(CallEvent::Ringing, 3));
        hear(&mut store, &at(CallEvent::Released, 4));
        if makes_room {
            put(&mut store, "3001", "other", State::Completed);
            assert!(forget(&mut store, "3001", "other"));
        } else {
            assert!(forget(&mut store, "3002", ID));
        }
        assert!(store.is_empty());
        for number in [3, 4] {
            assert_eq!(word(&mut store, &at(CallEvent::Ringing, number)), "stale", "{number}");
        }
        assert_eq!(word(&mut store, &at(CallEvent::Ringing, 5)), "changed");
    }
}

#[test]
fn the_oldest_of_too_many_ends_goes_first() {
    let mut limits = Limits::DEFAULT;
    limits.remembered_ends = 2;
    let mut store = new_store().with_limits(limits);
    let at = |name, id, number| identified(event(name, "3002", id), (Some(number), None));
    for (id, number) in [("a", 1), ("b", 1), ("a", 2), ("c", 1)] {
        hear(&mut store, &at(CallEvent::Released, id, number));
    }
    // b is the oldest because a was replaced.
    let stale = |store: &Sessions, id| word(&mut store.clone(), &at(CallEvent::Ringing, id, 1)) == "stale";
    assert_eq!(["a", "b", "c"].map(|id| stale(&store, id)), [true, false, true]);
    // The same after a restart.
    let mut restarted = new_store().with_limits(limits);
    restarted.restore(&store.snapshot()).unwrap();
    hear(&mut restarted, &at(CallEvent::Released, "d", 1));
    assert_eq!(["a", "b", "c", "d"].map(|id| stale(&restarted, id)), [false, false, true, true]);
    // No ends are remembered at all.
    limits.remembered_ends = 0;
    let mut store = new_store().with_limits(limits);
    hear(&mut store, &at(CallEvent::Released, "a", 1));
    assert!(!stale(&store, "a"));
}

/// The legal sequences of specification 2 at one DN, and two legs, all under one server start.
const FEEDS: [&[&str]; 9] = [
    &["EventDialing", "EventEstablished", "EventReleased"],
    &["EventDialing", "EventReleased"],
    &["EventDialing", "EventDestinationBusy", "EventReleased"],
    &["EventRinging", "EventEstablished", "EventReleased"],
    &["EventRinging", "EventReleased"],
    &["EventRinging", "EventAbandoned"],
    &["EventEstablished", "EventReleased"],
    &["EventRinging", "EventReleased", "EventRinging", "EventEstablished", "EventReleased"],
    &["EventRinging", "EventAttachedDataChanged", "EventAbandoned", "EventDialing", "EventReleased"],
];

/// Any reordering and redelivery of a legal numbered feed ends without an open session, even if the session is
/// forgotten and the store restarted in between. The test checks every reachable state in which all events have been
/// delivered.
#[test]
fn no_reordered_or_redelivered_feed_brings_a_session_back_to_life() {
    for feed in FEEDS {
        let at = |(number, name): (u64, &&'static str)| {
            identified(Event::new(*name).with_this_dn("3002").with_call_uuid(ID), (Some(number), Some(9)))
        };
        let events: Vec<Event<'static>> = (1..).zip(feed).map(at).collect();
        let all_delivered = (1_u32 << events.len()) - 1;
        let inside = |store: &Sessions| {
            let mut snapshot = without_order(store);
            snapshot["store"] = serde_json::Value::Null;
            snapshot.to_string()
        };
        let start = (new_store().with_reference_id_gap(0), 0);
        let mut seen = HashSet::from([(inside(&start.0), 0)]);
        let mut open = VecDeque::from([start]);
        let mut ended = 0;
        while let Some((store, delivered)) = open.pop_front() {
            if delivered == all_delivered {
                ended += 1;
                assert!(store.iter().all(|session| !session.state().is_open()), "{feed:?}: {:?}", store.snapshot());
            }
            for action in 0..events.len() + 2 {
                let (mut after, mut delivered) = (store.clone(), delivered);
                if let Some(event) = events.get(action) {
                    hear(&mut after, event);
                    delivered |= 1 << action;
                } else if action == events.len() {
                    forget(&mut after, "3002", ID);
                } else {
                    let json = serde_json::to_string(&after.snapshot()).unwrap();
                    after.restore(&serde_json::from_str(&json).unwrap()).unwrap();
                }
                if seen.insert((inside(&after), delivered)) {
                    open.push_back((after, delivered));
                }
            }
        }
        // At least two final states: completed and gone.
        assert!(ended >= 2, "{feed:?}: {ended}");
    }
}

/// The exception: an AttachedDataChanged without ThisDN raises the number of every open session of its call. Earlier
/// events of one of their DNs are then stale if they arrive later, even the end.
#[test]
fn a_change_for_the_whole_call_that_overtakes_an_end_leaves_the_session_open() {
    let at = |name, this_dn, number| identified(event(name, this_dn, ID), (Some(number), Some(9)));
    let whole_call = identified(Event::new(DataEvent::AttachedDataChanged).with_call_uuid(ID), (Some(5), Some(9)));
    let feed = [
        at(CallEvent::Ringing, "3001", 1),
        at(CallEvent::Established, "3001", 2),
        at(CallEvent::Released, "3001", 3),
        at(CallEvent::Ringing, "3002", 4),
        whole_call,
    ];
    let after = |order: [usize; 5]| {
        let mut store = new_store();
        let words = order.map(|number| word(&mut store, &feed[number - 1]));
        (words, [store.get("3001", ID).unwrap().state(), store.get("3002", ID).unwrap().state()])
    };
    assert_eq!(
        after([1, 2, 3, 4, 5]),
        (["changed", "changed", "changed", "changed", "unchanged"], [State::Completed, State::Alerting])
    );
    assert_eq!(
        after([1, 5, 2, 3, 4]),
        (["changed", "unchanged", "stale", "stale", "changed"], [State::Alerting, State::Alerting])
    );
}

/// Named regression of the trial: a feed that is delivered twice, and a Released that overtakes its Ringing.
#[test]
fn a_feed_delivered_twice_and_an_end_that_overtakes() {
    let feed = |name, number| identified(event(name, "3002", ID), (Some(number), Some(9)));
    let feed = [feed(CallEvent::Ringing, 1), feed(CallEvent::Established, 2), feed(CallEvent::Released, 3)];
    let mut store = new_store();
    feed.iter().for_each(|event| hear(&mut store, event));
    assert!(forget(&mut store, "3002", ID));
    feed.iter().for_each(|event| hear(&mut store, event));
    assert!(store.is_empty());
    assert_eq!(store.counters().rejected(RejectReason::Stale), 3);

    let mut store = new_store();
    feed.iter().rev().for_each(|event| hear(&mut store, event));
    assert!(store.is_empty());
}
