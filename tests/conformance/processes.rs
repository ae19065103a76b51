//! What the example `conformance` does with implementations that die or say nothing.

#![cfg(unix)]

use std::time::Duration;

use im_session::testing::conformance::{Report, run};
use im_session::testing::{Agent, History, Setup, Step};
use im_session::{CallEvent, Event};

use crate::LONG;
use crate::process::Process;

fn tested(command: &[&str], time_limit: Duration) -> Report {
    let setup = Setup::default();
    let command = command.iter().map(|&word| word.to_owned()).collect();
    let rings = || Step::Event(Event::new(CallEvent::Ringing).with_this_dn("3001").with_call_uuid("A"));
    let history = History {
        agents: vec![Agent::new([("/devices/1", "3001")])],
        steps: vec![Step::Time(1), rings(), Step::Time(2), rings()],
    };
    run(&mut Process::new(command, &setup, time_limit), &setup, [history])
}

#[test]
fn one_that_dies_is_started_again_to_find_what_it_dies_of() {
    let script = r#"while read -r line; do case "$line" in *reset*) echo '{}';; *) exit 1;; esac; done"#;
    let report = tested(&["sh", "-c", script], LONG);
    let halt = report.halt.as_ref().unwrap_or_else(|| panic!("{report}"));
    let event = Event::new(CallEvent::Ringing);
    assert_eq!((halt.step, &halt.history.steps), (Some(0), &vec![Step::Event(event)]));
    assert_eq!(halt.error.0, r#"expected an answer to {"do":"event","Event":"EventRinging"}, found the end"#);
}

#[test]
fn one_that_says_nothing_in_time_is_killed() {
    let report = tested(&["sh", "-c", "while true; do read line; done"], Duration::ZERO);
    let halt = report.halt.as_ref().unwrap_or_else(|| panic!("{report}"));
    assert_eq!(
        (halt.step, &*halt.error.0),
        (None, "expected an answer within 0ns, found none; does it flush each line?")
    );
}

#[test]
fn one_that_cannot_be_started_is_told_by_its_command() {
    let report = tested(&["./no-such-program", "--now"], LONG);
    let halt = report.halt.as_ref().unwrap_or_else(|| panic!("{report}"));
    assert!(halt.error.0.starts_with("./no-such-program --now: "), "{halt}");
}
