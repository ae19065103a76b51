//! Reads, writes and deletes all records of a shard. A worker reads them to restore the shard, and resharding writes
//! the new ones.

use ::redis::aio::ConnectionLike;
use ::redis::{Pipeline, RedisError};

use super::keys::ShardKeys;
use crate::engine::RecordKey;

/// The maximum number of commands per pipeline.
pub(super) const AT_ONCE: usize = 512;

/// A key and a value, both JSON.
pub(super) type Record = (Vec<u8>, Vec<u8>);

pub(super) async fn read(keys: ShardKeys, connection: &mut impl ConnectionLike) -> Result<Vec<Record>, RedisError> {
    let mut records: Vec<Record> = Vec::new();
    for key in [keys.records(), keys.feeds()] {
        let hash: Vec<Record> = ::redis::cmd("HGETALL").arg(key).query_async(connection).await?;
        records.extend(hash);
    }
    let dns: Vec<String> = ::redis::cmd("SMEMBERS").arg(keys.dns()).query_async(connection).await?;
    for dns in dns.chunks(AT_ONCE) {
        let mut pipeline = ::redis::pipe();
        for dn in dns {
            pipeline.cmd("HGETALL").arg(keys.sessions(dn));
        }
        let hashes: Vec<Vec<Record>> = pipeline.query_async(connection).await?;
        records.extend(hashes.into_iter().flatten());
    }
    Ok(records)
}

/// Writes the records of a shard that no worker owns. Each key is listed before it is written, so that [`delete`] finds
/// it even if the process is killed in between.
pub(super) async fn write(
    keys: ShardKeys,
    records: &[(RecordKey, Vec<u8>)],
    connection: &mut impl ConnectionLike,
) -> Result<(), RedisError> {
    for records in records.chunks(AT_ONCE) {
        let mut pipeline = ::redis::pipe();
        for (key, value) in records {
            let (hash, dn) = keys.of_record(key);
            if let Some(dn) = dn {
                pipeline.sadd(keys.dns(), dn).ignore();
            }
            pipeline.hset(hash, key.to_bytes(), value).ignore();
        }
        send(&pipeline, connection).await?;
    }
    Ok(())
}

/// Deletes all keys of a shard. The lists of keys go last, so that the deletion can be repeated if the process is
/// killed.
pub(super) async fn delete(keys: ShardKeys, connection: &mut impl ConnectionLike) -> Result<(), RedisError> {
    let dns: Vec<String> = ::redis::cmd("SMEMBERS").arg(keys.dns()).query_async(connection).await?;
    let agents: Vec<String> = ::redis::cmd("HKEYS").arg(keys.delivered()).query_async(connection).await?;
    let of_dns = dns.iter().map(|dn| keys.sessions(dn));
    let named: Vec<String> = of_dns.chain(agents.iter().map(|agent| keys.undelivered(agent))).collect();
    for named in named.chunks(AT_ONCE) {
        ::redis::cmd("UNLINK").arg(named).exec_async(connection).await?;
    }
    let others = [
        keys.entries(),
        keys.state(),
        keys.outbox(),
        keys.readers(),
        keys.records(),
        keys.feeds(),
        keys.dns(),
        keys.delivered(),
        keys.owner(),
    ];
    ::redis::cmd("UNLINK").arg(&others).exec_async(connection).await
}

/// Sends a pipeline whose results are not needed. An empty pipeline is skipped.
pub(super) async fn send(pipeline: &Pipeline, connection: &mut impl ConnectionLike) -> Result<(), RedisError> {
    if pipeline.is_empty() { Ok(()) } else { pipeline.exec_async(connection).await }
}
