//! The outcome of an event for a session.

use alloc::string::String;
use core::fmt;

use super::{EventIdentity, Limit};
use crate::machine::{RejectReason, SessionEvent, State};

/// The outcome of an event for a session. [Specification 2.1][2.1], [2.2] and [7]. Deliberately exhaustive, like the
/// `outcome` of the replay output.
///
/// ```
/// use im_session::{CallEvent, Event, Limits, Outcome, RejectReason, Session};
///
/// let released = Event::new(CallEvent::Released).with_this_dn("3002").with_call_uuid("007");
/// let outcome = Session::apply(&mut None, &released, &Limits::DEFAULT);
/// assert_eq!((outcome.name(), outcome.is_accepted()), ("rejected", false));
/// let Outcome::Rejected(rejection) = outcome else { panic!() };
/// assert_eq!(rejection.reason, RejectReason::Orphan);
/// println!("{rejection}");
/// ```
///
/// [2.1]: crate::guide::specification#21-the-transition-table-d
/// [2.2]: crate::guide::specification#22-events-that-carry-data
/// [7]: crate::guide::specification#7-im-session-replay-the-main-job-and-its-contract
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Accepted, and at least one of state, participants and user data has changed.
    Changed {
        /// The state before; `None` if the event opened the session.
        from: Option<State>,
        /// The state after; equal to `from` if only participants or user data changed.
        to: State,
        /// Whether the participants changed.
        participants: bool,
        /// Whether the JSON view of the user data changed.
        user_data: bool,
    },
    /// Accepted, and nothing changed.
    Unchanged,
    /// Accepted: a message with this text arrived. State, participants and user data are unchanged.
    Message(String),
    /// The event does not concern sessions: it is ignored by name, or is an EventPrivateInfo without a text.
    Ignored,
    /// Rejected. Nothing changed.
    Rejected(Rejection),
}

impl Outcome {
    /// The name in the replay output: `changed`, `unchanged`, `message`, `ignored`, `rejected`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Outcome::Changed { .. } => "changed",
            Outcome::Unchanged => "unchanged",
            Outcome::Message(_) => "message",
            Outcome::Ignored => "ignored",
            Outcome::Rejected(_) => "rejected",
        }
    }

    /// Whether the event was accepted: changed, unchanged or a message. Only accepted events make older ones stale.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        match self {
            Outcome::Changed { .. } | Outcome::Unchanged | Outcome::Message(_) => true,
            Outcome::Ignored | Outcome::Rejected(_) => false,
        }
    }
}

/// The possible change of an accepted event, before it is known whether anything differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) from: Option<State>,
    pub(crate) to: State,
    pub(crate) participants: bool,
    pub(crate) user_data: bool,
}

impl Change {
    /// A change of the state only.
    pub(crate) fn of_state(from: State, to: State) -> Self {
        Change { from: Some(from), to, participants: false, user_data: false }
    }

    pub(crate) fn changes_state(self) -> bool {
        self.from != Some(self.to)
    }

    pub(crate) fn changes_anything(self) -> bool {
        self.changes_state() || self.participants || self.user_data
    }
}

impl From<Change> for Outcome {
    fn from(change: Change) -> Self {
        let Change { from, to, participants, user_data } = change;
        if change.changes_anything() {
            Outcome::Changed { from, to, participants, user_data }
        } else {
            Outcome::Unchanged
        }
    }
}

/// A rejected event: the state, the event and the reason. Nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{event} rejected {}: {} ({reason}{})", InState(*.state), .reason.sentence(), Detail(self))]
#[non_exhaustive]
pub struct Rejection {
    /// The state of the session; `None` if there is no session.
    pub state: Option<State>,
    /// The event that was rejected.
    pub event: SessionEvent,
    /// Why.
    pub reason: RejectReason,
    /// Which limit, if the reason is [`RejectReason::Limit`].
    pub limit: Option<Limit>,
    /// If the reason is [`RejectReason::Stale`]: the event's identity, and the identity that it is not newer than.
    pub stale: Option<(EventIdentity, EventIdentity)>,
}

impl Rejection {
    pub(crate) const fn new(state: Option<State>, event: SessionEvent, reason: RejectReason) -> Self {
        Rejection { state, event, reason, limit: None, stale: None }
    }

    pub(crate) const fn stale(
        state: Option<State>,
        event: SessionEvent,
        found: EventIdentity,
        last: EventIdentity,
    ) -> Self {
        Rejection { stale: Some((found, last)), ..Self::new(state, event, RejectReason::Stale) }
    }

    pub(crate) const fn over(limit: Limit, state: Option<State>, event: SessionEvent) -> Self {
        Rejection { limit: Some(limit), ..Self::new(state, event, RejectReason::Limit) }
    }
}

struct InState(Option<State>);

impl fmt::Display for InState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(state) => write!(f, "in {state}"),
            None => f.write_str("without a session"),
        }
    }
}

/// The limit or the identities, for the message.
struct Detail<'r>(&'r Rejection);

impl fmt::Display for Detail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(limit) = self.0.limit {
            write!(f, ": {limit}")?;
        }
        if let Some((found, last)) = self.0.stale {
            write!(f, ": {found}, last was {last}")?;
        }
        Ok(())
    }
}
