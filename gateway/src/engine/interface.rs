//! The interface between the server and an engine.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use im_session::{ErrorBody, Event, StatusCode};
use tokio::sync::{broadcast, watch};

use super::inspection::Inquiry;
use super::{Applied, FeedPosition, Outgoing, OwnedTarget, Reply, StoredRequest};
use crate::config::{AgentId, AgentRecord};

/// The answer of an engine. It resolves once the call is decided and durable.
pub type Pending<T> = BoxFuture<'static, Result<T, EngineError>>;

/// Why an engine does not answer. The caller cannot tell whether the call took effect: it may be durable or not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The engine has stopped, or is stopping.
    #[error("the engine has stopped")]
    Stopped,
    /// The store cannot be read or written.
    #[error("the store failed while {doing}: {error}")]
    Store {
        /// The action that failed.
        doing: &'static str,
        /// The error of the store.
        error: String,
    },
    /// The store contains a value that no engine wrote.
    #[error("{place}: expected {expected}, found {found}")]
    Damaged {
        /// Where the value is stored.
        place: String,
        /// The expected kind of value.
        expected: &'static str,
        /// The value that was found.
        found: String,
    },
}

/// Serves sessions: the embedded store, or Redis Streams. The trait is object-safe: the server holds an `Arc<dyn
/// Engine>`.
///
/// A call takes effect when its future is first polled; calls whose futures are polled one after the other take effect
/// in that order. Dropping a future does not undo the call. If the engine's queue is full, the future waits.
pub trait Engine: Send + Sync + 'static {
    /// Applies events of a feed in order. Once they are durable, returns one result for each. If the feed has already
    /// reached the given position, the batch is not applied again. The answer then contains the feed's position, and
    /// results as if all events were readable.
    fn events(&self, feed: Option<FeedPosition>, events: Vec<Event<'static>>) -> Pending<Applied>;

    /// Performs an operation of an agent (specification 4). Like events, it goes through the stream of the agent's
    /// shard.
    fn operate(&self, agent: Arc<AgentRecord>, target: OwnedTarget, body: Vec<u8>) -> Pending<Reply>;

    /// `GET im-sessions` with a query string without the question mark. Reads committed state only.
    fn list(&self, agent: Arc<AgentRecord>, query: String) -> Pending<Reply>;

    /// `GET im-sessions/{id}` with a query string. Reads committed state only.
    fn read(&self, agent: Arc<AgentRecord>, id: String, query: String) -> Pending<Reply>;

    /// The agent's current sessions and undelivered notifications, with which a subscription begins.
    fn present(&self, agent: Arc<AgentRecord>) -> Pending<Present>;

    /// Committed notifications as they arrive. Those of one agent come in order of their positions. A receiver that
    /// lags gets an error and has to start again with [`present`](Self::present). Call this before `present`, so that
    /// no notification is missed in between.
    fn outgoing(&self) -> broadcast::Receiver<Arc<Outgoing>>;

    /// Changes when notifications were lost before they reached the receivers of [`outgoing`](Self::outgoing). Those
    /// receivers then have to start again with [`present`](Self::present). An engine that cannot lose notifications
    /// never changes it.
    fn missed(&self) -> watch::Receiver<u64> {
        watch::channel(0).1
    }

    /// Records that notifications of the agent up to this position have reached a client, so that they need not be sent
    /// again after a restart. This is not durable at once: after a crash they may be sent again, with the same id.
    fn delivered(&self, agent: AgentId, up_to: u64);

    /// Requests that operations made, starting at offset `from`, oldest first. A call returns at most a few hundred.
    fn requests(&self, from: u64) -> Pending<Vec<StoredRequest>>;

    /// The offset of the newest committed request; 0 before the first. It changes with every new request.
    fn newest_request(&self) -> watch::Receiver<u64>;

    /// Drops requests up to and including this offset, because they need not be kept.
    fn confirm_requests(&self, up_to: u64) -> Pending<()>;

    /// The position of a feed, with its note.
    fn feed(&self, feed: String) -> Pending<Option<FeedPosition>>;

    /// Passes the time, as a `Duration` since 1970. It becomes an entry in the stream of every shard. Sessions expire
    /// and are forgotten by this time, and requests time out by it.
    fn tick(&self, now: Duration) -> Pending<()>;

    /// The state of the sessions, or the observations at a DN. Reads committed state only, and the answer is bounded.
    /// An engine that does not record this answers with statusCode 6.
    fn inspect(&self, inquiry: Inquiry) -> Pending<Reply> {
        let _ = inquiry;
        let error = ErrorBody::new(StatusCode::NotFound, "this engine does not record what happens");
        Box::pin(std::future::ready(Ok(Reply::from(&error))))
    }
}

/// The beginning of a subscription.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Present {
    /// Notifications of the agent with a higher position are newer than everything in this value.
    pub position: u64,
    /// Each session as the `data` of an `IMSessionStateChangeMessage` / `StatusChange`, in the order of the list.
    pub sessions: Vec<Bytes>,
    /// Messages (`IMLogUpdateMessage`) and errors (`ErrorMessage`) that have not reached any client of the agent yet,
    /// oldest first. The list of sessions does not contain them. They are the outbox's notifications after the
    /// [`delivered`](Engine::delivered) position.
    pub undelivered: Vec<Arc<Outgoing>>,
}
