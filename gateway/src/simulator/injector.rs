//! Injects faults from elsewhere in the process.

use tokio::sync::{mpsc, oneshot, watch};

use super::{Fault, FaultState, LikelyFault};

/// How many injections may wait to be taken.
const WAITING: usize = 64;

/// A fault to inject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Injection {
    /// The fault happens once, at the next opportunity.
    Once(Fault),
    /// The fault has this probability from now on.
    Likely(LikelyFault),
}

/// Injects faults into a simulated server. Clones share the server.
#[derive(Debug, Clone)]
pub struct FaultInjector {
    injections: mpsc::Sender<(Injection, oneshot::Sender<()>)>,
    states: watch::Receiver<Vec<FaultState>>,
}

/// The injected faults, read by [`run_with_faults`](super::run_with_faults).
#[derive(Debug)]
pub struct InjectedFaults {
    injections: mpsc::Receiver<(Injection, oneshot::Sender<()>)>,
    states: watch::Sender<Vec<FaultState>>,
}

/// The simulated SIP Server is not running.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the simulated SIP Server does not run")]
pub struct NoSimulator;

impl FaultInjector {
    /// An injector, with the receiver for the server.
    #[must_use]
    pub fn new() -> (Self, InjectedFaults) {
        let (sender, injections) = mpsc::channel(WAITING);
        let (publisher, states) = watch::channel(Vec::new());
        (FaultInjector { injections: sender, states }, InjectedFaults { injections, states: publisher })
    }

    /// Injects a fault, and returns once that is durable.
    ///
    /// # Errors
    ///
    /// If the server is not running any more.
    pub async fn inject(&self, injection: Injection) -> Result<(), NoSimulator> {
        let (done, is_done) = oneshot::channel();
        self.injections.send((injection, done)).await.map_err(|_| NoSimulator)?;
        is_done.await.map_err(|_| NoSimulator)
    }

    /// The state of all faults.
    ///
    /// # Errors
    ///
    /// If the server is not running any more.
    pub async fn states(&self) -> Result<Vec<FaultState>, NoSimulator> {
        let mut states = self.states.clone();
        // The server sends the states as soon as it runs.
        let told = states.wait_for(|states| !states.is_empty()).await.map_err(|_| NoSimulator)?;
        Ok(told.clone())
    }
}

impl InjectedFaults {
    /// The next injection that is waiting.
    pub(super) fn waiting(&mut self) -> Option<(Injection, oneshot::Sender<()>)> {
        self.injections.try_recv().ok()
    }

    /// Waits for the next injection; `None` if there can be none.
    pub(super) async fn next(&mut self) -> Option<(Injection, oneshot::Sender<()>)> {
        self.injections.recv().await
    }

    /// Publishes the new states.
    pub(super) fn tell(&self, states: Vec<FaultState>) {
        self.states.send_if_modified(|told| {
            let is_new = *told != states;
            *told = states;
            is_new
        });
    }
}
