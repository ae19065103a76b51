//! An observation at a DN. It contains no message text and no user data.

use std::borrow::Cow;
use std::time::Duration;

use im_session::event::EventName;
use im_session::machine::RejectReason;
use im_session::store::{RequestResult, Settled};
use im_session::{Outcome, State, StatusCode};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The maximum length of an event's name, in bytes. All known names are shorter.
const LONGEST_NAME: usize = 64;

/// Something that happened at a DN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Observation {
    /// The shard's time in milliseconds since 1970, with a resolution of one second.
    #[serde(serialize_with = "milliseconds")]
    pub at: Duration,
    /// The kind of observation.
    pub kind: ObservationKind,
    /// The name of the event or the operation.
    pub name: Cow<'static, str>,
    /// The session, if there is one.
    pub id: Option<Box<str>>,
    /// The state of the session before.
    #[serde(serialize_with = "name_of_state")]
    pub from: Option<State>,
    /// The state of the session after.
    #[serde(serialize_with = "name_of_state")]
    pub to: Option<State>,
    /// The outcome.
    #[serde(flatten)]
    pub outcome: ObservedOutcome,
}

/// The kind of observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ObservationKind {
    /// An event of the SIP Server.
    Event,
    /// An operation of an agent.
    Operation,
    /// A request that is no longer in flight: it succeeded, failed or timed out.
    Request,
    /// A session that expired because it had no event for too long.
    Expiry,
}

/// The outcome of an observation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "outcome")]
pub enum ObservedOutcome {
    /// Accepted, and something changed.
    Changed,
    /// Accepted, and nothing changed.
    Unchanged,
    /// A message arrived.
    Message,
    /// An event that does not concern sessions.
    Ignored,
    /// An event that was rejected.
    Rejected {
        /// The reason.
        #[serde(serialize_with = "name_of_reason")]
        reason: RejectReason,
    },
    /// An operation that was sent to the SIP Server.
    Sent,
    /// An operation that was refused.
    Refused {
        /// The statusCode of the answer.
        #[serde(rename = "statusCode")]
        status_code: StatusCode,
        /// The meaning of the statusCode.
        reason: Box<str>,
    },
    /// A request that succeeded.
    Done,
    /// A request that failed.
    Failed {
        /// The error code of the SIP Server.
        #[serde(rename = "errorCode")]
        error_code: Option<i64>,
    },
    /// A request that was not answered in time.
    TimedOut,
}

impl Observation {
    /// An event, with or without a session.
    pub(crate) fn of_event(at: Duration, name: &EventName<'_>, id: Option<&str>, outcome: &Outcome) -> Self {
        let (from, to, outcome) = match outcome {
            Outcome::Changed { from, to, .. } => (*from, Some(*to), ObservedOutcome::Changed),
            Outcome::Unchanged => (None, None, ObservedOutcome::Unchanged),
            Outcome::Message(_) => (None, None, ObservedOutcome::Message),
            Outcome::Ignored => (None, None, ObservedOutcome::Ignored),
            Outcome::Rejected(rejection) => {
                (rejection.state, rejection.state, ObservedOutcome::Rejected { reason: rejection.reason })
            }
        };
        Observation { at, kind: ObservationKind::Event, name: name_of(name), id: id.map(Into::into), from, to, outcome }
    }

    /// An operation of an agent.
    pub(crate) fn of_operation(
        at: Duration,
        name: &'static str,
        id: Option<&str>,
        refused: Option<StatusCode>,
    ) -> Self {
        let outcome = refused.map_or(ObservedOutcome::Sent, |status_code| ObservedOutcome::Refused {
            status_code,
            reason: status_code.name().into(),
        });
        let (kind, id) = (ObservationKind::Operation, id.map(Into::into));
        Observation { at, kind, name: name.into(), id, from: None, to: None, outcome }
    }

    /// A request that is no longer in flight.
    pub(crate) fn of_settled(at: Duration, settled: &Settled) -> Self {
        let outcome = match &settled.result {
            RequestResult::Done => ObservedOutcome::Done,
            RequestResult::Failed(error) => ObservedOutcome::Failed { error_code: error.code },
            RequestResult::TimedOut => ObservedOutcome::TimedOut,
        };
        let (name, id) = (settled.operation.name().into(), settled.id.as_deref().map(Into::into));
        Observation { at, kind: ObservationKind::Request, name, id, from: None, to: None, outcome }
    }

    /// A session that expired.
    pub(crate) fn of_expiry(at: Duration, id: &str) -> Self {
        let (kind, to, outcome) = (ObservationKind::Expiry, Some(State::Completed), ObservedOutcome::Changed);
        Observation { at, kind, name: "expired".into(), id: Some(id.into()), from: None, to, outcome }
    }
}

/// The names of known events are borrowed.
fn name_of(name: &EventName<'_>) -> Cow<'static, str> {
    match name {
        EventName::Call(event) => Cow::Borrowed(event.name()),
        EventName::Data(event) => Cow::Borrowed(event.name()),
        EventName::Error => Cow::Borrowed("EventError"),
        EventName::Ack => Cow::Borrowed("EventACK"),
        EventName::Other(name) => Cow::Owned(name.chars().take(LONGEST_NAME).collect()),
    }
}

/// Reads the number that [`milliseconds`] writes.
pub(super) fn from_milliseconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    u64::deserialize(deserializer).map(Duration::from_millis)
}

pub(super) fn milliseconds<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

fn name_of_state<S: Serializer>(state: &Option<State>, serializer: S) -> Result<S::Ok, S::Error> {
    state.map(State::name).serialize(serializer)
}

fn name_of_reason<S: Serializer>(reason: &RejectReason, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(reason.name())
}
