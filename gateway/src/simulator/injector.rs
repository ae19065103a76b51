//! Faults on demand, from elsewhere in the process.

use tokio::sync::{mpsc, oneshot, watch};

use super::{Fault, FaultState, LikelyFault};

/// How many injections may wait to be taken.
const WAITING: usize = 64;

/// What is to go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Injection {
    /// The fault strikes once, at the next chance.
    Once(Fault),
    /// From now on it is so likely.
    Likely(LikelyFault),
}

/// Injects faults into a server. Clones reach the same one.
#[derive(Debug, Clone)]
pub struct FaultInjector {
    injections: mpsc::Sender<(Injection, oneshot::Sender<()>)>,
    states: watch::Receiver<Vec<FaultState>>,
}

/// Where [`run_with_faults`](super::run_with_faults) finds them.
#[derive(Debug)]
pub struct InjectedFaults {
    injections: mpsc::Receiver<(Injection, oneshot::Sender<()>)>,
    states: watch::Sender<Vec<FaultState>>,
}

/// The simulated SIP Server does not run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the simulated SIP Server does not run")]
pub struct NoSimulator;

impl FaultInjector {
    /// One, and what it injects into.
    #[must_use]
    pub fn new() -> (Self, InjectedFaults) {
        let (sender, injections) = mpsc::channel(WAITING);
        let (publisher, states) = watch::channel(Vec::new());
        (FaultInjector { injections: sender, states }, InjectedFaults { injections, states: publisher })
    }

    /// Resolves when that is durable.
    ///
    /// # Errors
    ///
    /// Where there is no server any more.
    pub async fn inject(&self, injection: Injection) -> Result<(), NoSimulator> {
        let (done, is_done) = oneshot::channel();
        self.injections.send((injection, done)).await.map_err(|_| NoSimulator)?;
        is_done.await.map_err(|_| NoSimulator)
    }

    /// How all faults stand.
    ///
    /// # Errors
    ///
    /// Where there is no server any more.
    pub async fn states(&self) -> Result<Vec<FaultState>, NoSimulator> {
        let mut states = self.states.clone();
        // It tells them as soon as it runs.
        let told = states.wait_for(|states| !states.is_empty()).await.map_err(|_| NoSimulator)?;
        Ok(told.clone())
    }
}

impl InjectedFaults {
    /// The next one that waits.
    pub(super) fn waiting(&mut self) -> Option<(Injection, oneshot::Sender<()>)> {
        self.injections.try_recv().ok()
    }

    /// The next one, as soon as it comes; `None` where none can come.
    pub(super) async fn next(&mut self) -> Option<(Injection, oneshot::Sender<()>)> {
        self.injections.recv().await
    }

    /// So they stand now.
    pub(super) fn tell(&self, states: Vec<FaultState>) {
        self.states.send_if_modified(|told| {
            let is_new = *told != states;
            *told = states;
            is_new
        });
    }
}
