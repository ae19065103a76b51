//! Can a service use the types of the store with its threads, lifetimes, loops and errors? Most of these tests only
//! have to compile.

use std::collections::BTreeMap;
use std::error::Error;
use std::marker::PhantomData;
use std::sync::{Mutex, mpsc};

use im_session::resource::{ListBody, SingleBody};
use im_session::store::Counters;
use im_session::{
    Agent, CallEvent, DataEvent, ErrorBody, Event, Handled, ImSession, KeyValueList, Notification, Participant, Query,
    Request, Session, Sessions, Settled, State, Target,
};
use serde_json::json;

use crate::agent::{ID, data_event, event, hear, me, new_store, put, store_with, user_data};

/// A longer lifetime can be shortened, so a value that borrows the store can be used together with one that borrows a
/// text.
#[test]
fn what_borrows_the_store_can_be_taken_for_something_shorter() {
    fn im_session<'short>(long: ImSession<'static>, _: &'short str) -> ImSession<'short> {
        long
    }
    fn notification<'short>(long: Notification<'static>, _: &'short str) -> Notification<'short> {
        long
    }
    fn list_body<'short>(long: ListBody<'static>, _: &'short str) -> ListBody<'short> {
        long
    }
    fn single_body<'short>(long: SingleBody<'static>, _: &'short str) -> SingleBody<'short> {
        long
    }
    fn list<'short>(long: KeyValueList<'static>, _: &'short str) -> KeyValueList<'short> {
        long
    }
    fn event<'short>(long: Event<'static>, _: &'short str) -> Event<'short> {
        long
    }
    fn participant<'short>(long: Participant<'static>, _: &'short str) -> Participant<'short> {
        long
    }
    fn handled<'long: 'short, 'short>(long: Handled<'long>) -> Handled<'short> {
        long
    }
    fn references<'long: 'short, 'short>(long: &'short [ImSession<'long>]) -> &'short [ImSession<'short>] {
        long
    }

    let text = String::from("a life that ends here");
    let resource = im_session(ImSession::new("007", State::Talking), &text);
    assert_eq!(references(std::slice::from_ref(&resource))[0].id(), "007");
    assert_eq!(event(Event::new(CallEvent::Ringing), &text).name, CallEvent::Ringing.into());
    assert!(list(KeyValueList::new(), &text).is_empty());
    assert_eq!(participant(Participant::from_number("3001"), &text).digits, "3001");
    let message = Notification::NewMessage { id: "007".into(), message: "hello".into() };
    assert!(matches!(notification(message, &text), Notification::NewMessage { message, .. } if message == "hello"));
    let body = list_body(ListBody { im_sessions: Vec::new(), fields: None }, &text);
    assert_eq!(body.uris().count(), 0);
    let fields = im_session::resource::Fields::ALL;
    let body = single_body(SingleBody { im_session: ImSession::new("007", State::Talking), fields }, &text);
    assert_eq!(body.im_session.state(), State::Talking);
    let mut store = new_store();
    let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    assert_eq!(handled(store.handle_event(&ringing).unwrap()).changed().count(), 1);
}

/// Every public type of the core can be sent to another thread and shared between threads.
#[test]
fn all_types_are_send_and_sync() {
    macro_rules! send_and_sync {
        ($($Type:ty),+ $(,)?) => {{
            fn is<T: Send + Sync>(_: PhantomData<T>) -> usize {
                1
            }
            [$(is(PhantomData::<$Type>)),+].len()
        }};
    }
    use im_session::{decode, event, machine, resource, session, store};

    let machine = send_and_sync!(
        machine::State,
        machine::CallEvent,
        machine::DataEvent,
        machine::SessionEvent,
        machine::Step,
        machine::RejectReason,
        machine::Operation,
        machine::Operations,
        machine::CapabilityRow,
        machine::CapabilityTable,
        machine::Mermaid,
        machine::Dot,
        machine::Table,
        im_session::UnknownName,
    );
    let events = send_and_sync!(
        event::Event<'_>,
        event::EventName<'_>,
        event::Route<'_>,
        event::UnreadableEvent,
        event::ConnId,
        event::BadConnId,
        event::BadCallUuid,
        event::BadAttribute,
        event::EventJsonError,
        event::KeyValueList<'_>,
        event::ListAttribute<'_>,
        event::Pair<'_>,
        event::PlainValue<'_>,
        event::Value<'_>,
        event::TooDeep,
        decode::Decoder,
        decode::Decoded<'_>,
        decode::DecodeError,
    );
    let sessions = send_and_sync!(
        session::Session,
        session::Participants<'_>,
        session::EventIdentity,
        session::Limit,
        session::Limits,
        session::Outcome,
        session::Rejection,
    );
    let resources = send_and_sync!(
        resource::BaseUri,
        resource::ImSession<'_>,
        resource::ImSessionList,
        resource::ListBody<'_>,
        resource::SingleBody<'_>,
        resource::Notification<'_>,
        resource::NotificationType,
        resource::OperationBody<'_>,
        resource::Destination<'_>,
        resource::Parameter<String>,
        resource::Participant<'_>,
        resource::Country<'_>,
        resource::Query<'_>,
        resource::Field,
        resource::Fields,
        resource::StatusCode,
        resource::Sent,
        resource::ErrorBody,
    );
    let stores = send_and_sync!(
        store::Sessions,
        store::Agent,
        store::Device,
        store::Counters,
        store::Handled<'_>,
        store::Request,
        store::RequestName,
        store::RequestError,
        store::Settled,
        store::Snapshot,
        store::RestoreError,
        store::ReconcileError,
        store::Target<'_>,
        store::WhyNot,
    );
    assert_eq!(machine + events + sessions + resources + stores, 14 + 18 + 7 + 18 + 14);
}

/// Handles events one by one and collects the notifications beyond the lifetime of each `Handled`.
#[test]
fn notifications_outlive_what_they_came_of() {
    let mut store = new_store();
    let mut pushed: Vec<(String, Notification<'static>)> = Vec::new();
    for name in [CallEvent::Ringing, CallEvent::Established, CallEvent::Released] {
        let handled = store.handle_event(&event(name, "3002", ID)).unwrap();
        let notifications = handled.notifications();
        drop(handled);
        // The event is gone, and so is its `Handled`.
        pushed.extend(notifications.map(|(dn, notification)| (dn.to_string(), notification.into_owned())));
    }
    let state = |notification: &Notification<'_>| match notification {
        Notification::SessionChanged { im_session, .. } => im_session.state(),
        Notification::NewMessage { .. } => panic!("no message was sent"),
    };
    let states: Vec<State> = pushed.iter().map(|(_, notification)| state(notification)).collect();
    assert_eq!(states, [State::Alerting, State::Talking, State::Completed]);
    assert!(pushed.iter().all(|(dn, _)| dn == "3002"));
}

/// Notifications that borrow only the store can be collected and sorted as long as the store is not changed.
#[test]
fn borrowed_notifications_are_collected_by_dn() {
    let mut store = new_store();
    put(&mut store, "3001", ID, State::Talking);
    put(&mut store, "3002", ID, State::Talking);
    let by_dn: BTreeMap<&str, Notification<'_>> = {
        let changed = Event::new(DataEvent::AttachedDataChanged).with_call_uuid(ID);
        store.handle_event(&changed).unwrap().notifications().collect()
    };
    assert!(by_dn.keys().copied().eq(["3001", "3002"]));
}

#[test]
fn an_owned_notification_goes_to_another_thread() {
    let (sender, receiver) = mpsc::channel::<(String, Notification<'static>)>();
    let pusher = std::thread::spawn(move || -> Vec<String> {
        receiver
            .into_iter()
            .map(|(dn, notification)| format!("{dn} {}", json!(notification)["data"]["message"]))
            .collect()
    });
    let mut store = store_with(State::Talking);
    let says = data_event(DataEvent::PrivateInfo, "3002", ID).with_extensions(user_data(&[("text", "hello")]));
    for (dn, notification) in store.handle_event(&says).unwrap().notifications() {
        sender.send((dn.to_string(), notification.into_owned())).unwrap();
    }
    drop(sender);
    assert_eq!(pusher.join().unwrap(), ["3002 \"hello\""]);
}

/// A store behind a lock. The answer is written while the lock is held.
#[test]
fn a_store_can_be_shared_behind_a_lock() {
    let shared = Mutex::new(store_with(State::Talking));
    let answers: Vec<String> = std::thread::scope(|scope| {
        let ask = || {
            let store = shared.lock().unwrap();
            let body = store.read(&me(), ID, &Query::parse("fields=state")).unwrap();
            serde_json::to_string(&body).unwrap()
        };
        let threads = [scope.spawn(ask), scope.spawn(ask)];
        threads.map(|thread| thread.join().unwrap()).into()
    });
    assert_eq!(answers, [r#"{"imSession":{"state":"Talking"},"statusCode":0}"#; 2]);
}

/// `?` converts every error into the error types that services use.
#[test]
fn errors_are_errors() {
    fn feed(store: &mut Sessions, json: &str) -> Result<usize, Box<dyn Error + Send + Sync>> {
        let event = Event::from_json_line(json)?;
        let handled = store.handle_event(&event)?;
        Ok(handled.notifications().count())
    }
    fn post(store: &mut Sessions, me: &Agent, body: &[u8]) -> Result<Request, ErrorBody> {
        let request = store.post(me, Target::Session(ID), body)?;
        Ok(request)
    }
    fn restart(store: &Sessions) -> Result<Sessions, Box<dyn Error>> {
        let mut restarted = new_store();
        restarted.restore(&serde_json::from_str(&serde_json::to_string(&store.snapshot())?)?)?;
        Ok(restarted)
    }

    let mut store = new_store();
    let line = json!({"Event": "EventRinging", "ThisDN": "3002", "CallUUID": ID}).to_string();
    assert_eq!(feed(&mut store, &line).unwrap(), 1);
    let error = feed(&mut store, r#"{"Event":"EventRinging"}"#).unwrap_err();
    assert_eq!(error.to_string(), "EventRinging: expected a CallUUID, found none");
    let error = feed(&mut store, "7").unwrap_err().to_string();
    assert!(error.starts_with("expected a JSON object"), "{error}");
    assert!(post(&mut store, &me(), br#"{"operationName":"Complete"}"#).is_ok());
    let error = post(&mut store, &Agent::new(), br#"{"operationName":"Complete"}"#).unwrap_err();
    assert_eq!(error.to_string(), format!("statusCode 6: there is no session {ID:?}"));
    assert_eq!(restart(&store).unwrap().len(), 1);
    let error = store.reconcile("", &[]).map(|handled| handled.changed().count()).unwrap_err();
    assert_eq!(Box::<dyn Error>::from(error).to_string(), "expected a DN, found none");
}

/// All types that a service stores or sends can be serialized and deserialized.
#[test]
fn requests_settled_requests_and_errors_go_both_ways() {
    fn there_and_back<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
        serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
    }
    let mut store = store_with(State::Talking);
    for operation in ["SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"] {
        let body = crate::agent::good_body(operation).to_string();
        let request = store.post(&me(), Target::Session(ID), body.as_bytes()).unwrap();
        assert_eq!(there_and_back(&request), request);
        let answer = Event::new("EventError").with_reference_id(request.reference_id).with_error(71, "Invalid DN");
        let settled: Settled = store.handle_event(&answer).unwrap().settled()[0].clone();
        assert_eq!(there_and_back(&settled), settled);
    }
    let error = store.post(&me(), Target::Session("none"), br#"{"operationName":"Complete"}"#).unwrap_err();
    assert_eq!(there_and_back(&error), error);
    // The counts of sessions by state are left out because they come from the sessions themselves.
    let counted =
        |counters: &Counters| -> Vec<_> { counters.iter().filter(|(what, ..)| *what != "sessions").collect() };
    assert_eq!(counted(&there_and_back(store.counters())), counted(store.counters()));
}

#[test]
fn sessions_of_a_dn_and_of_a_call() {
    let mut store = new_store();
    for (this_dn, id) in [("3002", "b"), ("3001", "b"), ("3002", "a"), ("3009", "b"), ("3002", "B")] {
        hear(&mut store, &event(CallEvent::Ringing, this_dn, id));
    }
    assert!(store.of_dn("3002").map(Session::id).eq(["B", "a", "b"]));
    assert!(store.of_call("b").map(Session::this_dn).eq(["3001", "3002", "3009"]));
    assert_eq!((store.of_dn("none").count(), store.of_call("none").count()), (0, 0));
}

/// Pins the HTTP status of each statusCode.
#[test]
fn http_status_of_each_status_code() {
    use im_session::StatusCode;

    let statuses =
        [200, 400, 409, 403, 500, 403, 404, 200, 403, 200, 400, 403, 500, 500, 500, 500, 500, 500, 409, 409, 401];
    assert_eq!(StatusCode::ALL.map(StatusCode::http_status), statuses);
}
