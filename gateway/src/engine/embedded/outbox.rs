//! The notifications that may have to be sent again: each agent's messages and errors that have not reached any client
//! yet. Notifications of states are not kept, because a subscription begins with the current sessions.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use crate::config::AgentId;
use crate::engine::{Outgoing, OutgoingKind};

/// The outbox, and its changes that are not in the file yet.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    by_agent: HashMap<AgentId, VecDeque<Arc<Outgoing>>>,
    /// The position up to which notifications have reached a client. An agent who has never subscribed has no entry.
    delivered: HashMap<AgentId, u64>,
    /// The maximum number of notifications kept per agent.
    limit: usize,
    unwritten: Unwritten,
}

/// The changes that are not in the file yet.
#[derive(Debug, Default)]
struct Unwritten {
    /// Rows by agent and position; `None` deletes a row.
    rows: BTreeMap<(AgentId, u64), Option<Arc<Outgoing>>>,
    delivered: BTreeMap<AgentId, u64>,
}

impl Outbox {
    /// Restores the outbox. Rows that need not be sent again are deleted.
    pub(super) fn new(limit: usize, stored: Vec<Outgoing>, delivered: Vec<(AgentId, u64)>) -> Self {
        let mut outbox = Outbox { limit, delivered: delivered.into_iter().collect(), ..Outbox::default() };
        for outgoing in stored.into_iter().map(Arc::new) {
            let row = (outgoing.agent.clone(), outgoing.position);
            // A row that is kept is already in the file. All other rows are deleted from it.
            if outbox.keep(&outgoing) {
                outbox.unwritten.rows.remove(&row);
            } else {
                outbox.unwritten.rows.insert(row, None);
            }
        }
        outbox
    }

    /// Keeps another notification if it may have to be sent again. Drops the oldest one if there are too many. Returns
    /// whether it was kept.
    pub(super) fn keep(&mut self, outgoing: &Arc<Outgoing>) -> bool {
        let agent = &outgoing.agent;
        // An agent who has never subscribed misses nothing.
        let is_missed = self.delivered.get(agent).is_some_and(|&delivered| outgoing.position > delivered);
        if !is_missed || !tells_more_than_sessions(outgoing.kind) || self.limit == 0 {
            return false;
        }
        let kept = self.by_agent.entry(agent.clone()).or_default();
        kept.push_back(outgoing.clone());
        self.unwritten.rows.insert((agent.clone(), outgoing.position), Some(outgoing.clone()));
        if kept.len() > self.limit {
            let oldest = kept.pop_front();
            self.unwritten.rows.extend(oldest.map(|oldest| ((agent.clone(), oldest.position), None)));
        }
        true
    }

    /// Records that the agent's notifications up to this position have reached a client and need not be kept.
    pub(super) fn deliver(&mut self, agent: AgentId, up_to: u64) {
        if self.delivered.get(&agent).is_some_and(|&delivered| delivered >= up_to) {
            return;
        }
        if let Some(kept) = self.by_agent.get_mut(&agent) {
            while kept.front().is_some_and(|oldest| oldest.position <= up_to) {
                let gone = kept.pop_front();
                self.unwritten.rows.extend(gone.map(|gone| ((agent.clone(), gone.position), None)));
            }
        }
        self.delivered.insert(agent.clone(), up_to);
        self.unwritten.delivered.insert(agent, up_to);
    }

    /// The notifications that the agent's clients have not received and that are not part of the list of sessions. An
    /// agent who has never subscribed has missed nothing. From now on, notifications after position `now` are kept.
    pub(super) fn undelivered(&mut self, agent: &AgentId, now: u64) -> Vec<Arc<Outgoing>> {
        if !self.delivered.contains_key(agent) {
            self.deliver(agent.clone(), now);
        }
        self.by_agent.get(agent).into_iter().flatten().cloned().collect()
    }

    /// The rows added or deleted (`None`) since the last write to the file.
    pub(super) fn unwritten_rows(&self) -> impl Iterator<Item = (&AgentId, u64, Option<&Outgoing>)> {
        self.unwritten.rows.iter().map(|((agent, position), row)| (agent, *position, row.as_deref()))
    }

    /// The entries of `delivered` that are not in the file yet.
    pub(super) fn unwritten_delivered(&self) -> impl Iterator<Item = (AgentId, u64)> {
        self.unwritten.delivered.iter().map(|(agent, &position)| (agent.clone(), position))
    }

    /// Whether the file is up to date.
    pub(super) fn is_written(&self) -> bool {
        self.unwritten.rows.is_empty() && self.unwritten.delivered.is_empty()
    }

    /// Records that the file is now up to date.
    pub(super) fn written(&mut self) {
        self.unwritten = Unwritten::default();
    }
}

fn tells_more_than_sessions(kind: OutgoingKind) -> bool {
    match kind {
        OutgoingKind::Session => false,
        OutgoingKind::Message | OutgoingKind::Error => true,
    }
}
