//! May an agent perform an operation, and in which order is that checked? The rules of specification 4 on operations.

use im_session::resource::{OperationBody, Parameter};
use im_session::store::RequestName;
use im_session::{
    Agent, CallEvent, CapabilityTable, DataEvent, KeyValueList, Limits, Operation, Operations, State, StatusCode,
    Target, WhyNot,
};
use serde_json::{Value, json};

use crate::agent::{
    ID, data_event, event, good_body, hear, me, new_store, on_session, other, post, put, store_with, user_data,
};

/// A defect: its name, the statusCode, and the function that introduces it. The list has the order of the checks.
type Wrong = (&'static str, u8, fn(&mut Situation));

/// An operation about to be posted.
struct Situation {
    body: Value,
    not_an_object: bool,
    id: Option<&'static str>,
    no_right: bool,
    not_now: bool,
}

const WHAT_IT_IS: [Wrong; 3] = [
    ("the body is not an object", 10, |situation| situation.not_an_object = true),
    ("operationName is missing", 1, |situation| remove(situation, "operationName")),
    ("operationName is unknown", 3, |situation| situation.body["operationName"] = json!("Hold")),
];
const NO_RIGHT: [Wrong; 1] = [("the agent has no right to it", 5, |situation| situation.no_right = true)];
const NO_SUCH_SESSION: [Wrong; 1] = [("the session is unknown", 6, |situation| situation.id = Some("unknown"))];
const NOT_MY_DEVICE: [Wrong; 1] =
    [("the device is not the agent's", 6, |situation| situation.body["devicePath"] = json!("/devices/9"))];
const NOT_NOW: [Wrong; 1] = [("not in this state", 2, |situation| situation.not_now = true)];

const INITIATE: [Wrong; 11] = [
    ("destination is missing", 1, |situation| remove(situation, "destination")),
    ("phoneNumber is missing", 1, |situation| situation.body["destination"] = json!({})),
    ("devicePath is missing", 1, |situation| remove(situation, "devicePath")),
    ("destination is no object", 10, |situation| situation.body["destination"] = json!("3001")),
    ("phoneNumber is no string", 10, |situation| situation.body["destination"] = json!({"phoneNumber": 3001})),
    ("phoneNumber is empty", 10, |situation| situation.body["destination"] = json!({"phoneNumber": ""})),
    ("phoneNumber is too long", 10, |situation| {
        situation.body["destination"] = json!({"phoneNumber": "1".repeat(256)})
    }),
    ("userData is no object", 10, |situation| situation.body["userData"] = json!("k")),
    ("userData holds a boolean", 10, |situation| situation.body["userData"] = json!({"k": {"l": true}})),
    ("userData is too much", 10, |situation| situation.body["userData"] = json!({"k": "v".repeat(16_000)})),
    ("devicePath is no string", 10, |situation| situation.body["devicePath"] = json!(1)),
];
const SEND: [Wrong; 12] = [
    ("text is missing", 1, |situation| remove(situation, "text")),
    ("destination is missing", 1, |situation| situation.body["destination"] = json!(null)),
    ("phoneNumber is missing", 1, |situation| situation.body["destination"] = json!({"phoneNumber": null})),
    ("devicePath is missing", 1, |situation| remove(situation, "devicePath")),
    ("text is no string", 10, |situation| situation.body["text"] = json!(["hello"])),
    ("text is empty", 10, |situation| situation.body["text"] = json!("")),
    ("text is too long", 10, |situation| situation.body["text"] = json!("x".repeat(16_001))),
    ("destination is no object", 10, |situation| situation.body["destination"] = json!([])),
    ("phoneNumber is no string", 10, |situation| situation.body["destination"] = json!({"phoneNumber": {}})),
    ("phoneNumber is empty", 10, |situation| situation.body["destination"] = json!({"phoneNumber": ""})),
    ("devicePath is no string", 10, |situation| situation.body["devicePath"] = json!(false)),
    ("devicePath is empty", 10, |situation| situation.body["devicePath"] = json!("")),
];
const USER_DATA: [Wrong; 8] = [
    ("userData is missing", 1, |situation| remove(situation, "userData")),
    ("userData is null", 1, |situation| situation.body["userData"] = json!(null)),
    ("userData is no object", 10, |situation| situation.body["userData"] = json!(5)),
    ("userData is empty", 10, |situation| situation.body["userData"] = json!({})),
    ("userData holds a fraction", 10, |situation| situation.body["userData"] = json!({"k": 1.5})),
    ("userData holds an array", 10, |situation| situation.body["userData"] = json!({"k": ["v"]})),
    ("userData holds a larger integer", 10, |situation| situation.body["userData"] = json!({"k": u64::MAX})),
    ("userData is too much", 10, |situation| situation.body["userData"] = json!({"x": "v".repeat(16_000)})),
];
const DELETE: [Wrong; 4] = [
    ("key is missing", 1, |situation| remove(situation, "key")),
    ("key is no string", 10, |situation| situation.body["key"] = json!(7)),
    ("key is empty", 10, |situation| situation.body["key"] = json!("")),
    ("key is not there", 10, |situation| situation.body["key"] = json!("other")),
];

fn remove(situation: &mut Situation, key: &str) {
    situation.body.as_object_mut().unwrap().remove(key);
}

fn answered(operation: &str, wrong: &[&Wrong]) -> Result<Value, u8> {
    let id = if operation == "InitiateIMSession" { None } else { Some(ID) };
    let mut situation =
        Situation { body: good_body(operation), not_an_object: false, id, no_right: false, not_now: false };
    // Applied in reverse order: if two defects concern the same parameter, the one that is checked first must remain.
    wrong.iter().rev().for_each(|(_, _, make)| make(&mut situation));
    let Situation { mut body, not_an_object, id, no_right, not_now } = situation;
    if not_an_object {
        body = json!([body]);
    }
    // InitiateIMSession is not possible beside an open session. All other operations are possible only with one.
    let state = if (operation == "InitiateIMSession") == not_now { State::Talking } else { State::Completed };
    let operation: Operation = operation.parse().unwrap();
    // All rights except the one to the operation, or only that right.
    let rights = if no_right { Operations::ALL.without(operation) } else { Operations::of(&[operation]) };
    let me = me().with_rights(rights);
    post(&mut store_with(state), &me, id.map_or(Target::Sessions, Target::Session), &body)
}

/// Every defect is found on its own. Of any two, the answer names the one that is checked first.
#[test]
fn checks_come_in_the_order_of_the_specification() {
    let operations: [(&str, &[Wrong]); 6] = [
        ("InitiateIMSession", &INITIATE),
        ("SendMessage", &SEND),
        ("AttachUserData", &USER_DATA),
        ("UpdateUserData", &USER_DATA),
        ("DeleteUserData", &DELETE),
        ("Complete", &[]),
    ];
    for (operation, parameters) in operations {
        assert!(answered(operation, &[]).is_ok(), "{operation}: nothing is wrong");
        let on_a_session = operation != "InitiateIMSession";
        let session = NO_SUCH_SESSION.iter().filter(|_| on_a_session);
        let order: Vec<&Wrong> = WHAT_IT_IS
            .iter()
            .chain(&NO_RIGHT)
            .chain(session)
            .chain(parameters)
            .chain(&NOT_MY_DEVICE)
            .chain(&NOT_NOW)
            .collect();
        for (position, first) in order.iter().enumerate() {
            assert_eq!(answered(operation, &[first]), Err(first.1), "{operation}: {}", first.0);
            for second in &order[position + 1..] {
                let names = (first.0, second.0);
                assert_eq!(answered(operation, &[first, second]), Err(first.1), "{operation}: {names:?}");
            }
        }
        assert_eq!(answered(operation, &order), Err(10), "{operation}: everything is wrong");
    }
}

#[test]
fn what_is_no_json_object_is_no_body() {
    let mut store = store_with(State::Talking);
    for text in
        ["", " ", "null", "7", "[]", "\"Complete\"", "{", "{}x", "{\"operationName\":\"Complete\"", "\u{feff}{}"]
    {
        let error = store.post(&me(), Target::Session(ID), text.as_bytes()).unwrap_err();
        assert_eq!(error.status_code, StatusCode::InputValidation, "{text:?}");
    }
    let error = store.post(&me(), Target::Session(ID), b"{\"operationName\":\"\xff\"}").unwrap_err();
    assert_eq!(error.status_code, StatusCode::InputValidation);
    assert_eq!(store.counters().operations(StatusCode::InputValidation), 11);
}

/// Named regression: a number as operationName was answered with 10 before the session and its parameters were checked.
#[test]
fn an_operation_name_that_is_no_string_is_unknown() {
    let mut store = store_with(State::Talking);
    for name in [json!(7), json!(""), json!("complete"), json!(" Complete"), json!(["Complete"]), json!({})] {
        assert_eq!(on_session(&mut store, &json!({"operationName": name})), Err(3), "{name}");
        assert_eq!(post(&mut store, &me(), Target::Sessions, &json!({"operationName": name})), Err(3), "{name}");
    }
    assert_eq!(on_session(&mut store, &json!({"operationName": null})), Err(1));
}

#[test]
fn an_operation_is_unknown_where_it_does_not_belong() {
    let mut store = store_with(State::Completed);
    assert_eq!(on_session(&mut store, &good_body("InitiateIMSession")), Err(3));
    for operation in ["SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"] {
        assert_eq!(post(&mut store, &me(), Target::Sessions, &good_body(operation)), Err(3), "{operation}");
    }
}

#[test]
fn unknown_keys_are_skipped_and_of_a_repeated_one_the_last_counts() {
    let body = br#"{"operationName":"Hold","new":{"deep":[1,{"x":1e5}]},"operationName":"Complete"}"#;
    let request = store_with(State::Talking).post(&me(), Target::Session(ID), body).unwrap();
    assert_eq!(request.name, RequestName::RequestReleaseCall);
}

/// An embedder that has no JSON text fills in the body by hand.
#[test]
fn a_body_can_be_filled_in_by_hand() {
    let mut body = OperationBody::default();
    body.operation_name = Parameter::Is("DeleteUserData".into());
    let mut store = store_with(State::Talking);
    let error = store.operate(&me(), Target::Session(ID), &body).unwrap_err();
    assert_eq!(json!(error), json!({"statusCode": 1, "statusMessage": "key is missing"}));
    body.key = Parameter::Is("k".into());
    assert_eq!(store.operate(&me(), Target::Session(ID), &body).unwrap().key.as_deref(), Some("k"));
}

/// The capabilities decide. Every operation in every state, with and without user data.
#[test]
fn operations_are_possible_as_the_capabilities_say() {
    for state in State::ALL {
        for with_user_data in [false, true] {
            let mut store = new_store().with_capabilities(CapabilityTable::DEFAULT);
            put(&mut store, "3002", ID, state);
            if !with_user_data && state != State::Completed {
                hear(&mut store, &data_event(DataEvent::AttachedDataChanged, "3002", ID));
            }
            let capabilities = CapabilityTable::DEFAULT.get(state, with_user_data);
            for operation in ["SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"] {
                let may = capabilities.iter().any(|known| known.name() == operation);
                let expected = match operation {
                    _ if may => Ok(()),
                    // The key to delete does not exist. This is checked before the capability.
                    "DeleteUserData" if !with_user_data && state != State::Completed => Err(10),
                    _ => Err(2),
                };
                let answered = on_session(&mut store, &good_body(operation)).map(|_| ());
                assert_eq!(answered, expected, "{operation} in {state}, user data: {with_user_data}");
            }
        }
    }
    let mut store = new_store().with_capabilities(CapabilityTable::DOCUMENTED_SAMPLE);
    put(&mut store, "3002", ID, State::Completed);
    assert!(on_session(&mut store, &good_body("Complete")).is_ok(), "the table is the embedder's");
}

#[test]
fn one_session_per_agent_unless_switched_off() {
    let initiate = good_body("InitiateIMSession");
    for (state, expected) in
        [(State::Initiating, Err(2)), (State::Alerting, Err(2)), (State::Talking, Err(2)), (State::Completed, Ok(()))]
    {
        // The session is at the agent's other DN.
        let mut store = new_store();
        put(&mut store, "3001", ID, state);
        assert_eq!(post(&mut store, &me(), Target::Sessions, &initiate).map(|_| ()), expected, "{state}");
        let mut many = new_store().with_many_sessions_per_agent();
        put(&mut many, "3001", ID, state);
        assert!(post(&mut many, &me(), Target::Sessions, &initiate).is_ok(), "{state}");
    }
    // Another agent's session does not matter. An event may also open a second session.
    let mut store = new_store();
    put(&mut store, "3009", ID, State::Talking);
    assert!(post(&mut store, &me(), Target::Sessions, &initiate).is_ok());
    put(&mut store, "3002", "a", State::Talking);
    put(&mut store, "3002", "b", State::Alerting);
    assert_eq!(store.len(), 3);
}

/// Two of an agent's DNs take part in the same call.
#[test]
fn device_path_chooses_else_the_first_open_session_in_device_order_else_the_first() {
    let complete = |device_path: Option<&str>| json!({"operationName": "Complete", "devicePath": device_path});
    let this_dn = |first: State, second: State, device_path| {
        let mut store = new_store().with_capabilities(CapabilityTable::DOCUMENTED_SAMPLE);
        put(&mut store, "3001", ID, second);
        put(&mut store, "3002", ID, first);
        on_session(&mut store, &complete(device_path)).map(|request| request["ThisDN"].clone())
    };
    for (first, second, device_path, expected) in [
        (State::Talking, State::Talking, None, "3002"),
        (State::Completed, State::Talking, None, "3001"),
        (State::Talking, State::Completed, None, "3002"),
        (State::Completed, State::Completed, None, "3002"),
        (State::Talking, State::Talking, Some("/devices/2"), "3001"),
        (State::Talking, State::Completed, Some("/devices/2"), "3001"),
        (State::Completed, State::Talking, Some("/devices/1"), "3002"),
    ] {
        assert_eq!(this_dn(first, second, device_path), Ok(json!(expected)), "{first} {second} {device_path:?}");
    }
    // The agent's device does not have that session, so the operation goes to the DN that has it.
    let request = on_session(&mut store_with(State::Talking), &complete(Some("/devices/2")));
    assert_eq!(request.unwrap()["ThisDN"], "3002");
}

/// Named regression: a device whose DN was empty or too long sent a request that no store could restore.
#[test]
fn a_device_without_a_usable_dn_initiates_nothing() {
    for (dn, expected) in [("", Err(10)), (&*"1".repeat(256), Err(10)), (&*"1".repeat(255), Ok(()))] {
        let me = Agent::new().with_device("/devices/1", dn);
        let mut store = new_store();
        assert_eq!(post(&mut store, &me, Target::Sessions, &good_body("InitiateIMSession")).map(|_| ()), expected);
        new_store().restore(&store.snapshot()).expect("a store takes its own snapshot");
    }
    // This is checked after the owner of the device and before an open session.
    let mut body = good_body("InitiateIMSession");
    let me = me().with_device("/devices/3", "");
    body["devicePath"] = json!("/devices/3");
    assert_eq!(post(&mut store_with(State::Talking), &me, Target::Sessions, &body), Err(10));
}

/// Named regression: only SendMessage checked the owner of the device. All other operations fell back to another
/// device.
#[test]
fn a_device_of_somebody_else_is_no_device_whatever_the_operation() {
    for operation in ["SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"] {
        let mut body = good_body(operation);
        for (device_path, expected) in [(json!("/devices/9"), 6), (json!(9), 10), (json!(""), 10)] {
            body["devicePath"] = device_path;
            assert_eq!(on_session(&mut store_with(State::Talking), &body), Err(expected), "{body}");
        }
    }
}

#[test]
fn anothers_session_is_not_found_in_the_same_words() {
    let mut store = store_with(State::Talking);
    let anothers = store.post(&other(), Target::Session(ID), br#"{"operationName":"Complete"}"#).unwrap_err();
    let none = new_store().post(&other(), Target::Session(ID), br#"{"operationName":"Complete"}"#).unwrap_err();
    assert_eq!(anothers, none);
    assert_eq!(anothers.status_code, StatusCode::NotFound);
    assert_eq!(store.post(&Agent::new(), Target::Session(ID), br#"{"operationName":"Complete"}"#).unwrap_err(), none);
}

/// The limit applies to the resulting user data: attaching adds to the existing data, and updating replaces it.
#[test]
fn the_limit_of_user_data_is_on_the_resulting_total() {
    let mut limits = Limits::DEFAULT;
    limits.user_data_size = 10;
    limits.user_data_depth = 2;
    let mut store = new_store().with_limits(limits);
    let ringing = event(CallEvent::Ringing, "3002", ID);
    hear(&mut store, &ringing.with_user_data(user_data(&[("k", "1234"), ("k", "123")])));
    let mut answer = |operation: &str, user_data: Value| {
        on_session(&mut store, &json!({"operationName": operation, "userData": user_data})).map(|_| ())
    };
    // The session already has 9 bytes, 5 and 4.
    assert_eq!(answer("AttachUserData", json!({"n": ""})), Ok(()));
    assert_eq!(answer("AttachUserData", json!({"n": "1"})), Err(10));
    assert_eq!(answer("AttachUserData", json!({"k": "1"})), Err(10), "the key is there, and it is added all the same");
    assert_eq!(answer("UpdateUserData", json!({"k": "123456789"})), Ok(()), "both pairs go");
    assert_eq!(answer("UpdateUserData", json!({"k": "1234567890"})), Err(10));
    assert_eq!(answer("UpdateUserData", json!({"n": ""})), Ok(()));
    assert_eq!(answer("UpdateUserData", json!({"n": 1})), Err(10), "an integer is 4 bytes");
    assert_eq!(answer("UpdateUserData", json!({"k": {"l": {}}})), Err(10), "depth 3");
    assert_eq!(answer("UpdateUserData", json!({"k": {"l": 1}})), Ok(()));
}

#[test]
fn deleting_names_a_key_of_the_outermost_list() {
    let mut store = store_with(State::Talking);
    let list = KeyValueList::try_from_iter([("list", user_data(&[("inner", "v")]))]).unwrap();
    hear(&mut store, &data_event(DataEvent::AttachedDataChanged, "3002", ID).with_user_data(list));
    let mut delete = |key: &str| on_session(&mut store, &json!({"operationName": "DeleteUserData", "key": key}));
    assert_eq!(delete("list").unwrap()["Key"], "list");
    assert_eq!(delete("inner"), Err(10));
    assert_eq!(delete("k"), Err(10));
    assert_eq!(delete("List"), Err(10));
}

/// The message of an answer is meant for a person and quotes only a short part of the request.
#[test]
fn status_messages_are_short_and_say_what_was_expected() {
    let mut store = store_with(State::Alerting);
    let mut message = |body: Value| {
        let body = body.to_string();
        store.post(&me(), Target::Session(ID), body.as_bytes()).unwrap_err().status_message
    };
    assert_eq!(message(json!({"operationName": "SendMessage"})), "text is missing");
    assert_eq!(
        message(json!({"operationName": "Hold"})),
        "there is no operation \"Hold\": expected one of InitiateIMSession, SendMessage, AttachUserData, \
         UpdateUserData, DeleteUserData, Complete"
    );
    assert_eq!(message(good_body("SendMessage")), "SendMessage is not possible while the session is Alerting");
    // Named regression: the message blamed the missing user data even if that was not the reason.
    hear(&mut store, &data_event(DataEvent::AttachedDataChanged, "3002", ID));
    let mut message = |body: Value| {
        let body = body.to_string();
        store.post(&me(), Target::Session(ID), body.as_bytes()).unwrap_err().status_message
    };
    assert_eq!(message(good_body("SendMessage")), "SendMessage is not possible while the session is Alerting");
    assert_eq!(
        message(good_body("UpdateUserData")),
        "UpdateUserData is not possible while the session is Alerting and has no user data"
    );
    let long = "x".repeat(10_000);
    assert!(message(json!({"operationName": long})).len() < 300);
    assert!(message(json!({"operationName": "DeleteUserData", "key": long})).len() < 300);
    assert!(message(json!({"operationName": "Complete", "devicePath": long})).len() < 300);
    let error = store.post(&me(), Target::Session(&long), br#"{"operationName":"Complete"}"#).unwrap_err();
    assert!(error.status_message.len() < 300);
}

/// Every operation in every state, with and without user data, with and without the right to it. The answer must be the
/// one that `why_not` gave before.
#[test]
fn why_not_says_what_the_answer_will_be() {
    let on_session = Operation::ALL.into_iter().filter(|&operation| operation != Operation::InitiateIMSession);
    for operation in on_session {
        for state in State::ALL {
            for (with_user_data, permitted) in [(false, false), (false, true), (true, false), (true, true)] {
                let mut store = store_with(state);
                if !with_user_data && state != State::Completed {
                    hear(&mut store, &data_event(DataEvent::AttachedDataChanged, "3002", ID));
                }
                let rights = if permitted { Operations::ALL } else { Operations::ALL.without(operation) };
                let me = me().with_rights(rights);
                let answered = post(&mut store, &me, Target::Session(ID), &good_body(operation.name())).map(|_| ());
                let why_not = store.why_not(&me, ID, None, operation).unwrap();
                let talks = operation == Operation::SendMessage;
                let needs_data = matches!(operation, Operation::UpdateUserData | Operation::DeleteUserData);
                let expected = match state {
                    _ if !permitted => Some(WhyNot::NoRight),
                    State::Completed => Some(WhyNot::Over),
                    State::Initiating | State::Alerting if talks => Some(WhyNot::NotInThisState),
                    State::Initiating | State::Alerting | State::Talking if needs_data && !with_user_data => {
                        Some(WhyNot::NoUserData)
                    }
                    State::Initiating | State::Alerting | State::Talking => None,
                };
                let place = format!("{operation} in {state}, user data: {with_user_data}, permitted: {permitted}");
                assert_eq!(why_not, expected, "{place}");
                match expected {
                    Some(WhyNot::NoRight) => assert_eq!(answered, Err(5), "{place}"),
                    // The key to delete does not exist. This is checked before the capability.
                    Some(WhyNot::NoUserData) if operation == Operation::DeleteUserData => {
                        assert_eq!(answered, Err(10), "{place}");
                    }
                    Some(WhyNot::Over | WhyNot::NotInThisState | WhyNot::NoUserData) => {
                        assert_eq!(answered, Err(2), "{place}");
                    }
                    None => assert_eq!(answered, Ok(()), "{place}"),
                }
            }
        }
    }
    let store = store_with(State::Talking);
    for (me, id) in [(me(), "none"), (other(), ID), (Agent::new(), ID)] {
        assert_eq!(store.why_not(&me, id, None, Operation::Complete).unwrap_err().status_code, StatusCode::NotFound);
    }
}

/// Named regression: if two of the agent's DNs had the id, `why_not` explained another session than the one that the
/// operation goes to. For InitiateIMSession it blamed the state, an answer that `post` never gives.
#[test]
fn why_not_explains_the_session_that_the_operation_goes_to() {
    let send = |device_path: Option<&str>| {
        let mut body = good_body("SendMessage");
        body["devicePath"] = json!(device_path);
        body
    };
    for (first, second) in State::ALL.into_iter().flat_map(|first| State::ALL.map(|second| (first, second))) {
        for device_path in ["/devices/1", "/devices/2", "/devices/9"] {
            let mut store = new_store();
            put(&mut store, "3002", ID, first);
            put(&mut store, "3001", ID, second);
            let why_not = store.why_not(&me(), ID, Some(device_path), Operation::SendMessage);
            let place = format!("{first}, {second}, {device_path}");
            let answered = on_session(&mut store, &send(Some(device_path))).map(|_| ());
            match why_not {
                Ok(None) => assert_eq!(answered, Ok(()), "{place}"),
                Ok(Some(_)) => assert_eq!(answered, Err(2), "{place}"),
                Err(error) => assert_eq!(answered, Err(error.status_code.code()), "{place}"),
            }
            let named = if device_path == "/devices/1" { first } else { second };
            if device_path != "/devices/9" {
                assert_eq!(answered.is_ok(), named == State::Talking, "{place}");
            }
        }
    }
    let mut store = store_with(State::Talking);
    let error = store.why_not(&me(), ID, None, Operation::InitiateIMSession).unwrap_err();
    let body = good_body("InitiateIMSession").to_string();
    assert_eq!(store.post(&me(), Target::Session(ID), body.as_bytes()).unwrap_err(), error);
    assert_eq!(error.status_code, StatusCode::OperationForbidden);
}
