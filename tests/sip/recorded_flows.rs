//! Does every endpoint of the recorded flows give exactly the events of `expected.json`, message by message?

use std::collections::BTreeMap;
use std::time::Duration;

use im_session::sip::{Direction, Observer};
use im_session::{CallEvent, DataEvent, Event, EventName, Limits, Outcome, Session, State};
use serde_json::Value;

use crate::support::trace::{self, TracedMessage};

const EXPECTED: &str = include_str!("../data/sip/expected.json");

fn flow(name: &str) -> Vec<TracedMessage> {
    trace::flow(&format!("sip/{name}.txt"))
}

/// The messages that an endpoint sends and receives.
fn at(endpoint: &str, messages: Vec<TracedMessage>) -> impl Iterator<Item = (Direction, TracedMessage)> {
    let endpoint = format!("127.0.0.1:{endpoint}");
    messages.into_iter().map(move |message| {
        let sent = message.source == endpoint;
        assert!(sent || message.destination == endpoint);
        (if sent { Direction::Sent } else { Direction::Received }, message)
    })
}

fn is_message(event: &Event<'_>) -> bool {
    event.name == EventName::Data(DataEvent::PrivateInfo)
}

fn flows() -> Vec<Value> {
    let flows: Vec<Value> = serde_json::from_str(EXPECTED).expect("JSON");
    assert_eq!(flows.len(), 12);
    flows
}

#[test]
fn every_endpoint_of_every_flow_gives_the_expected_events_message_by_message() {
    let mut compared = 0;
    for recorded in flows() {
        let name = recorded["flow"].as_str().expect("a name");
        for (endpoint, expected) in recorded["endpoints"].as_object().expect("endpoints") {
            let steps = expected["steps"].as_array().expect("steps");
            let messages: Vec<_> = at(endpoint, flow(name)).collect();
            assert_eq!(messages.len(), steps.len(), "{name} at {endpoint}");

            let mut observer = Observer::new();
            let mut sessions: BTreeMap<String, Option<Session>> = BTreeMap::new();
            let mut sequence = Vec::new();
            for ((direction, message), step) in messages.iter().zip(steps) {
                let place = format!("{name}:{} at {endpoint}", message.line);
                let direction_name = if *direction == Direction::Sent { "tx" } else { "rx" };
                assert_eq!(step["dir"], direction_name, "{place}");
                let start = step["start"].as_str().expect("a start line");
                assert!(message.bytes.starts_with(start.as_bytes()), "{place}: {start}");

                let events = observer.observe(*direction, &message.bytes, message.at).expect("a readable message");
                for event in &events {
                    let session = sessions.entry(event.call_uuid().expect("an id").to_owned()).or_default();
                    let outcome = Session::apply(session, event, &Limits::DEFAULT);
                    assert!(matches!(outcome, Outcome::Changed { .. } | Outcome::Message(_)), "{place}: {outcome:?}");
                }
                // `expected.json` does not list chat messages. One may result from a MESSAGE, once, and from no other
                // request.
                let (texts, events): (Vec<_>, Vec<_>) = events.into_iter().partition(is_message);
                assert!(texts.len() <= usize::from(start.starts_with("MESSAGE")), "{place}: {texts:?}");
                let mut names: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
                // The README of the flows also accepts EventAbandoned at the callee if the caller gave up.
                let gave_up = name == "03-cancel-ringing" && expected["role"] == "callee (sipp UAS)";
                if gave_up && names == ["EventAbandoned"] {
                    names = vec!["EventReleased"];
                }
                assert_eq!(names, step["tlib"].as_str().into_iter().collect::<Vec<_>>(), "{place}");
                sequence.extend(names.into_iter().map(str::to_owned));

                let state = sessions.values().flatten().last().map(|session| session.state().to_string());
                assert_eq!(state.as_deref(), step["im_state_after"].as_str(), "{place}");
                compared += 1;
            }
            assert!(sessions.len() <= 1, "{name} at {endpoint}: one session, not two");
            let expected_sequences = expected["tlib_sequence"].as_array().expect("sequences");
            let sequences = if sequence.is_empty() { vec![] } else { vec![Value::from(sequence)] };
            let expected_sequences: Vec<_> = expected_sequences
                .iter()
                .filter(|sequence| !sequence.as_array().is_some_and(Vec::is_empty))
                .cloned()
                .collect();
            assert_eq!(sequences, expected_sequences, "{name} at {endpoint}");
            assert!(observer.finish().is_empty(), "{name} at {endpoint}: nothing is left to wait for");
            assert_eq!(observer.open_calls(), 0, "{name} at {endpoint}");
        }
    }
    assert!(compared > 200, "{compared}");
}

#[test]
fn the_callee_whose_caller_gave_up_gets_abandoned() {
    let mut observer = Observer::new();
    let events: Vec<Event<'_>> = at("5062", flow("03-cancel-ringing"))
        .flat_map(|(direction, message)| observer.observe(direction, &message.bytes, message.at).expect("readable"))
        .collect();
    assert_eq!(events.last().map(|event| event.name.clone()), Some(EventName::Call(CallEvent::Abandoned)));
}

#[test]
fn messages_in_the_dialog_are_messages_and_is_composing_is_none() {
    for endpoint in ["5061", "5062"] {
        let mut observer = Observer::new();
        let mut texts = Vec::new();
        for (direction, message) in at(endpoint, flow("12-message-in-dialog")) {
            for event in observer.observe(direction, &message.bytes, message.at).expect("readable") {
                texts.extend(event.text().map(|text| (direction, text.into_owned())));
            }
        }
        let (first, second) = match endpoint {
            "5061" => (Direction::Sent, Direction::Received),
            _ => (Direction::Received, Direction::Sent),
        };
        assert_eq!(texts, [(first, "Hello Bob".to_owned()), (second, "Hi Alice".to_owned())], "{endpoint}");
    }
}

#[test]
fn dn_other_dn_and_id_are_those_of_the_endpoint() {
    for (endpoint, this_dn, other_dn, tag) in [("5061", "alice", "bob", "a1"), ("5062", "bob", "alice", "b1")] {
        let mut observer = Observer::new();
        for (direction, message) in at(endpoint, flow("01-answer-caller-bye")) {
            for event in observer.observe(direction, &message.bytes, message.at).expect("readable") {
                assert_eq!((event.this_dn(), event.other_party()), (Some(this_dn), Some(other_dn)));
                let id = format!("01-answer-caller-bye-1~40127.0.0.1~~{tag}");
                assert_eq!(event.call_uuid(), Some(id.as_str()));
            }
        }
    }
}

/// Repeats every message once, and drops every message once. No impossible event may result.
#[test]
fn duplicated_and_lost_messages_never_give_an_event_that_the_table_rejects() {
    for recorded in flows() {
        let name = recorded["flow"].as_str().expect("a name");
        for endpoint in recorded["endpoints"].as_object().expect("endpoints").keys() {
            let messages: Vec<_> = at(endpoint, flow(name)).collect();
            for lost in 0..=messages.len() {
                let mut observer = Observer::new();
                let mut session = None;
                for (index, (direction, message)) in messages.iter().enumerate() {
                    if index == lost {
                        continue;
                    }
                    for _ in 0..2 {
                        for event in observer.observe(*direction, &message.bytes, message.at).expect("readable") {
                            let outcome = Session::apply(&mut session, &event, &Limits::DEFAULT);
                            assert!(
                                matches!(outcome, Outcome::Changed { .. } | Outcome::Message(_)),
                                "{name} {outcome:?}"
                            );
                        }
                    }
                }
                observer.advance(Duration::from_secs(3600));
                if lost == messages.len() {
                    let ended = session.as_ref().is_none_or(|session| session.state() == State::Completed);
                    assert!(ended, "{name} at {endpoint}");
                }
            }
        }
    }
}
