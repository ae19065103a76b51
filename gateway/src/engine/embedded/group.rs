//! The commands that one transaction commits, and their answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::sync::oneshot::Sender;

use crate::config::AgentId;
use crate::engine::{Outgoing, RecordKey};

/// Commands that have been decided and are not committed yet.
#[derive(Default)]
pub(super) struct Group {
    /// The records that changed, with their shards.
    pub(super) changed: BTreeSet<(u32, RecordKey)>,
    /// The offsets of requests that were added or removed.
    pub(super) requests: BTreeSet<u64>,
    /// Notifications, in the order in which they were decided.
    pub(super) outgoing: Vec<Arc<Outgoing>>,
    pub(super) answers: Vec<Box<dyn FnOnce() + Send>>,
    /// The total size of its commands.
    pub(super) size: usize,
}

impl Group {
    /// Sends this answer once the group is committed. If the commit fails, the answer is never sent.
    pub(super) fn answer<T: Send + 'static>(&mut self, answer: Sender<T>, value: T) {
        // The caller may have stopped waiting.
        self.answers.push(Box::new(move || drop(answer.send(value))));
    }

    /// Whether there is anything to write.
    pub(super) fn changes_nothing(&self) -> bool {
        self.changed.is_empty() && self.requests.is_empty() && self.outgoing.is_empty()
    }

    /// The answers, each as a function that sends it.
    pub(super) fn into_answers(self) -> impl Iterator<Item = Box<dyn FnOnce() + Send>> {
        self.answers.into_iter()
    }
}

/// The contents of a transaction; `None` deletes.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) records: BTreeMap<(u32, Vec<u8>), Option<Vec<u8>>>,
    pub(super) requests: BTreeMap<u64, Option<Vec<u8>>>,
    pub(super) outbox: Vec<(AgentId, u64, Option<Vec<u8>>)>,
    pub(super) delivered: BTreeMap<AgentId, u64>,
    /// The offset of the newest request.
    pub(super) newest_request: u64,
    /// The number of shards.
    pub(super) shards: u32,
}
