//! May Redis have lost commits? It chooses a new replication id at each start and each promotion of a replica. As long
//! as the id is the same, Redis still has everything that it acknowledged.

use ::redis::aio::MultiplexedConnection;
use ::redis::{ErrorKind, RedisError};

/// The replication id.
///
/// # Errors
///
/// If Redis cannot be asked, or does not name one.
pub(super) async fn of(connection: &mut MultiplexedConnection) -> Result<String, RedisError> {
    let info: String = ::redis::cmd("INFO").arg("replication").query_async(connection).await?;
    let id = info.lines().find_map(|line| line.strip_prefix("master_replid:"));
    let missing = || RedisError::from((ErrorKind::UnexpectedReturnType, "expected master_replid in INFO, found none"));
    id.map(|id| id.trim().to_owned()).ok_or_else(missing)
}
