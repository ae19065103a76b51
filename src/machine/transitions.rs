//! All cells of the machine, made from [`step`](super::step()) by enumeration and never typed in a second time.

use super::{CallEvent, State, Step, step};

/// The five columns of the table: no session, then the four states.
pub const STATES: [Option<State>; 5] =
    [None, Some(State::Initiating), Some(State::Alerting), Some(State::Talking), Some(State::Completed)];

/// One cell of the transition table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cell {
    /// The state that the event meets, `None` for no session.
    pub state: Option<State>,
    /// The event.
    pub event: CallEvent,
    /// What the machine says.
    pub step: Step,
}

/// All 25 cells of specification 2.1, state by state, the events in definition order.
#[expect(clippy::indexing_slicing, reason = "evaluated at compile time, where a wrong index does not build")]
pub const TRANSITIONS: [Cell; 25] = {
    let first = Cell { state: None, event: CallEvent::Dialing, step: step(None, CallEvent::Dialing) };
    let mut cells = [first; 25];
    let mut index = 1;
    while index < cells.len() {
        let state = STATES[index / CallEvent::ALL.len()];
        let event = CallEvent::ALL[index % CallEvent::ALL.len()];
        cells[index] = Cell { state, event, step: step(state, event) };
        index += 1;
    }
    cells
};
