//! The machine written with rust-sfsm. Its table is a handwritten `match`. It does not report the outcome of an event,
//! so a user keeps that in the context.

use im_session::{CallEvent, State};
use rust_sfsm::{StateBehavior, StateMachine, rust_sfsm};

use super::{Contender, Seen};

#[derive(Clone, Copy, Default, PartialEq)]
pub enum States {
    #[default]
    NoSession,
    Initiating,
    Alerting,
    Talking,
    Completed,
}

pub struct Context {
    seen: Seen,
}

impl StateBehavior for States {
    type State = Self;
    type Event<'a> = CallEvent;
    type Context = Context;

    fn handle_event(&self, event: &CallEvent, context: &mut Context) -> Option<States> {
        use CallEvent::{Abandoned, Dialing, Established, Released, Ringing};
        use States::{Alerting, Completed, Initiating, NoSession, Talking};

        let (seen, next) = match (self, event) {
            (NoSession, Dialing) => (Seen::CHANGED, Some(Initiating)),
            (NoSession, Ringing) => (Seen::CHANGED, Some(Alerting)),
            (NoSession | Initiating | Alerting, Established) => (Seen::CHANGED, Some(Talking)),
            (Initiating | Alerting | Talking, Released | Abandoned) => (Seen::CHANGED, Some(Completed)),
            (Initiating, Dialing)
            | (Alerting, Ringing)
            | (Talking, Established)
            | (Completed, Released | Abandoned) => (Seen::UNCHANGED, None),
            (NoSession, Released | Abandoned)
            | (Initiating, Ringing)
            | (Alerting, Dialing)
            | (Talking, Dialing | Ringing)
            | (Completed, Dialing | Ringing | Established) => (Seen::REJECTED, None),
        };
        context.seen = seen;
        next
    }
}

#[rust_sfsm(states = States, context = Context)]
pub struct Call {}

pub struct RustSfsm;

impl Contender for RustSfsm {
    const NAME: &'static str = "rust-sfsm";
    type Machine = Call;
    type Event = CallEvent;

    fn machine() -> Call {
        Call { current_state: States::NoSession, context: Context { seen: Seen::UNCHANGED } }
    }

    fn event(event: CallEvent) -> CallEvent {
        event
    }

    #[inline(always)]
    fn handle(machine: &mut Call, event: CallEvent) -> Seen {
        machine.handle_event(&event);
        machine.context.seen
    }

    fn state(machine: &Call) -> Option<State> {
        match machine.current_state() {
            States::NoSession => None,
            States::Initiating => Some(State::Initiating),
            States::Alerting => Some(State::Alerting),
            States::Talking => Some(State::Talking),
            States::Completed => Some(State::Completed),
        }
    }
}
