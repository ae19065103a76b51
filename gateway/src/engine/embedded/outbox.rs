//! The notifications that may have to be sent again: messages and errors of each agent that reached no client yet. What
//! tells a session is not kept, since whoever subscribes is told the present sessions.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use crate::config::AgentId;
use crate::engine::{Outgoing, OutgoingKind};

/// The outbox, as it is in the file.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    by_agent: HashMap<AgentId, VecDeque<Arc<Outgoing>>>,
    /// Up to which position notifications reached a client; nothing of an agent who was never here.
    delivered: HashMap<AgentId, u64>,
    /// How many of an agent are kept.
    limit: usize,
    unwritten: Unwritten,
}

/// What the file does not have yet.
#[derive(Debug, Default)]
struct Unwritten {
    /// Rows, by agent and position; `None` where they go.
    rows: BTreeMap<(AgentId, u64), Option<Arc<Outgoing>>>,
    delivered: BTreeMap<AgentId, u64>,
}

impl Outbox {
    /// What was stored; what need not be sent again goes.
    pub(super) fn new(limit: usize, stored: Vec<Outgoing>, delivered: Vec<(AgentId, u64)>) -> Self {
        let mut outbox = Outbox { limit, delivered: delivered.into_iter().collect(), ..Outbox::default() };
        for outgoing in stored.into_iter().map(Arc::new) {
            let row = (outgoing.agent.clone(), outgoing.position);
            // It is in the file already, or goes.
            if outbox.keep(&outgoing) {
                outbox.unwritten.rows.remove(&row);
            } else {
                outbox.unwritten.rows.insert(row, None);
            }
        }
        outbox
    }

    /// Keeps one more, if it may have to be sent again; the oldest makes room for it. Returns whether it is kept.
    pub(super) fn keep(&mut self, outgoing: &Arc<Outgoing>) -> bool {
        let agent = &outgoing.agent;
        // An agent who was never here misses nothing.
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

    /// Notifications of the agent up to this position reached a client, and need not be kept.
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

    /// What the agent's clients have not seen and sessions do not tell. An agent who was never here has missed nothing:
    /// what comes after `now` counts.
    pub(super) fn undelivered(&mut self, agent: &AgentId, now: u64) -> Vec<Arc<Outgoing>> {
        if !self.delivered.contains_key(agent) {
            self.deliver(agent.clone(), now);
        }
        self.by_agent.get(agent).into_iter().flatten().cloned().collect()
    }

    /// The rows that came, or went (`None`), since the file was written.
    pub(super) fn unwritten_rows(&self) -> impl Iterator<Item = (&AgentId, u64, Option<&Outgoing>)> {
        self.unwritten.rows.iter().map(|((agent, position), row)| (agent, *position, row.as_deref()))
    }

    /// What of `delivered` the file does not have yet.
    pub(super) fn unwritten_delivered(&self) -> impl Iterator<Item = (AgentId, u64)> {
        self.unwritten.delivered.iter().map(|(agent, &position)| (agent.clone(), position))
    }

    /// Whether the file has all of it.
    pub(super) fn is_written(&self) -> bool {
        self.unwritten.rows.is_empty() && self.unwritten.delivered.is_empty()
    }

    /// The file has all of it.
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
