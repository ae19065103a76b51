//! What bodies for supervisors look like. `engine::inspection` writes them; these say so to the document.
#![expect(dead_code, reason = "says how a body looks")]

use std::collections::BTreeMap;

use utoipa::ToSchema;

use super::schemas::SessionState;

/// How the sessions stand.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct OverviewAnswer {
    #[schema(minimum = 0, maximum = 0)]
    status_code: u8,
    /// Milliseconds since 1970, as the engine knows the time.
    now: u64,
    /// How many there are now, by state.
    sessions: BTreeMap<String, u64>,
    /// Since the store began, by outcome.
    events: BTreeMap<String, u64>,
    /// Events that were refused, by reason.
    rejected: BTreeMap<String, u64>,
    /// Operations, by the meaning of the statusCode of their answer.
    operations: BTreeMap<String, u64>,
    /// At most 20.
    open_longest: Vec<OpenSession>,
}

/// A session that is open.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct OpenSession {
    /// Milliseconds since 1970.
    since: u64,
    /// Whether it was open before that: the engine began then.
    earlier: bool,
    #[schema(rename = "thisDN")]
    this_dn: String,
    id: String,
    /// Whose DN it is, if it is an agent's.
    agent: Option<String>,
    state: SessionState,
    participants: Vec<String>,
}

/// What happened at a DN.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct TimelineAnswer {
    #[schema(minimum = 0, maximum = 0)]
    status_code: u8,
    #[schema(rename = "thisDN")]
    this_dn: String,
    /// Whose it is, if it is an agent's.
    agent: Option<String>,
    /// Oldest first; at most 32.
    timeline: Vec<Observation>,
}

/// Something that happened.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct Observation {
    /// Milliseconds since 1970, to the second.
    at: u64,
    kind: ObservationKind,
    /// The name of the event, of the request that an operation made, or of the operation that a request was of.
    name: String,
    id: Option<String>,
    from: Option<SessionState>,
    to: Option<SessionState>,
    outcome: ObservedOutcome,
    /// Why an event was rejected, or an operation refused.
    #[schema(nullable = false)]
    reason: Option<String>,
    /// Of an operation that was refused.
    #[schema(nullable = false)]
    status_code: Option<u8>,
    /// Of a request that failed.
    error_code: Option<i64>,
}

/// What kind of thing.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) enum ObservationKind {
    Event,
    Operation,
    Request,
    Expiry,
}

/// What came of it.
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

/// How the faults of the simulated SIP Server stand.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct FaultsAnswer {
    #[schema(minimum = 0, maximum = 0)]
    status_code: u8,
    faults: Vec<FaultState>,
}

/// How a fault stands.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct FaultState {
    fault: FaultName,
    /// How likely it is at each chance.
    #[schema(minimum = 0, maximum = 1)]
    probability: f64,
    /// How many single shots wait for a chance.
    waiting: u32,
}

/// What is to go wrong.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct InjectionBody {
    fault: FaultName,
    /// How likely it is from now on; once, at the next chance, unless given.
    #[schema(minimum = 0, maximum = 1, nullable = false)]
    probability: Option<f64>,
}

/// What can go wrong.
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
