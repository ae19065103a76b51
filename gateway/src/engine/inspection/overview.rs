//! The state of the sessions, over all shards.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use im_session::Sessions;
use serde::{Deserialize, Serialize};

use super::observation::{from_milliseconds, milliseconds};
use super::{Observation, Observer};
use crate::config::{AgentId, Agents};
#[cfg(feature = "server")]
use crate::engine::Reply;

/// The maximum number of sessions listed as open longest.
pub const OPEN_LONGEST: usize = 20;

/// The state of the sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    /// The engine's time in milliseconds since 1970.
    #[serde(serialize_with = "milliseconds", deserialize_with = "from_milliseconds")]
    pub now: Duration,
    /// Counters by group: `sessions` holds the current number in each state. Since the store was created, `events`
    /// counts by outcome, `rejected` by reason, and `operations` by the meaning of their statusCode.
    #[serde(flatten)]
    pub counters: BTreeMap<Cow<'static, str>, BTreeMap<String, u64>>,
    /// The sessions that have been open longest, longest first.
    pub open_longest: Vec<OpenSession>,
}

/// An open session.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenSession {
    /// When it was opened, in milliseconds since 1970.
    #[serde(serialize_with = "milliseconds", deserialize_with = "from_milliseconds")]
    pub since: Duration,
    /// Whether it was opened earlier than `since`. In that case `since` is the time when the engine started.
    pub earlier: bool,
    /// The DN.
    #[serde(rename = "thisDN")]
    pub this_dn: String,
    /// The id.
    pub id: String,
    /// The agent to whom the DN belongs, if any.
    pub agent: Option<AgentId>,
    /// The state.
    pub state: Cow<'static, str>,
    /// The numbers of the other participants.
    pub participants: Vec<String>,
}

/// The latest observations at a DN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Timeline {
    /// The DN.
    #[serde(rename = "thisDN")]
    pub this_dn: String,
    /// The agent to whom the DN belongs, if any.
    pub agent: Option<AgentId>,
    /// The observations, oldest first.
    pub timeline: Vec<Observation>,
}

impl Overview {
    /// The overview of one shard.
    pub(crate) fn of(sessions: &Sessions, observer: &Observer, agents: &Agents) -> Self {
        let mut counters: BTreeMap<Cow<'static, str>, BTreeMap<String, u64>> = BTreeMap::new();
        for (what, kind, count) in sessions.counters().iter() {
            counters.entry(what.into()).or_default().insert(kind, count);
        }
        let open = observer.open_longest().filter_map(|(opened, dn, id)| {
            let session = sessions.get(dn, id)?;
            Some(OpenSession {
                since: opened.at,
                earlier: opened.earlier,
                this_dn: dn.into(),
                id: id.into(),
                agent: agents.by_dn(dn).map(|agent| agent.id.clone()),
                state: session.state().name().into(),
                participants: session.participants().map(Into::into).collect(),
            })
        });
        Overview { now: sessions.now(), counters, open_longest: open.take(OPEN_LONGEST).collect() }
    }

    /// Adds the overview of another shard.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.now = self.now.max(other.now);
        for (what, kinds) in other.counters {
            let mine = self.counters.entry(what).or_default();
            for (kind, count) in kinds {
                *mine.entry(kind).or_default() += count;
            }
        }
        self.open_longest.extend(other.open_longest);
        self.open_longest.sort();
        self.open_longest.truncate(OPEN_LONGEST);
        self
    }
}

#[cfg(feature = "server")]
impl Reply {
    /// An answer with this body and statusCode 0.
    pub(crate) fn of(body: &impl Serialize) -> Self {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Whole<'b, B> {
            status_code: im_session::StatusCode,
            #[serde(flatten)]
            body: &'b B,
        }
        let whole = Whole { status_code: im_session::StatusCode::Ok, body };
        // This cannot fail: the body consists of texts, numbers and lists.
        Reply { status: im_session::StatusCode::Ok, body: serde_json::to_vec(&whole).unwrap_or_default() }
    }
}
