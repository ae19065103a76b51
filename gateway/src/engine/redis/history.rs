//! May Redis have lost commits? It chooses a new replication id at each start and each promotion of a replica. As long
//! as the id is the same, Redis still has everything that it acknowledged.

use ::redis::RedisError;
use ::redis::aio::MultiplexedConnection;

/// The replication id.
pub(super) async fn of(connection: &mut MultiplexedConnection) -> Result<String, RedisError> {
    let info: String = ::redis::cmd("INFO").arg("replication").query_async(connection).await?;
    Ok(info.lines().find_map(|line| line.strip_prefix("master_replid:")).unwrap_or_default().trim().to_owned())
}
