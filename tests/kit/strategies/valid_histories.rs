//! Are all valid histories accepted and some faulty ones rejected? User data stays within the limits.

use std::collections::BTreeSet;

use im_session::from_bytes::{user_data_beyond, user_data_within};
use im_session::strategies::{Fault, faulty_history, interleaved_histories, made_by, valid_history};
use im_session::testing::Step;
use im_session::{Agent, BaseUri, CallEvent, Event, Limits, Outcome, Session, Sessions, State};
use proptest::prelude::*;

use super::samples;
use crate::legal_sequences::{is_legal, moves};

fn config() -> ProptestConfig {
    ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_valid_history_is_accepted_event_for_event(events in valid_history()) {
        let mut session = None;
        for event in &events {
            prop_assert!(event.route().is_ok());
            let outcome = Session::apply(&mut session, event, &Limits::DEFAULT);
            prop_assert!(outcome.is_accepted(), "{:?}: {:?}", event, outcome);
        }
        let ended = events.last().is_some_and(|last| {
            last.name == CallEvent::Released.into() || last.name == CallEvent::Abandoned.into()
        });
        prop_assert_eq!(session.is_some_and(|session| session.state() == State::Completed), ended);
    }

    #[test]
    fn a_valid_history_is_one_of_the_legal_sequences(events in valid_history()) {
        let calls: Vec<&str> = events.iter().filter(|event| moves(event)).map(|event| event.name.as_str()).collect();
        // Each leg begins where the one before it ended.
        for (nth, leg) in calls.split_inclusive(|name| ["EventReleased", "EventAbandoned"].contains(name)).enumerate() {
            prop_assert!(is_legal(leg) && (nth == 0 || leg[0] != "EventEstablished"), "{:?}", leg);
        }
    }

    #[test]
    fn interleaved_histories_are_accepted_event_for_event(history in interleaved_histories()) {
        let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
        let mine: Vec<&str> = history.agents.iter().flat_map(Agent::devices).map(|device| device.dn.as_str()).collect();
        for step in &history.steps {
            let Step::Event(event) = step else { return Err(TestCaseError::fail("only events")) };
            let this_dn = event.this_dn().unwrap_or_default();
            // Or at a DN of maximum length that belongs to no agent.
            prop_assert!(mine.contains(&this_dn) || this_dn.len() == 255);
            let handled = sessions.handle_event(event).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert!(handled.outcome().is_accepted(), "{:?}: {:?}", event, handled.outcome());
        }
    }

    #[test]
    fn a_fault_does_what_its_name_says(events in valid_history(), fault in any::<Fault>()) {
        let mut damaged = events.clone();
        fault.damage(&mut damaged);
        let count = events.len();
        match fault {
            Fault::Repeated { .. } => {
                prop_assert_eq!(damaged.len(), count + 1);
                let repeated = damaged.iter().enumerate().any(|(at, event)| damaged[..at].contains(event));
                prop_assert!(repeated);
            }
            Fault::Lost { at } => {
                prop_assert_eq!(damaged.len(), count - 1);
                prop_assert!(!damaged.contains(&events[at % count]));
            }
            Fault::Reordered { .. } => {
                let number = |event: &Event<'_>| event.event_sequence_number;
                let mut sorted = damaged.clone();
                sorted.sort_by_key(number);
                prop_assert_eq!(sorted, events);
            }
            Fault::Truncated { at } => prop_assert_eq!(&damaged[..], &events[..(at % count).max(1)]),
            Fault::WrongRole { .. } => {
                let differing: Vec<_> = events.iter().zip(&damaged).filter(|(before, after)| before != after).collect();
                prop_assert!(differing.len() <= 1);
                for (before, after) in differing {
                    let names = BTreeSet::from([before.name.as_str(), after.name.as_str()]);
                    prop_assert_eq!(names, BTreeSet::from(["EventDialing", "EventRinging"]));
                }
            }
        }
    }

    #[test]
    fn user_data_is_within_the_limits(list in within(limits())) {
        let (list, limits) = list;
        prop_assert!(list.size() <= limits.user_data_size);
        prop_assert!(list.is_empty() || list.depth() <= limits.user_data_depth);
    }

    #[test]
    fn user_data_beyond_is_over_one_limit(list in beyond(limits())) {
        let (list, limits) = list;
        let over = (list.size() > limits.user_data_size, list.depth() > limits.user_data_depth);
        prop_assert!(over.0 || over.1, "{:?} {:?}", list, limits);
        let session_is = rejected(&list, limits);
        prop_assert!(session_is, "{:?}", limits);
    }
}

/// Every one of the seven sequences is reached in full, and so is a session that rings again.
#[test]
fn every_legal_sequence_is_reached() {
    let mut found = BTreeSet::new();
    for events in samples(valid_history(), 500) {
        found
            .insert(events.iter().filter(|event| moves(event)).map(|event| event.name.to_string()).collect::<Vec<_>>());
    }
    let whole = |names: &Vec<String>| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        is_legal(&names) && ["EventReleased", "EventAbandoned"].contains(names.last().expect("not empty"))
    };
    assert_eq!(found.iter().filter(|names| whole(names)).count(), 7);
    assert!(found.iter().any(|names| names.iter().filter(|name| *name == "EventRinging").count() == 2));
    assert!(found.iter().any(|names| names.len() == 1), "one that goes on");
}

/// Faulty histories lead to every reason for rejection that the faults can cause.
#[test]
fn faulty_histories_are_refused_for_every_reason_that_a_fault_leads_to() {
    let mut reasons = BTreeSet::new();
    for events in samples(faulty_history(), 500) {
        let mut session = None;
        for event in &events {
            if let Outcome::Rejected(rejection) = Session::apply(&mut session, event, &Limits::DEFAULT) {
                reasons.insert(rejection.reason.name());
            }
        }
    }
    assert_eq!(reasons.into_iter().collect::<Vec<_>>(), ["early", "ended", "late", "orphan", "role-conflict", "stale"]);
}

fn user_data(limits: Limits) -> impl Strategy<Value = im_session::KeyValueList<'static>> {
    made_by(move |bytes| user_data_within(bytes, &limits))
}

fn too_much_user_data(limits: Limits) -> impl Strategy<Value = im_session::KeyValueList<'static>> {
    made_by(move |bytes| user_data_beyond(bytes, &limits))
}

/// Small limits, and the usual ones.
fn limits() -> impl Strategy<Value = Limits> {
    let size = prop_oneof![3 => 0..80_usize, 1 => Just(16_000)];
    let depth = prop_oneof![3 => 0..6_usize, 1 => Just(16)];
    (size, depth).prop_map(|(size, depth)| {
        let mut limits = Limits::DEFAULT;
        (limits.user_data_size, limits.user_data_depth) = (size, depth);
        limits
    })
}

fn within(limits: impl Strategy<Value = Limits>) -> impl Strategy<Value = (im_session::KeyValueList<'static>, Limits)> {
    limits.prop_flat_map(|limits| (user_data(limits), Just(limits)))
}

fn beyond(limits: impl Strategy<Value = Limits>) -> impl Strategy<Value = (im_session::KeyValueList<'static>, Limits)> {
    limits.prop_flat_map(|limits| (too_much_user_data(limits), Just(limits)))
}

fn rejected(list: &im_session::KeyValueList<'static>, limits: Limits) -> bool {
    let event = Event::new(CallEvent::Ringing).with_this_dn("1").with_call_uuid("A").with_user_data(list.clone());
    matches!(Session::apply(&mut None, &event, &limits), Outcome::Rejected(_))
}

/// User data fills small limits and the usual ones exactly, to the byte and to the level.
#[test]
fn user_data_reaches_the_limits() {
    for (size, depth) in [(40, 3), (16_000, 16), (7, 1), (0, 1)] {
        let mut limits = Limits::DEFAULT;
        (limits.user_data_size, limits.user_data_depth) = (size, depth);
        let lists = samples(user_data(limits), 300);
        assert!(lists.iter().any(|list| list.size() == size), "{size}");
        assert!(lists.iter().any(|list| list.depth() == depth), "{depth}");
        let beyond = samples(too_much_user_data(limits), 100);
        assert!(beyond.iter().any(|list| list.size() == size + 1), "{size}");
        assert!(beyond.iter().any(|list| list.depth() == depth + 1), "{depth}");
    }
}

/// A limit of `usize::MAX` does not make the strategy build lists that large.
#[test]
fn user_data_without_a_limit_is_what_t_library_packs() {
    let mut limits = Limits::SPECIFICATION;
    limits.user_data_size = usize::MAX;
    let largest = samples(user_data(limits), 100).iter().map(im_session::KeyValueList::size).max();
    assert_eq!(largest, Some(65_535));
    assert!(samples(too_much_user_data(limits), 20).iter().all(|list| list.depth() == 17));
}
