//! What came of an event.

use alloc::borrow::Cow;

use crate::machine::{Rejection, State};

/// What came of an event at a session. Specification 2.1, 2.2 and 7. Exhaustive by decision, as the `outcome` of the
/// replay output is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<'e> {
    /// Accepted, and something really changed.
    Changed(Change),
    /// Accepted, and nothing changed.
    Unchanged,
    /// Accepted: a message with this text arrived. State and data are as they were.
    Message(Cow<'e, str>),
    /// Not an event for sessions: ignored by name, or an EventPrivateInfo without a text.
    Ignored,
    /// Rejected. Nothing changed.
    Rejected(Rejection),
}

impl Outcome<'_> {
    /// The name in the replay output: `changed`, `unchanged`, `message`, `ignored`, `rejected`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Outcome::Changed(_) => "changed",
            Outcome::Unchanged => "unchanged",
            Outcome::Message(_) => "message",
            Outcome::Ignored => "ignored",
            Outcome::Rejected(_) => "rejected",
        }
    }

    /// Whether the event was accepted: changed, unchanged or a message. Only accepted events count for what is stale.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        match self {
            Outcome::Changed(_) | Outcome::Unchanged | Outcome::Message(_) => true,
            Outcome::Ignored | Outcome::Rejected(_) => false,
        }
    }
}

/// What really changed: at least one of the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Change {
    /// The state before, `None` where the event opened the session.
    pub from: Option<State>,
    /// The state after; equal to `from` where only data changed.
    pub to: State,
    /// Whether the participants changed.
    pub participants: bool,
    /// Whether the user data changed, that is its JSON view.
    pub user_data: bool,
}

impl Change {
    /// Whether the state changed.
    #[must_use]
    pub fn state(&self) -> bool {
        self.from != Some(self.to)
    }
}
