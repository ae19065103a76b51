//! Passes the events to the engine. Packets have no position: those sent while the gateway is down are lost.
//! Registrations are stored, and restored after a restart.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::packet::Captured;
use super::watch::{Outcome, Watch};
use super::{FEED, Registered};
use crate::clock::Clock;
use crate::config::Directory;
use crate::engine::{Engine, EngineError, FeedPosition};
use crate::metrics::{HepOutcome, Metrics};

/// How many messages are processed before their events are applied.
const BATCH: usize = 256;
/// How often timeouts are checked.
const TICK: Duration = Duration::from_secs(1);
/// The shortest interval between two writes of registrations. Phones register every few minutes, and there may be
/// thousands.
const STORE: Duration = Duration::from_secs(5);

/// Applies the events of the messages until their sender is dropped or the engine stops.
///
/// # Errors
///
/// If the engine fails.
pub async fn run(
    engine: Arc<dyn Engine>,
    directory: Directory,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
    messages: mpsc::Receiver<Captured>,
) -> Result<(), EngineError> {
    let stored = engine.feed(FEED.into()).await?;
    let position = stored.as_ref().map(|stored| stored.position).unwrap_or_default();
    // An unreadable note was not written by this program. The endpoints will register again.
    let registered: Vec<Registered> =
        stored.and_then(|stored| serde_json::from_str(&stored.note?).ok()).unwrap_or_default();
    let watch = Watch::new(directory.current(), registered);
    let feed = Feed { engine, directory, clock, metrics, watch, position, stored_at: Instant::now() };
    match feed.run(messages).await {
        Err(EngineError::Stopped) => Ok(()),
        other => other,
    }
}

struct Feed {
    engine: Arc<dyn Engine>,
    directory: Directory,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
    watch: Watch,
    /// How many times registrations were stored.
    position: u64,
    stored_at: Instant,
}

impl Feed {
    async fn run(mut self, mut messages: mpsc::Receiver<Captured>) -> Result<(), EngineError> {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let mut captured = Vec::new();
            tokio::select! {
                count = messages.recv_many(&mut captured, BATCH) => if count == 0 { return Ok(()) },
                _ = tick.tick() => {}
            }
            let now = self.clock.now();
            let mut events = self.watch.set_agents(&self.directory.current(), now);
            events.extend(self.watch.advance(now));
            for captured in &captured {
                let watched = self.watch.take(captured, now);
                self.metrics.hep_packet(match watched.outcome {
                    Outcome::Observed => HepOutcome::Observed,
                    Outcome::OfNobody => HepOutcome::OfNobody,
                    Outcome::Unreadable => HepOutcome::Unreadable,
                });
                events.extend(watched.events);
            }
            self.metrics.hep_endpoints(self.watch.endpoints());
            if !events.is_empty() {
                let applied = self.engine.events(None, events).await?;
                self.metrics.feed_refused(FEED, applied.results.iter().filter(|result| result.is_err()).count() as u64);
            }
            self.store().await?;
        }
    }

    async fn store(&mut self) -> Result<(), EngineError> {
        if self.stored_at.elapsed() < STORE {
            return Ok(());
        }
        let Some(registered) = self.watch.new_registrations() else { return Ok(()) };
        let note = serde_json::to_string(&registered).unwrap_or_default();
        self.position += 1;
        self.stored_at = Instant::now();
        let feed = FeedPosition { feed: FEED.into(), position: self.position, note: Some(note) };
        self.engine.events(Some(feed), Vec::new()).await.map(|_| ())
    }
}
