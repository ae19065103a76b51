//! The values that go into an engine and come out of it.

use bytes::Bytes;
use im_session::{ErrorBody, Request, StatusCode, Target, UnreadableEvent};
use serde::{Deserialize, Serialize};

use crate::config::AgentId;

/// How far a feed is after a batch of events, and what it wants to find again after a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedPosition {
    /// The name of the feed.
    pub feed: String,
    /// The position after the batch. Positions of a feed rise; a batch whose position is not higher was applied before.
    pub position: u64,
    /// What the feed keeps with its position, in the same transaction. The simulated SIP Server keeps its calls here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl FeedPosition {
    /// This position of this feed, without a note.
    #[must_use]
    pub fn new(feed: impl Into<String>, position: u64) -> Self {
        FeedPosition { feed: feed.into(), position, note: None }
    }
}

/// What became of a batch of events.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// One result for each event.
    pub results: Vec<Result<(), UnreadableEvent>>,
    /// How far the feed is now; `None` where the batch had no position.
    pub position: Option<u64>,
    /// Whether nothing was applied, since the feed was as far already. The results are then those of events that can be read.
    pub repeated: bool,
}

/// What an operation is posted to, as a value that can be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OwnedTarget {
    /// `/me/im-sessions`.
    Sessions,
    /// `/me/im-sessions/{id}`.
    Session(String),
}

impl OwnedTarget {
    /// The library's form.
    #[must_use]
    pub fn as_target(&self) -> Target<'_> {
        match self {
            OwnedTarget::Sessions => Target::Sessions,
            OwnedTarget::Session(id) => Target::Session(id),
        }
    }

    /// The id of the session, where there is one.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            OwnedTarget::Sessions => None,
            OwnedTarget::Session(id) => Some(id),
        }
    }
}

/// The answer to an operation or a read: a JSON body and its statusCode, which says the HTTP status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The statusCode of the body.
    pub status: StatusCode,
    /// The body, JSON.
    pub body: Vec<u8>,
}

impl Reply {
    /// `{"statusCode":0}`: sent.
    #[must_use]
    pub fn sent() -> Self {
        Reply { status: StatusCode::Ok, body: br#"{"statusCode":0}"#.to_vec() }
    }
}

impl From<&ErrorBody> for Reply {
    fn from(error: &ErrorBody) -> Self {
        // A number and a text: there is nothing in it that JSON cannot have.
        Reply { status: error.status_code, body: serde_json::to_vec(error).unwrap_or_default() }
    }
}

/// A notification to an agent that is committed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    /// Which notification of its shard it is. All notifications of an agent come from one shard, so that two of them compare.
    pub position: u64,
    /// The same however often it is sent: the `id` of the message on CometD.
    pub id: String,
    /// For whom it is.
    pub agent: AgentId,
    /// What it is about.
    pub kind: OutgoingKind,
    /// The JSON of the CometD member `data`, without what the agent has no right to.
    #[serde(with = "text")]
    pub data: Bytes,
}

/// What a notification is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OutgoingKind {
    /// A session as it is now. Whoever reads the present sessions knows it already.
    Session,
    /// A message that arrived.
    Message,
    /// A request that failed or timed out.
    Error,
}

/// A request to the SIP Server that is kept until it is confirmed, settled or timed out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredRequest {
    /// Its place in the order of all requests, from 1.
    pub offset: u64,
    /// The request.
    #[serde(flatten)]
    pub request: Request,
}

/// JSON text kept as a string.
mod text {
    use bytes::Bytes;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&String::from_utf8_lossy(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        String::deserialize(deserializer).map(Bytes::from)
    }
}
