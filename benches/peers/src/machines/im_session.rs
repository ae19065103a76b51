//! The machine of this crate, by its public function for those who take many steps.

use im_session::{CallEvent, State, StepOutcome, next};

use super::{Contender, Seen};

pub struct ImSession;

impl Contender for ImSession {
    const NAME: &'static str = "im-session";
    type Machine = Option<State>;
    type Event = CallEvent;

    fn machine() -> Option<State> {
        None
    }

    fn event(event: CallEvent) -> CallEvent {
        event
    }

    #[inline(always)]
    fn handle(state: &mut Option<State>, event: CallEvent) -> Seen {
        let step = next(*state, event);
        *state = step.state;
        match step.outcome {
            StepOutcome::Changed => Seen::CHANGED,
            StepOutcome::Unchanged => Seen::UNCHANGED,
            StepOutcome::Rejected => Seen::REJECTED,
        }
    }

    fn state(machine: &Option<State>) -> Option<State> {
        *machine
    }
}
