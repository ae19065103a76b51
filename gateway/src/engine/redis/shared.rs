//! The state that the parts of a process share: the connections to Redis, the agents, and the pending answers.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ::redis::RedisError;
use ::redis::aio::MultiplexedConnection;
use im_session::store::shard;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, broadcast, oneshot, watch};

use super::keys::{AGREED, GATEWAYS, Layout, ShardKeys, WORKERS};
use super::server::{COMMAND, Connection, Server};
use super::settings::RedisSettings;
use super::{outboxes, scripts, wire};
use crate::clock::{Random, SystemRandom};
use crate::config::{AgentId, Agents, Directory};
use crate::engine::delivered::Delivered;
use crate::engine::told::Told;
use crate::engine::{EngineError, Outgoing, Reply, ShardSettings};

/// The version of the data format in Redis.
pub(super) const FORM: &str = "1";

pub(super) struct Shared {
    pub(super) settings: RedisSettings,
    /// The id of this process. Each start creates a new one.
    pub(super) id: String,
    layout: Layout,
    connection: Connection,
    /// The runtime of the engine.
    pub(super) runtime: Handle,
    server: Server,
    directory: Directory,
    agents: Mutex<Arc<Agents>>,
    /// The reloaded agents that are not used because their DNs differ from those of the cluster.
    refused: Mutex<Option<Arc<Agents>>>,
    pub(super) outgoing: broadcast::Sender<Arc<Outgoing>>,
    pub(super) missed: watch::Sender<u64>,
    pub(super) newest_request: watch::Sender<u64>,
    /// Limits the number of calls in progress.
    pub(super) room: Arc<Semaphore>,
    answers: Mutex<Answers>,
    /// One lock per feed, so that the batches of a feed are applied in sequence.
    feeds: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    pub(super) delivered: Delivered,
    owned: Mutex<BTreeSet<u32>>,
    pub(super) told: Mutex<Told>,
}

#[derive(Default)]
struct Answers {
    last: u64,
    waiting: HashMap<u64, oneshot::Sender<Option<Reply>>>,
    stopped: bool,
}

/// Makes an error of Redis that names the failed action.
pub(super) fn failed(doing: &'static str) -> impl Fn(RedisError) -> EngineError {
    move |error| EngineError::Store { doing, error: error.to_string() }
}

/// Ignores poisoning: the protected values are consistent after every statement.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A digest of which agent each DN belongs to. It does not depend on the order of the agents.
pub(super) fn digest_of(agents: &Agents) -> u64 {
    let dns = agents.iter().flat_map(|agent| agent.dns().map(|dn| format!("{dn}={}", agent.id)));
    dns.fold(0, |sum, one| sum.wrapping_add(u64::from(shard(&one, u32::MAX)).wrapping_mul(0x9E37_79B9_7F4A_7C15)))
}

/// Checks that all processes use the same form, number of shards and DNs, so that they divide the agents in the same
/// way.
async fn agree(connection: &mut Connection, shards: u32, agents: &Agents) -> Result<Layout, EngineError> {
    let mine = [FORM.to_owned(), shards.to_string(), digest_of(agents).to_string()];
    let invoked = scripts::AGREE.key(AGREED).arg(&mine).invoke_async(connection).await;
    let agreed: [String; 5] = invoked.map_err(failed("agreeing with the other processes"))?;
    let [form, shards, dns, layout, dividing] = &agreed;
    for (place, expected, mine, agreed) in [
        ("form", "the form that this version writes", &mine[0], form),
        ("shards", "as many shards as this process was told (--shards)", &mine[1], shards),
        ("agents", "the DNs of the agents as in this process's file", &mine[2], dns),
    ] {
        if mine != agreed {
            let found = format!("{agreed} where this process has {mine}; docs/scaling.md says how to change it");
            return Err(EngineError::Damaged { place: format!("{AGREED}, {place}"), expected, found });
        }
    }
    if !dividing.is_empty() {
        let found = format!("that they are being divided into {dividing} shards: `reshard` goes on with that");
        return Err(EngineError::Damaged { place: AGREED.into(), expected: "sessions that are divided", found });
    }
    Ok(Layout::agreed(Some(layout)))
}

impl Shared {
    pub(super) async fn new(
        server: Server,
        directory: Directory,
        settings: RedisSettings,
    ) -> Result<Self, EngineError> {
        let connection = server.connection(COMMAND).await.map_err(failed("connecting to Redis"))?;
        let random = SystemRandom.bytes();
        let random =
            random.map_err(|error| EngineError::Store { doing: "choosing an id", error: error.to_string() })?;
        let agents = directory.current();
        let layout = agree(&mut connection.clone(), settings.shards, &agents).await?;
        let shared = Shared {
            layout,
            id: format!("{:032x}", u128::from_be_bytes(random)),
            connection,
            runtime: Handle::current(),
            server,
            directory,
            agents: Mutex::new(agents),
            refused: Mutex::default(),
            outgoing: broadcast::Sender::new(settings.lag.max(1)),
            missed: watch::Sender::new(0),
            newest_request: watch::Sender::new(0),
            room: Arc::new(Semaphore::new(settings.queue.max(1))),
            answers: Mutex::default(),
            feeds: Mutex::default(),
            delivered: Delivered::default(),
            owned: Mutex::default(),
            told: Mutex::new(Told::new(settings.limits.time_jump)),
            settings,
        };
        let newest = outboxes::take_requests(0, 0, &[], &mut shared.connection()).await;
        shared.newest_request.send_replace(newest.map_err(failed("reading the number of requests"))?);
        Ok(shared)
    }

    pub(super) fn connection(&self) -> Connection {
        self.connection.clone()
    }

    /// A separate connection to the server that stores this shard.
    pub(super) async fn own_connection(&self, number: u32) -> Result<MultiplexedConnection, RedisError> {
        self.server.own_connection(&self.keys(number).state()).await
    }

    /// The current agents. Which agent a DN belongs to is fixed while the engine runs, because a change would leave
    /// sessions in the wrong shards.
    pub(super) fn agents(&self) -> Arc<Agents> {
        let current = self.directory.current();
        let mut agents = locked(&self.agents);
        if Arc::ptr_eq(&agents, &current) {
            return current;
        }
        if agents.have_the_same_dns(&current) {
            agents.clone_from(&current);
            return current;
        }
        let mut refused = locked(&self.refused);
        if !refused.as_ref().is_some_and(|known| Arc::ptr_eq(known, &current)) {
            tracing::error!("the reloaded agents have other DNs: those of the start stay in use");
            *refused = Some(current);
        }
        agents.clone()
    }

    pub(super) fn shard_settings(&self, number: u32) -> ShardSettings {
        let RedisSettings { base_uri, shards, limits, times, .. } = self.settings.clone();
        ShardSettings { number, shards, limits, times, ..ShardSettings::new(base_uri) }
    }

    pub(super) fn keys(&self, number: u32) -> ShardKeys {
        self.layout.shard(number)
    }

    pub(super) fn shard_of_agent(&self, agent: &AgentId) -> u32 {
        shard(agent.as_str(), self.settings.shards)
    }

    pub(super) fn owned(&self) -> MutexGuard<'_, BTreeSet<u32>> {
        locked(&self.owned)
    }

    /// The lock of a feed. Only locks in use are kept, so there are never more locks than calls in progress.
    pub(super) fn feed_turn(&self, feed: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut feeds = locked(&self.feeds);
        feeds.retain(|_, turn| Arc::strong_count(turn) > 1);
        feeds.entry(feed.to_owned()).or_default().clone()
    }

    /// Registers a pending answer.
    pub(super) fn ticket(&self) -> Result<(wire::Ticket, oneshot::Receiver<Option<Reply>>), EngineError> {
        let (sender, receiver) = oneshot::channel();
        let mut answers = locked(&self.answers);
        if answers.stopped {
            return Err(EngineError::Stopped);
        }
        answers.last += 1;
        let number = answers.last;
        answers.waiting.insert(number, sender);
        Ok((wire::Ticket { gateway: self.id.clone(), number }, receiver))
    }

    /// Passes an answer to the caller that waits for it in this process.
    pub(super) fn answer(&self, ticket: &wire::Ticket, reply: Option<Reply>) {
        if ticket.gateway == self.id {
            let waiting = locked(&self.answers).waiting.remove(&ticket.number);
            // The caller may have stopped waiting.
            let _gone = waiting.map(|waiting| waiting.send(reply));
        }
    }

    /// Drops a pending answer because its caller no longer waits.
    pub(super) fn forget(&self, number: u64) {
        locked(&self.answers).waiting.remove(&number);
    }

    /// Fails after the engine has stopped, because other processes may have replaced the state that is read then.
    pub(super) fn is_running(&self) -> Result<(), EngineError> {
        if locked(&self.answers).stopped { Err(EngineError::Stopped) } else { Ok(()) }
    }

    /// Stops answering. All pending calls fail.
    pub(super) fn stop(&self) {
        let mut answers = locked(&self.answers);
        answers.stopped = true;
        answers.waiting.clear();
    }

    /// Reports lost notifications. Their receivers have to start again.
    pub(super) fn miss(&self) {
        self.missed.send_modify(|missed| *missed += 1);
    }

    /// Records deliveries in Redis, for one agent or for all.
    pub(super) async fn deliver(&self, only: Option<&AgentId>) -> Result<(), EngineError> {
        let delivered = match only {
            Some(agent) => self.delivered.fetch_of(agent).map(|up_to| (agent.clone(), up_to)).into_iter().collect(),
            None => self.delivered.fetch(),
        };
        for (agent, up_to) in delivered {
            let keys = self.keys(self.shard_of_agent(&agent));
            let written: Result<u64, RedisError> = scripts::DELIVER
                .key(keys.delivered())
                .key(keys.undelivered(agent.as_str()))
                .arg(agent.as_str())
                .arg(up_to)
                .invoke_async(&mut self.connection())
                .await;
            written.map_err(failed("noting what was delivered"))?;
        }
        Ok(())
    }

    /// The live processes. If `says_so`, this process first records its own heartbeat.
    pub(super) async fn living(
        &self,
        whose: &'static str,
        says_so: bool,
        good_for: Duration,
    ) -> Result<Vec<String>, RedisError> {
        let id = if says_so { &*self.id } else { "" };
        let mut script = scripts::LIVE.key(whose);
        let invoked = script.key(AGREED).arg(id).arg(good_for.as_millis() as u64).arg(self.layout.0);
        let living: Result<Vec<String>, RedisError> = invoked.invoke_async(&mut self.connection()).await;
        if living.as_ref().is_err_and(|error| error.code() == Some("DIVIDED")) {
            // The process was paused or cut off during a resharding. The old layout is obsolete, so the process must
            // stop.
            self.stop();
        }
        let mut living = living?;
        living.sort();
        Ok(living)
    }

    /// Records outstanding deliveries, and that this process has left.
    pub(super) async fn leave(&self) {
        let delivered = self.deliver(None).await;
        let mut pipeline = ::redis::pipe();
        pipeline.zrem(WORKERS, &self.id).zrem(GATEWAYS, &self.id);
        let gone: Result<(u64, u64), RedisError> = pipeline.query_async(&mut self.connection()).await;
        if let (Err(error), _) | (_, Err(error)) = (delivered, gone.map_err(failed("leaving"))) {
            tracing::warn!(%error, "leaving the cluster was not recorded");
        }
    }
}
