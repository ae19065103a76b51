//! The values that an engine takes and returns.

use std::borrow::Cow;

use bytes::Bytes;
use im_session::{ErrorBody, Request, StatusCode, Target, UnreadableEvent};
use serde::{Deserialize, Serialize};

use crate::config::AgentId;

/// The position of a feed after a batch of events, and a note that the feed gets back after a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedPosition {
    /// The name of the feed.
    pub feed: String,
    /// The position after the batch. A feed's positions rise. A batch whose position is not higher than the last one
    /// has been applied before.
    pub position: u64,
    /// A text that is committed together with the position. The simulated SIP Server stores its calls here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl FeedPosition {
    /// A position of a feed, without a note.
    #[must_use]
    pub fn new(feed: impl Into<String>, position: u64) -> Self {
        FeedPosition { feed: feed.into(), position, note: None }
    }
}

/// The result of a batch of events.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// One result for each event.
    pub results: Vec<Result<(), UnreadableEvent>>,
    /// The position of the feed now; `None` if the batch had no position.
    pub position: Option<u64>,
    /// Whether the batch was skipped because the feed had already reached its position. In that case the results are
    /// those of readable events.
    pub repeated: bool,
}

/// The target of an operation, as an owned value that can be stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OwnedTarget {
    /// `/me/im-sessions`.
    Sessions,
    /// `/me/im-sessions/{id}`.
    Session(String),
}

impl OwnedTarget {
    /// The target in the library's form.
    #[must_use]
    pub fn as_target(&self) -> Target<'_> {
        match self {
            OwnedTarget::Sessions => Target::Sessions,
            OwnedTarget::Session(id) => Target::Session(id),
        }
    }

    /// The id of the session, if there is one.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            OwnedTarget::Sessions => None,
            OwnedTarget::Session(id) => Some(id),
        }
    }
}

/// The answer to an operation or a read: a JSON body, and its statusCode. The statusCode determines the HTTP status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The statusCode of the body.
    pub status: StatusCode,
    /// The body, JSON.
    pub body: Vec<u8>,
}

impl Reply {
    /// `{"statusCode":0}`: the operation was sent.
    #[must_use]
    pub fn sent() -> Self {
        Reply { status: StatusCode::Ok, body: br#"{"statusCode":0}"#.to_vec() }
    }
}

impl From<&ErrorBody> for Reply {
    fn from(error: &ErrorBody) -> Self {
        // This cannot fail: the error consists of a number and a text.
        Reply { status: error.status_code, body: serde_json::to_vec(error).unwrap_or_default() }
    }
}

/// A committed notification to an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    /// Its position within its shard. All notifications of an agent come from one shard, so their positions can be
    /// compared.
    pub position: u64,
    /// The `id` of the message on CometD. It is the same each time the notification is sent.
    pub id: String,
    /// The agent who gets it.
    pub agent: AgentId,
    /// Its subject.
    pub kind: OutgoingKind,
    /// The JSON of the CometD member `data`, without anything that the agent has no right to see.
    #[serde(with = "text")]
    pub data: Bytes,
}

/// The subject of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OutgoingKind {
    /// The current state of a session. It is also in the list of current sessions.
    Session,
    /// A message that arrived.
    Message,
    /// A request that failed or timed out.
    Error,
}

/// A request to the SIP Server, kept until it is confirmed, settled or timed out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredRequest {
    /// Its number among all requests, from 1.
    pub offset: u64,
    /// The request.
    #[serde(flatten)]
    pub request: Request,
}

/// The text of JSON, which is always UTF-8. Checking that first is several times faster than `String::from_utf8_lossy`.
pub(super) fn as_text(bytes: &[u8]) -> Cow<'_, str> {
    str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// Serializes JSON text as a string.
mod text {
    use bytes::Bytes;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::as_text(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        String::deserialize(deserializer).map(Bytes::from)
    }
}
