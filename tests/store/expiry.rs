//! How sessions that nobody reports of end, and how completed ones are forgotten.

use im_session::{CallEvent, DataEvent, Event, Outcome, State};

use crate::agent::{
    ID, all, data_event, event, expire, expired, forget_all_completed, forget_completed, hear, list, new_store, put,
    set_time, store_with, told,
};

#[test]
fn expire_ends_what_heard_nothing_since_in_the_order_of_lists() {
    let mut store = new_store();
    for (now, this_dn, id, state) in [
        (10, "3002", "b", State::Talking),
        (10, "3002", "B", State::Alerting),
        (10, "3001", "z", State::Initiating),
        (10, "3001", "y", State::Completed),
        (20, "3001", "a", State::Talking),
    ] {
        set_time(&mut store, now);
        put(&mut store, this_dn, id, state);
    }
    assert_eq!(expired(&mut store, 10), 0);
    let ended = [("3001", "z"), ("3002", "B"), ("3002", "b")];
    let handled = expire(&mut store, 20);
    let expected: Vec<_> = ended.map(|(dn, id)| (dn.to_string(), id.to_string(), State::Completed)).into();
    assert_eq!(told(&handled), expected);
    assert!(handled.changed().map(|session| (session.this_dn(), session.id())).eq(ended));
    let first =
        Outcome::Changed { from: Some(State::Initiating), to: State::Completed, participants: false, user_data: false };
    assert_eq!((handled.outcome(), handled.from(), handled.to()), (&first, None, None));
    let nothing = expire(&mut store, 20);
    assert_eq!((nothing.outcome(), nothing.changed().count()), (&Outcome::Unchanged, 0), "once");
    assert_eq!(store.get("3001", "a").unwrap().state(), State::Talking);
    // What they held can still be read.
    assert_eq!(store.get("3002", "b").unwrap().user_data().len(), 1);
}

/// A session is forgotten by the time of its end, not of its beginning.
#[test]
fn beginning_end_and_new_beginning_are_heard() {
    let mut store = new_store();
    let numbered = |name, number| event(name, "3002", ID).with_event_sequence_number(number);
    for (now, name) in [(10, CallEvent::Ringing), (20, CallEvent::Released), (30, CallEvent::Ringing)] {
        set_time(&mut store, now);
        hear(&mut store, &numbered(name, now));
        assert_eq!(expired(&mut store.clone(), now) + forget_completed(&mut store.clone(), now), 0, "{name}");
        set_time(&mut store, now + 5);
        assert_eq!(expired(&mut store.clone(), now + 1) + forget_completed(&mut store.clone(), now + 1), 1, "{name}");
    }
}

#[test]
fn every_accepted_event_is_heard_and_no_other() {
    let mut store = new_store();
    set_time(&mut store, 10);
    put(&mut store, "3002", ID, State::Talking);
    set_time(&mut store, 20);
    hear(&mut store, &event(CallEvent::Ringing, "3002", ID));
    hear(&mut store, &event(CallEvent::Established, "3009", ID));
    assert_eq!(expired(&mut store.clone(), 20), 1, "a late event, and another DN's");
    hear(&mut store, &event(CallEvent::Established, "3002", ID));
    assert_eq!(told(&expire(&mut store.clone(), 20)), [], "unchanged is heard too");
    set_time(&mut store, 30);
    hear(&mut store, &data_event(DataEvent::AttachedDataChanged, "", ID));
    assert_eq!(expired(&mut store, 30), 0, "what goes to the whole call is heard by all");
}

#[test]
fn an_expired_session_is_over() {
    let mut store = new_store();
    let numbered = |name, number| event(name, "3002", ID).with_event_sequence_number(number);
    hear(&mut store, &numbered(CallEvent::Ringing, 5));
    assert_eq!(expired(&mut store, 1), 1);
    hear(&mut store, &numbered(CallEvent::Established, 6));
    assert_eq!(all(&store), [("3002", ID, State::Completed)]);
    hear(&mut store, &numbered(CallEvent::Ringing, 7));
    assert_eq!(all(&store), [("3002", ID, State::Alerting)], "provably newer");
}

#[test]
fn only_completed_sessions_are_forgotten() {
    for state in State::ALL {
        let mut store = store_with(state);
        assert_eq!(store.forget("3002", ID), state == State::Completed, "{state}");
        assert_eq!(store.is_empty(), state == State::Completed);
        assert!(!store.forget("3009", ID));
        assert!(!store.forget("3002", "none"));
    }
}

#[test]
fn completed_sessions_are_forgotten_by_the_time_of_their_end() {
    let mut store = new_store();
    for (now, id) in [(10, "a"), (20, "b"), (30, "c")] {
        set_time(&mut store, now);
        put(&mut store, "3002", id, State::Completed);
    }
    put(&mut store, "3002", "open", State::Talking);
    set_time(&mut store, 40);
    // A repeat of the end does not put it off.
    hear(&mut store, &event(CallEvent::Released, "3002", "a"));
    assert_eq!(forget_completed(&mut store, 10), 0);
    assert_eq!(forget_completed(&mut store, 21), 2);
    assert_eq!(all(&store).len(), 2);
    assert_eq!(forget_all_completed(&mut store), 1);
    assert_eq!(all(&store), [("3002", "open", State::Talking)]);
    // A forgotten session is unknown: it can begin again without any proof.
    put(&mut store, "3002", "a", State::Alerting);
    assert_eq!(store.len(), 2);
}

/// Many come and go: what is left is found, and nothing else.
#[test]
fn places_are_used_again() {
    let mut store = new_store();
    let id = |number: usize| format!("id-{number}");
    for round in 0..4 {
        for number in 0..300 {
            let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid(id(number));
            hear(&mut store, &ringing);
            let released = Event::new(CallEvent::Released).with_this_dn("3002").with_call_uuid(id(number));
            if number % 3 == round % 3 {
                hear(&mut store, &released);
            }
        }
        let completed = store.iter().filter(|session| session.state() == State::Completed).count();
        assert_eq!(forget_all_completed(&mut store), completed);
        let expected = |number: &usize| number % 3 != round % 3;
        let known = (0..300).filter(|&number| store.get("3002", &id(number)).is_some());
        assert!(known.eq((0..300).filter(expected)), "round {round}");
        assert_eq!(list(&store, "")["uris"].as_array().unwrap().len(), store.len());
    }
}
