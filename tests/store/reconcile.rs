//! How does a store catch up with the list of another server?

use std::collections::BTreeMap;

use im_session::resource::ImSessionList;
use im_session::store::{Part, PartKey};
use im_session::{CallEvent, ConnId, DataEvent, ImSession, Limits, Outcome, Sessions, Snapshot, State};
use serde_json::{Value, json};

use crate::agent::{
    ID, a_second_later, all, data_event, event, expired, forget_all_completed, forget_completed, good_body, hear, list,
    new_store, on_session, put, set_time, store_with, told,
};

/// The list of an upstream server for one DN.
fn upstream(list: &Value) -> String {
    json!({"imSessions": list, "statusCode": 0}).to_string()
}

fn reconcile(store: &mut Sessions, this_dn: &str, list: &Value) -> Result<Vec<(String, String, State)>, String> {
    let text = upstream(list);
    let list: ImSessionList = serde_json::from_str(&text).unwrap();
    store.reconcile(this_dn, &list.im_sessions).map(|handled| told(&handled)).map_err(|error| error.to_string())
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

/// After reconciling, the store's own list equals the upstream list. An empty store can take that list over as well.
#[test]
fn what_one_store_lists_another_takes_over() {
    let mut there = new_store();
    put(&mut there, "3002", "a", State::Talking);
    put(&mut there, "3002", "b", State::Completed);
    put(&mut there, "3002", "c", State::Initiating);
    let mut here = store_with(State::Talking);
    let later = a_second_later(&mut here);
    assert_eq!((expired(&mut here, later), forget_all_completed(&mut here)), (1, 1));
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
    let handled = store.reconcile("3002", &[im_session]).unwrap();
    let notifications: Vec<Value> = handled.notifications().map(|(_, notification)| json!(notification)).collect();
    assert_eq!(notifications.len(), 1);
    assert_eq!(notifications[0]["data"]["notificationType"], "AttachedDataChanged");
    assert_eq!(notifications[0]["data"]["imSession"]["userData"], json!({"k": 1}));
}

/// Events continue where the list ended: their numbers are compared with the last accepted event.
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

/// Named regression: a list that only confirmed a session did not count as hearing of it, so expire ended the session.
/// A list does not postpone forgetting a completed session.
#[test]
fn what_a_list_confirms_was_heard_of() {
    let mut store = new_store();
    set_time(&mut store, 10);
    put(&mut store, "3002", "a", State::Talking);
    put(&mut store, "3002", "b", State::Completed);
    set_time(&mut store, 20);
    let list = list(&store, "fields=*");
    assert_eq!(reconcile(&mut store, "3002", &list["imSessions"]).unwrap(), []);
    assert_eq!(expired(&mut store, 20), 0);
    let changed = json!([{"id": "a", "state": "Talking"}, {"id": "b", "state": "Completed"}]);
    assert_eq!(reconcile(&mut store, "3002", &changed).unwrap().len(), 2);
    assert_eq!(forget_completed(&mut store, 20), 1);
}

/// Named regression: a list that only confirmed a session counted as hearing of it, but `parts` did not name the
/// session. After a crash it expired too early.
#[test]
fn what_a_list_confirms_is_named_to_be_kept() {
    let mut store = new_store();
    set_time(&mut store, 10);
    put(&mut store, "3002", "a", State::Talking);
    let mut kept: BTreeMap<PartKey, Part> = BTreeMap::new();
    set_time(&mut store, 20);
    let text = upstream(&list(&store, "fields=*")["imSessions"]);
    let list: ImSessionList = serde_json::from_str(&text).unwrap();
    let handled = store.reconcile("3002", &list.im_sessions).unwrap();
    assert_eq!(handled.changed().count(), 0);
    for key in handled.parts().collect::<Vec<_>>() {
        kept.extend(store.part(&key).map(|part| (key, part)));
    }
    assert_eq!(Snapshot::of_parts(kept.into_values()), Some(store.snapshot()));
}

/// Named regression: a list without news cleared the busy party, so the end that followed had the cause `released`.
#[test]
fn a_list_does_not_change_why_a_session_ends() {
    let cause = |lists: &[Value]| {
        let mut store = new_store();
        hear(&mut store, &event(CallEvent::Dialing, "3002", ID).with_event_sequence_number(1));
        hear(&mut store, &data_event(DataEvent::DestinationBusy, "3002", ID).with_event_sequence_number(2));
        for list in lists {
            reconcile(&mut store, "3002", list).unwrap();
        }
        hear(&mut store, &event(CallEvent::Released, "3002", ID).with_event_sequence_number(3));
        store.get("3002", ID).unwrap().cause().unwrap().name()
    };
    let in_state = |state: &str| json!([{"id": ID, "state": state}]);
    assert_eq!(cause(&[]), "busy");
    assert_eq!(cause(&[in_state("Initiating")]), "busy", "nothing changed");
    let with_user_data = json!([{"id": ID, "state": "Initiating", "userData": {"k": "v"}}]);
    assert_eq!(cause(&[with_user_data]), "busy", "the state did not change");
    assert_eq!(cause(&[in_state("Talking")]), "released", "somebody answered");
    assert_eq!(cause(&[in_state("Talking"), in_state("Initiating")]), "released");
    assert_eq!(cause(&[json!([])]), "vanished");
    assert_eq!(cause(&[in_state("Completed"), in_state("Initiating")]), "released", "it began anew");
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
    // A party that is named twice counts once, and the agent itself does not count.
    let mut store = new_store().with_limits(limits);
    let list = json!([{"id": "a", "state": "Talking", "participants": [{"digits": "1"}, {"digits": "1"}, {"digits": "3002"}]}]);
    assert_eq!(reconcile(&mut store, "3002", &list).unwrap().len(), 1);
}

/// A known session takes no further room, even if the store is full.
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

/// The same if the store holds more than its limits now allow.
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
        let list: ImSessionList = serde_json::from_str(&text).unwrap();
        let mut store = new_store();
        let handled = store.reconcile("3002", &list.im_sessions).unwrap();
        let expected = Outcome::Changed { from: None, to: State::Talking, participants, user_data };
        assert_eq!((handled.outcome(), handled.changed().count()), (&expected, 1));
    }
}

/// Sessions that a list ends or reopens also count as heard.
#[test]
fn what_a_list_ends_or_begins_anew_was_heard_of() {
    let mut store = new_store();
    set_time(&mut store, 10);
    put(&mut store, "3002", "ends", State::Talking);
    put(&mut store, "3002", "anew", State::Completed);
    set_time(&mut store, 20);
    let list = json!([{"id": "ends", "state": "Completed"}, {"id": "anew", "state": "Talking"}]);
    assert_eq!(reconcile(&mut store, "3002", &list).unwrap().len(), 2);
    assert_eq!((forget_completed(&mut store.clone(), 20), expired(&mut store.clone(), 20)), (0, 0));
    set_time(&mut store, 21);
    assert_eq!((forget_completed(&mut store, 21), expired(&mut store, 21)), (1, 1));
}
