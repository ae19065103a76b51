//! The machine written with finny, without queue and timers, which this machine does not need. The actions record the
//! outcome of an event in the context; a rejection is finny's error.

use finny::decl::{BuiltFsm, FsmBuilder};
use finny::inspect::null::InspectNull;
use finny::{FsmCurrentState, FsmEventQueueNull, FsmFactory, FsmFrontend, FsmTimersNull, finny_fsm};
use im_session::{CallEvent, State};

use super::{Contender, Seen};

#[derive(Default)]
pub struct NoSession;
#[derive(Default)]
pub struct Initiating;
#[derive(Default)]
pub struct Alerting;
#[derive(Default)]
pub struct Talking;
#[derive(Default)]
pub struct Completed;

#[derive(Clone)]
pub struct Dialing;
#[derive(Clone)]
pub struct Ringing;
#[derive(Clone)]
pub struct Established;
#[derive(Clone)]
pub struct Released;
#[derive(Clone)]
pub struct Abandoned;

pub struct Context {
    seen: Seen,
}

#[finny_fsm]
fn call(mut fsm: FsmBuilder<Call, Context>) -> BuiltFsm {
    fsm.initial_state::<NoSession>();
    fsm.state::<NoSession>()
        .on_event::<Dialing>()
        .transition_to::<Initiating>()
        .action(|_, context, _, _| context.context.seen = Seen::CHANGED);
    fsm.state::<NoSession>()
        .on_event::<Ringing>()
        .transition_to::<Alerting>()
        .action(|_, context, _, _| context.context.seen = Seen::CHANGED);
    fsm.state::<NoSession>()
        .on_event::<Established>()
        .transition_to::<Talking>()
        .action(|_, context, _, _| context.context.seen = Seen::CHANGED);
    fsm.state::<Initiating>()
        .on_event::<Dialing>()
        .internal_transition()
        .action(|_, context, _| context.context.seen = Seen::UNCHANGED);
    fsm.state::<Initiating>()
        .on_event::<Established>()
        .transition_to::<Talking>()
        .action(|_, context, _, _| context.context.seen = Seen::CHANGED);
    fsm.state::<Initiating>()
        .on_event::<Released>()
        .transition_to::<Completed>()
        .action(|_, context, _, _| context.context.seen = Seen::CHANGED);
    fsm.state::<Initiating>()
        .on_event::<Abandoned>()
        .transition_to::<Completed>()
        .action(|_, context, _, _| context.context.seen = Seen::CHANGED);
    fsm.state::<Alerting>()
        .on_event::<Ringing>()
        .internal_transition()
        .action(|_, context, _| context.context.seen = Seen::UNCHANGED);
    fsm.state::<Alerting>()
        .on_event::<Established>()
        .transition_to::<Talking>()
        .action(|_, context, _, _| context.context.seen = Seen::CHANGED);
    fsm.state::<Alerting>()
        .on_event::<Released>()
        .transition_to::<Completed>()
        .action(|_, context, _, _| context.context.seen = Seen::CHANGED);
    fsm.state::<Alerting>()
        .on_event::<Abandoned>()
        .transition_to::<Completed>()
        .action(|_, context, _, _| context.context.seen = Seen::CHANGED);
    fsm.state::<Talking>()
        .on_event::<Established>()
        .internal_transition()
        .action(|_, context, _| context.context.seen = Seen::UNCHANGED);
    fsm.state::<Talking>()
        .on_event::<Released>()
        .transition_to::<Completed>()
        .action(|_, context, _, _| context.context.seen = Seen::CHANGED);
    fsm.state::<Talking>()
        .on_event::<Abandoned>()
        .transition_to::<Completed>()
        .action(|_, context, _, _| context.context.seen = Seen::CHANGED);
    fsm.state::<Completed>()
        .on_event::<Released>()
        .internal_transition()
        .action(|_, context, _| context.context.seen = Seen::UNCHANGED);
    fsm.state::<Completed>()
        .on_event::<Abandoned>()
        .internal_transition()
        .action(|_, context, _| context.context.seen = Seen::UNCHANGED);
    fsm.build()
}

pub struct Finny;

impl Contender for Finny {
    const NAME: &'static str = "finny";
    type Machine = FsmFrontend<Call, FsmEventQueueNull<Call>, InspectNull, FsmTimersNull>;
    type Event = CallEvent;

    #[inline(always)]
    fn machine() -> Self::Machine {
        let context = Context { seen: Seen::UNCHANGED };
        let mut machine = Call::new_with(context, FsmEventQueueNull::new(), InspectNull::new(), FsmTimersNull)
            .expect("a machine without timers");
        machine.start().expect("a state to start in");
        machine
    }

    fn event(event: CallEvent) -> CallEvent {
        event
    }

    #[inline(always)]
    fn handle(machine: &mut Self::Machine, event: CallEvent) -> Seen {
        let result = match event {
            CallEvent::Dialing => machine.dispatch(Dialing),
            CallEvent::Ringing => machine.dispatch(Ringing),
            CallEvent::Established => machine.dispatch(Established),
            CallEvent::Released => machine.dispatch(Released),
            CallEvent::Abandoned => machine.dispatch(Abandoned),
        };
        match result {
            Ok(()) => machine.backend.context.seen,
            Err(_) => Seen::REJECTED,
        }
    }

    fn state(machine: &Self::Machine) -> Option<State> {
        match machine.backend.get_current_states() {
            [FsmCurrentState::State(CallCurrentState::Initiating)] => Some(State::Initiating),
            [FsmCurrentState::State(CallCurrentState::Alerting)] => Some(State::Alerting),
            [FsmCurrentState::State(CallCurrentState::Talking)] => Some(State::Talking),
            [FsmCurrentState::State(CallCurrentState::Completed)] => Some(State::Completed),
            [FsmCurrentState::State(CallCurrentState::NoSession) | FsmCurrentState::Stopped] => None,
        }
    }
}
