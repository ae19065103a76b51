//! Whether commits may have been lost. Redis chooses a new replication id whenever it starts and whenever a replica is
//! promoted; with the same id, it still has everything that it ever answered.

use ::redis::RedisError;
use ::redis::aio::MultiplexedConnection;

/// The replication id.
pub(super) async fn of(connection: &mut MultiplexedConnection) -> Result<String, RedisError> {
    let info: String = ::redis::cmd("INFO").arg("replication").query_async(connection).await?;
    Ok(info.lines().find_map(|line| line.strip_prefix("master_replid:")).unwrap_or_default().trim().to_owned())
}
