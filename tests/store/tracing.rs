//! Which `tracing` events are emitted? Exactly one for every change and every refusal, and none for anything else.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Once;

use crate::agent::{
    ID, data_event, event, expired, forget, forget_completed, good_body, hear, me, new_store, on_session, post, put,
    set_time, store_with, user_data,
};
use im_session::{CallEvent, DataEvent, Event, ImSession, Query, Sessions, State, Target};
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Level, Metadata, Subscriber};

/// The fields of one event.
type Fields = BTreeMap<&'static str, String>;

/// Keeps every event of the thread, and each test has its own thread. All threads share one subscriber because
/// `tracing` caches for every call site whether anybody listens. Subscribers that come and go with threads would
/// disturb each other.
struct Kept;

thread_local! {
    static KEPT: RefCell<Vec<Fields>> = const { RefCell::new(Vec::new()) };
}

/// Starts listening. Must be called before the store is used.
fn listen() {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| tracing::subscriber::set_global_default(Kept).expect("the only subscriber"));
}

impl Subscriber for Kept {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        assert_eq!((metadata.target(), *metadata.level()), ("im_session", Level::DEBUG));
        true
    }

    fn event(&self, event: &tracing::Event<'_>) {
        let mut visitor = Visitor(Fields::new());
        event.record(&mut visitor);
        KEPT.with_borrow_mut(|kept| kept.push(visitor.0));
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        unreachable!("the crate opens no span")
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct Visitor(Fields);

impl Visit for Visitor {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

/// The events that are traced during `what`.
fn traced(store: &mut Sessions, what: impl FnOnce(&mut Sessions)) -> Vec<Fields> {
    KEPT.take();
    what(store);
    KEPT.take()
}

fn fields(pairs: &[(&'static str, &str)]) -> Fields {
    pairs.iter().map(|&(name, value)| (name, value.to_string())).collect()
}

#[test]
fn a_change_is_one_event() {
    listen();
    let mut store = new_store();
    let opened = traced(&mut store, |store| put(store, "3002", ID, State::Talking));
    let changed = [
        ("message", "session changed"),
        ("this_dn", "3002"),
        ("id", ID),
        ("participants", "false"),
        ("user_data", "false"),
        ("why", "EventEstablished"),
        ("from", "Alerting"),
        ("to", "Talking"),
    ];
    assert_eq!(opened.len(), 2);
    assert_eq!(opened[0]["why"], "EventRinging");
    assert_eq!(opened[0].get("from"), None, "there was no session");
    assert_eq!(opened[1], fields(&changed));

    set_time(&mut store, 10);
    let ended = traced(&mut store, |store| assert_eq!(expired(store, 10), 1));
    assert_eq!(ended.len(), 1);
    assert_eq!((&*ended[0]["why"], &*ended[0]["to"]), ("expired", "Completed"));

    let forgotten = traced(&mut store, |store| assert!(forget(store, "3002", ID)));
    assert_eq!(forgotten, [fields(&[("message", "session forgotten"), ("this_dn", "3002"), ("id", ID)])]);
}

#[test]
fn every_session_that_changes_has_its_event() {
    listen();
    let mut store = new_store();
    put(&mut store, "3001", ID, State::Talking);
    put(&mut store, "3002", ID, State::Talking);
    put(&mut store, "3003", ID, State::Completed);
    let whole_call = Event::new(DataEvent::AttachedDataChanged).with_call_uuid(ID);
    let told = |events: Vec<Fields>| -> Vec<String> { events.iter().map(|event| event["this_dn"].clone()).collect() };
    assert_eq!(told(traced(&mut store, |store| hear(store, &whole_call))), ["3001", "3002"]);
    let list: ImSession<'_> = serde_json::from_str(r#"{"id":"new","state":"Talking"}"#).unwrap();
    let reconciled =
        traced(&mut store, |store| assert_eq!(store.reconcile("3002", &[list]).unwrap().changed().count(), 2));
    assert!(reconciled.iter().all(|event| event["why"] == "reconciled"));
    assert_eq!(told(reconciled), ["3002", "3002"]);
    set_time(&mut store, 10);
    assert_eq!(told(traced(&mut store, |store| assert_eq!(expired(store, 10), 2))), ["3001", "3002"]);
    set_time(&mut store, 20);
    assert_eq!(traced(&mut store, |store| assert_eq!(forget_completed(store, 20), 4)).len(), 4);
}

#[test]
fn a_refusal_is_one_event() {
    listen();
    let mut store = store_with(State::Alerting);
    let rejected = traced(&mut store, |store| hear(store, &event(CallEvent::Dialing, "3002", ID)));
    let expected = [
        ("message", "event rejected"),
        ("this_dn", "3002"),
        ("id", ID),
        ("event", "EventDialing"),
        ("state", "Alerting"),
        ("reason", "role-conflict"),
    ];
    assert_eq!(rejected, [fields(&expected)]);

    let whole_call = Event::new(DataEvent::AttachedDataChanged).with_call_uuid("none");
    let orphan = traced(&mut store, |store| hear(store, &whole_call));
    assert_eq!((orphan.len(), &*orphan[0]["reason"]), (1, "orphan"));

    let unreadable = traced(&mut store, |store| assert!(store.handle_event(&Event::new(CallEvent::Ringing)).is_err()));
    let expected = [
        ("message", "event unreadable"),
        ("event", "EventRinging"),
        ("error", "EventRinging: expected a CallUUID, found none"),
    ];
    assert_eq!(unreadable, [fields(&expected)]);

    let refused = traced(&mut store, |store| assert_eq!(on_session(store, &good_body("SendMessage")), Err(2)));
    let expected = [
        ("message", "operation refused"),
        ("operation", "SendMessage"),
        ("status_code", "2"),
        ("status_message", "SendMessage is not possible while the session is Alerting"),
    ];
    assert_eq!(refused, [fields(&expected)]);
    // The same if the operation is unknown, or if the body is no operation at all.
    for (body, status_code) in [(json!([]), "10"), (json!({}), "1"), (json!({"operationName": "Hold"}), "3")] {
        let refused = traced(&mut store, |store| assert!(on_session(store, &body).is_err()));
        assert_eq!((refused.len(), &*refused[0]["status_code"]), (1, status_code), "{body}");
    }
}

#[test]
fn what_neither_changes_nor_is_refused_is_not_traced() {
    listen();
    let mut store = store_with(State::Talking);
    let nothing = traced(&mut store, |store| {
        hear(store, &event(CallEvent::Established, "3002", ID));
        hear(store, &data_event(DataEvent::PrivateInfo, "3002", ID).with_extensions(user_data(&[("text", "t")])));
        hear(store, &Event::new("EventHeld").with_this_dn("3002").with_call_uuid(ID));
        on_session(store, &good_body("Complete")).unwrap();
        post(store, &me(), Target::Session(ID), &good_body("SendMessage")).unwrap();
        let _ = store.list(&me(), &Query::default());
        assert!(store.read(&me(), ID, &Query::default()).is_ok());
        assert_eq!(expired(store, 0), 0);
        assert!(!forget(store, "3002", ID));
        assert_eq!(forget_completed(store, 0), 0);
        let snapshot = store.snapshot();
        store.restore(&snapshot).unwrap();
    });
    assert!(nothing.is_empty(), "{nothing:?}");
}
