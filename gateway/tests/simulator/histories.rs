//! For arbitrary operations of agents, the library accepts every event of the server, and a server that is restored
//! from its note continues as the original would have.

use std::cell::Cell;
use std::time::Duration;

use im_session::{Agent, BaseUri, Outcome, Sessions, State, Target};
use im_session_gateway::simulator::{Simulator, SimulatorSettings};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use crate::requests::{START, server};

pub(crate) const DNS: [&str; 4] = ["3001", "3002", "3003", "3004"];

#[derive(Debug, Clone)]
pub(crate) enum Step {
    Initiate { from: usize, to: usize },
    OnSession { who: usize, operation: usize, key: u8 },
    Wait(u64),
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..4_usize, 0..5_usize).prop_map(|(from, to)| Step::Initiate { from, to }),
        6 => (0..4_usize, 0..5_usize, 0..3_u8).prop_map(|(who, operation, key)| Step::OnSession { who, operation, key }),
        2 => (0..8_u64).prop_map(Step::Wait),
    ]
}

/// The body of an operation on a session of this agent with an existing other party.
pub(crate) fn body(operation: usize, key: u8, other: &str) -> String {
    let key = format!("key-{key}");
    let body = match operation {
        0 => {
            json!({"operationName": "SendMessage", "text": "hello", "destination": {"phoneNumber": other}, "devicePath": "/devices/1"})
        }
        1 => json!({"operationName": "AttachUserData", "userData": {key: "attached"}}),
        2 => json!({"operationName": "UpdateUserData", "userData": {key: 7}}),
        3 => json!({"operationName": "DeleteUserData", "key": key}),
        4 => json!({"operationName": "Complete"}),
        other => panic!("there is no operation {other}"),
    };
    body.to_string()
}

#[test]
fn any_operations_make_events_that_the_library_accepts() {
    let (calls, texts, errors) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let config = Config { cases: 256, failure_persistence: None, ..Config::default() };
    let history = (prop::collection::vec(step(), 1..40), prop_oneof![Just(0_u64), Just(3)]);
    TestRunner::new(config)
        .run(&history, |(steps, answer_after)| {
            let answer_after = Duration::from_secs(answer_after);
            let mut simulator = server(answer_after);
            let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
            let (mut now, mut offset) = (START, 0);
            for step in steps {
                let request = match step {
                    Step::Initiate { from, to } => {
                        let to = DNS.get(to).copied().unwrap_or("unknown");
                        let body = json!({"operationName": "InitiateIMSession", "destination": {"phoneNumber": to}});
                        let me = Agent::new().with_device("/devices/1", DNS[from]);
                        sessions.post(&me, Target::Sessions, body.to_string().as_bytes()).ok()
                    }
                    Step::OnSession { who, operation, key } => {
                        let me = Agent::new().with_device("/devices/1", DNS[who]);
                        let open = sessions.of_dn(DNS[who]).find(|session| session.state().is_open());
                        let named = open.and_then(|session| {
                            let other = session.participants().next()?.to_owned();
                            Some((session.id().to_owned(), other))
                        });
                        named.and_then(|(id, other)| {
                            sessions.post(&me, Target::Session(&id), body(operation, key, &other).as_bytes()).ok()
                        })
                    }
                    Step::Wait(seconds) => {
                        now += Duration::from_secs(seconds);
                        None
                    }
                };
                // The process ends before or after the events are posted. Restored from the note, it reaches the same
                // state.
                let busy = ["3004".to_owned()].into();
                let settings = SimulatorSettings { seed: 99, answer_after, busy, ..Default::default() };
                let mut restored = Simulator::restore(settings, &simulator.note()).unwrap();
                restored.set_dns(DNS.map(str::to_owned));
                if let Some(request) = request {
                    offset += 1;
                    simulator.carry_out(now, offset, &request);
                    restored.carry_out(now, offset, &request);
                }
                let events = simulator.due(now);
                prop_assert_eq!(&events, &restored.due(now));
                prop_assert_eq!(simulator.note(), restored.note());
                for event in events {
                    let handled = sessions.handle_event(&event).unwrap();
                    prop_assert!(
                        !matches!(handled.outcome(), Outcome::Rejected(_)),
                        "{event:?}: {:?}",
                        handled.outcome()
                    );
                    calls.set(
                        calls.get() + usize::from(handled.from().is_none() && handled.to() == Some(State::Alerting)),
                    );
                    texts.set(texts.get() + usize::from(matches!(handled.outcome(), Outcome::Message(_))));
                    errors.set(errors.get() + usize::from(event.error_code.is_some()));
                }
                // The sessions and the server agree on the open calls.
                let open = sessions.iter().filter(|session| session.state().is_open()).count();
                prop_assert_eq!(open, 2 * simulator.open_calls());
            }
            Ok(())
        })
        .unwrap();
    let counted = (calls.get(), texts.get(), errors.get());
    assert!(counted.0 > 200 && counted.1 > 100, "too few of (calls, texts, errors): {counted:?}");
}
