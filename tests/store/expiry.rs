//! How do sessions end without an event, and how are completed ones forgotten?

use core::time::Duration;

use im_session::session::Cause;
use im_session::store::TimeError;
use im_session::{CallEvent, DataEvent, Event, Limits, Outcome, Session, Sessions, State};

use crate::agent::{
    ID, a_second_later, all, data_event, event, expire, expired, forget, forget_all_completed, forget_completed, hear,
    list, new_store, put, set_time, store_with, told,
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
    // Their user data can still be read.
    assert_eq!(store.get("3002", "b").unwrap().user_data().len(), 1);
}

/// Sessions heard before any time is set count as heard at 0. So the time must be set before the first event.
#[test]
fn what_was_heard_before_any_time_was_told_was_heard_at_0() {
    let mut store = new_store();
    put(&mut store, "3001", "before", State::Talking);
    set_time(&mut store, 1_763_000_000);
    put(&mut store, "3001", "after", State::Talking);
    assert_eq!(expired(&mut store, 1), 1);
    assert_eq!(all(&store), [("3001", "after", State::Talking), ("3001", "before", State::Completed)]);
}

/// The length of the downtime is unknown, so the first time may be any. From then on a jump is refused again.
#[test]
fn the_first_time_after_a_restore_is_not_checked_for_a_jump() {
    let mut limits = Limits::DEFAULT;
    limits.time_jump = Duration::from_secs(60);
    let mut store = new_store().with_limits(limits);
    set_time(&mut store, 1_763_000_000);
    let wrong_unit = Duration::from_secs(1_763_000_000_000);
    let refused = |store: &mut Sessions| matches!(store.set_time(wrong_unit), Err(TimeError::Jump { .. }));
    assert!(refused(&mut store));
    let mut restored = new_store().with_limits(limits);
    restored.restore(&store.snapshot()).unwrap();
    assert!(refused(&mut store));
    assert!(!refused(&mut restored.clone()));
    // Later times are checked.
    set_time(&mut restored, 1_763_000_000 + 3_600);
    assert!(refused(&mut restored));
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
    let later = a_second_later(&mut store);
    assert_eq!(expired(&mut store, later), 1);
    assert_eq!(store.get("3002", ID).and_then(Session::cause), Some(Cause::Expired));
    hear(&mut store, &numbered(CallEvent::Established, 6));
    assert_eq!(all(&store), [("3002", ID, State::Completed)]);
    hear(&mut store, &numbered(CallEvent::Ringing, 7));
    assert_eq!(all(&store), [("3002", ID, State::Alerting)], "provably newer");
}

#[test]
fn only_completed_sessions_are_forgotten() {
    for state in State::ALL {
        let mut store = store_with(state);
        assert_eq!(forget(&mut store, "3002", ID), state == State::Completed, "{state}");
        assert_eq!(store.is_empty(), state == State::Completed);
        assert!(!forget(&mut store, "3009", ID));
        assert!(!forget(&mut store, "3002", "none"));
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
    // A repeated end does not postpone it.
    hear(&mut store, &event(CallEvent::Released, "3002", "a"));
    assert_eq!(forget_completed(&mut store, 10), 0);
    assert_eq!(forget_completed(&mut store, 21), 2);
    assert_eq!(all(&store).len(), 2);
    assert_eq!(forget_all_completed(&mut store), 1);
    assert_eq!(all(&store), [("3002", "open", State::Talking)]);
    // A forgotten session without a number is unknown, so it can begin again without any proof.
    put(&mut store, "3002", "a", State::Alerting);
    assert_eq!(store.len(), 2);
}

/// After many sessions come and go, exactly the remaining ones are found.
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

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A cutoff later than the store's time would end sessions that were heard just now.
#[test]
fn a_cutoff_ahead_of_the_time_is_refused_and_changes_nothing() {
    for told in [None, Some(10)] {
        let mut store = store_with(State::Talking);
        put(&mut store, "3002", "over", State::Completed);
        let now = told.unwrap_or_default();
        if let Some(told) = told {
            set_time(&mut store, told);
        }
        let before = store.snapshot();
        for found in [seconds(now) + Duration::from_nanos(1), seconds(now + 1), Duration::MAX] {
            let ahead = TimeError::CutoffAhead { found, now: seconds(now) };
            assert_eq!(store.expire(found).map(|handled| handled.changed().count()), Err(ahead));
            assert_eq!(store.forget_completed(found).map(|handled| handled.forgotten()), Err(ahead));
            assert_eq!(store.time_out_requests(found).map(|handled| handled.settled().len()), Err(ahead));
        }
        assert_eq!(store.snapshot(), before);
        // A cutoff of now is allowed and ends nothing that was heard now.
        assert_eq!(expired(&mut store, now), usize::from(now > 0));
    }
    let error = new_store().expire(seconds(3)).map(|handled| handled.changed().count()).unwrap_err();
    assert_eq!(error.to_string(), "expected a cutoff that is not after the store's time 0ns, found 3s");
}

/// A single time in the wrong unit would freeze the clock for good.
#[test]
fn a_jump_beyond_the_limit_is_refused_and_changes_nothing() {
    let mut limits = Limits::DEFAULT;
    limits.time_jump = seconds(100);
    let with_limit = || new_store().with_limits(limits);
    let mut store = with_limit();
    // The first time may be any, because its epoch is unknown.
    set_time(&mut store, 1_763_000_000);
    for (told, expected) in [(1_763_000_101, 1_763_000_000), (u64::MAX, 1_763_000_000)] {
        let jump = TimeError::Jump { found: seconds(told), now: seconds(expected), limit: limits.time_jump };
        assert_eq!(store.set_time(seconds(told)), Err(jump));
        assert_eq!(store.now(), seconds(expected));
    }
    let error = store.set_time(seconds(1_763_000_101)).unwrap_err().to_string();
    assert_eq!(error, "expected a time at most 100s after 1763000000s, found 1763000101s");
    set_time(&mut store, 1_763_000_100);
    assert_eq!(store.now(), seconds(1_763_000_100));
    // An earlier time is ignored, however far back it is.
    set_time(&mut store, 5);
    assert_eq!(store.now(), seconds(1_763_000_100));
    // The first time after a restart may be any again, because the length of the restart is unknown.
    let mut restarted = with_limit();
    restarted.restore(&store.snapshot()).unwrap();
    assert_eq!(restarted.now(), seconds(1_763_000_100));
    set_time(&mut restarted, 1_863_000_000);
    assert!(restarted.set_time(seconds(1_863_000_101)).is_err());
}

/// The order of completion counts, and not the clock or the order of lists.
#[test]
fn what_ends_together_is_forgotten_in_the_order_of_its_end() {
    let mut limits = Limits::DEFAULT;
    limits.sessions = 4;
    let mut store = new_store().with_limits(limits);
    for (this_dn, id) in [("3001", "a"), ("3002", "b"), ("3001", "c"), ("3002", "d")] {
        put(&mut store, this_dn, id, State::Talking);
    }
    for (this_dn, id) in [("3002", "d"), ("3001", "a"), ("3001", "c"), ("3002", "b")] {
        hear(&mut store, &event(CallEvent::Released, this_dn, id));
    }
    let ids = |store: &Sessions| -> Vec<String> { store.iter().map(|session| session.id().to_string()).collect() };
    for (new, expected) in [("n", ["a", "c", "b", "n"]), ("o", ["c", "b", "n", "o"]), ("p", ["b", "n", "o", "p"])] {
        hear(&mut store, &event(CallEvent::Ringing, "3003", new));
        assert_eq!(ids(&store), expected);
        // The same after a restart.
        let snapshot = store.snapshot();
        store.restore(&snapshot).unwrap();
    }
}
