//! Decides whether a session accepts an event, and changes nothing.
//!
//! In the order of specification 7: stale, then the table, then limit. (Ignored and unreadable come before these: they are
//! what [`Event::route`] says.)

use super::{EventIdentity, Limits, Rejection, Session};
use crate::event::Event;
use crate::machine::{SessionEvent, State, Step, admit, step};

/// How to carry out an accepted event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Acceptance {
    pub(super) event: SessionEvent,
    /// The state after it.
    pub(super) to: State,
    /// Whether a completed session begins again: its participants and user data start empty.
    pub(super) new_leg: bool,
    /// Whether the user data of an end event is left out: it goes over a limit, and an end event always ends.
    pub(super) without_user_data: bool,
}

/// Whether `event`, which belongs to `session` or would open one, is accepted. `last` is the identity that decides whether it
/// is stale: that of the session's last event or, without a session, that of the end that is remembered.
pub(crate) fn judge(
    session: Option<&Session>,
    last: Option<EventIdentity>,
    event: &Event<'_>,
    session_event: SessionEvent,
    limits: &Limits,
) -> Result<Acceptance, Rejection> {
    let state = session.map(Session::state);
    if let (Some(last), Some(new)) = (last, EventIdentity::of(event)) {
        if new.is_stale_after(last) {
            return Err(Rejection::stale(state, session_event, new, last));
        }
    }
    let step = match session_event {
        SessionEvent::Call(event) => step(state, event),
        SessionEvent::Data(event) => admit(state, event),
    };
    let accepted = Acceptance { event: session_event, to: State::Completed, new_leg: false, without_user_data: false };
    let acceptance = match step {
        Step::Changed { to: state } | Step::Unchanged { state } => Acceptance { to: state, ..accepted },
        // The one rule above the table.
        Step::Rejected { reason, .. } => match session.and_then(|session| session.new_leg(event, session_event)) {
            Some(to) => Acceptance { to, new_leg: true, ..accepted },
            None => return Err(Rejection::new(state, session_event, reason)),
        },
    };
    match (session_event, limits.exceeded_by_event(session, event, session_event)) {
        (_, None) => Ok(acceptance),
        (SessionEvent::Call(call_event), Some(_)) if call_event.is_end() => {
            // The other party that it names changes nothing, so only user data can be too much.
            let user_data = event.user_data.list();
            let without_user_data = user_data.is_some_and(|list| limits.exceeded_by_user_data(list).is_some());
            Ok(Acceptance { without_user_data, ..acceptance })
        }
        (SessionEvent::Call(_) | SessionEvent::Data(_), Some(limit)) => {
            Err(Rejection::over(limit, state, session_event))
        }
    }
}
