//! Every operation with every statusCode that it can result in, and the order of the checks. Specification 4.

use im_session::testing::Step;
use im_session::{ConnId, Event};
use serde_json::{Value, json};

use super::{ID, Vector, data, event, event_at, heard, to};

/// A valid body.
fn good(operation: &str) -> Value {
    match operation {
        "InitiateIMSession" => json!({
            "operationName": operation, "destination": {"phoneNumber": "3009"}, "userData": {"k": "v"}, "devicePath": "/devices/2",
        }),
        "SendMessage" => json!({
            "operationName": operation, "destination": {"phoneNumber": "3001"}, "text": "hello", "devicePath": "/devices/1",
        }),
        "AttachUserData" | "UpdateUserData" => json!({"operationName": operation, "userData": {"k": "w", "n": 1}}),
        "DeleteUserData" => json!({"operationName": operation, "key": "k"}),
        _ => json!({"operationName": operation}),
    }
}

const ALL: [&str; 6] =
    ["InitiateIMSession", "SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"];

/// The target of an operation.
fn target(operation: &str) -> Option<String> {
    Some(ID.to_owned()).filter(|_| operation != "InitiateIMSession")
}

fn post(operation: &str, body: &Value) -> Step {
    Step::Post { agent: 0, target: target(operation), body: body.to_string() }
}

/// A talking session with user data and a ConnID; no session for InitiateIMSession.
fn ready(operation: &str) -> Vec<Step> {
    if operation == "InitiateIMSession" {
        return vec![];
    }
    let answered = event("EventEstablished").with_conn_id(ConnId(0x0077_028a_809f_7004));
    heard([event("EventRinging"), answered.with_user_data(data(json!({"k": "v"})))])
}

fn vector(name: impl Into<String>, mut steps: Vec<Step>, then: impl IntoIterator<Item = Step>) -> Vector {
    steps.extend(then);
    Vector { name: name.into(), steps }
}

/// A valid body with one parameter replaced.
fn with(operation: &str, parameter: &str, value: Value) -> Value {
    let mut body = good(operation);
    body[parameter] = value;
    body
}

fn without(operation: &str, parameter: &str) -> Value {
    let mut body = good(operation);
    body.as_object_mut().expect("an object").remove(parameter);
    body
}

pub(crate) fn all() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for operation in ALL {
        vectors.push(vector(format!("{operation} is sent: 0"), ready(operation), [post(operation, &good(operation))]));
        let elsewhere = target(operation).map_or(Some(ID.to_owned()), |_| None);
        let misplaced = Step::Post { agent: 0, target: elsewhere, body: good(operation).to_string() };
        vectors.push(vector(format!("{operation} where it does not belong: 3"), ready(operation), [misplaced]));
        let foreign = with(operation, "devicePath", json!("/devices/9"));
        vectors.push(vector(
            format!("{operation} with another agent's devicePath: 6"),
            ready(operation),
            [post(operation, &foreign)],
        ));
        let empty = with(operation, "devicePath", json!(""));
        vectors.push(vector(
            format!("{operation} with an empty devicePath: 10"),
            ready(operation),
            [post(operation, &empty)],
        ));
        if operation != "InitiateIMSession" {
            vectors.push(vector(
                format!("{operation} without a session: 6"),
                vec![],
                [post(operation, &good(operation))],
            ));
            let others = Step::Post { agent: 1, target: target(operation), body: good(operation).to_string() };
            vectors.push(vector(format!("{operation} at another agent's session: 6"), ready(operation), [others]));
            let over = heard([event("EventReleased")]);
            let completed = ready(operation).into_iter().chain(over).collect();
            vectors.push(vector(
                format!("{operation} in Completed: 2"),
                completed,
                [post(operation, &good(operation))],
            ));
        }
    }
    vectors.extend(missing());
    vectors.extend(wrong());
    vectors.extend(not_now());
    vectors.extend(bodies());
    vectors.extend(order());
    vectors.extend(devices());
    vectors.extend(settled());
    vectors.extend(in_flight());
    vectors.extend(rights());
    vectors
}

fn missing() -> Vec<Vector> {
    let required = [
        ("InitiateIMSession", "destination"),
        ("InitiateIMSession", "devicePath"),
        ("SendMessage", "text"),
        ("SendMessage", "destination"),
        ("SendMessage", "devicePath"),
        ("AttachUserData", "userData"),
        ("UpdateUserData", "userData"),
        ("DeleteUserData", "key"),
    ];
    let mut vectors = Vec::new();
    for (operation, parameter) in required {
        let name = format!("{operation} without {parameter}: 1");
        vectors.push(vector(name, ready(operation), [post(operation, &without(operation, parameter))]));
        let null = with(operation, parameter, Value::Null);
        vectors.push(vector(format!("{operation}, {parameter} null: 1"), ready(operation), [post(operation, &null)]));
    }
    for operation in ["InitiateIMSession", "SendMessage"] {
        let body = with(operation, "destination", json!({}));
        vectors.push(vector(format!("{operation} without phoneNumber: 1"), ready(operation), [post(operation, &body)]));
    }
    vectors
}

fn wrong() -> Vec<Vector> {
    let values = [
        ("InitiateIMSession", "destination", json!("3009")),
        ("InitiateIMSession", "destination", json!({"phoneNumber": ""})),
        ("InitiateIMSession", "userData", json!([])),
        ("SendMessage", "destination", json!({"phoneNumber": 3001})),
        ("SendMessage", "text", json!("")),
        ("SendMessage", "text", json!(7)),
        ("AttachUserData", "userData", json!({})),
        ("AttachUserData", "userData", json!({"k": 1.5})),
        ("AttachUserData", "userData", json!({"k": true})),
        ("AttachUserData", "userData", json!({"k": ["v"]})),
        ("AttachUserData", "userData", json!({"k": 9_223_372_036_854_775_808_u64})),
        ("UpdateUserData", "userData", json!("k")),
        ("UpdateUserData", "userData", json!({})),
        ("DeleteUserData", "key", json!("")),
        ("DeleteUserData", "key", json!(7)),
        ("DeleteUserData", "key", json!("not there")),
        ("Complete", "devicePath", json!(7)),
    ];
    let mut vectors: Vec<Vector> = values
        .into_iter()
        .map(|(operation, parameter, value)| {
            let name = format!("{operation}, {parameter} {value}: 10");
            vector(name, ready(operation), [post(operation, &with(operation, parameter, value))])
        })
        .collect();
    // 15 999 bytes in addition to the existing k: too many if attached, but not if k is replaced.
    let much = json!({"k": "v".repeat(15_999)});
    for operation in ["AttachUserData", "UpdateUserData"] {
        let body = with(operation, "userData", much.clone());
        vectors.push(vector(format!("{operation}, the total counts"), ready(operation), [post(operation, &body)]));
    }
    let null = with("AttachUserData", "userData", json!({"k": null}));
    vectors.push(vector(
        "AttachUserData, a null is an empty list: 0",
        ready("AttachUserData"),
        [post("AttachUserData", &null)],
    ));
    vectors
}

fn not_now() -> Vec<Vector> {
    let initiate = || post("InitiateIMSession", &good("InitiateIMSession"));
    let mut vectors = vec![
        vector("InitiateIMSession while another is open: 2", to("Alerting"), [initiate()]),
        vector("InitiateIMSession after the other is over: 0", to("Completed"), [initiate()]),
    ];
    for state in ["Initiating", "Alerting"] {
        vectors.push(vector(
            format!("SendMessage in {state}: 2"),
            to(state),
            [post("SendMessage", &good("SendMessage"))],
        ));
    }
    for state in ["Initiating", "Alerting", "Talking"] {
        let update = post("UpdateUserData", &good("UpdateUserData"));
        vectors.push(vector(format!("UpdateUserData without user data in {state}: 2"), to(state), [update]));
    }
    vectors
}

fn bodies() -> Vec<Vector> {
    let bodies = [
        "",
        "[]",
        "7",
        "null",
        "{",
        "{}x",
        "\"Complete\"",
        "{}",
        r#"{"operationName":null}"#,
        r#"{"operationName":7}"#,
        r#"{"operationName":"Hold"}"#,
    ];
    let posted = |body: &str| Step::Post { agent: 0, target: Some(ID.into()), body: body.into() };
    bodies.into_iter().map(|body| vector(format!("the body {body:?}"), to("Talking"), [posted(body)])).collect()
}

/// Bodies with two mistakes. The one that is checked first is reported.
fn order() -> Vec<Vector> {
    let unknown = json!({"operationName": "Hold"});
    let missing = json!({"operationName": "SendMessage", "destination": 7, "devicePath": "/devices/1"});
    let wrong = with("SendMessage", "text", json!(7));
    let mut foreign_and_wrong = wrong.clone();
    foreign_and_wrong["devicePath"] = json!("/devices/9");
    let foreign = with("SendMessage", "devicePath", json!("/devices/9"));
    vec![
        vector("an unknown operation at an unknown session: 3", vec![], [post("Hold", &unknown)]),
        vector("a missing parameter at an unknown session: 6", vec![], [post("SendMessage", &missing)]),
        vector("one missing, one of the wrong type: 1", to("Talking"), [post("SendMessage", &missing)]),
        vector(
            "one of the wrong type, another agent's devicePath: 10",
            to("Talking"),
            [post("SendMessage", &foreign_and_wrong)],
        ),
        vector(
            "another agent's devicePath, not among the capabilities: 6",
            to("Alerting"),
            [post("SendMessage", &foreign)],
        ),
        vector("of the wrong type, not among the capabilities: 10", to("Alerting"), [post("SendMessage", &wrong)]),
    ]
}

/// Two DNs of one agent have a session with the same id.
fn devices() -> Vec<Vector> {
    let both = || heard([event("EventRinging"), event_at("EventRinging", "3003")]);
    let first_over = || heard([event("EventRinging"), event("EventReleased"), event_at("EventRinging", "3003")]);
    let all_over = || {
        let second = heard([event_at("EventReleased", "3003")]);
        first_over().into_iter().chain(second).collect::<Vec<_>>()
    };
    let complete = || post("Complete", &good("Complete"));
    let named = || post("Complete", &with("Complete", "devicePath", json!("/devices/2")));
    let one_device =
        Step::Post { agent: 1, target: None, body: without("InitiateIMSession", "devicePath").to_string() };
    let read = |query: &str| Step::Read { agent: 0, id: ID.into(), query: query.into() };
    vec![
        vector("of two open sessions the first in device order", both(), [complete()]),
        vector("the one that devicePath names", both(), [named()]),
        vector("the open one", first_over(), [complete(), read("fields=state")]),
        vector("the named one also where it is over", first_over(), [read("fields=state&devicePath=%2Fdevices%2F1")]),
        vector("the first where none is open: 2", all_over(), [complete(), read("")]),
        vector("devicePath may be left out where there is one device: 0", vec![], [one_device]),
    ]
}

/// The third agent may only complete, the fourth only read.
fn rights() -> Vec<Vector> {
    let by =
        |agent, operation: &str| Step::Post { agent, target: target(operation), body: good(operation).to_string() };
    let by_third = |operation: &str| by(2, operation);
    let mut vectors: Vec<Vector> = ALL
        .into_iter()
        .map(|operation| {
            let code = if operation == "Complete" { 0 } else { 5 };
            vector(format!("{operation} by one who may only complete: {code}"), ready(operation), [by_third(operation)])
        })
        .collect();
    vectors.push(vector("Complete by one who may only read: 5", ready("Complete"), [by(3, "Complete")]));
    vectors.push(vector("the right is checked before the session: 5", vec![], [by_third("SendMessage")]));
    let list = |query: &str| Step::List { agent: 2, query: query.into() };
    let read = Step::Read { agent: 2, id: ID.into(), query: "fields=capabilities".into() };
    vectors.push(vector("what one may not do is not shown", ready("Complete"), [list("fields=capabilities"), read]));
    vectors
}

fn in_flight() -> Vec<Vector> {
    let initiate = || post("InitiateIMSession", &good("InitiateIMSession"));
    let answer = |name: &'static str| Step::Event(Event::new(name).with_reference_id(1));
    let at_once = |then: Vec<Step>| [vec![initiate()], then, vec![initiate()]].concat();
    let dialing = event_at("EventDialing", "3003").with_reference_id(1);
    let ended = [dialing, event_at("EventReleased", "3003")];
    let wait = || [Step::Time(10), Step::Expire { ago: 5 }];
    let complete = || post("Complete", &good("Complete"));
    vec![
        vector("InitiateIMSession twice at once: 2", vec![], at_once(vec![])),
        vector("EventACK does not settle InitiateIMSession: 2", vec![], at_once(vec![answer("EventACK")])),
        vector("EventError settles InitiateIMSession: 0", vec![], at_once(vec![answer("EventError")])),
        vector("an event of the session settles it: 0", vec![], at_once(heard(ended))),
        vector("a request that nothing settles times out: 0", vec![], at_once(wait().to_vec())),
        vector(
            "an event of the session settles a request",
            ready("Complete"),
            [complete(), Step::Event(event("EventReleased").with_reference_id(1))],
        ),
        vector("an event that is ignored settles one too", ready("Complete"), [complete(), answer("EventHeld")]),
        vector(
            "a request that was sent just now does not time out",
            ready("Complete"),
            [Step::Time(10), complete(), Step::Expire { ago: 0 }],
        ),
        vector("after a restart there is a gap", ready("Complete"), [complete(), Step::Restart, complete()]),
    ]
}

fn settled() -> Vec<Vector> {
    let sent = || {
        let mut steps = ready("Complete");
        steps.extend([post("Complete", &good("Complete")), post("AttachUserData", &good("AttachUserData"))]);
        steps
    };
    let answers =
        |name: &'static str, reference_id| Event::new(name).with_this_dn("3002").with_reference_id(reference_id);
    let fails = |reference_id| answers("EventError", reference_id).with_error(71, "Invalid called DN");
    let of_another = Event::new("EventError").with_this_dn("3001").with_reference_id(1);
    vec![
        vector("EventError settles the request it names, once", sent(), heard([fails(1), fails(1)])),
        vector("EventACK settles without an error", sent(), heard([answers("EventACK", 2)])),
        vector("EventError of another DN settles nothing", sent(), heard([of_another])),
        vector("EventError with an unknown ReferenceID settles nothing", sent(), heard([fails(3)])),
    ]
}
