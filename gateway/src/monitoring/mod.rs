//! What operators see: `/metrics`, `/healthz`, `/readyz`. Gateway specification 6.
//!
//! They need no sign-in, so they are served at a separate address, or at the gateway's for loopback only.
//!
//! | file | question |
//! |---|---|
//! | `routes` | Which routes exist, and who may read them? |
//! | `exposition` | Which metrics exist? |

mod exposition;
mod routes;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::http::{CometD, Gateway};
use crate::metrics::Durations;

/// How long the engine may take to answer a health check.
pub const ENGINE_PATIENCE: Duration = Duration::from_secs(5);

/// The state that operators see. Clones share it. It exists before the gateway, so that it can report that the gateway
/// is not ready.
#[derive(Clone, Default)]
pub struct Monitoring(Arc<OnceLock<Sources>>);

/// The sources of the metrics.
pub struct Sources {
    /// The gateway.
    pub gateway: Gateway,
    /// The clients of CometD.
    pub cometd: CometD,
    /// The durations of the engine's commits.
    pub commits: Durations,
}

/// Whether the gateway serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// The store is being restored.
    Starting,
    /// It serves.
    Ready,
    /// It answers pending requests and accepts no new ones.
    Draining,
}

impl Readiness {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Readiness::Starting => "starting",
            Readiness::Ready => "ready",
            Readiness::Draining => "draining",
        }
    }
}

impl fmt::Debug for Monitoring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Monitoring").field("readiness", &self.readiness()).finish()
    }
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources").field("gateway", &self.gateway).finish_non_exhaustive()
    }
}

impl Monitoring {
    /// The store has been restored, and the gateway serves from now on. Only the first call counts.
    pub fn restored(&self, sources: Sources) {
        let _second = self.0.set(sources);
    }

    /// Whether the gateway serves.
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        match self.0.get() {
            None => Readiness::Starting,
            Some(sources) if *sources.gateway.ending().borrow() => Readiness::Draining,
            Some(_) => Readiness::Ready,
        }
    }

    /// Whether the engine answers. Before it is restored it need not.
    async fn is_alive(&self) -> bool {
        let Some(sources) = self.0.get() else { return true };
        let answer = tokio::time::timeout(ENGINE_PATIENCE, sources.gateway.engine().feed(String::new()));
        matches!(answer.await, Ok(Ok(_)))
    }
}
