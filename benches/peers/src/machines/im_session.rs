//! The machine of this crate, by its public function.

use im_session::machine::{Step, step};
use im_session::{CallEvent, State};

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
        let step = step(*state, event);
        *state = step.state();
        match step {
            Step::Changed { .. } => Seen::CHANGED,
            Step::Unchanged { .. } => Seen::UNCHANGED,
            Step::Rejected { .. } => Seen::REJECTED,
        }
    }

    fn state(machine: &Option<State>) -> Option<State> {
        *machine
    }
}
