//! What do `Debug` and `Display` print for the types that do not derive them? Failing tests and logs show this output.

use im_session::sip::{DialogInfo, Observer};
use im_session::strategies::log;
use im_session::{CallEvent, ConnId, Event, KeyValueList, Limits, Session, Value};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

#[test]
fn an_event_is_the_attributes_that_are_there() {
    let data = KeyValueList::try_from_iter([("k", Value::from("v")), ("k", Value::from(1))]).unwrap();
    let event = Event::new("EventRinging").with_this_dn("3002").with_conn_id(ConnId(7)).with_user_data(data);
    let printed = "Event { name: EventRinging, this_dn: \"3002\", conn_id: ConnId(7), \
                   user_data: {\"k\": String(\"v\"), \"k\": Integer(1)} }";
    assert_eq!(format!("{event:?}"), printed);
    let event = Event::new("EventX").with_error(71, "Invalid DN");
    assert_eq!(format!("{event:?}"), r#"Event { name: EventX, error_code: 71, error_message: "Invalid DN" }"#);
    let event = Event::new("EventX").with_hidden_user_data().with_hidden_extensions();
    assert_eq!(format!("{event:?}"), "Event { name: EventX, user_data: hidden, extensions: hidden }");
}

#[test]
fn an_event_is_one_short_line() {
    let event = Event::new(CallEvent::Ringing).with_this_dn("3002").with_other_dn("3001");
    assert_eq!(event.to_string(), "EventRinging 3002 with 3001");
    let event = event.with_call_uuid("007MDF3D0KAHL93L807GK2LAES000001").with_event_sequence_number(4711);
    assert_eq!(event.to_string(), "EventRinging 3002 007MDF… with 3001 #4711");
    assert_eq!(Event::new("EventHeld").with_call_uuid("007MDF").to_string(), "EventHeld 007MDF");
    // Control characters from a log are escaped.
    let event = Event::new(CallEvent::Ringing).with_this_dn("30\n02").with_other_dn("\u{1b}[2J").with_call_uuid("\r");
    assert_eq!(event.to_string(), "EventRinging 30\\n02 \\r with \\u{1b}[2J");
}

/// A person looks for the DN, the id and the state in a failed assertion.
#[test]
fn a_session_is_its_key_its_state_and_what_it_has() {
    let mut session = None;
    let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    assert!(Session::apply(&mut session, &ringing, &Limits::DEFAULT).is_accepted());
    let printed = |session: &Option<Session>| format!("{:?}", session.as_ref().unwrap());
    assert_eq!(printed(&session), r#"Session { this_dn: "3002", id: "007", state: Alerting }"#);

    let numbered = ringing.clone().with_event_sequence_number(4).with_server_start_time(9).with_other_dn("3001");
    let all = numbered.with_conn_id(ConnId(7)).with_user_data([("k", "v")].into_iter().collect());
    assert!(Session::apply(&mut session, &all, &Limits::DEFAULT).is_accepted());
    let expected = "Session { this_dn: \"3002\", id: \"007\", state: Alerting, participants: [\"3001\"], \
                    user_data: {\"k\": String(\"v\")}, conn_id: 0000000000000007, last_event: #4 since 9 }";
    assert_eq!(printed(&session), expected);
    assert!(Session::apply(&mut session, &ringing.with_event_sequence_number(5), &Limits::DEFAULT).is_accepted());
    assert!(printed(&session).ends_with("last_event: #5 }"), "{}", printed(&session));
}

#[test]
fn a_list_is_its_pairs_in_order_repeated_keys_too() {
    let inner = KeyValueList::from_iter([("n", 1)]);
    let list = [("k", Value::from("v")), ("list", inner.into()), ("k", Value::Binary("[2] 00".into()))];
    let list = KeyValueList::try_from_iter(list).unwrap();
    let expected = r#"{"k": String("v"), "list": List({"n": Integer(1)}), "k": Binary("[2] 00")}"#;
    assert_eq!(format!("{list:?}"), expected);
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
