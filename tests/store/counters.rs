//! Is every event, operation and session counted exactly once, under the right counter?

use core::time::Duration;

use im_session::{CallEvent, DataEvent, Event, ImSession, RejectReason, Sessions, State, StatusCode, Target};
use serde_json::json;

use crate::agent::{
    ID, a_second_later, data_event, event, expired, forget, forget_all_completed, good_body, hear, me, new_store,
    on_session, post, put, set_time, store_with, user_data,
};

#[test]
fn every_event_is_counted_by_its_outcome() {
    let mut store = new_store();
    let reason = |store: &Sessions, reason| store.counters().rejected(reason);
    hear(&mut store, &event(CallEvent::Released, "3002", ID));
    assert_eq!(reason(&store, RejectReason::Orphan), 1);
    hear(&mut store, &event(CallEvent::Ringing, "3002", ID).with_event_sequence_number(5));
    assert_eq!(store.counters().changed, 1);
    hear(&mut store, &event(CallEvent::Ringing, "3002", ID));
    assert_eq!(store.counters().unchanged, 1);
    hear(&mut store, &event(CallEvent::Dialing, "3002", ID));
    assert_eq!(reason(&store, RejectReason::RoleConflict), 1);
    hear(&mut store, &event(CallEvent::Established, "3002", ID).with_event_sequence_number(5));
    assert_eq!(reason(&store, RejectReason::Stale), 1);
    let says = data_event(DataEvent::PrivateInfo, "3002", ID).with_extensions(user_data(&[("text", "hello")]));
    hear(&mut store, &says);
    assert_eq!(reason(&store, RejectReason::Early), 1);
    hear(&mut store, &event(CallEvent::Established, "3002", ID));
    hear(&mut store, &says);
    assert_eq!(store.counters().messages, 1);
    hear(&mut store, &event(CallEvent::Ringing, "3002", ID));
    assert_eq!(reason(&store, RejectReason::Late), 1);
    let heavy: String = "v".repeat(16_001);
    let heavy = [("k", heavy)].into_iter().collect();
    hear(&mut store, &data_event(DataEvent::AttachedDataChanged, "3002", ID).with_user_data(heavy));
    assert_eq!(reason(&store, RejectReason::Limit), 1);
    hear(&mut store, &event(CallEvent::Released, "3002", ID));
    hear(&mut store, &event(CallEvent::Ringing, "3002", ID));
    assert_eq!(reason(&store, RejectReason::Ended), 1);
    hear(&mut store, &Event::new("EventHeld"));
    assert_eq!(store.counters().ignored, 1);
    assert!(store.handle_event(&Event::new(CallEvent::Ringing)).is_err());
    assert_eq!(store.counters().unreadable, 1);

    let rejected = RejectReason::ALL.map(|reason| (reason.name(), json!(1)));
    let operations = StatusCode::ALL.map(|status_code| (status_code.name(), json!(0)));
    let expected = json!({
        "events": {"changed": 3, "unchanged": 1, "message": 1, "ignored": 1, "unreadable": 1},
        "rejected": serde_json::Map::from_iter(rejected.map(|(name, count)| (name.to_string(), count))),
        "operations": serde_json::Map::from_iter(operations.map(|(name, count)| (name.to_string(), count))),
    });
    assert_eq!(json!(store.counters()), expected);
    assert_eq!(State::ALL.map(|state| store.counters().sessions(state)), [0, 0, 0, 1]);
}

/// An event counts once, however many sessions it reached.
#[test]
fn an_event_to_the_whole_call_counts_once() {
    let mut store = new_store();
    put(&mut store, "3001", ID, State::Alerting);
    put(&mut store, "3002", ID, State::Alerting);
    let before = store.counters().changed;
    hear(&mut store, &Event::new(DataEvent::AttachedDataChanged).with_call_uuid(ID));
    assert_eq!(store.counters().changed, before + 1);
}

#[test]
fn sessions_are_counted_as_they_stand() {
    let states = |store: &Sessions| State::ALL.map(|state| store.counters().sessions(state));
    let mut store = new_store();
    for (id, state) in ["a", "b", "c", "d"].into_iter().zip(State::ALL) {
        put(&mut store, "3002", id, state);
    }
    assert_eq!(states(&store), [1, 1, 1, 1]);
    let later = a_second_later(&mut store);
    assert_eq!(expired(&mut store, later), 3);
    assert_eq!(states(&store), [0, 0, 0, 4]);
    assert!(forget(&mut store, "3002", "a"));
    assert_eq!(states(&store), [0, 0, 0, 3]);
    let list: ImSession<'_> = serde_json::from_str(r#"{"id":"b","state":"Talking"}"#).unwrap();
    assert_eq!(store.reconcile("3002", &[list]).unwrap().changed().count(), 1);
    assert_eq!(states(&store), [0, 0, 1, 2]);
    assert_eq!(forget_all_completed(&mut store), 2);
    assert_eq!(states(&store), [0, 0, 1, 0]);
    let numbered = |name, number| event(name, "3002", "n").with_event_sequence_number(number);
    hear(&mut store, &numbered(CallEvent::Ringing, 1));
    hear(&mut store, &numbered(CallEvent::Released, 2));
    hear(&mut store, &numbered(CallEvent::Dialing, 3));
    assert_eq!(states(&store), [1, 0, 1, 0], "opened anew");
}

#[test]
fn operations_are_counted_by_status_code() {
    let mut store = store_with(State::Alerting);
    let body = json!({"operationName": "Complete"});
    assert!(on_session(&mut store, &body).is_ok());
    assert!(on_session(&mut store, &body).is_ok());
    assert_eq!(on_session(&mut store, &json!({})), Err(1));
    assert_eq!(on_session(&mut store, &good_body("SendMessage")), Err(2));
    assert_eq!(on_session(&mut store, &json!({"operationName": "Hold"})), Err(3));
    assert_eq!(post(&mut store, &me(), Target::Session("none"), &body), Err(6));
    assert_eq!(on_session(&mut store, &json!([])), Err(10));
    let counted: Vec<(u8, u64)> = StatusCode::ALL
        .into_iter()
        .map(|status_code| (status_code.code(), store.counters().operations(status_code)))
        .filter(|(_, count)| *count > 0)
        .collect();
    assert_eq!(counted, [(0, 2), (1, 1), (2, 1), (3, 1), (6, 1), (10, 1)]);
}

#[test]
fn all_counters_can_be_exported() {
    let mut store = store_with(State::Alerting);
    hear(&mut store, &event(CallEvent::Dialing, "3002", ID));
    let all: Vec<_> = store.counters().iter().collect();
    assert_eq!(all.len(), 5 + RejectReason::ALL.len() + State::ALL.len() + StatusCode::ALL.len());
    let counted: Vec<_> =
        all.iter().filter(|(_, _, count)| *count > 0).map(|(what, kind, n)| (*what, &**kind, *n)).collect();
    assert_eq!(counted, [("events", "changed", 1), ("rejected", "role-conflict", 1), ("sessions", "Alerting", 1)]);
    assert_eq!(store.counters().rejected(RejectReason::Stale), 0);
}

#[test]
fn the_time_is_the_last_that_was_told() {
    let mut store = new_store();
    for (told, expected) in [(7, 7), (5, 7), (9, 9)] {
        set_time(&mut store, told);
        assert_eq!(store.now(), Duration::from_secs(expected));
    }
}
