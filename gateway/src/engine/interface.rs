//! What the server asks of an engine.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use im_session::{ErrorBody, Event, StatusCode};
use tokio::sync::{broadcast, watch};

use super::inspection::Inquiry;
use super::{Applied, FeedPosition, Outgoing, OwnedTarget, Reply, StoredRequest};
use crate::config::{AgentId, AgentRecord};

/// What an engine answers when what was asked is decided and durable.
pub type Pending<T> = BoxFuture<'static, Result<T, EngineError>>;

/// Why an engine does not answer. Nothing can be said of what was asked then: it may be durable, or not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The engine has ended, or is ending.
    #[error("the engine has stopped")]
    Stopped,
    /// What is stored cannot be read, or written.
    #[error("the store failed while {doing}: {error}")]
    Store {
        /// What the engine was about to do.
        doing: &'static str,
        /// What the store said.
        error: String,
    },
    /// What is stored is not what an engine wrote.
    #[error("{place}: expected {expected}, found {found}")]
    Damaged {
        /// Which record.
        place: String,
        /// What should be there.
        expected: &'static str,
        /// What is there.
        found: String,
    },
}

/// What serves sessions: the embedded store, or Redis Streams. Object-safe: the server holds an `Arc<dyn Engine>`.
///
/// A call takes effect when its future is polled first, and calls whose futures are polled one after the other take
/// effect in that order. Dropping a future does not undo what it began. A future that finds the engine's queue full
/// waits.
pub trait Engine: Send + Sync + 'static {
    /// Events of a feed, in order; the answer has one result for each. It comes once they are durable. With a position,
    /// a batch at or before the feed's position is not applied again, and is answered as if all its events could be
    /// read, with the position that the feed has.
    fn events(&self, feed: Option<FeedPosition>, events: Vec<Event<'static>>) -> Pending<Applied>;

    /// An operation of an agent (specification 4). It goes through the stream of the agent's shard, as events do.
    fn operate(&self, agent: Arc<AgentRecord>, target: OwnedTarget, body: Vec<u8>) -> Pending<Reply>;

    /// `GET im-sessions` with its query string, without the question mark: committed state only.
    fn list(&self, agent: Arc<AgentRecord>, query: String) -> Pending<Reply>;

    /// `GET im-sessions/{id}` with its query string: committed state only.
    fn read(&self, agent: Arc<AgentRecord>, id: String, query: String) -> Pending<Reply>;

    /// The agent's present sessions, and what was not delivered yet: what a subscription begins with.
    fn present(&self, agent: Arc<AgentRecord>) -> Pending<Present>;

    /// Committed notifications as they come, those of an agent in order of their positions. A receiver that lags is
    /// told so and starts again with [`present`](Self::present). Call this before `present`, so that nothing falls
    /// between.
    fn outgoing(&self) -> broadcast::Receiver<Arc<Outgoing>>;

    /// Changes when notifications were lost on their way to [`outgoing`](Self::outgoing) and to all its receivers: they
    /// start again with [`present`](Self::present). An engine that loses none never changes it.
    fn missed(&self) -> watch::Receiver<u64> {
        watch::channel(0).1
    }

    /// Notifications of the agent up to this position have reached a client, so that they need not be sent again after
    /// a restart. Not durable at once: after a crash they may be sent again, with the same id.
    fn delivered(&self, agent: AgentId, up_to: u64);

    /// Requests that operations made, with an offset of at least `from`, oldest first; at most some hundreds at once.
    fn requests(&self, from: u64) -> Pending<Vec<StoredRequest>>;

    /// The offset of the newest request that was committed; 0 before the first. It changes when there is one more.
    fn newest_request(&self) -> watch::Receiver<u64>;

    /// Requests up to this offset, included, need not be kept any longer.
    fn confirm_requests(&self, up_to: u64) -> Pending<()>;

    /// How far a feed is, with the note that it left.
    fn feed(&self, feed: String) -> Pending<Option<FeedPosition>>;

    /// Time passes; a `Duration` since 1970. An entry of every shard's stream: sessions expire and are forgotten,
    /// requests time out.
    fn tick(&self, now: Duration) -> Pending<()>;

    /// How the sessions stand, or what happened at a DN: committed state only, and an answer of bounded length. An
    /// engine that keeps no account of it says so by statusCode 6.
    fn inspect(&self, inquiry: Inquiry) -> Pending<Reply> {
        let _ = inquiry;
        let error = ErrorBody::new(StatusCode::NotFound, "this engine keeps no account of what happens");
        Box::pin(std::future::ready(Ok(Reply::from(&error))))
    }
}

/// What a subscription begins with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Present {
    /// Notifications of the agent with a higher position are newer than all of this.
    pub position: u64,
    /// Each session as the `data` of an `IMSessionStateChangeMessage` / `StatusChange`, in the order of the list.
    pub sessions: Vec<Bytes>,
    /// Messages (`IMLogUpdateMessage`) and errors (`ErrorMessage`) that reached no client of the agent yet, oldest
    /// first: the sessions do not tell them. They are those in the outbox after what was
    /// [`delivered`](Engine::delivered).
    pub undelivered: Vec<Arc<Outgoing>>,
}
