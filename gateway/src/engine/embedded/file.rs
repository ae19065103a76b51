//! The tables of the file. Reads and writes them.

use std::path::Path;

use redb::{Database, ReadableTable, StorageBackend, TableDefinition};

use super::group::Batch;
use super::new_file;
use crate::config::AgentId;
use crate::engine::division::Record;
use crate::engine::{EngineError, Outgoing, StoredRequest};

/// (shard, key of a record) → value.
const RECORDS: TableDefinition<'_, (u32, &[u8]), &[u8]> = TableDefinition::new("records");
/// Offset → request.
const REQUESTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("requests");
/// (agent, position) → notification.
const OUTBOX: TableDefinition<'_, (&str, u64), &[u8]> = TableDefinition::new("outbox");
/// Agent → position up to which notifications have reached a client.
const DELIVERED: TableDefinition<'_, &str, u64> = TableDefinition::new("delivered");
/// Name → single value.
const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");

const FORM: &str = "form";
const SHARDS: &str = "shards";
const NEWEST_REQUEST: &str = "newest request";
/// The version of the tables that this program writes.
const THIS_FORM: u64 = 1;

/// The open file.
pub(super) struct File {
    database: Database,
}

/// The contents of the file.
#[derive(Debug, Default)]
pub(super) struct Stored {
    /// The number of shards into which the records are divided; 0 for a new file.
    pub(super) shards: u32,
    pub(super) records: Vec<Record>,
    pub(super) requests: Vec<StoredRequest>,
    pub(super) outbox: Vec<Outgoing>,
    pub(super) delivered: Vec<(AgentId, u64)>,
    pub(super) newest_request: u64,
}

/// Makes a store error that names the failed action.
fn failed<E: std::fmt::Display>(doing: &'static str) -> impl Fn(E) -> EngineError {
    move |error| EngineError::Store { doing, error: error.to_string() }
}

/// Makes an error for a value that no engine wrote.
fn damaged(place: String, expected: &'static str) -> impl Fn(serde_json::Error) -> EngineError {
    move |error| EngineError::Damaged { place: place.clone(), expected, found: error.to_string() }
}

impl File {
    pub(super) fn open(path: &Path) -> Result<Self, EngineError> {
        let failed = |doing, error: &dyn std::fmt::Display| EngineError::Store {
            doing,
            error: format!("{}: {error}", path.display()),
        };
        new_file::make(path).map_err(|error| failed("making the file of the store", &error))?;
        let database = Database::open(path).map_err(|error| failed("opening the file of the store", &error))?;
        Ok(File { database })
    }

    pub(super) fn on_backend(backend: impl StorageBackend) -> Result<Self, EngineError> {
        let database = Database::builder().create_with_backend(backend).map_err(failed("opening the store"))?;
        Ok(File { database })
    }

    /// Writes a batch durably. Either all of it is written, or nothing.
    pub(super) fn write(&self, batch: &Batch) -> Result<(), EngineError> {
        let transaction = self.database.begin_write().map_err(failed("beginning a transaction"))?;
        {
            let mut meta = transaction.open_table(META).map_err(failed("opening a table"))?;
            for (name, value) in
                [(FORM, THIS_FORM), (SHARDS, batch.shards.into()), (NEWEST_REQUEST, batch.newest_request)]
            {
                meta.insert(name, value).map_err(failed("writing the metadata"))?;
            }
            let mut records = transaction.open_table(RECORDS).map_err(failed("opening a table"))?;
            for ((shard, key), value) in &batch.records {
                let key = (*shard, key.as_slice());
                let done = match value {
                    Some(value) => records.insert(key, value.as_slice()).map(drop),
                    None => records.remove(key).map(drop),
                };
                done.map_err(failed("writing a record"))?;
            }
            let mut requests = transaction.open_table(REQUESTS).map_err(failed("opening a table"))?;
            for (offset, value) in &batch.requests {
                let done = match value {
                    Some(value) => requests.insert(offset, value.as_slice()).map(drop),
                    None => requests.remove(offset).map(drop),
                };
                done.map_err(failed("writing a request"))?;
            }
            let mut outbox = transaction.open_table(OUTBOX).map_err(failed("opening a table"))?;
            for (agent, position, value) in &batch.outbox {
                let key = (agent.as_str(), *position);
                let done = match value {
                    Some(value) => outbox.insert(key, value.as_slice()).map(drop),
                    None => outbox.remove(key).map(drop),
                };
                done.map_err(failed("writing a notification"))?;
            }
            let mut delivered = transaction.open_table(DELIVERED).map_err(failed("opening a table"))?;
            for (agent, position) in &batch.delivered {
                delivered.insert(agent.as_str(), position).map_err(failed("writing the delivered positions"))?;
            }
        }
        transaction.commit().map_err(failed("committing a transaction"))
    }

    /// Replaces records durably. Either all are replaced, or none.
    pub(super) fn divide(&self, old: &[Record], new: &[Record], shards: u32) -> Result<(), EngineError> {
        let transaction = self.database.begin_write().map_err(failed("beginning a transaction"))?;
        {
            let mut meta = transaction.open_table(META).map_err(failed("opening a table"))?;
            meta.insert(FORM, THIS_FORM).map_err(failed("writing the metadata"))?;
            meta.insert(SHARDS, u64::from(shards)).map_err(failed("writing the metadata"))?;
            let mut records = transaction.open_table(RECORDS).map_err(failed("opening a table"))?;
            for (shard, key, _) in old {
                records.remove((*shard, key.as_slice())).map_err(failed("deleting a record"))?;
            }
            for (shard, key, value) in new {
                records.insert((*shard, key.as_slice()), value.as_slice()).map_err(failed("writing a record"))?;
            }
        }
        transaction.commit().map_err(failed("committing a transaction"))
    }

    /// Reads the whole file.
    pub(super) fn read(&self) -> Result<Stored, EngineError> {
        // Opening the tables of a new file for writing creates them, so that they can be read.
        let transaction = self.database.begin_write().map_err(failed("beginning a transaction"))?;
        let mut stored = Stored::default();
        {
            let meta = transaction.open_table(META).map_err(failed("opening a table"))?;
            let value = |name| -> Result<Option<u64>, EngineError> {
                Ok(meta.get(name).map_err(failed("reading the metadata"))?.map(|value| value.value()))
            };
            if let Some(form) = value(FORM)?.filter(|&form| form != THIS_FORM) {
                let found = form.to_string();
                return Err(EngineError::Damaged { place: "form".into(), expected: "form 1 of the store", found });
            }
            stored.shards = value(SHARDS)?.and_then(|shards| u32::try_from(shards).ok()).unwrap_or_default();
            stored.newest_request = value(NEWEST_REQUEST)?.unwrap_or_default();
            let records = transaction.open_table(RECORDS).map_err(failed("opening a table"))?;
            for record in records.iter().map_err(failed("reading records"))? {
                let (key, value) = record.map_err(failed("reading a record"))?;
                let (shard, key) = key.value();
                stored.records.push((shard, key.to_vec(), value.value().to_vec()));
            }
            let requests = transaction.open_table(REQUESTS).map_err(failed("opening a table"))?;
            for request in requests.iter().map_err(failed("reading requests"))? {
                let (offset, value) = request.map_err(failed("reading a request"))?;
                let damaged = damaged(format!("requests[{}]", offset.value()), "a request as JSON");
                stored.requests.push(serde_json::from_slice(value.value()).map_err(damaged)?);
            }
            let outbox = transaction.open_table(OUTBOX).map_err(failed("opening a table"))?;
            for outgoing in outbox.iter().map_err(failed("reading notifications"))? {
                let (key, value) = outgoing.map_err(failed("reading a notification"))?;
                let damaged = damaged(format!("outbox[{:?}]", key.value()), "a notification as JSON");
                stored.outbox.push(serde_json::from_slice(value.value()).map_err(damaged)?);
            }
            let delivered = transaction.open_table(DELIVERED).map_err(failed("opening a table"))?;
            for one in delivered.iter().map_err(failed("reading the delivered positions"))? {
                let (agent, position) = one.map_err(failed("reading the delivered positions"))?;
                stored.delivered.push((AgentId::new(agent.value()), position.value()));
            }
        }
        transaction.commit().map_err(failed("making the tables"))?;
        Ok(stored)
    }
}
