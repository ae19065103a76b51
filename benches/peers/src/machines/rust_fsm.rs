//! The machine written with rust-fsm: changed and unchanged are its outputs.

use im_session::{CallEvent, State};
use rust_fsm::state_machine;

use super::{Contender, Seen};

state_machine! {
    #[derive(Clone, Copy)]
    call(NoSession)

    NoSession => {
        Dialing => Initiating [Changed],
        Ringing => Alerting [Changed],
        Established => Talking [Changed],
    },
    Initiating => {
        Dialing => Initiating [Unchanged],
        Established => Talking [Changed],
        Released => Completed [Changed],
        Abandoned => Completed [Changed],
    },
    Alerting => {
        Ringing => Alerting [Unchanged],
        Established => Talking [Changed],
        Released => Completed [Changed],
        Abandoned => Completed [Changed],
    },
    Talking => {
        Established => Talking [Unchanged],
        Released => Completed [Changed],
        Abandoned => Completed [Changed],
    },
    Completed => {
        Released => Completed [Unchanged],
        Abandoned => Completed [Unchanged],
    }
}

pub struct RustFsm;

impl Contender for RustFsm {
    const NAME: &'static str = "rust-fsm";
    type Machine = call::StateMachine;
    type Event = call::Input;

    fn machine() -> call::StateMachine {
        call::StateMachine::new()
    }

    fn event(event: CallEvent) -> call::Input {
        match event {
            CallEvent::Dialing => call::Input::Dialing,
            CallEvent::Ringing => call::Input::Ringing,
            CallEvent::Established => call::Input::Established,
            CallEvent::Released => call::Input::Released,
            CallEvent::Abandoned => call::Input::Abandoned,
        }
    }

    #[inline(always)]
    fn handle(machine: &mut call::StateMachine, event: call::Input) -> Seen {
        match machine.consume(&event) {
            Ok(Some(call::Output::Changed)) => Seen::CHANGED,
            Ok(Some(call::Output::Unchanged) | None) => Seen::UNCHANGED,
            Err(_) => Seen::REJECTED,
        }
    }

    fn state(machine: &call::StateMachine) -> Option<State> {
        match machine.state() {
            call::State::NoSession => None,
            call::State::Initiating => Some(State::Initiating),
            call::State::Alerting => Some(State::Alerting),
            call::State::Talking => Some(State::Talking),
            call::State::Completed => Some(State::Completed),
        }
    }
}
