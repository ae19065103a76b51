//! Decides whether a session accepts an event, without changing it.
//!
//! Checks in the order of specification 7: stale, then the table, then the limits. [`Event::route`] has already
//! filtered out ignored and unreadable events.

use super::{EventIdentity, Limits, Rejection, Session};
use crate::event::Event;
use crate::machine::{SessionEvent, State, Step, admit, step};

/// How to carry out an accepted event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Acceptance {
    pub(super) event: SessionEvent,
    /// The state after the event.
    pub(super) to: State,
    /// Whether the event opens a new leg of a completed session, which starts without participants and user data.
    pub(super) new_leg: bool,
    /// Whether the user data of an end event is dropped: it exceeds a limit, but an end event always ends the session.
    pub(super) without_user_data: bool,
}

/// Decides whether `event` is accepted; it belongs to `session`, or may open one. `last` is the identity that decides
/// whether it is stale: that of the session's last event or, without a session, that of the remembered end.
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
        // The only rule that overrides the table.
        Step::Rejected { reason, .. } => match session.and_then(|session| session.new_leg(event, session_event)) {
            Some(to) => Acceptance { to, new_leg: true, ..accepted },
            None => return Err(Rejection::new(state, session_event, reason)),
        },
    };
    match (session_event, limits.exceeded_by_event(session, event, session_event)) {
        (_, None) => Ok(acceptance),
        (SessionEvent::Call(call_event), Some(_)) if call_event.is_end() => {
            // An end event does not change the participants, so only its user data can exceed a limit that matters.
            let user_data = event.user_data.list();
            let without_user_data = user_data.is_some_and(|list| limits.exceeded_by_user_data(list).is_some());
            Ok(Acceptance { without_user_data, ..acceptance })
        }
        (SessionEvent::Call(_) | SessionEvent::Data(_), Some(limit)) => {
            Err(Rejection::over(limit, state, session_event))
        }
    }
}
