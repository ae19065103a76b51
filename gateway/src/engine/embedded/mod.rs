//! The engine in this process: one file (redb) or memory, and one thread that decides and writes.
//!
//! | file | question |
//! |---|---|
//! | `command` | What can the thread be asked? |
//! | `writer` | How is it decided, committed and answered? |
//! | `group` | What is committed together? |
//! | `file` | How is it written and read? |
//! | `new_file` | How does a file come to be? |
//! | `outbox` | Which notifications may have to be sent again? |
//! | `request_queue` | Which requests are to be sent? |

mod command;
mod file;
mod group;
mod new_file;
mod outbox;
mod request_queue;
mod writer;

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use im_session::{BaseUri, Event, Limits};
use redb::StorageBackend;
use redb::backends::InMemoryBackend;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use self::command::Command;
use self::file::File;
use self::writer::Writer;
use super::delivered::Delivered;
use super::inspection::Inquiry;
use super::{
    Applied, Engine, EngineError, FeedPosition, Outgoing, OwnedTarget, Pending, Present, Reply, StoredRequest, Times,
};
use crate::config::{AgentId, AgentRecord, Directory};
use crate::metrics::Durations;

/// How far the clock may jump at once: the longest pause that is believed without more ado.
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 3_600);

/// What is called where a commit fails. Unless it is replaced for a test it ends the process.
pub type OnFailure = Arc<dyn Fn(&EngineError) + Send + Sync>;

/// How an embedded engine is set up.
#[derive(Clone)]
#[non_exhaustive]
pub struct EmbeddedSettings {
    /// The address of the service.
    pub base_uri: BaseUri,
    /// Into how many shards the agents are divided.
    pub shards: u32,
    /// How much each shard may hold.
    pub limits: Limits,
    /// When what ends.
    pub times: Times,
    /// How many calls may wait; those that come then wait to be let in.
    pub queue: usize,
    /// How many messages and errors of an agent are kept until they are delivered.
    pub outbox: usize,
    /// How many notifications a receiver may lag behind.
    pub lag: usize,
    /// How long commits take.
    pub commits: Durations,
    /// What is called where a commit fails: what is in memory is then ahead of the file, so nothing may go on.
    pub on_failure: OnFailure,
}

impl EmbeddedSettings {
    /// Eight shards, the library's limits with a clock that jumps a day at most, and an abort where a commit fails.
    #[must_use]
    pub fn new(base_uri: BaseUri) -> Self {
        let mut limits = Limits::DEFAULT;
        limits.time_jump = LONGEST_PAUSE;
        EmbeddedSettings {
            base_uri,
            shards: 8,
            limits,
            times: Times::default(),
            queue: 4_096,
            outbox: 256,
            lag: 16_384,
            commits: Durations::default(),
            on_failure: Arc::new(|error| {
                tracing::error!(%error, "the store failed: the process ends, since memory is ahead of the file");
                std::process::abort();
            }),
        }
    }
}

impl fmt::Debug for EmbeddedSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedSettings")
            .field("shards", &self.shards)
            .field("times", &self.times)
            .finish_non_exhaustive()
    }
}

/// The engine in this process. When it is dropped, what waits is still decided and committed.
#[derive(Debug)]
pub struct EmbeddedEngine {
    commands: Option<mpsc::Sender<Command>>,
    delivered: Delivered,
    outgoing: broadcast::Sender<Arc<Outgoing>>,
    newest_request: watch::Receiver<u64>,
    thread: Option<JoinHandle<()>>,
}

impl EmbeddedEngine {
    /// The engine whose state is in this file, which is made where it does not exist.
    ///
    /// # Errors
    ///
    /// Where the file cannot be opened, is in use, or is damaged.
    pub fn open(path: &Path, directory: Directory, settings: EmbeddedSettings) -> Result<Self, EngineError> {
        Self::start(File::open(path)?, directory, settings)
    }

    /// An engine whose state goes with it: for tests and for trying it out.
    ///
    /// # Errors
    ///
    /// Where the settings make no shards.
    pub fn in_memory(directory: Directory, settings: EmbeddedSettings) -> Result<Self, EngineError> {
        Self::on_backend(InMemoryBackend::new(), directory, settings)
    }

    /// The engine whose state is in this backend of redb: one that fails, for a test.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn on_backend(
        backend: impl StorageBackend,
        directory: Directory,
        settings: EmbeddedSettings,
    ) -> Result<Self, EngineError> {
        Self::start(File::on_backend(backend)?, directory, settings)
    }

    fn start(file: File, directory: Directory, settings: EmbeddedSettings) -> Result<Self, EngineError> {
        let (commands, receiver) = mpsc::channel(settings.queue.max(1));
        let outgoing = broadcast::Sender::new(settings.lag.max(1));
        let delivered = Delivered::default();
        let (writer, newest_request) = Writer::new(file, directory, settings, delivered.clone(), outgoing.clone())?;
        let thread = std::thread::Builder::new()
            .name("engine".into())
            .spawn(move || writer.run(receiver))
            .map_err(|error| EngineError::Store { doing: "starting the engine's thread", error: error.to_string() })?;
        Ok(EmbeddedEngine { commands: Some(commands), delivered, outgoing, newest_request, thread: Some(thread) })
    }

    /// Sends what `command` makes of the place for the answer, and waits for that.
    fn ask<T: Send + 'static>(
        &self,
        command: impl FnOnce(oneshot::Sender<T>) -> Command + Send + 'static,
    ) -> Pending<T> {
        let commands = self.commands.clone();
        Box::pin(async move {
            let (sender, answer) = oneshot::channel();
            let commands = commands.ok_or(EngineError::Stopped)?;
            commands.send(command(sender)).await.map_err(|_| EngineError::Stopped)?;
            answer.await.map_err(|_| EngineError::Stopped)
        })
    }
}

impl Drop for EmbeddedEngine {
    fn drop(&mut self) {
        self.commands = None;
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::error!("the engine's thread panicked");
        }
    }
}

impl Engine for EmbeddedEngine {
    fn events(&self, feed: Option<FeedPosition>, events: Vec<Event<'static>>) -> Pending<Applied> {
        self.ask(move |answer| Command::Events { feed, events, answer })
    }

    fn operate(&self, agent: Arc<AgentRecord>, target: OwnedTarget, body: Vec<u8>) -> Pending<Reply> {
        self.ask(move |answer| Command::Operate { agent, target, body, answer })
    }

    fn list(&self, agent: Arc<AgentRecord>, query: String) -> Pending<Reply> {
        self.ask(move |answer| Command::List { agent, query, answer })
    }

    fn read(&self, agent: Arc<AgentRecord>, id: String, query: String) -> Pending<Reply> {
        self.ask(move |answer| Command::Read { agent, id, query, answer })
    }

    fn present(&self, agent: Arc<AgentRecord>) -> Pending<Present> {
        self.ask(move |answer| Command::Present { agent, answer })
    }

    fn outgoing(&self) -> broadcast::Receiver<Arc<Outgoing>> {
        self.outgoing.subscribe()
    }

    fn delivered(&self, agent: AgentId, up_to: u64) {
        self.delivered.add(agent, up_to);
    }

    fn requests(&self, from: u64) -> Pending<Vec<StoredRequest>> {
        self.ask(move |answer| Command::Requests { from, answer })
    }

    fn newest_request(&self) -> watch::Receiver<u64> {
        self.newest_request.clone()
    }

    fn confirm_requests(&self, up_to: u64) -> Pending<()> {
        self.ask(move |answer| Command::ConfirmRequests { up_to, answer })
    }

    fn feed(&self, feed: String) -> Pending<Option<FeedPosition>> {
        self.ask(move |answer| Command::Feed { feed, answer })
    }

    fn tick(&self, now: Duration) -> Pending<()> {
        self.ask(move |answer| Command::Tick { now, answer })
    }

    fn inspect(&self, inquiry: Inquiry) -> Pending<Reply> {
        self.ask(move |answer| Command::Inspect { inquiry, answer })
    }
}
