//! A store as a snapshot, and back: what is damaged is refused at its place.

use im_session::store::RestoreError;
use im_session::{CallEvent, ConnId, KeyValueList, Limits, Query, Sessions, Snapshot, State, Value as KeyValue};
use serde_json::{Value, json};

use crate::agent::{ID, all, event, good_body, hear, list, me, new_store, on_session, put, set_time, store_with};

fn snapshot() -> Value {
    let mut store = new_store();
    set_time(&mut store, 30);
    put(&mut store, "3001", "a", State::Completed);
    let deep = [("n", KeyValue::Integer(-1)), ("b", KeyValue::Binary("00 01..".into()))];
    let ringing = event(CallEvent::Ringing, "3002", ID).with_other_dn("3001").with_conn_id(ConnId(0xab));
    let numbered = ringing.with_event_sequence_number(5).with_server_start_time(1);
    hear(&mut store, &numbered.with_user_data(KeyValueList::try_from_iter(deep).unwrap()));
    on_session(&mut store, &good_body("Complete")).unwrap();
    json!(store.snapshot())
}

fn restored(store: &mut Sessions, snapshot: &Value) -> Result<(), RestoreError> {
    let snapshot: Snapshot = serde_json::from_value(snapshot.clone()).expect("the form of a snapshot");
    store.restore(&snapshot)
}

#[test]
fn a_restored_store_is_the_same_and_keeps_its_settings() {
    let mut store = new_store();
    put(&mut store, "3009", "gone", State::Talking);
    restored(&mut store, &snapshot()).unwrap();
    assert_eq!(all(&store), [("3001", "a", State::Completed), ("3002", ID, State::Alerting)]);
    assert_eq!(json!(store.snapshot()), snapshot());
    assert_eq!(store.counters().sessions(State::Alerting), 1);
    let request = on_session(&mut store, &json!({"operationName": "Complete"})).unwrap();
    assert_eq!((&request["ReferenceID"], &request["ConnID"]), (&json!(2), &json!("00000000000000ab")));
    assert!(list(&store, "fields=uri")["imSessions"][0]["uri"].as_str().unwrap().starts_with("http://localhost:8090/"));
}

/// A snapshot of nothing is one too.
#[test]
fn an_empty_store_can_be_restored() {
    let mut store = store_with(State::Talking);
    restored(&mut store, &json!(new_store().snapshot())).unwrap();
    assert!(store.is_empty());
    assert_eq!(json!(store.list(&me(), &Query::default())), json!({"statusCode": 0, "uris": []}));
}

/// What is damaged is refused at its place, and the store is as it was.
#[test]
fn a_damaged_snapshot_is_refused_and_its_place_named() {
    let cases: [(&str, Value, &str); 25] = [
        ("/version", json!(2), "version: expected 1, found 2"),
        ("/version", json!(0), "version: expected 1, found 0"),
        ("/sessions/0/thisDN", json!(""), "sessions[0].thisDN: expected a DN, found \"\""),
        ("/sessions/0/thisDN", json!("x".repeat(256)), "sessions[0].thisDN: over a limit: length of a DN"),
        ("/sessions/1/id", json!("no id"), "sessions[1].id: expected a CallUUID, found \"no id\""),
        ("/sessions/1/id", json!(".."), "sessions[1].id: expected a CallUUID, found \"..\""),
        (
            "/sessions/1/state",
            json!("talking"),
            "sessions[1].state: expected Initiating, Alerting, Talking or Completed, found \"talking\"",
        ),
        (
            "/sessions/1/heard",
            json!(u64::MAX),
            "sessions[1].heard: expected a time not after now, found \"18446744073709551615\"",
        ),
        (
            "/requests/0/sent",
            json!(u64::MAX),
            "requests[0].sent: expected a time not after now, found \"18446744073709551615\"",
        ),
        ("/sessions/1/connID", json!("0x1"), "sessions[1].connID: expected hex digits, found \"0x1\""),
        (
            "/sessions/1/connID",
            json!("1".repeat(17)),
            "sessions[1].connID: expected hex digits, found \"11111111111111111\"",
        ),
        ("/sessions/1/connID", json!(""), "sessions[1].connID: expected hex digits, found \"\""),
        (
            "/sessions/1/participants",
            json!(["1", "1"]),
            "sessions[1].participants: expected each other party once, found \"1\"",
        ),
        (
            "/sessions/1/participants",
            json!(["3002"]),
            "sessions[1].participants: expected each other party once, found \"3002\"",
        ),
        (
            "/sessions/1/participants",
            json!([""]),
            "sessions[1].participants: expected each other party once, found \"\"",
        ),
        (
            "/sessions/1/participants",
            json!(["x".repeat(256)]),
            "sessions[1].participants: over a limit: length of a DN",
        ),
        (
            "/sessions/1/participants",
            (0..101).map(|number| json!(number.to_string())).collect(),
            "sessions[1].participants: over a limit: participants of a session",
        ),
        (
            "/sessions/1/userData",
            json!([{"key": "k", "value": {"string": "v".repeat(16_000)}}]),
            "sessions[1].userData: over a limit: size of the user data",
        ),
        ("/requests/0/thisDN", json!("x".repeat(256)), "requests[0].thisDN: over a limit: length of a DN"),
        ("/sessions/1/userData", nested(17), "sessions[1].userData: over a limit: depth of the user data"),
        (
            "/requests/0/operationName",
            json!("Hold"),
            "requests[0].operationName: expected the name of an operation, found \"Hold\"",
        ),
        (
            "/requests/0/operationName",
            json!("InitiateIMSession"),
            "requests[0].id: expected no CallUUID, found \"007MDF3D0KAHL93L807GK2LAES000001\"",
        ),
        ("/requests/0/id", json!(null), "requests[0].id: expected a CallUUID, found \"none\""),
        ("/requests/0/id", json!("/"), "requests[0].id: expected a CallUUID, found \"/\""),
        (
            "/requests/0/referenceID",
            json!(2),
            "requests[0].referenceID: expected every ReferenceID once, none over lastReferenceId, found \"2\"",
        ),
    ];
    for (place, value, message) in cases {
        let mut damaged = snapshot();
        *damaged.pointer_mut(place).expect(place) = value;
        refused(&damaged, message);
    }
    for (from, place) in [("sessions", "sessions[2].id"), ("requests", "requests[1].referenceID")] {
        let mut damaged = snapshot();
        let last = damaged[from].as_array().unwrap().last().unwrap().clone();
        damaged[from].as_array_mut().unwrap().push(last);
        refused(&damaged, place);
    }
}

/// A list of this depth, as snapshots hold it.
fn nested(depth: usize) -> Value {
    (1..depth).fold(json!([]), |list, _| json!([{"key": "k", "value": {"list": list}}]))
}

fn refused(damaged: &Value, message: &str) {
    let mut store = store_with(State::Talking);
    let before = store.snapshot();
    let error = restored(&mut store, damaged).expect_err(message);
    assert!(error.to_string().starts_with(message), "{error} is not {message}");
    assert_eq!(store.snapshot(), before);
}

#[test]
fn a_snapshot_over_the_limits_of_this_store_is_refused() {
    let at = |change: fn(&mut Limits)| {
        let mut limits = Limits::DEFAULT;
        change(&mut limits);
        let mut store = new_store().with_limits(limits);
        let error = restored(&mut store, &snapshot()).unwrap_err();
        assert!(store.is_empty());
        error.to_string()
    };
    assert_eq!(at(|limits| limits.sessions = 1), "sessions[1].id: over a limit: sessions in all");
    assert_eq!(at(|limits| limits.sessions_per_dn = 0), "sessions[0].thisDN: over a limit: sessions of one DN");
    assert_eq!(at(|limits| limits.dn_length = 3), "sessions[0].thisDN: over a limit: length of a DN");
    assert_eq!(at(|limits| limits.requests = 0), "requests[0]: over a limit: requests in flight");
}

/// As much as is allowed is: the snapshot above goes up to each of these limits.
#[test]
fn a_snapshot_at_the_limits_of_this_store_is_taken() {
    let mut limits = Limits::DEFAULT;
    (limits.sessions, limits.sessions_per_dn, limits.participants) = (2, 1, 1);
    (limits.dn_length, limits.requests) = (4, 1);
    let mut store = new_store().with_limits(limits);
    restored(&mut store, &snapshot()).unwrap();
    assert_eq!(json!(store.snapshot()), snapshot());
}

/// Found by the fuzz target `store`: where no level of user data is allowed, its own snapshot was refused.
#[test]
fn a_session_without_user_data_is_within_every_limit() {
    let mut limits = Limits::DEFAULT;
    (limits.user_data_depth, limits.user_data_size) = (0, 0);
    let mut store = new_store().with_limits(limits);
    hear(&mut store, &event(CallEvent::Ringing, "3002", ID));
    let mut again = new_store().with_limits(limits);
    again.restore(&store.snapshot()).unwrap();
    assert_eq!(again.snapshot(), store.snapshot());
}
