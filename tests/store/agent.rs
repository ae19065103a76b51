//! One agent with two devices and its sessions, shared by the tests that are not properties.

use core::time::Duration;

use im_session::{
    Agent, BaseUri, CallEvent, ConnId, DataEvent, Event, Handled, KeyValueList, Notification, Query, Sessions, State,
    Target,
};
use serde_json::{Value, json};

/// The agent of most tests, with two DNs. The first device does not have the first DN in byte order.
pub(crate) fn me() -> Agent {
    Agent::new().with_device("/devices/1", "3002").with_device("/devices/2", "3001")
}

/// The same agent with only the first device.
pub(crate) fn me_at_one_device() -> Agent {
    Agent::new().with_device("/devices/1", "3002")
}

/// Another agent.
pub(crate) fn other() -> Agent {
    Agent::new().with_device("/devices/9", "3009")
}

pub(crate) const ID: &str = "007MDF3D0KAHL93L807GK2LAES000001";

pub(crate) fn new_store() -> Sessions {
    Sessions::new(BaseUri::new("http://localhost:8090/"))
}

pub(crate) fn event(name: CallEvent, this_dn: &'static str, id: &'static str) -> Event<'static> {
    Event::new(name).with_this_dn(this_dn).with_call_uuid(id)
}

pub(crate) fn data_event(name: DataEvent, this_dn: &'static str, id: &'static str) -> Event<'static> {
    Event::new(name).with_this_dn(this_dn).with_call_uuid(id)
}

pub(crate) fn user_data(pairs: &[(&'static str, &'static str)]) -> KeyValueList<'static> {
    pairs.iter().copied().collect()
}

/// Lists nested to this depth.
pub(crate) fn nested(depth: usize) -> KeyValueList<'static> {
    let inner = |list: KeyValueList<'static>, _| KeyValueList::try_from_iter([("k", list)]).expect("not too deep");
    (1..depth).fold(KeyValueList::new(), inner)
}

/// Passes the event to the store. The event must be readable.
pub(crate) fn hear(store: &mut Sessions, event: &Event<'_>) {
    let _handled = store.handle_event(event).expect("a readable event");
}

/// Sets the time of the store, in seconds.
pub(crate) fn set_time(store: &mut Sessions, seconds: u64) {
    store.set_time(Duration::from_secs(seconds)).expect("no jump is too far");
}

/// Ends the sessions that have had no event since `seconds`.
pub(crate) fn expire(store: &mut Sessions, seconds: u64) -> Handled<'_> {
    store.expire(Duration::from_secs(seconds)).expect("not ahead of the store's time")
}

/// Expires sessions and returns their number.
pub(crate) fn expired(store: &mut Sessions, seconds: u64) -> usize {
    expire(store, seconds).changed().count()
}

/// Forgets the sessions that completed before `seconds` and returns their number.
pub(crate) fn forget_completed(store: &mut Sessions, seconds: u64) -> usize {
    let handled = store.forget_completed(Duration::from_secs(seconds)).expect("not ahead of the store's time");
    handled.forgotten()
}

/// Forgets a completed session. Returns whether there was one.
pub(crate) fn forget(store: &mut Sessions, this_dn: &str, id: &str) -> bool {
    store.forget(this_dn, id).forgotten() == 1
}

/// Lets a second pass, forgets all completed sessions and returns their number.
pub(crate) fn forget_all_completed(store: &mut Sessions) -> usize {
    let later = a_second_later(store);
    forget_completed(store, later)
}

/// Lets a second pass, so that all earlier events are older, and returns the time.
pub(crate) fn a_second_later(store: &mut Sessions) -> u64 {
    let later = store.now().as_secs() + 1;
    set_time(store, later);
    later
}

/// Brings a session of the DN into this state, with the party `3001` (`3002` if the DN is 3001), ConnID 7 and the user
/// data `k`.
pub(crate) fn put(store: &mut Sessions, this_dn: &'static str, id: &'static str, state: State) {
    let begin = if state == State::Initiating { CallEvent::Dialing } else { CallEvent::Ringing };
    let mut names = vec![begin];
    match state {
        State::Initiating | State::Alerting => {}
        State::Talking => names.push(CallEvent::Established),
        State::Completed => names.push(CallEvent::Released),
    }
    for name in names {
        let other_dn = if this_dn == "3001" { "3002" } else { "3001" };
        let event = event(name, this_dn, id).with_other_dn(other_dn).with_conn_id(ConnId(7));
        hear(store, &event.with_user_data(user_data(&[("k", "v")])));
    }
}

/// A store in which ME has one session at 3002, in this state.
pub(crate) fn store_with(state: State) -> Sessions {
    let mut store = new_store();
    put(&mut store, "3002", ID, state);
    store
}

/// Posts an operation. Returns the request or the statusCode.
pub(crate) fn post(store: &mut Sessions, me: &Agent, target: Target<'_>, body: &Value) -> Result<Value, u8> {
    let text = body.to_string();
    store.post(me, target, text.as_bytes()).map(|request| json!(request)).map_err(|error| error.status_code.code())
}

/// Posts ME's operation on the session.
pub(crate) fn on_session(store: &mut Sessions, body: &Value) -> Result<Value, u8> {
    post(store, &me(), Target::Session(ID), body)
}

/// The list that ME reads.
pub(crate) fn list(store: &Sessions, query: &str) -> Value {
    json!(store.list(&me(), &Query::parse(query)))
}

/// The session that ME reads, or the error body.
pub(crate) fn read(store: &Sessions, id: &str, query: &str) -> Value {
    store.read(&me(), id, &Query::parse(query)).map_or_else(|error| json!(error), |body| json!(body))
}

/// A valid body for each operation.
pub(crate) fn good_body(operation: &str) -> Value {
    match operation {
        "InitiateIMSession" => json!({
            "operationName": operation, "destination": {"phoneNumber": "3009"}, "userData": {"k": "v"},
            "devicePath": "/devices/1",
        }),
        "SendMessage" => json!({
            "operationName": operation, "destination": {"phoneNumber": "3001"}, "text": "hello",
            "devicePath": "/devices/1",
        }),
        "AttachUserData" | "UpdateUserData" => json!({"operationName": operation, "userData": {"k": "w", "n": 1}}),
        "DeleteUserData" => json!({"operationName": operation, "key": "k"}),
        _ => json!({"operationName": operation}),
    }
}

/// The DN, id and state of every session, in list order.
pub(crate) fn all(store: &Sessions) -> Vec<(&str, &str, State)> {
    store.iter().map(|session| (session.this_dn(), session.id(), session.state())).collect()
}

/// The DN, id and state in each notification. There must be no chat message among them.
pub(crate) fn told(handled: &Handled<'_>) -> Vec<(String, String, State)> {
    let told = handled.notifications().map(|(this_dn, notification)| match notification {
        Notification::SessionChanged { im_session, .. } => (this_dn.into(), im_session.id().into(), im_session.state()),
        Notification::NewMessage { .. } => panic!("no message was sent"),
    });
    told.collect()
}
