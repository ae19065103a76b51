//! The machine written with smlang. To distinguish changed from unchanged, the state that smlang returns is compared
//! with the one before.

use im_session::{CallEvent, State};
use smlang::statemachine;

use super::{Contender, Seen};

statemachine! {
    derive_states: [Clone, Copy],
    derive_events: [Clone, Copy],
    transitions: {
        *NoSession + Dialing = Initiating,
        NoSession + Ringing = Alerting,
        NoSession + Established = Talking,
        Initiating + Dialing = Initiating,
        Initiating + Established = Talking,
        Initiating + Released = Completed,
        Initiating + Abandoned = Completed,
        Alerting + Ringing = Alerting,
        Alerting + Established = Talking,
        Alerting + Released = Completed,
        Alerting + Abandoned = Completed,
        Talking + Established = Talking,
        Talking + Released = Completed,
        Talking + Abandoned = Completed,
        Completed + Released = Completed,
        Completed + Abandoned = Completed,
    }
}

pub struct Context;

impl StateMachineContext for Context {}

pub struct Smlang;

impl Contender for Smlang {
    const NAME: &'static str = "smlang";
    type Machine = StateMachine<Context>;
    type Event = Events;

    fn machine() -> StateMachine<Context> {
        StateMachine::new(Context)
    }

    fn event(event: CallEvent) -> Events {
        match event {
            CallEvent::Dialing => Events::Dialing,
            CallEvent::Ringing => Events::Ringing,
            CallEvent::Established => Events::Established,
            CallEvent::Released => Events::Released,
            CallEvent::Abandoned => Events::Abandoned,
        }
    }

    #[inline(always)]
    fn handle(machine: &mut StateMachine<Context>, event: Events) -> Seen {
        let before = *machine.state();
        match machine.process_event(event) {
            Ok(after) if *after == before => Seen::UNCHANGED,
            Ok(_) => Seen::CHANGED,
            Err(_) => Seen::REJECTED,
        }
    }

    fn state(machine: &StateMachine<Context>) -> Option<State> {
        match machine.state() {
            States::NoSession => None,
            States::Initiating => Some(State::Initiating),
            States::Alerting => Some(State::Alerting),
            States::Talking => Some(State::Talking),
            States::Completed => Some(State::Completed),
        }
    }
}
