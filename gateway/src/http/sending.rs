//! When is a reply with messages written? The connection reports this.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::cometd::OnItsWay;

/// Links a connection to the reply that is written to it. All clones belong to the same connection. The connection's
/// server adds one to the extensions of each request.
#[derive(Clone, Default)]
pub struct Sending(Arc<Mutex<Option<OnItsWay>>>);

impl fmt::Debug for Sending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sending(..)")
    }
}

impl Sending {
    /// Records that the server has taken a whole reply and is about to write it. It writes one reply at a time.
    pub(super) fn begins(&self, on_its_way: OnItsWay) {
        let before = self.replace(Some(on_its_way));
        // Dropped only after the lock is released.
        drop(before);
    }

    /// Records that everything that the server took was written. The reply then counts as delivered, unless the client
    /// has closed the connection.
    pub fn written(&self, is_closed: impl FnOnce() -> bool) {
        if let Some(on_its_way) = self.replace(None)
            && !is_closed()
        {
            on_its_way.delivered();
        }
    }

    /// Drops a reply that was not written, because the connection is gone.
    pub fn gone(&self) {
        drop(self.replace(None));
    }

    fn replace(&self, with: Option<OnItsWay>) -> Option<OnItsWay> {
        std::mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), with)
    }
}
