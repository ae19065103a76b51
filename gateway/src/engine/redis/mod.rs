//! The engine for several processes, on Redis Streams. Gateways append entries, and workers own shards and decide the
//! entries. Every result is committed in Redis before it is reported. `docs/gateway-engine.md` describes the protocol.
//!
//! | file | question |
//! |---|---|
//! | `server` | Where is Redis, and how does a process connect to it? |
//! | `settings` | What can be configured, and which role does a process have? |
//! | `keys` | What is stored under which key? |
//! | `wire` | How are entries and commits written as bytes? |
//! | `scripts` | What does Redis do atomically? |
//! | `shared` | What do the parts of a process share? |
//! | `asking` | How does a question reach its shard, and the answer its caller? |
//! | `reading` | Which reads need no worker? |
//! | `outboxes` | How does this process learn what was committed? |
//! | `replication_id` | May Redis have lost commits? |
//! | `worker` | Which shards does this process own, and for how long? |
//! | `owner` | How is a shard restored, and how are its entries decided and committed? |
//! | `records` | How are all records of a shard read, written and deleted? |
//! | `reshard` | How does the number of shards change? |

mod asking;
mod keys;
mod outboxes;
mod owner;
mod reading;
mod records;
mod replication_id;
mod reshard;
mod scripts;
mod server;
mod settings;
mod shared;
mod wire;
mod worker;

use std::fmt;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use im_session::Event;
use tokio::sync::{broadcast, oneshot, watch};

pub use self::reshard::{Resharded, reshard};
use self::server::Server;
pub use self::settings::{RedisSettings, Role};
use self::shared::{Shared, failed};
use super::inspection::Inquiry;
use super::{
    Applied, Engine, EngineError, FeedPosition, Outgoing, OwnedTarget, Pending, Present, Reply, StoredRequest,
};
use crate::config::{AgentId, AgentRecord, Directory};

/// The engine on Redis. When it is dropped, it first releases its shards.
pub struct RedisEngine {
    shared: Arc<Shared>,
    end: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl fmt::Debug for RedisEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisEngine").field("id", &self.shared.id).finish_non_exhaustive()
    }
}

impl RedisEngine {
    /// Opens the engine on the Redis at this address: `redis://HOST:PORT/DATABASE`, `redis+unix:///PATH`, or
    /// `redis+cluster://HOST:PORT,HOST:PORT` with some nodes of a Redis Cluster. Returns once the engine has read all
    /// commits and has tried to claim its shards. Shards that another process owns stay there.
    ///
    /// # Errors
    ///
    /// If Redis cannot be reached, or if other processes use a different number of shards or different agents.
    pub async fn open(address: &str, directory: Directory, settings: RedisSettings) -> Result<Self, EngineError> {
        let server = Server::at(address).map_err(failed("reading the address of Redis"))?;
        let (end, ending) = watch::channel(false);
        let (opened, is_open) = oneshot::channel();
        // The engine has its own runtime, so that any thread that drops it can stop it and wait for it.
        let thread = std::thread::Builder::new().name("redis engine".into()).spawn(move || {
            let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().thread_name("redis").build() {
                Ok(runtime) => runtime,
                Err(error) => {
                    let error = EngineError::Store { doing: "starting the engine", error: error.to_string() };
                    drop(opened.send(Err(error)));
                    return;
                }
            };
            runtime.block_on(run(server, directory, settings, ending, opened));
        });
        let thread = thread
            .map_err(|error| EngineError::Store { doing: "starting the engine's thread", error: error.to_string() })?;
        let shared = is_open.await.map_err(|_| EngineError::Stopped)??;
        Ok(RedisEngine { shared, end, thread: Some(thread) })
    }

    /// Polls the call inside the engine's runtime, although the caller drives it. A connection re-established during
    /// the call then belongs to the engine's runtime, and survives the caller's.
    fn pending<T>(&self, asked: impl Future<Output = Result<T, EngineError>> + Send + 'static) -> Pending<T> {
        let (runtime, mut asked) = (self.shared.runtime.clone(), Box::pin(asked));
        Box::pin(std::future::poll_fn(move |context| {
            let _entered = runtime.enter();
            asked.as_mut().poll(context)
        }))
    }

    /// The number of shards that this process currently owns.
    #[must_use]
    pub fn owned_shards(&self) -> usize {
        self.shared.owned().len()
    }
}

/// Runs until the engine is dropped.
async fn run(
    server: Server,
    directory: Directory,
    settings: RedisSettings,
    ending: watch::Receiver<bool>,
    opened: oneshot::Sender<Result<Arc<Shared>, EngineError>>,
) {
    let shared = match Shared::new(server, directory, settings).await {
        Ok(shared) => Arc::new(shared),
        Err(error) => return drop(opened.send(Err(error))),
    };
    let role = shared.settings.role;
    let mut parts = tokio::task::JoinSet::new();
    if role.has_clients() {
        let first = outboxes::begin(&shared, &ending, &mut parts).await;
        if let Err(error) = first {
            return drop(opened.send(Err(error)));
        }
    }
    if role.owns_shards() {
        let (begun, has_begun) = oneshot::channel();
        parts.spawn(worker::run(shared.clone(), ending.clone(), begun));
        let _ended = has_begun.await;
    }
    if opened.send(Ok(shared.clone())).is_err() {
        return;
    }
    while parts.join_next().await.is_some() {}
    // Answers can no longer arrive. Stopping wakes the callers, whose timers belong to this runtime.
    shared.stop();
    shared.leave().await;
}

impl Drop for RedisEngine {
    fn drop(&mut self) {
        self.end.send_replace(true);
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::error!("the engine's thread panicked");
        }
        self.shared.stop();
    }
}

impl Engine for RedisEngine {
    fn events(&self, feed: Option<FeedPosition>, events: Vec<Event<'static>>) -> Pending<Applied> {
        self.pending(asking::events(self.shared.clone(), feed, events))
    }

    fn operate(&self, agent: Arc<AgentRecord>, target: OwnedTarget, body: Vec<u8>) -> Pending<Reply> {
        self.pending(asking::operate(self.shared.clone(), agent, target, body))
    }

    fn list(&self, agent: Arc<AgentRecord>, query: String) -> Pending<Reply> {
        let shared = self.shared.clone();
        self.pending(async move { Ok(reading::sessions(&shared, &agent).await?.list(&agent, &query)) })
    }

    fn read(&self, agent: Arc<AgentRecord>, id: String, query: String) -> Pending<Reply> {
        let shared = self.shared.clone();
        self.pending(async move { Ok(reading::sessions(&shared, &agent).await?.read(&agent, &id, &query)) })
    }

    fn present(&self, agent: Arc<AgentRecord>) -> Pending<Present> {
        let shared = self.shared.clone();
        self.pending(async move { reading::present(&shared, &agent).await })
    }

    fn outgoing(&self) -> broadcast::Receiver<Arc<Outgoing>> {
        self.shared.outgoing.subscribe()
    }

    fn missed(&self) -> watch::Receiver<u64> {
        self.shared.missed.subscribe()
    }

    fn delivered(&self, agent: AgentId, up_to: u64) {
        self.shared.delivered.add(agent, up_to);
    }

    fn requests(&self, from: u64) -> Pending<Vec<StoredRequest>> {
        let shared = self.shared.clone();
        self.pending(async move { reading::requests(&shared, from).await })
    }

    fn newest_request(&self) -> watch::Receiver<u64> {
        self.shared.newest_request.subscribe()
    }

    fn confirm_requests(&self, up_to: u64) -> Pending<()> {
        let shared = self.shared.clone();
        self.pending(async move { reading::confirm_requests(&shared, up_to).await })
    }

    fn feed(&self, feed: String) -> Pending<Option<FeedPosition>> {
        let shared = self.shared.clone();
        self.pending(async move { reading::feed(&shared, &feed).await })
    }

    fn tick(&self, now: Duration) -> Pending<()> {
        self.pending(asking::tick(self.shared.clone(), now))
    }

    fn inspect(&self, inquiry: Inquiry) -> Pending<Reply> {
        self.pending(asking::inspect(self.shared.clone(), inquiry))
    }
}
