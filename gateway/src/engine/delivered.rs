//! What has reached a client and is not noted yet. Nobody waits for that, so it wakes nobody: an engine fetches it
//! before what it does next, or from time to time.

use std::collections::HashMap;
use std::mem::take;
use std::sync::{Arc, Mutex, PoisonError};

use crate::config::AgentId;

/// Up to which position notifications reached a client, by agent. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Delivered(Arc<Mutex<HashMap<AgentId, u64>>>);

impl Delivered {
    pub(super) fn add(&self, agent: AgentId, up_to: u64) {
        let mut delivered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = delivered.entry(agent).or_default();
        *known = up_to.max(*known);
    }

    /// What came of one agent since it was fetched last.
    #[cfg(feature = "redis")]
    pub(super) fn fetch_of(&self, agent: &AgentId) -> Option<u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(agent)
    }

    /// What came since it was fetched last.
    pub(super) fn fetch(&self) -> HashMap<AgentId, u64> {
        take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
