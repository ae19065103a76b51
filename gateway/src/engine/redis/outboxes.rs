//! How does a process with clients learn about commits? It reads the outbox of every shard, sends the notifications,
//! queues the requests, and then returns the answers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ::redis::aio::MultiplexedConnection;
use ::redis::{AsyncTypedCommands, RedisError};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::keys::{GATEWAYS, REFERENCES, REQUESTS, REQUESTS_STATE};
use super::server::{BLOCK, Connection};
use super::shared::{Shared, failed};
use super::wire::{Commit, RequestChange, json};
use super::{replication_id, scripts};
use crate::engine::EngineError;

/// The maximum number of commits per read.
const READ_AT_ONCE: usize = 256;
/// How often the process sends its heartbeat and records how far it has read the outboxes.
const SAY: Duration = Duration::from_millis(500);
/// The delay before Redis is tried again after an error.
const AGAIN: Duration = Duration::from_millis(200);

/// Reads all existing commits, then follows new ones in tasks of `parts` until the engine stops.
pub(super) async fn begin(
    shared: &Arc<Shared>,
    ending: &watch::Receiver<bool>,
    parts: &mut JoinSet<()>,
) -> Result<(), EngineError> {
    let lives = shared.living(GATEWAYS, true, shared.settings.silence).await;
    lives.map_err(failed("saying that this gateway lives"))?;
    for number in 0..shared.settings.shards {
        let mut connection = shared.own_connection(number).await.map_err(failed("connecting to Redis"))?;
        let replication_id = replication_id::of(&mut connection).await.map_err(failed("reading the replication id"))?;
        let (shared, said) = (shared.clone(), (0, Instant::now()));
        let mut reader = Reader { shared, number, replication_id, has_begun: false, read: 0, said };
        // The reader registers before it reads, so that workers keep the part of the outbox that it still needs.
        reader.say(&mut connection).await.map_err(failed("registering a reader"))?;
        // Commits may have been trimmed from the outbox, so the reader asks for the number of the last one, too.
        let commits = reader.commits(&mut connection).await.map_err(failed("reading the number of commits"))?;
        while reader.step(&mut connection, Duration::ZERO).await.map_err(failed("reading an outbox"))? {}
        reader.read = reader.read.max(commits);
        reader.has_begun = true;
        let ending = ending.clone();
        parts.spawn(async move { reader.run(connection, ending).await });
    }
    parts.spawn(live(shared.clone(), ending.clone()));
    Ok(())
}

/// Sends heartbeats and records deliveries until the engine stops.
async fn live(shared: Arc<Shared>, mut ending: watch::Receiver<bool>) {
    loop {
        if let Err(error) = shared.living(GATEWAYS, true, shared.settings.silence).await {
            tracing::warn!(%error, "Redis cannot be told that this gateway is alive");
        }
        if let Err(error) = shared.deliver(None).await {
            tracing::warn!(%error, "what was delivered cannot be recorded");
        }
        tokio::select! {
            _ = ending.wait_for(|ending| *ending) => return,
            () = tokio::time::sleep(SAY) => {}
        }
    }
}

/// Queues the requests of a shard's commit, at most once per commit. Returns the offset of the newest request. Pass
/// commit 0, which does not exist, to read that offset only.
pub(super) async fn take_requests(
    shard: u32,
    commit: u64,
    requests: &[RequestChange],
    connection: &mut Connection,
) -> Result<u64, RedisError> {
    let mut script = scripts::TAKE_REQUESTS.key(REQUESTS);
    script.key(REFERENCES).key(REQUESTS_STATE).arg(shard).arg(commit);
    for change in requests {
        match change {
            RequestChange::Made(request) => script.arg(request.reference_id).arg(json(request)),
            RequestChange::Settled(reference_id) => script.arg(*reference_id).arg(""),
        };
    }
    script.invoke_async(connection).await
}

/// The reader of a shard's outbox.
struct Reader {
    shared: Arc<Shared>,
    number: u32,
    /// The replication id of Redis at the last connection.
    replication_id: String,
    /// Whether the reader has caught up once. Only gaps after that are missed notifications.
    has_begun: bool,
    /// The last commit that was read.
    read: u64,
    /// The last commit that was recorded as read, and when it was recorded.
    said: (u64, Instant),
}

impl Reader {
    async fn run(mut self, connection: MultiplexedConnection, mut ending: watch::Receiver<bool>) {
        let mut connection = Some(connection);
        loop {
            let step = async {
                match &mut connection {
                    Some(connection) => self.step(connection, BLOCK).await.map(drop),
                    None => {
                        let mut new = self.shared.own_connection(self.number).await?;
                        self.begin_again(&mut new).await?;
                        connection = Some(new);
                        Ok(())
                    }
                }
            };
            let step = tokio::select! {
                biased;
                _ = ending.wait_for(|ending| *ending) => return,
                step = step => step,
            };
            if let Err(error) = step {
                tracing::warn!(%error, shard = self.number, "an outbox cannot be read");
                connection = None;
                tokio::time::sleep(AGAIN).await;
            }
        }
    }

    /// The number of the last commit; 0 before the first.
    async fn commits(&self, connection: &mut MultiplexedConnection) -> Result<u64, RedisError> {
        let commits = connection.hget(self.shared.keys(self.number).state(), "commits").await?;
        Ok(commits.and_then(|commits| commits.parse().ok()).unwrap_or_default())
    }

    /// Continues on a new connection. If Redis was restarted, it may have lost commits that clients have already seen
    /// in notifications or lists, so clients start again from the list. New commits get higher numbers than the lost
    /// ones, so the reader continues at its position.
    async fn begin_again(&mut self, connection: &mut MultiplexedConnection) -> Result<(), RedisError> {
        let replication_id = replication_id::of(connection).await?;
        if replication_id != self.replication_id {
            let commits = self.commits(connection).await?;
            if commits < self.read {
                tracing::error!(shard = self.number, commits, read = self.read, "Redis has lost commits");
                self.read = commits;
            }
            self.replication_id = replication_id;
            self.shared.miss();
        }
        self.say(connection).await
    }

    /// Reads the next commits, and blocks up to this long for them. Returns whether there were any.
    async fn step(&mut self, connection: &mut MultiplexedConnection, block: Duration) -> Result<bool, RedisError> {
        let mut command = ::redis::cmd("XREAD");
        command.arg("COUNT").arg(READ_AT_ONCE);
        if !block.is_zero() {
            command.arg("BLOCK").arg(block.as_millis() as u64);
        }
        command.arg("STREAMS").arg(self.shared.keys(self.number).outbox()).arg(format!("{}-0", self.read));
        type Streams = Vec<(String, Vec<(String, Vec<(String, Vec<u8>)>)>)>;
        let streams: Option<Streams> = command.query_async(connection).await?;
        let mut entries = streams.into_iter().flatten().flat_map(|(_, entries)| entries).peekable();
        let has_any = entries.peek().is_some();
        for (id, fields) in entries {
            let number = id.split('-').next().and_then(|number| number.parse().ok()).unwrap_or(self.read + 1);
            let field = |name| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_slice());
            let previous = field("p").and_then(|previous| str::from_utf8(previous).ok()?.parse::<u64>().ok());
            if self.has_begun && previous != Some(self.read) {
                let (shard, read) = (self.number, self.read);
                if previous < Some(read) {
                    tracing::error!(shard, read, ?previous, number, "Redis has lost commits");
                } else {
                    tracing::warn!(shard, read, ?previous, number, "commits were not waited for");
                }
                self.shared.miss();
            }
            let commit = field("c").map(serde_json::from_slice::<Commit>);
            match commit {
                Some(Ok(commit)) => self.tell(number, commit).await?,
                Some(Err(error)) => tracing::error!(shard = self.number, number, %error, "a commit cannot be read"),
                None => {}
            }
            self.read = number;
        }
        if self.said.0 != self.read && (!has_any || self.said.1.elapsed() >= SAY) {
            self.say(connection).await?;
        }
        Ok(has_any)
    }

    async fn say(&mut self, connection: &mut MultiplexedConnection) -> Result<(), RedisError> {
        connection.hset(self.shared.keys(self.number).readers(), &self.shared.id, self.read).await?;
        self.said = (self.read, Instant::now());
        Ok(())
    }

    /// Sends the notifications, then queues the requests, then returns the answers.
    async fn tell(&self, number: u64, commit: Commit) -> Result<(), RedisError> {
        let Commit { outgoing, requests, answers } = commit;
        for one in outgoing {
            // Sending fails only if there are no receivers.
            let _ = self.shared.outgoing.send(Arc::new(one));
        }
        if !requests.is_empty() {
            let connection = &mut self.shared.connection();
            let newest = take_requests(self.number, number, &requests, connection).await?;
            self.shared.newest_request.send_if_modified(|known| {
                let is_newer = newest > *known;
                *known = newest.max(*known);
                is_newer
            });
        }
        for (ticket, reply) in answers {
            self.shared.answer(&ticket, reply.map(Into::into));
        }
        Ok(())
    }
}
