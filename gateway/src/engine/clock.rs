//! Who tells an engine the time.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::MissedTickBehavior;

use super::{Engine, EngineError};
use crate::clock::Clock;

/// Tells the engine the time once a second, until it stops. Tell it the time once before it is given events, too: what
/// happens before that happened in 1970, and expires with the next tick.
pub async fn keep_time(engine: Arc<dyn Engine>, clock: Arc<dyn Clock>) {
    let mut interval = tokio::time::interval(Duration::from_secs(1));
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        interval.tick().await;
        match engine.tick(clock.now()).await {
            Err(EngineError::Stopped) => return,
            // A store that is elsewhere comes back.
            Err(error) => tracing::warn!(%error, "the shards are not told the time"),
            Ok(()) => {}
        }
    }
}
