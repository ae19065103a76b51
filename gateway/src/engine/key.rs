//! The records that a shard consists of.

use im_session::store::PartKey;
use serde::{Deserialize, Serialize};

/// The name of a record of a shard. Its value is JSON that [`Shard::record`](super::Shard::record) writes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RecordKey {
    /// A part of the library's store.
    Part(PartKey),
    /// How far the feed of this name is, in this shard.
    Feed(String),
    /// The number of the last notification.
    Notified,
    /// Who asked for the request in flight with this ReferenceID.
    #[serde(rename_all = "camelCase")]
    Requester {
        /// The ReferenceID.
        reference_id: u64,
    },
}

impl RecordKey {
    /// The key as JSON: what it is stored under.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // Texts and numbers alone: there is nothing in it that JSON cannot have.
        serde_json::to_vec(self).unwrap_or_default()
    }
}
