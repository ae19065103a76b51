//! What is sent for an operation, and what becomes of it: every request of specification 4, and how it settles.

use core::time::Duration;

use im_session::resource::Sent;
use im_session::store::RequestName;
use im_session::{Agent, CallEvent, Event, Limits, Operation, State, Target};
use serde_json::{Value, json};

use crate::agent::{
    ID, event, good_body, hear, me, me_at_one_device, new_store, on_session, other, post, set_time, store_with,
    user_data,
};

#[test]
fn every_operation_gives_its_request() {
    let cases = [
        (
            "SendMessage",
            json!({"Request": "RequestPrivateService", "RequestNumber": 149, "ReferenceID": 1,
            "ThisDN": "3002", "ConnID": "0000000000000007", "OtherDN": "3001", "Extensions": {"text": "hello"}}),
        ),
        (
            "AttachUserData",
            json!({"Request": "RequestAttachUserData", "RequestNumber": 30, "ReferenceID": 2,
            "ThisDN": "3002", "ConnID": "0000000000000007", "UserData": {"k": "w", "n": 1}}),
        ),
        (
            "UpdateUserData",
            json!({"Request": "RequestUpdateUserData", "RequestNumber": 31, "ReferenceID": 3,
            "ThisDN": "3002", "ConnID": "0000000000000007", "UserData": {"k": "w", "n": 1}}),
        ),
        (
            "DeleteUserData",
            json!({"Request": "RequestDeletePair", "RequestNumber": 33, "ReferenceID": 4,
            "ThisDN": "3002", "ConnID": "0000000000000007", "Key": "k"}),
        ),
        (
            "Complete",
            json!({"Request": "RequestReleaseCall", "RequestNumber": 17, "ReferenceID": 5,
            "ThisDN": "3002", "ConnID": "0000000000000007"}),
        ),
    ];
    let mut store = store_with(State::Talking);
    let before: Vec<_> = store.iter().cloned().collect();
    for (operation, request) in cases {
        assert_eq!(on_session(&mut store, &good_body(operation)), Ok(request), "{operation}");
    }
    // An operation never changes a session by itself.
    assert!(store.iter().eq(&before));
    assert_eq!(json!(Sent), json!({"statusCode": 0}));
}

#[test]
fn initiating_gives_request_make_call() {
    let mut store = new_store();
    let mut initiate = |me: &Agent, body: Value| post(&mut store, me, Target::Sessions, &body);
    let body = good_body("InitiateIMSession");
    let request = json!({"Request": "RequestMakeCall", "RequestNumber": 14, "ReferenceID": 1, "ThisDN": "3002",
        "OtherDN": "3009", "UserData": {"k": "v"}});
    assert_eq!(initiate(&me(), body), Ok(request));

    // Without user data, and without devicePath where there is one device.
    let body = json!({"operationName": "InitiateIMSession", "destination": {"phoneNumber": "3009"}});
    let request = json!({"Request": "RequestMakeCall", "RequestNumber": 14, "ReferenceID": 2, "ThisDN": "3002",
        "OtherDN": "3009"});
    assert_eq!(initiate(&me_at_one_device(), body.clone()), Ok(request));
    assert_eq!(initiate(&me(), body.clone()), Err(1), "which of the two devices?");
    assert_eq!(initiate(&Agent::new(), body), Err(1));
    let body = json!({"operationName": "InitiateIMSession", "destination": {"phoneNumber": "3009"}, "devicePath": "/devices/2"});
    assert_eq!(initiate(&me(), body).unwrap()["ThisDN"], "3001");
}

#[test]
fn a_request_without_conn_id_has_none() {
    let mut store = new_store();
    hear(&mut store, &event(CallEvent::Ringing, "3002", ID));
    let request = on_session(&mut store, &good_body("Complete")).unwrap();
    assert_eq!(
        request,
        json!({"Request": "RequestReleaseCall", "RequestNumber": 17, "ReferenceID": 1, "ThisDN": "3002"})
    );
}

#[test]
fn user_data_of_a_request_keeps_order_and_repeated_keys() {
    let body = br#"{"operationName":"AttachUserData","userData":{"z":1,"a":{"k":null},"z":2}}"#;
    let request = store_with(State::Talking).post(&me(), Target::Session(ID), body).unwrap();
    let user_data = request.user_data.unwrap();
    let keys: Vec<&str> = user_data.pairs().iter().map(|pair| &*pair.key).collect();
    assert_eq!(keys, ["z", "a", "z"]);
    assert_eq!(json!(user_data), json!({"a": {"k": {}}, "z": 2}));
}

#[test]
fn request_names_and_numbers() {
    for operation in Operation::ALL {
        let name = RequestName::of(operation);
        assert_eq!(name.name().parse(), Ok(name));
    }
    let numbers = Operation::ALL.map(|operation| RequestName::of(operation).message_number());
    assert_eq!(numbers, [14, 149, 30, 31, 33, 17]);
}

#[test]
fn a_refused_operation_uses_no_reference_id_up() {
    let mut store = store_with(State::Talking);
    assert_eq!(on_session(&mut store, &json!({"operationName": "SendMessage"})), Err(1));
    assert_eq!(on_session(&mut store, &good_body("Complete")).unwrap()["ReferenceID"], 1);
}

fn answer(name: &'static str, reference_id: u64) -> Event<'static> {
    Event::new(name).with_reference_id(reference_id)
}

#[test]
fn an_event_error_settles_its_request_once() {
    let mut store = store_with(State::Talking);
    on_session(&mut store, &good_body("Complete")).unwrap();
    on_session(&mut store, &good_body("SendMessage")).unwrap();

    let mut error = answer("EventError", 2).with_this_dn("3002");
    error.error_code = Some(223);
    error.error_message = Some("Bad parameter".into());
    assert_eq!(store.handle_event(&answer("EventError", 3)).unwrap().settled(), None, "no such request");
    let elsewhere = answer("EventError", 2).with_this_dn("3001");
    assert_eq!(store.handle_event(&elsewhere).unwrap().settled(), None, "another DN's");
    let ringing = event(CallEvent::Ringing, "3002", ID).with_reference_id(2);
    assert_eq!(store.handle_event(&ringing).unwrap().settled(), None, "no answer");

    let handled = store.handle_event(&error).unwrap();
    assert_eq!(handled.outcome().name(), "ignored");
    let settled = handled.settled().expect("a request");
    assert_eq!(settled.operation.name(), "SendMessage");
    assert_eq!((&*settled.this_dn, settled.id.as_deref(), settled.reference_id), ("3002", Some(ID), 2));
    let reason = settled.error.as_ref().expect("it failed");
    assert_eq!((reason.code, reason.message.as_deref()), (Some(223), Some("Bad parameter")));
    assert_eq!(reason.to_string(), "Bad parameter (error 223)");

    assert_eq!(store.handle_event(&error).unwrap().settled(), None, "twice");
    let acknowledged = answer("EventACK", 1);
    let handled = store.handle_event(&acknowledged).unwrap();
    let settled = handled.settled().expect("a request");
    assert_eq!((settled.operation.name(), &settled.error), ("Complete", &None));
    assert!(store.iter().all(|session| session.state() == State::Talking), "no session changed");
}

#[test]
fn a_failed_request_without_words_has_none() {
    let mut store = new_store();
    post(&mut store, &me(), Target::Sessions, &good_body("InitiateIMSession")).unwrap();
    let mut error = answer("EventError", 1);
    error.error_message = Some("".into());
    let handled = store.handle_event(&error).unwrap();
    let settled = handled.settled().expect("a request");
    assert_eq!((settled.operation, settled.id.as_deref()), (Operation::InitiateIMSession, None));
    assert_eq!(settled.error.as_ref().unwrap().to_string(), "the request failed");
}

/// An event that names a session and answers a request does both: it settles, and says how the session stands.
#[test]
fn an_event_error_at_a_session_settles_too() {
    let mut store = store_with(State::Talking);
    on_session(&mut store, &good_body("Complete")).unwrap();
    let error = answer("EventError", 1).with_this_dn("3002").with_call_uuid(ID);
    let handled = store.handle_event(&error).unwrap();
    assert_eq!((handled.from(), handled.to()), (Some(State::Talking), Some(State::Talking)));
    assert!(handled.settled().is_some());
}

#[test]
fn requests_are_bounded_and_the_oldest_is_forgotten() {
    let mut limits = Limits::DEFAULT;
    limits.requests = 2;
    let mut store = store_with(State::Talking).with_limits(limits);
    for _ in 0..3 {
        on_session(&mut store, &good_body("Complete")).unwrap();
    }
    let settles = |reference_id: u64| {
        store.clone().handle_event(&answer("EventError", reference_id)).unwrap().settled().is_some()
    };
    assert_eq!([1, 2, 3].map(settles), [false, true, true]);
}

#[test]
fn requests_are_forgotten_by_the_callers_time() {
    let mut store = store_with(State::Talking);
    for now in [10, 20, 30] {
        set_time(&mut store, now);
        on_session(&mut store, &good_body("Complete")).unwrap();
    }
    assert_eq!(store.forget_requests(Duration::from_secs(10)), 0);
    assert_eq!(store.forget_requests(Duration::from_secs(21)), 2);
    let settles = |reference_id: u64| {
        store.clone().handle_event(&answer("EventError", reference_id)).unwrap().settled().is_some()
    };
    assert_eq!([1, 2, 3].map(settles), [false, false, true]);
    assert_eq!(on_session(&mut store.clone(), &good_body("Complete")).unwrap()["ReferenceID"], 4, "never again");
}

/// Requests do not end with their session, nor with its DN's list.
#[test]
fn a_request_outlives_its_session() {
    let mut store = store_with(State::Talking);
    on_session(&mut store, &good_body("Complete")).unwrap();
    hear(&mut store, &event(CallEvent::Released, "3002", ID).with_user_data(user_data(&[])));
    assert!(store.forget("3002", ID));
    let error = Event::new("EventError").with_reference_id(1);
    assert_eq!(store.handle_event(&error).unwrap().settled().unwrap().id.as_deref(), Some(ID));
    assert_eq!(post(&mut store, &other(), Target::Session(ID), &good_body("Complete")), Err(6));
}
