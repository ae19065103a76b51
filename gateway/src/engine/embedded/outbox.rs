//! The notifications that may have to be sent again: the last ones of each agent, and how far they reached a client.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use crate::config::AgentId;
use crate::engine::{Outgoing, OutgoingKind};

/// The outbox, as it is in the file.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    by_agent: HashMap<AgentId, VecDeque<Arc<Outgoing>>>,
    delivered: HashMap<AgentId, u64>,
    /// Whose `delivered` is newer than the file's.
    unwritten: BTreeSet<AgentId>,
    /// How many of an agent are kept.
    limit: usize,
}

impl Outbox {
    pub(super) fn new(limit: usize, stored: Vec<Outgoing>, delivered: Vec<(AgentId, u64)>) -> Self {
        let mut outbox = Outbox { limit, delivered: delivered.into_iter().collect(), ..Outbox::default() };
        for outgoing in stored {
            outbox.by_agent.entry(outgoing.agent.clone()).or_default().push_back(Arc::new(outgoing));
        }
        outbox
    }

    /// Keeps one more, and returns the position of the one that makes room for it.
    pub(super) fn push(&mut self, outgoing: Arc<Outgoing>) -> Option<u64> {
        let kept = self.by_agent.entry(outgoing.agent.clone()).or_default();
        kept.push_back(outgoing);
        if kept.len() > self.limit { kept.pop_front().map(|oldest| oldest.position) } else { None }
    }

    /// Notifications of the agent up to this position reached a client.
    pub(super) fn deliver(&mut self, agent: AgentId, up_to: u64) {
        let delivered = self.delivered.entry(agent.clone()).or_default();
        if up_to > *delivered {
            *delivered = up_to;
            self.unwritten.insert(agent);
        }
    }

    /// What the agent's clients have not seen and sessions do not tell. An agent who was never here has missed nothing:
    /// what comes after `now` counts.
    pub(super) fn undelivered(&mut self, agent: &AgentId, now: u64) -> Vec<Arc<Outgoing>> {
        let Some(&delivered) = self.delivered.get(agent) else {
            self.delivered.insert(agent.clone(), now);
            self.unwritten.insert(agent.clone());
            return Vec::new();
        };
        let kept = self.by_agent.get(agent).into_iter().flatten();
        let missed = kept.filter(|outgoing| outgoing.position > delivered && tells_more_than_sessions(outgoing.kind));
        missed.cloned().collect()
    }

    /// What of `delivered` the file does not have yet.
    pub(super) fn unwritten(&self) -> impl Iterator<Item = (AgentId, u64)> {
        self.unwritten.iter().filter_map(|agent| Some((agent.clone(), *self.delivered.get(agent)?)))
    }

    /// The file has all of it.
    pub(super) fn written(&mut self) {
        self.unwritten.clear();
    }
}

fn tells_more_than_sessions(kind: OutgoingKind) -> bool {
    match kind {
        OutgoingKind::Session => false,
        OutgoingKind::Message | OutgoingKind::Error => true,
    }
}
