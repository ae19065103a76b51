//! Converts a shard to records and back.

use im_session::store::{BadReferenceIds, Part, PartKey, RestoreError, Snapshot};

use super::inspection::Observer;
use super::{FeedPosition, RecordKey, Shard, ShardSettings};

/// Why a shard cannot be restored from records.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DamagedShard {
    /// The key of a record cannot be read.
    #[error("shard {shard}: expected the key of a record, found {found:?}: {error}")]
    Key {
        /// The shard.
        shard: u32,
        /// The key as found.
        found: String,
        /// The error.
        error: serde_json::Error,
    },
    /// The value of a record cannot be read.
    #[error("shard {shard}, record {key:?}: expected its value as JSON: {error}")]
    Value {
        /// The shard.
        shard: u32,
        /// The record.
        key: RecordKey,
        /// The error.
        error: serde_json::Error,
    },
    /// There are records of parts, but no record of the store.
    #[error("shard {shard}: expected the part of the store, found parts without it")]
    NoStore {
        /// The shard.
        shard: u32,
    },
    /// The library rejects the parts.
    #[error("shard {shard}: {error}")]
    Parts {
        /// The shard.
        shard: u32,
        /// The cause.
        error: RestoreError,
    },
    /// The settings are invalid.
    #[error(transparent)]
    Settings(#[from] BadReferenceIds),
}

impl Shard {
    /// The current value of a record, as JSON; `None` if it does not exist.
    #[must_use]
    pub fn record(&self, key: &RecordKey) -> Option<Vec<u8>> {
        // This cannot fail: parts, positions and numbers can always be written as JSON.
        match key {
            RecordKey::Part(key) => self.sessions.part(key).map(|part| serde_json::to_vec(&part).unwrap_or_default()),
            RecordKey::Feed(name) => self.feeds.get(name).map(|feed| serde_json::to_vec(feed).unwrap_or_default()),
            RecordKey::Notified => Some(self.notified.to_string().into_bytes()),
            RecordKey::Requester { reference_id } => {
                self.requesters.get(reference_id).map(|one| serde_json::to_vec(one).unwrap_or_default())
            }
        }
    }

    /// Restores a shard from these records. Also returns obsolete records, which have to be deleted.
    ///
    /// # Errors
    ///
    /// [`DamagedShard`] says what is wrong.
    pub fn restore<'r>(
        settings: &ShardSettings,
        records: impl IntoIterator<Item = (&'r [u8], &'r [u8])>,
    ) -> Result<(Self, Vec<RecordKey>), DamagedShard> {
        let mut shard = Shard::new(settings)?;
        let number = settings.number;
        let (mut keys, mut parts) = (Vec::new(), Vec::new());
        for (key, value) in records {
            let key: RecordKey = serde_json::from_slice(key).map_err(|error| DamagedShard::Key {
                shard: number,
                found: String::from_utf8_lossy(key).into_owned(),
                error,
            })?;
            let damaged = |error| DamagedShard::Value { shard: number, key: key.clone(), error };
            match &key {
                RecordKey::Part(_) => parts.push(serde_json::from_slice::<Part>(value).map_err(damaged)?),
                RecordKey::Feed(name) => {
                    let feed: FeedPosition = serde_json::from_slice(value).map_err(damaged)?;
                    shard.feeds.insert(name.clone(), feed);
                }
                RecordKey::Notified => shard.notified = serde_json::from_slice(value).map_err(damaged)?,
                RecordKey::Requester { reference_id } => {
                    shard.requesters.insert(*reference_id, serde_json::from_slice(value).map_err(damaged)?);
                }
            }
            keys.push(key);
        }
        if !parts.is_empty() {
            let snapshot = Snapshot::of_parts(parts).ok_or(DamagedShard::NoStore { shard: number })?;
            // The limits may be lower than they were when the records were written.
            shard
                .sessions
                .restore_what_fits(&snapshot)
                .map_err(|error| DamagedShard::Parts { shard: number, error })?;
        }
        shard.observer = Observer::new(&shard.sessions);
        // Requests that the restore dropped need no requester.
        let Shard { requesters, sessions, .. } = &mut shard;
        requesters.retain(|&reference_id, _| sessions.part(&PartKey::Request { reference_id }).is_some());
        keys.retain(|key| shard.record(key).is_none());
        Ok((shard, keys))
    }
}
