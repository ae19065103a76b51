//! Faults as single shots, from elsewhere in the process.

use tokio::sync::{mpsc, oneshot};

use super::Fault;

/// How many shots may wait to be taken.
const WAITING: usize = 64;

/// Makes faults strike once. Clones reach the same server.
#[derive(Debug, Clone)]
pub struct FaultInjector(mpsc::Sender<(Fault, oneshot::Sender<()>)>);

/// Where [`run_with_faults`](super::run_with_faults) finds them.
#[derive(Debug)]
pub struct InjectedFaults(mpsc::Receiver<(Fault, oneshot::Sender<()>)>);

/// The simulated SIP Server does not run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the simulated SIP Server does not run")]
pub struct NoSimulator;

impl FaultInjector {
    /// One, and what it injects into.
    #[must_use]
    pub fn new() -> (Self, InjectedFaults) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (FaultInjector(sender), InjectedFaults(receiver))
    }

    /// The fault strikes at the next chance. Resolves when that is durable.
    ///
    /// # Errors
    ///
    /// Where there is no server any more.
    pub async fn inject(&self, fault: Fault) -> Result<(), NoSimulator> {
        let (done, is_done) = oneshot::channel();
        self.0.send((fault, done)).await.map_err(|_| NoSimulator)?;
        is_done.await.map_err(|_| NoSimulator)
    }
}

impl InjectedFaults {
    /// The next one that waits.
    pub(super) fn waiting(&mut self) -> Option<(Fault, oneshot::Sender<()>)> {
        self.0.try_recv().ok()
    }

    /// The next one, as soon as it comes; `None` where none can come.
    pub(super) async fn next(&mut self) -> Option<(Fault, oneshot::Sender<()>)> {
        self.0.recv().await
    }
}
