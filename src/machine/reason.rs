//! Why an event is rejected.

use super::{SessionEvent, State};
use super::{UnknownName, unknown};

/// Why an event was rejected. The names are those of the replay output (specification 7).
///
/// Exhaustive by decision: clients switch on it, so a new reason must break them loudly.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
    strum::IntoStaticStr,
)]
#[strum(parse_err_ty = UnknownName, parse_err_fn = unknown::<RejectReason>)]
#[strum(serialize_all = "kebab-case")]
#[repr(u8)]
pub enum RejectReason {
    /// There is no session that the event could belong to, and it does not open one.
    Orphan,
    /// A caller's event at a callee's session, or the other way round.
    RoleConflict,
    /// The session is further on: it talks already.
    Late,
    /// The session is not yet that far: it does not talk yet.
    Early,
    /// The session is completed.
    Ended,
    /// The event's number is not higher than that of the last accepted event (same server start).
    Stale,
    /// The event goes over a configured limit.
    Limit,
}

impl RejectReason {
    /// The seven reasons in definition order.
    pub const ALL: [RejectReason; 7] = [
        RejectReason::Orphan,
        RejectReason::RoleConflict,
        RejectReason::Late,
        RejectReason::Early,
        RejectReason::Ended,
        RejectReason::Stale,
        RejectReason::Limit,
    ];

    /// The name on the wire: `orphan`, `role-conflict`, …
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

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

/// Which limit an event or an operation goes over. What each is by default says [`Limits`](crate::Limits).
///
/// Not exhaustive by decision: there can be more limits without anything else changing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::Display)]
#[non_exhaustive]
pub enum Limit {
    /// The sessions of the whole store.
    #[strum(to_string = "sessions in all")]
    Sessions,
    /// The sessions of one DN.
    #[strum(to_string = "sessions of one DN")]
    SessionsPerDn,
    /// The participants of one session.
    #[strum(to_string = "participants of a session")]
    Participants,
    /// The size of the user data.
    #[strum(to_string = "size of the user data")]
    UserDataSize,
    /// How deep lists are nested in the user data.
    #[strum(to_string = "depth of the user data")]
    UserDataDepth,
    /// The length of a message's text.
    #[strum(to_string = "length of a message")]
    TextLength,
    /// The requests that are remembered: of a snapshot, as otherwise the oldest is forgotten.
    #[strum(to_string = "requests remembered")]
    Requests,
    /// The length of a DN.
    #[strum(to_string = "length of a DN")]
    DnLength,
}

/// A rejected event: which state met which event, and why. Nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{event} rejected {}: {} ({reason}{})", InState(*.state), .reason.sentence(), Of(*.limit))]
#[non_exhaustive]
pub struct Rejection {
    /// The state of the session, `None` where there is none.
    pub state: Option<State>,
    /// The event that was rejected.
    pub event: SessionEvent,
    /// Why.
    pub reason: RejectReason,
    /// Which limit, where the reason is [`RejectReason::Limit`].
    pub limit: Option<Limit>,
}

impl Rejection {
    pub(crate) const fn new(state: Option<State>, event: SessionEvent, reason: RejectReason) -> Self {
        Rejection { state, event, reason, limit: None }
    }

    pub(crate) const fn over(limit: Limit, state: Option<State>, event: SessionEvent) -> Self {
        Rejection { state, event, reason: RejectReason::Limit, limit: Some(limit) }
    }
}

struct Of(Option<Limit>);

impl core::fmt::Display for Of {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.map_or(Ok(()), |limit| write!(f, ": {limit}"))
    }
}

struct InState(Option<State>);

impl core::fmt::Display for InState {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.0 {
            Some(state) => write!(f, "in {state}"),
            None => f.write_str("without a session"),
        }
    }
}
