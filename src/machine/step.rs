//! The transition table of specification 2.1 as one exhaustive `match`, and the lookup that it becomes.
//!
//! ```text
//!                 Dialing ┌────────────┐
//!          ┌─────────────▶│ Initiating │──┐ Established
//!          │              └────────────┘  │            Released,
//!          │              ┌────────────┐  ▼ ┌─────────┐ Abandoned ┌───────────┐
//!     no session ────────▶│  Alerting  │───▶│ Talking │──────────▶│ Completed │
//!          │      Ringing └────────────┘    └─────────┘           └───────────┘
//!          └──────────────────────────────────▲  (also from Initiating, Alerting)
//!                      Established
//! ```
//!
//! `decide` is the only source. It is evaluated once, at compile time, into a table of all cells, so that a step costs a
//! load and no branch that a processor could mispredict.

use super::{CallEvent, RejectReason, Rejection, STATES, SessionEvent, State};

/// What the machine says of one event. Exhaustive by decision: there are three outcomes and no fourth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// The state changes.
    Changed(Transition),
    /// The event is accepted and the state stays this one.
    Unchanged(State),
    /// The event is rejected and nothing at all changes.
    Rejected(Rejection),
}

/// A change of state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Transition {
    /// The state before, `None` where the event opens the session.
    pub from: Option<State>,
    /// The event.
    pub event: CallEvent,
    /// The state after.
    pub to: State,
}

/// What [`next`] says: a step in one small word, for those who take many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(align(4))]
pub struct Next {
    /// The state after the event: the same unless it changed.
    pub state: Option<State>,
    /// Which of the three it was.
    pub outcome: StepOutcome,
    /// Why, where the event is rejected.
    pub reason: Option<RejectReason>,
}

/// The outcome of a step, without what is known already. Exhaustive by decision, as [`Step`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum StepOutcome {
    /// The state changes.
    Changed,
    /// The event is accepted and the state stays.
    Unchanged,
    /// The event is rejected.
    Rejected,
}

/// One step of the machine: total over all states, "no session" included, and all five events.
///
/// ```
/// use im_session::{CallEvent, RejectReason, State, Step, step};
///
/// let Step::Changed(transition) = step(Some(State::Alerting), CallEvent::Abandoned) else { panic!() };
/// assert_eq!(transition.to, State::Completed);
///
/// let Step::Rejected(rejection) = step(Some(State::Talking), CallEvent::Ringing) else { panic!() };
/// assert_eq!(rejection.reason, RejectReason::Late);
/// ```
#[must_use]
pub const fn step(state: Option<State>, event: CallEvent) -> Step {
    let next = next(state, event);
    match (next.outcome, next.state, next.reason) {
        (StepOutcome::Changed, Some(to), _) => Step::Changed(Transition { from: state, event, to }),
        (StepOutcome::Unchanged, Some(state), _) => Step::Unchanged(state),
        (StepOutcome::Rejected, _, Some(reason)) => reject(state, event, reason),
        // No cell: what is not rejected leads to a state, what is has a reason.
        (StepOutcome::Changed | StepOutcome::Unchanged, None, _) | (StepOutcome::Rejected, _, None) => {
            reject(state, event, RejectReason::Orphan)
        }
    }
}

const fn reject(state: Option<State>, event: CallEvent, reason: RejectReason) -> Step {
    Step::Rejected(Rejection::new(state, SessionEvent::Call(event), reason))
}

/// The same step in one small word: the state after, which of the three outcomes, and why.
///
/// ```
/// use im_session::{CallEvent, State, StepOutcome, next};
///
/// let mut state = None;
/// let mut changed = 0;
/// for event in [CallEvent::Ringing, CallEvent::Ringing, CallEvent::Abandoned] {
///     let step = next(state, event);
///     changed += u32::from(step.outcome == StepOutcome::Changed);
///     state = step.state;
/// }
/// assert_eq!((state, changed), (Some(State::Completed), 2));
/// ```
#[must_use]
#[inline]
#[expect(clippy::indexing_slicing, reason = "the table has a place for every state and every event")]
pub const fn next(state: Option<State>, event: CallEvent) -> Next {
    NEXT[event as usize][column(state)]
}

/// Every cell, by event and then by [`column`]. Rows of eight: where a cell lies is a shift, not a multiplication.
#[expect(clippy::indexing_slicing, reason = "evaluated at compile time, where a wrong index does not build")]
static NEXT: [[Next; 8]; 5] = {
    let mut table = [[changed(State::Initiating); 8]; 5];
    let mut row = 0;
    while row < CallEvent::ALL.len() {
        let mut index = 0;
        while index < STATES.len() {
            table[row][column(STATES[index])] = decide(STATES[index], CallEvent::ALL[row]);
            index += 1;
        }
        row += 1;
    }
    table
};

/// Where a state stands in the table: as it lies in memory, so that looking it up costs nothing.
const fn column(state: Option<State>) -> usize {
    match state {
        Some(state) => state as usize,
        None => State::ALL.len(),
    }
}

const fn decide(state: Option<State>, event: CallEvent) -> Next {
    use CallEvent::{Abandoned, Dialing, Established, Released, Ringing};
    use RejectReason::{Ended, Late, Orphan, RoleConflict};
    use State::{Alerting, Completed, Initiating, Talking};

    match (state, event) {
        // The first event a DN reports opens its session; Established alone occurs after a reconnect.
        (None, Dialing) => changed(Initiating),
        (None, Ringing) => changed(Alerting),
        (None, Established) => changed(Talking),
        // An end of something never seen: opening a session only to complete it would show a ghost.
        (None, Released | Abandoned) => rejected(state, Orphan),

        (Some(Initiating), Dialing) | (Some(Alerting), Ringing) | (Some(Talking), Established) => unchanged(state),
        (Some(Initiating | Alerting), Established) => changed(Talking),
        // One DN is either the caller or the callee of a call.
        (Some(Initiating), Ringing) | (Some(Alerting), Dialing) => rejected(state, RoleConflict),
        // The state only moves forward.
        (Some(Talking), Dialing | Ringing) => rejected(state, Late),

        // An end event always ends, whichever of the two arrives.
        (Some(Initiating | Alerting | Talking), Released | Abandoned) => changed(Completed),
        (Some(Completed), Released | Abandoned) => unchanged(state),
        (Some(Completed), Dialing | Ringing | Established) => rejected(state, Ended),
    }
}

const fn changed(to: State) -> Next {
    Next { state: Some(to), outcome: StepOutcome::Changed, reason: None }
}

const fn unchanged(state: Option<State>) -> Next {
    Next { state, outcome: StepOutcome::Unchanged, reason: None }
}

const fn rejected(state: Option<State>, reason: RejectReason) -> Next {
    Next { state, outcome: StepOutcome::Rejected, reason: Some(reason) }
}

/// Whether the machine takes `event` in `state`: changed or unchanged, not rejected.
///
/// No session: Dialing, Ringing, Established. `Initiating`: all but Ringing. `Alerting`: all but Dialing.
/// `Talking`: Established, Released, Abandoned. `Completed`: Released, Abandoned.
#[must_use]
pub const fn accepts(state: Option<State>, event: CallEvent) -> bool {
    match next(state, event).outcome {
        StepOutcome::Changed | StepOutcome::Unchanged => true,
        StepOutcome::Rejected => false,
    }
}
