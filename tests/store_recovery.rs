//! How sessions end unheard, are forgotten, and come back: expire, forget, snapshot and restore, reconcile.

#![cfg(feature = "json")]

mod store_agent;

use im_session::{
    CallEvent, Change, ConnId, DataEvent, ImSession, ImSessionList, Limits, Notification, RestoreError, Sessions,
    Snapshot, State, Target,
};
use serde_json::{Value, json};
use store_agent::{
    ID, ME, OTHER, data_event, event, good_body, hear, list, new_store, on_session, post, put, store_with, user_data,
};

/// DN, id and state of what is told.
fn told<'a>(notifications: impl Iterator<Item = (&'a str, Notification<'a>)>) -> Vec<(String, String, State)> {
    notifications
        .map(|(this_dn, notification)| match notification {
            Notification::SessionChanged { im_session, .. } => {
                (this_dn.into(), im_session.id.into_owned(), im_session.state)
            }
            Notification::NewMessage { .. } => panic!("no message was sent"),
        })
        .collect()
}

fn all(store: &Sessions) -> Vec<(&str, &str, State)> {
    store.iter().map(|session| (session.this_dn(), session.id(), session.state())).collect()
}

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
        store.set_time(now);
        put(&mut store, this_dn, id, state);
    }
    assert!(store.expire(10).is_empty());
    let ended = [("3001", "z"), ("3002", "B"), ("3002", "b")];
    let changes = store.expire(20);
    assert!(!changes.is_empty());
    assert_eq!(changes.len(), 3);
    let expected: Vec<_> = ended.map(|(dn, id)| (dn.to_string(), id.to_string(), State::Completed)).into();
    assert_eq!(told(changes.notifications()), expected);
    assert!(
        changes
            .iter()
            .all(|(session, change)| change.to == session.state() && !change.participants && !change.user_data)
    );
    assert!(store.expire(20).is_empty(), "once");
    assert_eq!(store.get("3001", "a").unwrap().state(), State::Talking);
    // What they held can still be read.
    assert_eq!(store.get("3002", "b").unwrap().user_data().len(), 1);
}

/// So are a list's own beginnings and ends.
#[test]
fn what_a_list_ends_or_begins_anew_was_heard_of() {
    let mut store = new_store();
    store.set_time(10);
    put(&mut store, "3002", "ends", State::Talking);
    put(&mut store, "3002", "anew", State::Completed);
    store.set_time(20);
    let list = json!([{"id": "ends", "state": "Completed"}, {"id": "anew", "state": "Talking"}]);
    assert_eq!(reconcile(&mut store, "3002", &list).unwrap().len(), 2);
    assert_eq!((store.clone().forget_completed(20), store.clone().expire(20).len()), (0, 0));
    assert_eq!((store.forget_completed(21), store.expire(21).len()), (1, 1));
}

/// And the end too: a session is forgotten by the time of its end, not of its beginning.
#[test]
fn beginning_end_and_new_beginning_are_heard() {
    let mut store = new_store();
    let numbered = |name, number| event(name, "3002", ID).with_event_sequence_number(number);
    for (now, name) in [(10, CallEvent::Ringing), (20, CallEvent::Released), (30, CallEvent::Ringing)] {
        store.set_time(now);
        hear(&mut store, &numbered(name, now));
        assert_eq!(store.clone().expire(now).len() + store.clone().forget_completed(now), 0, "{name}");
        store.set_time(now + 5);
        assert_eq!(store.clone().expire(now + 1).len() + store.clone().forget_completed(now + 1), 1, "{name}");
    }
}

#[test]
fn every_accepted_event_is_heard_and_no_other() {
    let mut store = new_store();
    store.set_time(10);
    put(&mut store, "3002", ID, State::Talking);
    store.set_time(20);
    hear(&mut store, &event(CallEvent::Ringing, "3002", ID));
    hear(&mut store, &event(CallEvent::Established, "3009", ID));
    assert_eq!(store.clone().expire(20).len(), 1, "a late event, and another DN's");
    hear(&mut store, &event(CallEvent::Established, "3002", ID));
    assert_eq!(told(store.clone().expire(20).notifications()), [], "unchanged is heard too");
    store.set_time(30);
    hear(&mut store, &data_event(DataEvent::AttachedDataChanged, "", ID));
    assert_eq!(store.expire(30).len(), 0, "what goes to the whole call is heard by all");
}

#[test]
fn an_expired_session_is_over() {
    let mut store = new_store();
    let numbered = |name, number| event(name, "3002", ID).with_event_sequence_number(number);
    hear(&mut store, &numbered(CallEvent::Ringing, 5));
    assert_eq!(store.expire(1).len(), 1);
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
        store.set_time(now);
        put(&mut store, "3002", id, State::Completed);
    }
    put(&mut store, "3002", "open", State::Talking);
    store.set_time(40);
    // A repeat of the end does not put it off.
    hear(&mut store, &event(CallEvent::Released, "3002", "a"));
    assert_eq!(store.forget_completed(10), 0);
    assert_eq!(store.forget_completed(21), 2);
    assert_eq!(all(&store).len(), 2);
    assert_eq!(store.forget_completed(u64::MAX), 1);
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
            let ringing = im_session::Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid(id(number));
            hear(&mut store, &ringing);
            let released = im_session::Event::new(CallEvent::Released).with_this_dn("3002").with_call_uuid(id(number));
            if number % 3 == round % 3 {
                hear(&mut store, &released);
            }
        }
        let completed = store.iter().filter(|session| session.state() == State::Completed).count();
        assert_eq!(store.forget_completed(u64::MAX), completed);
        let expected = |number: &usize| number % 3 != round % 3;
        let known = (0..300).filter(|&number| store.get("3002", &id(number)).is_some());
        assert!(known.eq((0..300).filter(expected)), "round {round}");
        assert_eq!(list(&store, "")["uris"].as_array().unwrap().len(), store.len());
    }
}

fn snapshot() -> Value {
    let mut store = new_store();
    store.set_time(30);
    put(&mut store, "3001", "a", State::Completed);
    let deep = [("n", im_session::Value::Integer(-1)), ("b", im_session::Value::Binary("00 01..".into()))];
    let ringing = event(CallEvent::Ringing, "3002", ID).with_other_dn("3001").with_conn_id(ConnId(0xab));
    let numbered = ringing.with_event_sequence_number(5).with_server_start_time(1);
    hear(&mut store, &numbered.with_user_data(deep.into_iter().collect()));
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
    assert_eq!(json!(store.list(&ME, &im_session::Query::default())), json!({"statusCode": 0, "uris": []}));
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
        ("/sessions/1/heard", json!(1_000_000), "sessions[1].heard: expected a time not after now, found \"1000000\""),
        ("/requests/0/sent", json!(1_000_000), "requests[0].sent: expected a time not after now, found \"1000000\""),
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
    assert_eq!(at(|limits| limits.requests = 0), "requests[0]: over a limit: requests remembered");
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

/// The list of an upstream, for one DN.
fn upstream(list: &Value) -> String {
    json!({"imSessions": list, "statusCode": 0}).to_string()
}

fn reconcile(store: &mut Sessions, this_dn: &str, list: &Value) -> Result<Vec<(String, String, State)>, String> {
    let text = upstream(list);
    let list: ImSessionList<'_> = serde_json::from_str(&text).unwrap();
    store
        .reconcile(this_dn, &list.im_sessions)
        .map(|changes| told(changes.notifications()))
        .map_err(|error| error.to_string())
}

#[test]
fn reconcile_leads_to_the_list() {
    let mut store = new_store();
    put(&mut store, "3002", "changed", State::Alerting);
    put(&mut store, "3002", "data", State::Talking);
    put(&mut store, "3002", "over", State::Completed);
    put(&mut store, "3002", "same", State::Talking);
    put(&mut store, "3002", "vanished", State::Talking);
    put(&mut store, "3009", "vanished", State::Talking);
    let with = |id: &str, state: &str, value: &str| json!({"id": id, "state": state, "participants": [{"phoneNumber": "3001"}], "userData": {"k": value}});
    let list = json!([
        with("same", " Talking", "v"),
        with("new", "Initiating", "v"),
        with("data", "Talking", "w"),
        with("changed", "Completed", "v"),
        {"id": "A", "state": "Talking", "participants": [{"digits": "3002"}, {"e164Number": "1"}, {"digits": "1"}, {}]},
    ]);
    let changed = reconcile(&mut store, "3002", &list).unwrap();
    let expected = [
        ("A", State::Talking),
        ("changed", State::Completed),
        ("data", State::Talking),
        ("new", State::Initiating),
        ("vanished", State::Completed),
    ];
    assert_eq!(changed, expected.map(|(id, state)| ("3002".to_string(), id.to_string(), state)));
    assert!(store.get("3002", "A").unwrap().participants().eq(["1"]), "each other party once");
    assert_eq!(store.get("3002", "over").unwrap().state(), State::Completed, "stays until forgotten");
    assert_eq!(store.get("3009", "vanished").unwrap().state(), State::Talking, "another DN's");
    assert_eq!(store.counters().sessions(State::Completed), 3);
    assert_eq!(reconcile(&mut store, "3002", &list).unwrap(), [], "it is there");
}

/// After it the own list is the upstream's: read, and taken over by an empty store.
#[test]
fn what_one_store_lists_another_takes_over() {
    let mut there = new_store();
    put(&mut there, "3002", "a", State::Talking);
    put(&mut there, "3002", "b", State::Completed);
    put(&mut there, "3002", "c", State::Initiating);
    let mut here = store_with(State::Talking);
    here.expire(u64::MAX);
    here.forget_completed(u64::MAX);
    let body = list(&there, "fields=*");
    assert_eq!(reconcile(&mut here, "3002", &body["imSessions"]).unwrap().len(), 3);
    assert_eq!(list(&here, "fields=*"), body);
}

#[test]
fn reconcile_tells_data_alone_as_data() {
    let mut store = store_with(State::Talking);
    let text =
        json!({"id": ID, "state": "Talking", "participants": [{"digits": "3001"}], "userData": {"k": 1}}).to_string();
    let im_session: ImSession<'_> = serde_json::from_str(&text).unwrap();
    let changes = store.reconcile("3002", &[im_session]).unwrap();
    let notifications: Vec<Value> = changes.notifications().map(|(_, notification)| json!(notification)).collect();
    assert_eq!(notifications.len(), 1);
    assert_eq!(notifications[0]["data"]["notificationType"], "AttachedDataChanged");
    assert_eq!(notifications[0]["data"]["imSession"]["userData"], json!({"k": 1}));
}

/// Events go on where the list left off: their numbers count from the last accepted event.
#[test]
fn events_go_on_after_reconcile() {
    let mut store = new_store();
    hear(&mut store, &event(CallEvent::Ringing, "3002", ID).with_event_sequence_number(5).with_conn_id(ConnId(7)));
    reconcile(&mut store, "3002", &json!([{"id": ID, "state": "Talking"}])).unwrap();
    hear(&mut store, &event(CallEvent::Released, "3002", ID).with_event_sequence_number(5));
    assert_eq!(all(&store), [("3002", ID, State::Talking)], "stale");
    assert_eq!(on_session(&mut store, &good_body("Complete")).unwrap()["ConnID"], "0000000000000007");
    hear(&mut store, &event(CallEvent::Released, "3002", ID).with_event_sequence_number(6));
    assert_eq!(all(&store), [("3002", ID, State::Completed)]);
}

/// Named regression: a list that said nothing new did not count as heard, and expire ended what it had confirmed. The end of
/// a completed session is not put off by a list.
#[test]
fn what_a_list_confirms_was_heard_of() {
    let mut store = new_store();
    store.set_time(10);
    put(&mut store, "3002", "a", State::Talking);
    put(&mut store, "3002", "b", State::Completed);
    store.set_time(20);
    let list = list(&store, "fields=*");
    assert_eq!(reconcile(&mut store, "3002", &list["imSessions"]).unwrap(), []);
    assert!(store.expire(20).is_empty());
    let changed = json!([{"id": "a", "state": "Talking"}, {"id": "b", "state": "Completed"}]);
    assert_eq!(reconcile(&mut store, "3002", &changed).unwrap().len(), 2);
    assert_eq!(store.forget_completed(20), 1);
}

#[test]
fn a_list_that_cannot_be_taken_is_refused_whole() {
    let mut limits = Limits::DEFAULT;
    (limits.sessions_per_dn, limits.participants) = (2, 1);
    let good = json!({"id": "good", "state": "Talking"});
    let cases = [
        ("", json!([good]), "expected a DN, found none"),
        ("3002", json!([good, {"id": "no id", "state": "Talking"}]), "imSessions[1]: expected a CallUUID of 1 to 64"),
        ("3002", json!([good, good]), "imSessions[1]: expected every id once, found good again"),
        (
            "3002",
            json!([good, {"id": "b", "state": "Talking"}, {"id": "c", "state": "Talking"}]),
            "imSessions[2]: over a limit: sessions of one DN",
        ),
        (
            "3002",
            json!([{"id": "a", "state": "Talking", "participants": [{"digits": "1"}, {"digits": "2"}]}]),
            "imSessions[0]: over a limit: participants of a session",
        ),
        (
            "3002",
            json!([{"id": "a", "state": "Talking", "participants": [{"digits": "1".repeat(256)}]}]),
            "imSessions[0]: over a limit: length of a DN",
        ),
        (
            "3002",
            json!([good, {"id": "a", "state": "Talking", "userData": {"k": "v".repeat(16_000)}}]),
            "imSessions[1]: over a limit: size of the user data",
        ),
    ];
    for (this_dn, list, message) in cases {
        let mut store = new_store().with_limits(limits);
        put(&mut store, "3001", "a", State::Talking);
        put(&mut store, "3001", "b", State::Talking);
        let before = store.snapshot();
        let error = reconcile(&mut store, this_dn, &list).expect_err(message);
        assert!(error.starts_with(message), "{error} is not {message}");
        assert_eq!(store.snapshot(), before);
    }
    // A party named twice, or the agent itself, is not one more.
    let mut store = new_store().with_limits(limits);
    let list = json!([{"id": "a", "state": "Talking", "participants": [{"digits": "1"}, {"digits": "1"}, {"digits": "3002"}]}]);
    assert_eq!(reconcile(&mut store, "3002", &list).unwrap().len(), 1);
}

/// What is known already takes no room, though the store is full.
#[test]
fn a_full_store_can_be_reconciled() {
    let mut limits = Limits::DEFAULT;
    (limits.sessions, limits.sessions_per_dn) = (1, 1);
    let mut store = store_with(State::Alerting).with_limits(limits);
    let one_more = json!([{"id": ID, "state": "Talking"}, {"id": "a", "state": "Talking"}]);
    let error = reconcile(&mut store, "3002", &one_more).unwrap_err();
    assert_eq!(error, "imSessions[1]: over a limit: sessions in all");
    assert_eq!(reconcile(&mut store, "3002", &json!([{"id": ID, "state": "Talking"}])).unwrap().len(), 1);
    assert_eq!(reconcile(&mut store, "3002", &json!([])).unwrap().len(), 1);
}

/// Nor where the store holds more than it may now.
#[test]
fn a_store_over_its_limits_can_be_reconciled() {
    for (sessions, sessions_per_dn) in [(0, 9), (9, 0)] {
        let mut limits = Limits::DEFAULT;
        (limits.sessions, limits.sessions_per_dn) = (sessions, sessions_per_dn);
        let mut store = store_with(State::Alerting).with_limits(limits);
        assert_eq!(reconcile(&mut store, "3002", &json!([{"id": ID, "state": "Talking"}])).unwrap().len(), 1);
    }
}

#[test]
fn a_list_at_the_limits_is_taken() {
    let mut limits = Limits::DEFAULT;
    (limits.sessions, limits.sessions_per_dn, limits.participants, limits.dn_length) = (2, 2, 1, 4);
    let mut store = new_store().with_limits(limits);
    let with = |id: &str| json!({"id": id, "state": "Talking", "participants": [{"digits": "3001"}]});
    assert_eq!(reconcile(&mut store, "3002", &json!([with("a"), with("b")])).unwrap().len(), 2);
}

#[test]
fn of_a_session_taken_over_it_is_told_what_it_holds() {
    for (participants, user_data) in [(false, false), (true, false), (false, true), (true, true)] {
        let mut im_session = json!({"id": ID, "state": "Talking"});
        if participants {
            im_session["participants"] = json!([{"digits": "3001"}]);
        }
        if user_data {
            im_session["userData"] = json!({"k": "v"});
        }
        let text = upstream(&json!([im_session]));
        let list: ImSessionList<'_> = serde_json::from_str(&text).unwrap();
        let mut store = new_store();
        let changes = store.reconcile("3002", &list.im_sessions).unwrap();
        let expected = Change { from: None, to: State::Talking, participants, user_data };
        assert_eq!(changes.iter().map(|(_, change)| change).collect::<Vec<_>>(), [expected]);
    }
}

/// Requests do not end with their session, nor with its DN's list.
#[test]
fn a_request_outlives_its_session() {
    let mut store = store_with(State::Talking);
    on_session(&mut store, &good_body("Complete")).unwrap();
    hear(&mut store, &event(CallEvent::Released, "3002", ID).with_user_data(user_data(&[])));
    assert!(store.forget("3002", ID));
    let error = im_session::Event::new("EventError").with_reference_id(1);
    assert_eq!(store.handle_event(&error).unwrap().settled().unwrap().id.as_deref(), Some(ID));
    assert_eq!(post(&mut store, &OTHER, Target::Session(ID), &good_body("Complete")), Err(6));
}
