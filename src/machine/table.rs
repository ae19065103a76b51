//! The transition table of specification 2.1, the column "accepted in" of 2.2, and the reasons for a rejection.
//!
//! To change a cell, change only this file.
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

use super::{CallEvent, DataEvent, State};
use crate::named::named;

/// The result of an event. Deliberately exhaustive: there are exactly three.
///
/// Four bytes. The state after the event has the same offset in each variant, so [`state`](Step::state) is a load
/// without a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8, align(4))]
pub enum Step {
    /// The state changes, or the event opens the session.
    Changed {
        /// The state after the event.
        to: State,
    },
    /// The event is accepted and the state stays.
    Unchanged {
        /// The state.
        state: State,
    },
    /// The event is rejected, and nothing changes.
    Rejected {
        /// The current state, or `None` if there is no session.
        state: Option<State>,
        /// Why.
        reason: RejectReason,
    },
}

impl Step {
    /// The state after the event; `None` if there is still no session.
    #[must_use]
    #[inline]
    pub const fn state(self) -> Option<State> {
        match self {
            Step::Changed { to } => Some(to),
            Step::Unchanged { state } => Some(state),
            Step::Rejected { state, .. } => state,
        }
    }
}

named! {
    /// Why an event was rejected. The names are those of the replay output ([specification 7][7]).
    ///
    /// Deliberately exhaustive: clients switch on it, so a new reason must not pass unnoticed.
    ///
    /// [7]: crate::guide::specification#7-im-session-replay-the-main-job-and-its-contract
    pub enum RejectReason {
        /// The event belongs to no existing session and does not open one.
        Orphan = "orphan",
        /// A caller's event for a callee's session, or the reverse.
        RoleConflict = "role-conflict",
        /// The session is already past that point: it is talking.
        Late = "late",
        /// The session has not reached that point: it is not talking yet.
        Early = "early",
        /// The session is completed.
        Ended = "ended",
        /// The event's number is not higher than that of the last accepted event of the same server start.
        Stale = "stale",
        /// The event goes over a configured limit.
        Limit = "limit",
    }
}

impl RejectReason {
    /// The reason as a sentence for a person.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            RejectReason::Orphan => "there is no such session and this event does not open one",
            RejectReason::RoleConflict => "caller and callee events do not mix in one session",
            RejectReason::Late => "the session is already past that point",
            RejectReason::Early => "the session is not talking yet",
            RejectReason::Ended => "the session is over",
            RejectReason::Stale => "this event or a newer one was seen before",
            RejectReason::Limit => "it goes over a limit",
        }
    }
}

/// One step of the machine: defined for every state, "no session" included, and every event.
///
/// ```
/// use im_session::State;
/// use im_session::machine::{CallEvent, RejectReason, Step, step};
///
/// let step_of_abandoned = step(Some(State::Alerting), CallEvent::Abandoned);
/// assert_eq!(step_of_abandoned, Step::Changed { to: State::Completed });
///
/// let late = Step::Rejected { state: Some(State::Talking), reason: RejectReason::Late };
/// assert_eq!(step(Some(State::Talking), CallEvent::Ringing), late);
/// ```
#[must_use]
#[inline]
#[expect(clippy::indexing_slicing, reason = "the table has a place for every state and every event")]
pub const fn step(state: Option<State>, event: CallEvent) -> Step {
    STEPS[event as usize][column(state)]
}

/// The transition table of specification 2.1, and the only place that decides. [`step`] looks the result up in
/// [`STEPS`].
const fn decide(state: Option<State>, event: CallEvent) -> Step {
    use CallEvent::{Abandoned, Dialing, Established, Released, Ringing};
    use RejectReason::{Ended, Late, Orphan, RoleConflict};
    use State::{Alerting, Completed, Initiating, Talking};

    match (state, event) {
        // The first event that a DN reports opens its session; Established comes first after a reconnect.
        (None, Dialing) => Step::Changed { to: Initiating },
        (None, Ringing) => Step::Changed { to: Alerting },
        (None, Established) => Step::Changed { to: Talking },
        // The end of an unknown call. Opening a session only to complete it would show agents a session that they never
        // had.
        (None, Released | Abandoned) => Step::Rejected { state, reason: Orphan },

        (Some(state @ Initiating), Dialing)
        | (Some(state @ Alerting), Ringing)
        | (Some(state @ Talking), Established) => Step::Unchanged { state },
        (Some(Initiating | Alerting), Established) => Step::Changed { to: Talking },
        // One DN is either the caller or the callee of a call.
        (Some(Initiating), Ringing) | (Some(Alerting), Dialing) => Step::Rejected { state, reason: RoleConflict },
        // The state only moves forward.
        (Some(Talking), Dialing | Ringing) => Step::Rejected { state, reason: Late },

        // An end event always ends, whichever of the two arrives.
        (Some(Initiating | Alerting | Talking), Released | Abandoned) => Step::Changed { to: Completed },
        (Some(state @ Completed), Released | Abandoned) => Step::Unchanged { state },
        (Some(Completed), Dialing | Ringing | Established) => Step::Rejected { state, reason: Ended },
    }
}

/// The step for a data event: accepted with the state unchanged, or rejected. The column "accepted in" of
/// [specification 2.2][2.2]. What the event changes in the data is up to the session.
///
/// DestinationBusy is accepted in `Initiating`, PrivateInfo in `Talking`, the others in `Initiating`, `Alerting` and
/// `Talking`. Otherwise it is rejected: as orphan without a session, as ended in `Completed`, else as late (`Talking`)
/// or early (`Initiating`, `Alerting`).
///
/// ```
/// use im_session::machine::{DataEvent, RejectReason, State, Step, admit};
///
/// assert_eq!(admit(Some(State::Talking), DataEvent::PrivateInfo), Step::Unchanged { state: State::Talking });
/// let reason = RejectReason::Early;
/// let state = Some(State::Alerting);
/// assert_eq!(admit(state, DataEvent::PrivateInfo), Step::Rejected { state, reason });
/// ```
///
/// [2.2]: crate::guide::specification#22-events-that-carry-data
#[must_use]
pub const fn admit(state: Option<State>, event: DataEvent) -> Step {
    use DataEvent::{AttachedDataChanged, DestinationBusy, PartyAdded, PartyChanged, PartyDeleted, PrivateInfo};
    use State::{Alerting, Completed, Initiating, Talking};

    let reason = match (state, event) {
        (
            Some(state @ (Initiating | Alerting | Talking)),
            PartyChanged | PartyAdded | PartyDeleted | AttachedDataChanged,
        )
        | (Some(state @ Initiating), DestinationBusy)
        | (Some(state @ Talking), PrivateInfo) => return Step::Unchanged { state },

        (Some(Alerting), DestinationBusy) | (Some(Initiating | Alerting), PrivateInfo) => RejectReason::Early,
        (Some(Talking), DestinationBusy) => RejectReason::Late,
        (None, DestinationBusy | PartyChanged | PartyAdded | PartyDeleted | AttachedDataChanged | PrivateInfo) => {
            RejectReason::Orphan
        }
        (
            Some(Completed),
            DestinationBusy | PartyChanged | PartyAdded | PartyDeleted | AttachedDataChanged | PrivateInfo,
        ) => RejectReason::Ended,
    };
    Step::Rejected { state, reason }
}

/// Whether `event` is accepted in `state`, that is, not rejected.
///
/// No session: Dialing, Ringing, Established. `Initiating`: all but Ringing. `Alerting`: all but Dialing.
/// `Talking`: Established, Released, Abandoned. `Completed`: Released, Abandoned.
///
/// ```
/// use im_session::machine::{CallEvent, State, accepts};
///
/// assert!(accepts(None, CallEvent::Ringing));
/// assert!(!accepts(Some(State::Talking), CallEvent::Ringing));
/// ```
#[must_use]
pub const fn accepts(state: Option<State>, event: CallEvent) -> bool {
    match step(state, event) {
        Step::Changed { .. } | Step::Unchanged { .. } => true,
        Step::Rejected { .. } => false,
    }
}

/// Every cell of the table: a state, an event and the step. State by state, "no session" first, the events in
/// definition order.
///
/// ```
/// use im_session::machine::{Step, transitions};
///
/// assert_eq!(transitions().count(), 25);
/// let rejected = transitions().filter(|(_, _, step)| matches!(step, Step::Rejected { .. }));
/// for (state, event, _) in rejected {
///     println!("{event} is rejected in {state:?}");
/// }
/// ```
pub fn transitions() -> impl Iterator<Item = (Option<State>, CallEvent, Step)> {
    columns().flat_map(|state| CallEvent::ALL.into_iter().map(move |event| (state, event, step(state, event))))
}

/// The columns of the table: no session, then the states.
pub(super) fn columns() -> impl Iterator<Item = Option<State>> {
    core::iter::once(None).chain(State::ALL.into_iter().map(Some))
}

/// The length of a row: a power of two, so that a cell is found by a shift and not by a multiplication.
const ROW: usize = (State::ALL.len() + 1).next_power_of_two();

/// The table, evaluated at compile time, by event and then by [`column`]: a step is one load, without a branch that
/// could be mispredicted.
#[expect(clippy::indexing_slicing, reason = "evaluated at compile time, where a wrong index does not build")]
static STEPS: [[Step; ROW]; CallEvent::ALL.len()] = {
    let mut table = [[Step::Rejected { state: None, reason: RejectReason::Orphan }; ROW]; CallEvent::ALL.len()];
    let mut row = 0;
    while row < CallEvent::ALL.len() {
        let event = CallEvent::ALL[row];
        table[row][column(None)] = decide(None, event);
        let mut index = 0;
        while index < State::ALL.len() {
            let state = Some(State::ALL[index]);
            table[row][column(state)] = decide(state, event);
            index += 1;
        }
        row += 1;
    }
    table
};

/// The index of a state in a row: its discriminant, so that no computation is needed.
const fn column(state: Option<State>) -> usize {
    match state {
        Some(state) => state as usize,
        None => State::ALL.len(),
    }
}
