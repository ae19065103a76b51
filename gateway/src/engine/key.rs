//! The names of the records that make up a shard.

use im_session::store::PartKey;
use serde::{Deserialize, Serialize};

/// The name of a record of a shard. Its value is the JSON that [`Shard::record`](super::Shard::record) returns.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RecordKey {
    /// A part of the library's store.
    Part(PartKey),
    /// The position of the feed with this name, in this shard.
    Feed(String),
    /// The position of the last notification.
    Notified,
    /// Who made the request in flight with this ReferenceID.
    #[serde(rename_all = "camelCase")]
    Requester {
        /// The ReferenceID.
        reference_id: u64,
    },
}

impl RecordKey {
    /// The key as JSON, under which the record is stored.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // This cannot fail: a key consists of texts and numbers.
        serde_json::to_vec(self).unwrap_or_default()
    }
}
