//! The shortest history that fails, and what is printed of it.

#![cfg(feature = "json")]

mod store_steps;

use im_session::testing::{Agent, History, Setup, Step, laws, shortest};
use im_session::{CallEvent, CapabilityTable, ConnId, Event, KeyValueList, Value};
use proptest::prelude::*;
use store_steps::{agents, history};

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is printed for it, a history that fails is no longer after shrinking, and still fails.
    #[test]
    fn shrinking_keeps_the_failure(steps in history(40), at_least in 1..4_usize) {
        let fails = |history: &History| history.steps.iter().filter(|step| matches!(step, Step::Event(_))).count() >= at_least;
        let history = History { agents: agents(), steps };
        let short = shortest(&history, fails);
        if fails(&history) {
            prop_assert_eq!(short.steps.len(), at_least);
            prop_assert!(fails(&short));
            prop_assert!(short.steps.iter().all(|step| matches!(step, Step::Event(event) if event.this_dn.is_none())));
        } else {
            prop_assert_eq!(short, history);
        }
    }
}

fn at_3002(name: CallEvent) -> Event<'static> {
    Event::new(name).with_this_dn("3002").with_call_uuid("007")
}

/// A history with much that does not matter.
fn long_history() -> History {
    let data: KeyValueList<'_> = [("k", Value::from("v")), ("n", Value::from(7))].into_iter().collect();
    let steps = vec![
        Step::Time(5),
        Step::Event(at_3002(CallEvent::Dialing).with_other_dn("3001").with_conn_id(ConnId(7))),
        Step::List { agent: 0, query: "fields=*".into() },
        Step::Event(at_3002(CallEvent::Established).with_user_data(data).with_event_sequence_number(9)),
        Step::Post { agent: 0, target: Some("007".into()), body: r#"{"operationName":"Complete"}"#.into() },
        Step::Event(at_3002(CallEvent::Released).with_event_sequence_number(12)),
        Step::Event(at_3002(CallEvent::Released)),
    ];
    History { agents: vec![Agent::new([("/devices/1", "3002")]), Agent::default()], steps }
}

/// What follows is what the broken law printed, pasted.
#[rustfmt::skip]
mod pasted {
    use im_session::testing::History;

    pub(crate) fn capabilities_follow_state_and_data() -> History {
        use im_session::Event;
        use im_session::testing::Step;
        History {
            agents: vec![],
            steps: vec![
                Step::Event(Event::new("EventDialing").with_this_dn("3002").with_call_uuid("007")),
                Step::Event(Event::new("EventReleased").with_this_dn("3002").with_call_uuid("007")),
            ],
        }
    }
}

#[test]
fn a_broken_law_prints_the_shortest_history_as_code() {
    let mut setup = Setup::default();
    setup.capabilities = CapabilityTable::DOCUMENTED_SAMPLE;
    let broken = laws::check_all(&setup, &long_history()).unwrap_err();
    assert_eq!(broken.history, pasted::capabilities_follow_state_and_data());
    assert_eq!(format!("{broken:?}"), broken.to_string(), "unwrap shows the same");

    let expected = r#"a law is broken: capabilities_follow_state_and_data
The capabilities are those of the table of specification 3, for the state and for user data being there.
at step 2 of the shortest history that breaks it:
  expected []
  found    ["SendMessage","AttachUserData","UpdateUserData","DeleteUserData","Complete"]

"#;
    let printed = broken.to_string();
    assert_eq!(printed.strip_prefix(expected), Some(&*code_in_this_file("capabilities_follow_state_and_data")));
}

/// Everything that a history can hold, as it is printed.
#[rustfmt::skip]
mod everything {
    use im_session::testing::History;

    pub(crate) fn everything() -> History {
        use im_session::{ConnId, Event, KeyValueList, Value};
        use im_session::testing::{Agent, Step};
        History {
            agents: vec![Agent::new([("/devices/1", "3001"), ("/devices/2", "3002")]), Agent::default()],
            steps: vec![
                Step::Event(Event::new("EventAttachedDataChanged").with_this_dn("3002").with_other_dn("\"").with_call_uuid("x".repeat(64)).with_conn_id(ConnId(7)).with_event_sequence_number(1).with_server_start_time(2).with_user_data(KeyValueList::from_iter([("k", Value::from("größer\n")), ("k", Value::from(-1)), ("b", Value::Binary("00..".into())), ("l", Value::List(KeyValueList::new()))])).with_extensions(KeyValueList::from_iter([("v", Value::from("v".repeat(16000)))]))),
                Step::Event(Event::new("EventError").with_reference_id(3).with_error(71, "Invalid DN")),
                Step::Event({ let mut event = Event::new("EventError"); event.error_code = Some(1); event }),
                Step::Event({ let mut event = Event::new("EventError"); event.error_message = Some("m".into()); event }),
                Step::Post { agent: 0, target: Some("007".into()), body: r#"{"operationName":"Complete"}"#.into() },
                Step::Post { agent: 1, target: None, body: "\n".into() },
                Step::List { agent: 0, query: "fields=*".into() },
                Step::Read { agent: 0, id: "007".into(), query: "".into() },
                Step::Time(1),
                Step::Expire { ago: 2 },
                Step::Forget { this_dn: "3002".into(), id: "007".into() },
                Step::ForgetCompleted { ago: 3 },
                Step::ForgetRequests { ago: 4 },
                Step::Reconcile { this_dn: "3002".into(), list: vec![r#"{"id":"007","state":"Talking"}"#.parse().unwrap()] },
            ],
        }
    }
}

#[test]
fn whatever_a_history_holds_can_be_pasted() {
    let printed = everything::everything().code("everything").to_string();
    assert_eq!(printed, code_in_this_file("everything"));
}

/// The function of this name as it stands in this file, without its indentation and visibility.
fn code_in_this_file(name: &str) -> String {
    let file = include_str!("shortest_histories.rs");
    let begin = file.find(&format!("    pub(crate) fn {name}()")).expect("it stands here");
    let end = begin + file[begin..].find("\n    }\n").expect("its end") + "\n    }\n".len();
    let lines = file[begin..end].lines().map(|line| line.strip_prefix("    ").unwrap_or(line));
    lines.map(|line| line.strip_prefix("pub(crate) ").unwrap_or(line).to_owned() + "\n").collect()
}
