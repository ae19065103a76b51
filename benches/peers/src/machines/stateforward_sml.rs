//! The machine written with stateforward-sml. It returns the state after an event, but cannot be asked for the one
//! before, and its states cannot be copied. So, to distinguish changed from unchanged, a user keeps a copy.

use im_session::{CallEvent, State};
use sml::sml;

use super::{Contender, Seen};

sml! {
    Call {
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

impl CallStateMachineContext for Context {}

pub struct Call {
    machine: CallStateMachine<Context>,
    state: Option<State>,
}

pub struct StateforwardSml;

impl Contender for StateforwardSml {
    const NAME: &'static str = "stateforward-sml";
    type Machine = Call;
    type Event = CallEvent;

    #[inline(always)]
    fn machine() -> Call {
        Call { machine: CallStateMachine::new(Context), state: None }
    }

    fn event(event: CallEvent) -> CallEvent {
        event
    }

    #[inline(always)]
    fn handle(call: &mut Call, event: CallEvent) -> Seen {
        let event = match event {
            CallEvent::Dialing => CallEvents::Dialing,
            CallEvent::Ringing => CallEvents::Ringing,
            CallEvent::Established => CallEvents::Established,
            CallEvent::Released => CallEvents::Released,
            CallEvent::Abandoned => CallEvents::Abandoned,
        };
        let after = match call.machine.process_event(event) {
            Ok(CallStates::NoSession) => None,
            Ok(CallStates::Initiating) => Some(State::Initiating),
            Ok(CallStates::Alerting) => Some(State::Alerting),
            Ok(CallStates::Talking) => Some(State::Talking),
            Ok(CallStates::Completed) => Some(State::Completed),
            Err(_) => return Seen::REJECTED,
        };
        if core::mem::replace(&mut call.state, after) == after { Seen::UNCHANGED } else { Seen::CHANGED }
    }

    fn state(call: &Call) -> Option<State> {
        call.state
    }
}
