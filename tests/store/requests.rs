//! Which request does each operation of specification 4 send, and how is it settled?

use core::time::Duration;

use im_session::resource::Sent;
use im_session::store::{ReferenceIds, RequestError, RequestName, RequestResult};
use im_session::{
    Agent, CallEvent, CapabilityTable, DataEvent, Event, Limits, Operation, Outcome, RejectReason, Sessions, State,
    StatusCode, Target,
};
use serde_json::{Value, json};

use crate::agent::{
    ID, a_second_later, event, forget, good_body, hear, me, me_at_one_device, new_store, on_session, other, post, put,
    set_time, store_with, user_data,
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
    // An operation alone never changes a session.
    assert!(store.iter().eq(&before));
    assert_eq!(json!(Sent), json!({"statusCode": 0}));
}

#[test]
fn initiating_gives_request_make_call() {
    // Several requests in flight.
    let mut store = new_store().with_many_sessions_per_agent();
    let mut initiate = |me: &Agent, body: Value| post(&mut store, me, Target::Sessions, &body);
    let body = good_body("InitiateIMSession");
    let request = json!({"Request": "RequestMakeCall", "RequestNumber": 14, "ReferenceID": 1, "ThisDN": "3002",
        "OtherDN": "3009", "UserData": {"k": "v"}});
    assert_eq!(initiate(&me(), body), Ok(request));

    // Without user data, and without devicePath because the agent has one device.
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

/// Every kind of event with the ReferenceID of a request, at its DN, at another DN and without a DN, for every
/// operation.
#[test]
fn any_event_with_the_reference_id_settles() {
    let mut names: Vec<&str> = CallEvent::ALL.map(CallEvent::name).into();
    names.extend(DataEvent::ALL.map(DataEvent::name));
    names.extend(["EventError", "EventACK", "EventHeld"]);
    for operation in Operation::ALL {
        let initiates = operation == Operation::InitiateIMSession;
        for name in &names {
            for this_dn in [Some("3002"), None, Some("3001")] {
                // An event of a session without a DN is unreadable and settles nothing, except AttachedDataChanged.
                let of_session = !matches!(*name, "EventError" | "EventACK" | "EventHeld");
                if of_session && this_dn.is_none() && *name != "EventAttachedDataChanged" {
                    continue;
                }
                let mut store = if initiates { new_store() } else { store_with(State::Talking) };
                let target = if initiates { Target::Sessions } else { Target::Session(ID) };
                post(&mut store, &me(), target, &good_body(operation.name())).unwrap();
                let mut event = Event::new(*name).with_call_uuid(ID).with_reference_id(1).with_error(71, "Invalid DN");
                event.this_dn = this_dn.map(Into::into);
                let settled: Vec<RequestResult> =
                    store.handle_event(&event).unwrap().settled().iter().map(|one| one.result.clone()).collect();
                let error = RequestError { code: Some(71), message: Some("Invalid DN".into()) };
                let expected = match (*name, this_dn) {
                    (_, Some("3001")) => vec![],
                    ("EventError", _) => vec![RequestResult::Failed(error)],
                    // The server has only received the request, and its result is still open.
                    ("EventACK" | "EventHeld", _) if initiates => vec![],
                    _ => vec![RequestResult::Done],
                };
                assert_eq!(settled, expected, "{operation}, {event:?}");
                // A settled request is no longer in flight, while the others are.
                let again = store.handle_event(&event).unwrap().settled().len();
                assert_eq!(again, 0, "{operation}, {event:?}");
                let error = answer("EventError", 1);
                let left = store.handle_event(&error).unwrap().settled().len();
                assert_eq!(left, usize::from(expected.is_empty()), "{operation}, {event:?}");
            }
        }
    }
}

/// An event settles its request even if the event itself is rejected as stale or over a limit.
#[test]
fn a_rejected_event_settles_too() {
    let mut store = store_with(State::Talking);
    hear(&mut store, &event(CallEvent::Established, "3002", ID).with_event_sequence_number(5));
    for (number, event) in [
        event(CallEvent::Released, "3002", ID).with_event_sequence_number(5),
        event(CallEvent::Ringing, "3002", ID).with_event_sequence_number(6),
        event(CallEvent::Established, "3002", "none").with_user_data(user_data(&[("k", "v")])),
        event(CallEvent::Released, "3002", "orphan"),
    ]
    .into_iter()
    .enumerate()
    {
        let reference_id = on_session(&mut store, &good_body("Complete")).unwrap()["ReferenceID"].as_u64().unwrap();
        assert_eq!(reference_id, number as u64 + 1);
        let event = event.with_reference_id(reference_id);
        let handled = store.handle_event(&event).unwrap();
        assert_eq!(handled.settled().len(), 1, "{event}");
        assert_eq!(handled.settled()[0].result, RequestResult::Done);
    }
    assert_eq!(store.counters().rejected(RejectReason::Stale), 1);
    assert_eq!(store.counters().rejected(RejectReason::Late), 1);
}

/// A settled request tells its operation, its agent and the error, if any.
#[test]
fn a_settled_request_says_which_it_was() {
    let mut store = store_with(State::Talking);
    on_session(&mut store, &good_body("SendMessage")).unwrap();
    let handled = store.handle_event(&answer("EventError", 1).with_error(223, "Bad parameter")).unwrap();
    assert_eq!(handled.outcome().name(), "ignored");
    let [settled] = handled.settled() else { panic!("{:?}", handled.settled()) };
    assert_eq!(
        (settled.operation, &*settled.this_dn, settled.id.as_deref()),
        (Operation::SendMessage, "3002", Some(ID))
    );
    assert_eq!(settled.reference_id, 1);
    let error = settled.result.error().expect("it failed");
    assert_eq!((error.code, error.message.as_deref()), (Some(223), Some("Bad parameter")));
    assert_eq!(error.to_string(), "Bad parameter (error 223)");
    assert!(store.iter().all(|session| session.state() == State::Talking), "no session changed");
}

#[test]
fn a_failed_request_without_words_has_none() {
    let mut store = new_store();
    post(&mut store, &me(), Target::Sessions, &good_body("InitiateIMSession")).unwrap();
    let mut error = answer("EventError", 1);
    error.error_message = Some("".into());
    let handled = store.handle_event(&error).unwrap();
    let [settled] = handled.settled() else { panic!("{:?}", handled.settled()) };
    assert_eq!((settled.operation, settled.id.as_deref()), (Operation::InitiateIMSession, None));
    assert_eq!(settled.result.error().unwrap().to_string(), "the request failed");
}

/// An event that names a session and answers a request does both: it settles the request and updates the session.
#[test]
fn an_event_error_at_a_session_settles_too() {
    let mut store = store_with(State::Talking);
    on_session(&mut store, &good_body("Complete")).unwrap();
    let error = answer("EventError", 1).with_this_dn("3002").with_call_uuid(ID);
    let handled = store.handle_event(&error).unwrap();
    assert_eq!((handled.from(), handled.to()), (Some(State::Talking), Some(State::Talking)));
    assert_eq!(handled.settled().len(), 1);
}

/// A double click makes only one call, because a second InitiateIMSession is refused while the first is in flight.
#[test]
fn a_request_to_initiate_in_flight_counts_as_an_open_session() {
    let initiate = |store: &mut Sessions| {
        post(store, &me(), Target::Sessions, &good_body("InitiateIMSession"))
            .map(|request| request["ReferenceID"].clone())
    };
    let in_flight = || {
        let mut store = new_store();
        set_time(&mut store, 10);
        assert_eq!(initiate(&mut store), Ok(json!(1)));
        assert_eq!(initiate(&mut store), Err(2));
        store
    };
    // An EventACK does not settle it. An error, an event of a session, or a timeout does.
    let mut store = in_flight();
    hear(&mut store, &answer("EventACK", 1));
    assert_eq!(initiate(&mut store), Err(2));
    hear(&mut store, &answer("EventError", 1));
    assert_eq!(initiate(&mut store), Ok(json!(2)));

    let mut store = in_flight();
    hear(&mut store, &event(CallEvent::Dialing, "3002", ID).with_reference_id(1));
    assert_eq!(initiate(&mut store), Err(2), "the session itself is open now");
    hear(&mut store, &event(CallEvent::Released, "3002", ID));
    assert_eq!(initiate(&mut store), Ok(json!(2)));

    let mut store = in_flight();
    set_time(&mut store, 20);
    assert_eq!(timed_out(&mut store, 11), [1]);
    assert_eq!(initiate(&mut store), Ok(json!(2)));

    // It counts as open at all of the agent's DNs and after a restart. It does not count for other agents, nor if many
    // sessions are allowed.
    let mut store = in_flight();
    let at_the_other = json!({"operationName": "InitiateIMSession", "destination": {"phoneNumber": "1"},
        "devicePath": "/devices/2"});
    assert_eq!(post(&mut store, &me(), Target::Sessions, &at_the_other), Err(2));
    let body = json!({"operationName": "InitiateIMSession", "destination": {"phoneNumber": "1"}});
    assert!(post(&mut store, &other(), Target::Sessions, &body).is_ok());
    let mut restarted = new_store();
    restarted.restore(&store.snapshot()).unwrap();
    assert_eq!(initiate(&mut restarted), Err(2));
    assert!(initiate(&mut store.with_many_sessions_per_agent()).is_ok());
    // Other operations in flight do not count.
    let mut store = store_with(State::Completed).with_capabilities(CapabilityTable::DOCUMENTED_SAMPLE);
    on_session(&mut store, &good_body("Complete")).unwrap();
    assert!(initiate(&mut store).is_ok());
}

/// Named regression: over the limit, the oldest request was forgotten. It was never settled and never timed out, its
/// part stayed in the embedder's storage, and an InitiateIMSession no longer counted as open.
#[test]
fn no_request_in_flight_makes_way_for_another() {
    let mut limits = Limits::DEFAULT;
    limits.requests = 2;
    let mut store = store_with(State::Talking).with_limits(limits);
    assert_eq!([sent(&mut store), sent(&mut store)], [1, 2]);
    let before = store.snapshot();
    assert_eq!(on_session(&mut store, &good_body("Complete")), Err(2));
    assert_eq!(
        post(
            &mut store,
            &other(),
            Target::Sessions,
            &json!({
        "operationName": "InitiateIMSession", "destination": {"phoneNumber": "1"}})
        ),
        Err(2)
    );
    assert_eq!(store.counters().operations(StatusCode::InvalidState), 2);
    let (before, after) = (json!(before), json!(store.snapshot()));
    assert_eq!((&before["requests"], &before["sessions"]), (&after["requests"], &after["sessions"]));
    // All other errors take precedence.
    assert_eq!(on_session(&mut store, &json!({"operationName": "DeleteUserData", "key": "none"})), Err(10));
    assert_eq!(post(&mut store, &other(), Target::Session(ID), &good_body("Complete")), Err(6));
    // Each request is reported when it is settled or times out, and then there is room again.
    hear(&mut store, &answer("EventACK", 1));
    assert_eq!(sent(&mut store), 3);
    assert_eq!(on_session(&mut store, &good_body("Complete")), Err(2));
    let later = a_second_later(&mut store);
    assert_eq!(timed_out(&mut store, later), [2, 3]);
    assert_eq!(sent(&mut store), 4);
    // An InitiateIMSession counts as open as long as it is in flight.
    limits.requests = 1;
    let mut store = new_store().with_limits(limits);
    post(&mut store, &me(), Target::Sessions, &good_body("InitiateIMSession")).unwrap();
    put(&mut store, "3009", ID, State::Talking);
    assert_eq!(post(&mut store, &other(), Target::Session(ID), &good_body("Complete")), Err(2));
    assert_eq!(post(&mut store, &me(), Target::Sessions, &good_body("InitiateIMSession")), Err(2));
    // With a limit of zero, no request is sent.
    limits.requests = 0;
    assert_eq!(on_session(&mut store_with(State::Talking).with_limits(limits), &good_body("Complete")), Err(2));
}

/// The ReferenceIDs of the requests that time out.
fn timed_out(store: &mut Sessions, seconds: u64) -> Vec<u64> {
    let handled = store.time_out_requests(Duration::from_secs(seconds)).expect("not ahead of the store's time");
    assert_eq!((handled.notifications().count(), handled.outcome()), (0, &Outcome::Unchanged));
    assert!(handled.settled().iter().all(|settled| settled.result == RequestResult::TimedOut));
    handled.settled().iter().map(|settled| settled.reference_id).collect()
}

#[test]
fn requests_time_out_by_the_callers_time() {
    let mut store = store_with(State::Talking);
    for now in [10, 20, 30] {
        set_time(&mut store, now);
        on_session(&mut store, &good_body("Complete")).unwrap();
    }
    assert_eq!(timed_out(&mut store, 10), [0; 0]);
    assert_eq!(timed_out(&mut store, 21), [1, 2], "the oldest first");
    assert_eq!(timed_out(&mut store, 21), [0; 0], "once");
    let settles =
        |reference_id: u64| store.clone().handle_event(&answer("EventError", reference_id)).unwrap().settled().len();
    assert_eq!([1, 2, 3].map(settles), [0, 0, 1]);
    assert_eq!(on_session(&mut store.clone(), &good_body("Complete")).unwrap()["ReferenceID"], 4, "never again");
    let handled = store.time_out_requests(Duration::from_secs(30)).unwrap();
    assert!(handled.settled().is_empty());
}

#[test]
fn a_timed_out_request_says_which_it_was() {
    let mut store = store_with(State::Talking);
    on_session(&mut store, &good_body("DeleteUserData")).unwrap();
    set_time(&mut store, 5);
    let handled = store.time_out_requests(Duration::from_secs(5)).unwrap();
    let [settled] = handled.settled() else { panic!("{:?}", handled.settled()) };
    assert_eq!(
        (settled.operation, &*settled.this_dn, settled.id.as_deref(), settled.reference_id),
        (Operation::DeleteUserData, "3002", Some(ID), 1)
    );
    assert_eq!(settled.result.error(), None);
}

fn sent(store: &mut Sessions) -> u64 {
    on_session(store, &good_body("Complete")).unwrap()["ReferenceID"].as_u64().unwrap()
}

/// After the last ReferenceID of the range the first one follows. Those in flight are skipped.
#[test]
fn reference_ids_begin_anew_and_leave_out_those_in_flight() {
    let mut store = store_with(State::Talking).with_reference_ids(ReferenceIds::new(7, 9).unwrap());
    assert_eq!([(); 3].map(|()| sent(&mut store)), [7, 8, 9]);
    hear(&mut store, &answer("EventACK", 7));
    hear(&mut store, &answer("EventACK", 9));
    assert_eq!([(); 2].map(|()| sent(&mut store)), [7, 9], "8 is in flight");
    // All ReferenceIDs are in flight, so none is available.
    assert_eq!(on_session(&mut store, &good_body("Complete")), Err(2));
    hear(&mut store, &answer("EventACK", 8));
    assert_eq!(sent(&mut store), 8);

    let mut store = store_with(State::Talking).with_reference_ids(ReferenceIds::new(1, 1).unwrap());
    assert_eq!(sent(&mut store), 1);
    hear(&mut store, &answer("EventACK", 1));
    assert_eq!(sent(&mut store), 1);

    let highest = ReferenceIds::HIGHEST;
    assert_eq!(highest, 2_147_483_647);
    let mut store = store_with(State::Talking).with_reference_ids(ReferenceIds::new(highest, highest).unwrap());
    assert_eq!(sent(&mut store), u64::from(highest));
    for (first, last) in [(0, 1), (0, 0), (5, 4), (1, highest + 1)] {
        let error = ReferenceIds::new(first, last).unwrap_err();
        let words = format!("expected a range of ReferenceIDs within 1 to 2147483647, found {first} to {last}");
        assert_eq!(error.to_string(), words);
    }
}

/// Before it ended, a store may have sent more requests than its snapshot contains.
#[test]
fn a_restored_store_leaves_a_gap() {
    let mut store = store_with(State::Talking);
    assert_eq!([(); 3].map(|()| sent(&mut store)), [1, 2, 3]);
    let snapshot = store.snapshot();
    let first_after = |store: Sessions| {
        let mut store = store;
        store.restore(&snapshot).unwrap();
        sent(&mut store)
    };
    assert_eq!(first_after(new_store()), 1_004);
    assert_eq!(first_after(new_store().with_reference_id_gap(10)), 14);
    assert_eq!(first_after(new_store().with_reference_id_gap(0)), 4);
    // The gap wraps around at the end of the range. 1, 2 and 3 are in flight.
    let range = |first, last| ReferenceIds::new(first, last).unwrap();
    assert_eq!(first_after(new_store().with_reference_ids(range(1, 20)).with_reference_id_gap(18)), 4);
    assert_eq!(first_after(new_store().with_reference_ids(range(1, 20)).with_reference_id_gap(16)), 20);
    // The last ReferenceID lies outside the range, so it came from another store.
    assert_eq!(first_after(new_store().with_reference_ids(range(100, 200))), 100);
}

/// A request outlives its session and the list of its DN.
#[test]
fn a_request_outlives_its_session() {
    let mut store = store_with(State::Talking);
    on_session(&mut store, &good_body("Complete")).unwrap();
    hear(&mut store, &event(CallEvent::Released, "3002", ID).with_user_data(user_data(&[])));
    assert!(forget(&mut store, "3002", ID));
    let error = Event::new("EventError").with_reference_id(1);
    assert_eq!(store.handle_event(&error).unwrap().settled()[0].id.as_deref(), Some(ID));
    assert_eq!(post(&mut store, &other(), Target::Session(ID), &good_body("Complete")), Err(6));
}
