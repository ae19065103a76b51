//! The schemas of bodies for supervisors. `engine::inspection` writes the bodies; these types describe them for the
//! document.
#![expect(dead_code, reason = "says how a body looks")]

use std::collections::BTreeMap;

use utoipa::ToSchema;

use super::schemas::SessionState;

/// The state of the sessions.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct OverviewAnswer {
    #[schema(minimum = 0, maximum = 0)]
    status_code: u8,
    /// The engine's time in milliseconds since 1970.
    now: u64,
    /// The current number of sessions, by state.
    sessions: BTreeMap<String, u64>,
    /// Events since the store was created, by outcome.
    events: BTreeMap<String, u64>,
    /// Rejected events, by reason.
    rejected: BTreeMap<String, u64>,
    /// Operations, by the meaning of the statusCode of the answer.
    operations: BTreeMap<String, u64>,
    /// The sessions that have been open longest; at most 20.
    open_longest: Vec<OpenSession>,
}

/// An open session.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct OpenSession {
    /// When it was opened, in milliseconds since 1970.
    since: u64,
    /// Whether it was opened earlier than `since`, which is then the time when the engine started.
    earlier: bool,
    #[schema(rename = "thisDN")]
    this_dn: String,
    id: String,
    /// The agent to whom the DN belongs, if any.
    agent: Option<String>,
    state: SessionState,
    participants: Vec<String>,
}

/// The latest observations at a DN.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct TimelineAnswer {
    #[schema(minimum = 0, maximum = 0)]
    status_code: u8,
    #[schema(rename = "thisDN")]
    this_dn: String,
    /// The agent to whom the DN belongs, if any.
    agent: Option<String>,
    /// Oldest first; at most 32.
    timeline: Vec<Observation>,
}

/// Something that happened.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct Observation {
    /// Milliseconds since 1970, with a resolution of one second.
    at: u64,
    kind: ObservationKind,
    /// The name of the event, of the request that an operation made, or of the operation that made a request.
    name: String,
    id: Option<String>,
    from: Option<SessionState>,
    to: Option<SessionState>,
    outcome: ObservedOutcome,
    /// Why an event was rejected, or an operation refused.
    #[schema(nullable = false)]
    reason: Option<String>,
    /// For an operation that was refused.
    #[schema(nullable = false)]
    status_code: Option<u8>,
    /// For a request that failed.
    error_code: Option<i64>,
}

/// What kind of thing happened.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) enum ObservationKind {
    Event,
    Operation,
    Request,
    Expiry,
}

/// The outcome.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) enum ObservedOutcome {
    Changed,
    Unchanged,
    Message,
    Ignored,
    Rejected,
    Sent,
    Refused,
    Done,
    Failed,
    TimedOut,
}

/// The faults of the simulated SIP Server.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct FaultsAnswer {
    #[schema(minimum = 0, maximum = 0)]
    status_code: u8,
    faults: Vec<FaultState>,
}

/// A fault.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct FaultState {
    fault: FaultName,
    /// Its probability at each opportunity.
    #[schema(minimum = 0, maximum = 1)]
    probability: f64,
    /// How many single faults wait for an opportunity.
    waiting: u32,
}

/// A fault to inject.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct InjectionBody {
    fault: FaultName,
    /// Its probability from now on; without it, the fault happens once, at the next opportunity.
    #[schema(minimum = 0, maximum = 1, nullable = false)]
    probability: Option<f64>,
}

/// The names of the faults.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
pub(crate) enum FaultName {
    Lose,
    Delay,
    Repeat,
    Reorder,
    Restart,
    Busy,
    NoAnswer,
    Refuse,
}
