//! The commands for the engine's thread. Each carries a channel for its answer.

use std::sync::Arc;
use std::time::Duration;

use im_session::Event;
use tokio::sync::oneshot::Sender;

use crate::config::AgentRecord;
use crate::engine::inspection::Inquiry;
use crate::engine::{Applied, FeedPosition, OwnedTarget, Present, Reply, StoredRequest};

#[derive(Debug)]
pub(super) enum Command {
    Events { feed: Option<FeedPosition>, events: Vec<Event<'static>>, answer: Sender<Applied> },
    Operate { agent: Arc<AgentRecord>, target: OwnedTarget, body: Vec<u8>, answer: Sender<Reply> },
    List { agent: Arc<AgentRecord>, query: String, answer: Sender<Reply> },
    Read { agent: Arc<AgentRecord>, id: String, query: String, answer: Sender<Reply> },
    Present { agent: Arc<AgentRecord>, answer: Sender<Present> },
    Requests { from: u64, answer: Sender<Vec<StoredRequest>> },
    ConfirmRequests { up_to: u64, answer: Sender<()> },
    Feed { feed: String, answer: Sender<Option<FeedPosition>> },
    Tick { now: Duration, answer: Sender<()> },
    Inspect { inquiry: Inquiry, answer: Sender<Reply> },
}

impl Command {
    /// How much the command counts towards the maximum size of a group.
    pub(super) fn size(&self) -> usize {
        match self {
            Command::Events { events, .. } => events.len().max(1),
            Command::Operate { .. }
            | Command::List { .. }
            | Command::Read { .. }
            | Command::Present { .. }
            | Command::Requests { .. }
            | Command::ConfirmRequests { .. }
            | Command::Feed { .. }
            | Command::Tick { .. }
            | Command::Inspect { .. } => 1,
        }
    }
}
