//! The engine in this process: one file (redb) or memory, and one thread that decides and commits.
//!
//! | file | question |
//! |---|---|
//! | `command` | Which commands does the thread take? |
//! | `writer` | How are they decided, committed and answered? |
//! | `group` | What is committed together? |
//! | `file` | How is the file read and written? |
//! | `new_file` | How is a file created? |
//! | `outbox` | Which notifications may have to be sent again? |
//! | `request_queue` | Which requests are to be sent to the SIP Server? |

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

/// How far the clock may jump forward before the jump needs confirmation.
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 3_600);

/// Called when a commit fails. By default it ends the process; tests replace it.
pub type OnFailure = Arc<dyn Fn(&EngineError) + Send + Sync>;

/// The settings of an embedded engine.
#[derive(Clone)]
#[non_exhaustive]
pub struct EmbeddedSettings {
    /// The base URI of the service.
    pub base_uri: BaseUri,
    /// The number of shards into which the agents are divided.
    pub shards: u32,
    /// The limits of each shard.
    pub limits: Limits,
    /// When sessions and requests expire.
    pub times: Times,
    /// The length of the command queue. When it is full, further calls wait.
    pub queue: usize,
    /// The maximum number of undelivered messages and errors kept per agent.
    pub outbox: usize,
    /// How many notifications a receiver may lag behind.
    pub lag: usize,
    /// Measures the durations of commits.
    pub commits: Durations,
    /// Called when a commit fails. Memory is then ahead of the file, so the engine must not continue.
    pub on_failure: OnFailure,
}

impl EmbeddedSettings {
    /// Eight shards, the library's limits except that the clock may jump at most a day, and an abort if a commit fails.
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
                tracing::error!(%error, "the store failed: the process ends, because memory is ahead of the file");
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

/// The engine in this process. When it is dropped, it still decides and commits the queued commands.
#[derive(Debug)]
pub struct EmbeddedEngine {
    commands: Option<mpsc::Sender<Command>>,
    delivered: Delivered,
    outgoing: broadcast::Sender<Arc<Outgoing>>,
    newest_request: watch::Receiver<u64>,
    thread: Option<JoinHandle<()>>,
}

impl EmbeddedEngine {
    /// Opens the engine with its state in this file, and creates the file if it does not exist.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened, is in use, or is damaged.
    pub fn open(path: &Path, directory: Directory, settings: EmbeddedSettings) -> Result<Self, EngineError> {
        Self::start(File::open(path)?, directory, settings)
    }

    /// Opens an engine that keeps its state in memory only, for tests and for trying it out.
    ///
    /// # Errors
    ///
    /// If the settings allow no shards.
    pub fn in_memory(directory: Directory, settings: EmbeddedSettings) -> Result<Self, EngineError> {
        Self::on_backend(InMemoryBackend::new(), directory, settings)
    }

    /// Opens an engine on this backend of redb, which may fail on purpose in a test.
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

    /// Builds a command around a new channel for its answer, sends it, and waits for the answer.
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
