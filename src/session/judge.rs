//! Decides what an event means for a session, and changes nothing.
//!
//! In the order of specification 7: ignored, then stale, then the table, then limit. (Unreadable comes before all of these
//! and is [`Event::check`].)

use super::{EventIdentity, Limits, Session};
use crate::event::Event;
use crate::machine::{CallEvent, DataEvent, Limit, RejectReason, Rejection, SessionEvent, State, Step, admit, step};

/// What an event means for a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Not an event for sessions.
    Ignored,
    /// It must not change anything.
    Rejected(Rejection),
    /// It may be carried out.
    Accepted(Acceptance),
}

/// How to carry out an accepted event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Acceptance {
    pub(super) event: SessionEvent,
    /// The state after it.
    pub(super) to: State,
    /// A completed session begins again: its participants and user data start empty.
    pub(super) anew: bool,
}

impl Acceptance {
    pub(crate) fn event(self) -> SessionEvent {
        self.event
    }
}

pub(crate) fn judge(session: Option<&Session>, event: &Event<'_>, limits: &Limits) -> Verdict {
    let Some(session_event) = event.name.session_event() else {
        return Verdict::Ignored;
    };
    if session_event == SessionEvent::Data(DataEvent::PrivateInfo) && !event.has_text() {
        return Verdict::Ignored;
    }
    let state = session.map(Session::state);

    let belongs = match session {
        Some(session) => session.is_addressed_by(event),
        None => event.route().is_ok(),
    };
    if !belongs {
        return Verdict::Rejected(Rejection::new(None, session_event, RejectReason::Orphan));
    }
    if session.is_some_and(|session| session.is_stale(event)) {
        return Verdict::Rejected(Rejection::new(state, session_event, RejectReason::Stale));
    }
    let acceptance = match table(session, event, session_event) {
        Ok(acceptance) => acceptance,
        Err(rejection) => return Verdict::Rejected(rejection),
    };
    match exceeded(session, event, acceptance, limits) {
        Some(limit) => Verdict::Rejected(Rejection::over(limit, state, session_event)),
        None => Verdict::Accepted(acceptance),
    }
}

/// The limit that the event would go over, if it were carried out.
fn exceeded(session: Option<&Session>, event: &Event<'_>, acceptance: Acceptance, limits: &Limits) -> Option<Limit> {
    let too_long = |dn: Option<&str>| dn.is_some_and(|dn| dn.len() > limits.dn_length);
    let user_data = event.user_data.list().and_then(|user_data| limits.exceeded_by(user_data));
    if user_data.is_some() {
        user_data
    } else if too_long(event.this_dn()) || too_long(event.other_party()) {
        Some(Limit::DnLength)
    } else if !has_room(session, event, acceptance, limits) {
        Some(Limit::Participants)
    } else if acceptance.event == SessionEvent::Data(DataEvent::PrivateInfo) && text_length(event) > limits.text_length
    {
        Some(Limit::TextLength)
    } else {
        None
    }
}

/// Asks the machine, and the one rule that stands above it.
fn table(session: Option<&Session>, event: &Event<'_>, session_event: SessionEvent) -> Result<Acceptance, Rejection> {
    let state = session.map(Session::state);
    let accept = |to| Ok(Acceptance { event: session_event, to, anew: false });
    match session_event {
        SessionEvent::Data(data_event) => accept(admit(state, data_event)?),
        SessionEvent::Call(call_event) => match step(state, call_event) {
            Step::Changed(transition) => accept(transition.to),
            Step::Unchanged(state) => accept(state),
            Step::Rejected(rejection) => reopened(session, event, call_event)
                .map(|to| Acceptance { event: session_event, to, anew: true })
                .ok_or(rejection),
        },
    }
}

/// A call that left a DN can ring there again under the same CallUUID: a Dialing or Ringing that meets `Completed` and is
/// provably newer opens the session anew.
fn reopened(session: Option<&Session>, event: &Event<'_>, call_event: CallEvent) -> Option<State> {
    let session = session.filter(|session| session.state == State::Completed)?;
    let (last, new) = (session.last_event()?, EventIdentity::of(event)?);
    // Of one server start it is the newer one: a number that is not higher was refused as stale.
    let newer = new.same_server_start(last);
    match call_event {
        CallEvent::Dialing if newer => Some(State::Initiating),
        CallEvent::Ringing if newer => Some(State::Alerting),
        CallEvent::Dialing
        | CallEvent::Ringing
        | CallEvent::Established
        | CallEvent::Released
        | CallEvent::Abandoned => None,
    }
}

fn text_length(event: &Event<'_>) -> usize {
    event.text().map_or(0, |text| text.len())
}

/// Whether the party that the event brings is one already, or is allowed: beside the others where it is added, alone where
/// it takes their place.
fn has_room(session: Option<&Session>, event: &Event<'_>, acceptance: Acceptance, limits: &Limits) -> bool {
    let beside = match acceptance.event {
        SessionEvent::Data(DataEvent::PartyAdded) => session.map_or(0, |session| session.participants().len()),
        SessionEvent::Call(CallEvent::Dialing | CallEvent::Ringing | CallEvent::Established)
        | SessionEvent::Data(DataEvent::PartyChanged) => 0,
        SessionEvent::Call(CallEvent::Released | CallEvent::Abandoned)
        | SessionEvent::Data(
            DataEvent::DestinationBusy
            | DataEvent::PartyDeleted
            | DataEvent::AttachedDataChanged
            | DataEvent::PrivateInfo,
        ) => return true,
    };
    let known = |other: &str| session.is_some_and(|session| session.participants().any(|number| number == other));
    beside < limits.participants || event.other_party().is_none_or(known)
}

impl Session {
    fn is_addressed_by(&self, event: &Event<'_>) -> bool {
        match (event.this_dn(), event.call_uuid()) {
            (Some(this_dn), Some(id)) => self.is_of(this_dn, id),
            (None, Some(id)) => matches!(event.route(), Ok(crate::event::Route::ToCall { .. })) && self.id() == id,
            (_, None) => false,
        }
    }

    /// Not newer than the last accepted event that had a number, under the same server start.
    fn is_stale(&self, event: &Event<'_>) -> bool {
        match (self.last_event(), EventIdentity::of(event)) {
            (Some(last), Some(new)) => {
                new.same_server_start(last) && new.event_sequence_number <= last.event_sequence_number
            }
            (None, _) | (_, None) => false,
        }
    }
}
