//! What does `handle_event` return? The outcome, the state before and after, the changes, and who is notified.

use im_session::{CallEvent, DataEvent, Event, Handled, Outcome, RejectReason, State};
use serde_json::{Value, json};

use crate::agent::{ID, data_event, event, new_store, put, store_with, user_data};

/// The DN of each changed session and its new state.
fn changed(handled: &Handled<'_>) -> Vec<(String, State)> {
    handled.changed().map(|session| (session.this_dn().to_string(), session.state())).collect()
}

/// Who is notified, and the type of the notification.
fn told(handled: &Handled<'_>) -> Vec<(String, Value)> {
    let kind = |notification| json!(notification)["data"]["notificationType"].clone();
    handled.notifications().map(|(this_dn, notification)| (this_dn.to_string(), kind(notification))).collect()
}

#[test]
fn an_event_of_one_session() {
    let mut store = new_store();
    for (name, from, to) in [
        (CallEvent::Ringing, None, State::Alerting),
        (CallEvent::Established, Some(State::Alerting), State::Talking),
        (CallEvent::Released, Some(State::Talking), State::Completed),
    ] {
        let event = event(name, "3002", ID);
        let handled = store.handle_event(&event).unwrap();
        let outcome = Outcome::Changed { from, to, participants: false, user_data: false };
        assert_eq!(*handled.outcome(), outcome);
        assert_eq!((handled.from(), handled.to()), (from, Some(to)));
        assert_eq!(changed(&handled), [("3002".to_string(), to)]);
        assert_eq!(told(&handled), [("3002".to_string(), json!("StatusChange"))]);
    }
}

#[test]
fn an_event_for_the_whole_call() {
    let mut store = new_store();
    for this_dn in ["3002", "3001", "3009"] {
        put(&mut store, this_dn, ID, State::Talking);
    }
    put(&mut store, "3003", ID, State::Completed);
    let update = Event::new(DataEvent::AttachedDataChanged).with_call_uuid(ID);
    let update = update.with_user_data(user_data(&[("other", "v")]));
    let handled = store.handle_event(&update).unwrap();
    assert_eq!((handled.from(), handled.to()), (None, None), "a call has no state");
    let (from, to) = (Some(State::Talking), State::Talking);
    assert_eq!(*handled.outcome(), Outcome::Changed { from, to, participants: false, user_data: true });
    let open = ["3001", "3002", "3009"].map(str::to_string);
    assert_eq!(changed(&handled), open.clone().map(|this_dn| (this_dn, State::Talking)));
    assert_eq!(told(&handled), open.map(|this_dn| (this_dn, json!("AttachedDataChanged"))));
}

#[test]
fn a_message_is_told_and_changes_nothing() {
    let mut store = store_with(State::Talking);
    let says = data_event(DataEvent::PrivateInfo, "3002", ID).with_extensions(user_data(&[("text", "hello")]));
    let handled = store.handle_event(&says).unwrap();
    assert!(matches!(handled.outcome(), Outcome::Message(text) if text == "hello"), "{:?}", handled.outcome());
    assert_eq!((handled.from(), handled.to()), (Some(State::Talking), Some(State::Talking)));
    assert_eq!(changed(&handled), []);
    assert_eq!(told(&handled), [("3002".to_string(), json!("NewMessage"))]);
}

#[test]
fn what_changes_nothing_is_told_to_nobody() {
    let mut store = store_with(State::Talking);
    for (event, reason) in [
        (event(CallEvent::Established, "3002", ID), None),
        (event(CallEvent::Ringing, "3002", ID), Some(RejectReason::Late)),
        (event(CallEvent::Released, "3002", "none"), Some(RejectReason::Orphan)),
        (Event::new(DataEvent::AttachedDataChanged).with_call_uuid("none"), Some(RejectReason::Orphan)),
        (Event::new("EventHeld").with_this_dn("3002").with_call_uuid(ID), None),
    ] {
        let handled = store.handle_event(&event).unwrap();
        let rejected = match handled.outcome() {
            Outcome::Rejected(rejection) => Some(rejection.reason),
            _ => None,
        };
        assert_eq!(rejected, reason);
        assert_eq!(handled.from(), handled.to());
        assert_eq!((changed(&handled), told(&handled)), (vec![], vec![]));
    }
}
