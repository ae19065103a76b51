//! One `tracing` event for every change and every refusal. Without the feature `tracing` these functions do nothing.

#![cfg_attr(not(feature = "tracing"), allow(unused_variables))]

use super::Handled;
use super::handled::Concerned;
use crate::event::{Event, UnreadableEvent};
use crate::machine::Operation;
use crate::resource::ErrorBody;
use crate::session::{Change, Outcome, Rejection, Session};

/// A session changed. `why` is the name of the event, or another reason.
pub(super) fn changed(session: &Session, change: Change, why: &str) {
    #[cfg(feature = "tracing")]
    tracing::debug!(
        target: "im_session",
        this_dn = session.this_dn(),
        id = session.id(),
        from = change.from.map(crate::machine::State::name),
        to = change.to.name(),
        participants = change.participants,
        user_data = change.user_data,
        why,
        "session changed"
    );
}

/// An event to a whole call was handled.
pub(super) fn handled(event: &Event<'_>, handled: &Handled<'_>) {
    if let Concerned::AllChanged(changes) = &handled.concerned {
        for &(session, change) in changes {
            changed(session, change, event.name.as_str());
        }
    }
    if let Outcome::Rejected(rejection) = &handled.outcome {
        rejected(event, rejection);
    }
}

/// A completed session was forgotten.
pub(super) fn forgotten(session: &Session) {
    #[cfg(feature = "tracing")]
    tracing::debug!(target: "im_session", this_dn = session.this_dn(), id = session.id(), "session forgotten");
}

/// An event could not be read.
pub(super) fn unreadable(event: &Event<'_>, error: &UnreadableEvent) {
    #[cfg(feature = "tracing")]
    tracing::debug!(
        target: "im_session",
        this_dn = event.this_dn(),
        event = event.name.as_str(),
        error = tracing::field::display(error),
        "event unreadable"
    );
}

/// An event was rejected.
pub(super) fn rejected(event: &Event<'_>, rejection: &Rejection) {
    #[cfg(feature = "tracing")]
    tracing::debug!(
        target: "im_session",
        this_dn = event.this_dn(),
        id = event.call_uuid(),
        event = event.name.as_str(),
        state = rejection.state.map(crate::machine::State::name),
        reason = rejection.reason.name(),
        "event rejected"
    );
}

/// An operation was refused.
pub(super) fn refused(operation: Option<Operation>, error: &ErrorBody) {
    #[cfg(feature = "tracing")]
    tracing::debug!(
        target: "im_session",
        operation = operation.map(Operation::name),
        status_code = error.status_code.code(),
        status_message = error.status_message.as_str(),
        "operation refused"
    );
}
