//! Who tells an engine the time.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::MissedTickBehavior;

use super::Engine;

/// The time of the machine, since 1970.
#[must_use]
pub fn now() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

/// Tells the engine the time once a second, until it stops. `clock` is [`now`], but in tests. Tell it the time once before it is
/// given events: what happens before that happened in 1970, and expires with the next tick.
pub async fn keep_time(engine: Arc<dyn Engine>, clock: impl Fn() -> Duration + Send) {
    let mut interval = tokio::time::interval(Duration::from_secs(1));
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        interval.tick().await;
        if engine.tick(clock()).await.is_err() {
            return;
        }
    }
}
