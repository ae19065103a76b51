//! Passes the time to an engine.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::MissedTickBehavior;

use super::{Engine, EngineError};
use crate::clock::Clock;

/// Passes the time to the engine once a second, until the engine stops. Before the first events, pass the time once by
/// hand. Otherwise those events would be dated 1970, and their sessions would expire at the next tick.
pub async fn keep_time(engine: Arc<dyn Engine>, clock: Arc<dyn Clock>) {
    let mut interval = tokio::time::interval(Duration::from_secs(1));
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        interval.tick().await;
        match engine.tick(clock.now()).await {
            Err(EngineError::Stopped) => return,
            // A remote store may become available again.
            Err(error) => tracing::warn!(%error, "the time cannot be passed to the shards"),
            Ok(()) => {}
        }
    }
}
