//! Decides whether a session accepts an event, and changes nothing.
//!
//! In the order of specification 7: stale, then the table, then limit. (Ignored and unreadable come before these: they are
//! what [`Event::route`] says.)

use super::{Limits, Rejection, Session};
use crate::event::Event;
use crate::machine::{RejectReason, SessionEvent, State, Step, admit, step};

/// How to carry out an accepted event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Acceptance {
    pub(super) event: SessionEvent,
    /// The state after it.
    pub(super) to: State,
    /// Whether a completed session begins again: its participants and user data start empty.
    pub(super) new_leg: bool,
}

/// Whether `event`, which belongs to `session` or would open one, is accepted.
pub(crate) fn judge(
    session: Option<&Session>,
    event: &Event<'_>,
    session_event: SessionEvent,
    limits: &Limits,
) -> Result<Acceptance, Rejection> {
    let state = session.map(Session::state);
    if session.is_some_and(|session| session.is_stale(event)) {
        return Err(Rejection::new(state, session_event, RejectReason::Stale));
    }
    let step = match session_event {
        SessionEvent::Call(event) => step(state, event),
        SessionEvent::Data(event) => admit(state, event),
    };
    let acceptance = match step {
        Step::Changed { to: state } | Step::Unchanged { state } => {
            Acceptance { event: session_event, to: state, new_leg: false }
        }
        // The one rule above the table.
        Step::Rejected { reason, .. } => match session.and_then(|session| session.new_leg(event, session_event)) {
            Some(to) => Acceptance { event: session_event, to, new_leg: true },
            None => return Err(Rejection::new(state, session_event, reason)),
        },
    };
    match limits.exceeded_by_event(session, event, session_event) {
        Some(limit) => Err(Rejection::over(limit, state, session_event)),
        None => Ok(acceptance),
    }
}
