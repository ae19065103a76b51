//! A shard as records, and back.

use im_session::store::{BadReferenceIds, Part, PartKey, RestoreError, Snapshot};

use super::inspection::Observer;
use super::{FeedPosition, RecordKey, Shard, ShardSettings};

/// Why records make no shard.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DamagedShard {
    /// The name of a record cannot be read.
    #[error("shard {shard}: expected the key of a record, found {found:?}: {error}")]
    Key {
        /// The shard.
        shard: u32,
        /// The key.
        found: String,
        /// What is wrong with it.
        error: serde_json::Error,
    },
    /// The value of a record cannot be read.
    #[error("shard {shard}, record {key:?}: expected its value as JSON: {error}")]
    Value {
        /// The shard.
        shard: u32,
        /// The record.
        key: RecordKey,
        /// What is wrong with its value.
        error: serde_json::Error,
    },
    /// There are parts, but not the one of the store.
    #[error("shard {shard}: expected the part of the store, found parts without it")]
    NoStore {
        /// The shard.
        shard: u32,
    },
    /// The library does not take the parts.
    #[error("shard {shard}: {error}")]
    Parts {
        /// The shard.
        shard: u32,
        /// Why.
        error: RestoreError,
    },
    /// The settings are not those of a shard.
    #[error(transparent)]
    Settings(#[from] BadReferenceIds),
}

impl Shard {
    /// A record as it is now, JSON; `None` where it does not exist, or no longer.
    #[must_use]
    pub fn record(&self, key: &RecordKey) -> Option<Vec<u8>> {
        // The library's parts, positions and numbers: there is nothing in them that JSON cannot have.
        match key {
            RecordKey::Part(key) => self.sessions.part(key).map(|part| serde_json::to_vec(&part).unwrap_or_default()),
            RecordKey::Feed(name) => self.feeds.get(name).map(|feed| serde_json::to_vec(feed).unwrap_or_default()),
            RecordKey::Notified => Some(self.notified.to_string().into_bytes()),
            RecordKey::Requester { reference_id } => {
                self.requesters.get(reference_id).map(|one| serde_json::to_vec(one).unwrap_or_default())
            }
        }
    }

    /// The shard that these records are, and those of them that are to be deleted, since they say nothing any more.
    ///
    /// # Errors
    ///
    /// [`DamagedShard`] names what is wrong.
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
            // Limits can be lower than they were.
            shard
                .sessions
                .restore_what_fits(&snapshot)
                .map_err(|error| DamagedShard::Parts { shard: number, error })?;
        }
        shard.observer = Observer::new(&shard.sessions);
        // Of a request that was left out nobody asks.
        let Shard { requesters, sessions, .. } = &mut shard;
        requesters.retain(|&reference_id, _| sessions.part(&PartKey::Request { reference_id }).is_some());
        keys.retain(|key| shard.record(key).is_none());
        Ok((shard, keys))
    }
}
