//! What `Debug` prints of the types that do not derive it: failing properties are made of it.

use im_session::sip::{DialogInfo, Observer};
use im_session::strategies::log;
use im_session::{Capabilities, ConnId, Event, KeyValueList, Operation, Value};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

#[test]
fn an_event_is_the_attributes_that_are_there() {
    let data = KeyValueList::from_iter([("k", Value::from("v")), ("k", Value::from(1))]);
    let event = Event::new("EventRinging").with_this_dn("3002").with_conn_id(ConnId(7)).with_user_data(data);
    let printed = r#"Event { name: EventRinging, this_dn: "3002", conn_id: ConnId(7), user_data: {"k": String("v"), "k": Integer(1)} }"#;
    assert_eq!(format!("{event:?}"), printed);
    let event = Event::new("EventX").with_error(71, "Invalid DN");
    assert_eq!(format!("{event:?}"), r#"Event { name: EventX, error_code: 71, error_message: "Invalid DN" }"#);
}

#[test]
fn capabilities_are_the_set_of_their_names() {
    let some: Capabilities = [Operation::Complete, Operation::SendMessage].into_iter().collect();
    assert_eq!(format!("{some:?}"), "{SendMessage, Complete}");
}

#[test]
fn a_log_is_printed_as_it_stands() {
    let log = log().new_tree(&mut TestRunner::deterministic()).unwrap().current();
    let (lines, errors) = (log.lines(), &log.errors);
    let head = format!("Log in the form {}, events at {lines:?}, errors at {errors:?}:\n", log.form);
    assert_eq!(format!("{log:?}"), head + &log.text);
}

#[test]
fn observers_show_whom_they_watch() {
    let observer = format!("{:?}", Observer::new().with_dn("3002"));
    assert!(
        observer.starts_with("Observer { limits: ") && observer.contains(r#"dn: Some("3002"), calls: {}"#),
        "{observer}"
    );
    let watched = format!("{:?}", DialogInfo::new());
    assert_eq!(watched, "DialogInfo { entity: None, version: None, sessions: {}, .. }");
}
