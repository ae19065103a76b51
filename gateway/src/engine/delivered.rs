//! Which notifications have reached a client but are not recorded yet? Reports are not urgent, so they wake no task. An
//! engine fetches them before its next action, or periodically.

use std::collections::HashMap;
use std::mem::take;
use std::sync::{Arc, Mutex, PoisonError};

use crate::config::AgentId;

/// The position up to which notifications have reached a client, by agent. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Delivered(Arc<Mutex<HashMap<AgentId, u64>>>);

impl Delivered {
    pub(super) fn add(&self, agent: AgentId, up_to: u64) {
        let mut delivered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = delivered.entry(agent).or_default();
        *known = up_to.max(*known);
    }

    /// The position of one agent, if it was reported since the last fetch.
    #[cfg(feature = "redis")]
    pub(super) fn fetch_of(&self, agent: &AgentId) -> Option<u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(agent)
    }

    /// All positions reported since the last fetch.
    pub(super) fn fetch(&self) -> HashMap<AgentId, u64> {
        take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
