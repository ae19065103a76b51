//! Passes requests from an engine to the simulated SIP Server, and its events back.

use std::sync::Arc;
use std::time::Duration;

use super::{FaultInjector, InjectedFaults, Injection, Simulator, SimulatorSettings};
use crate::clock::Clock;
use crate::config::Directory;
use crate::engine::{Engine, EngineError, FeedPosition};

/// The feed of the simulated SIP Server.
pub const FEED: &str = "simulator";

/// Runs a simulated SIP Server until the engine stops. The future can be dropped at any moment, as in a crash: the next
/// one continues from the note that was committed last, and repeats what had not been committed.
///
/// # Errors
///
/// [`EngineError::Damaged`] if the note was not written by a simulator.
pub async fn run(
    engine: Arc<dyn Engine>,
    directory: Directory,
    clock: Arc<dyn Clock>,
    settings: SimulatorSettings,
) -> Result<(), EngineError> {
    run_with_faults(engine, directory, clock, settings, FaultInjector::new().1).await
}

/// The same, with faults that are injected from elsewhere.
///
/// # Errors
///
/// As for [`run`].
pub async fn run_with_faults(
    engine: Arc<dyn Engine>,
    directory: Directory,
    clock: Arc<dyn Clock>,
    settings: SimulatorSettings,
    injected: InjectedFaults,
) -> Result<(), EngineError> {
    match run_until_stopped(&*engine, &directory, &*clock, settings, injected).await {
        Ok(never) => match never {},
        Err(EngineError::Stopped) => Ok(()),
        Err(error) => Err(error),
    }
}

/// A type without values.
enum Never {}

async fn run_until_stopped(
    engine: &dyn Engine,
    directory: &Directory,
    clock: &dyn Clock,
    settings: SimulatorSettings,
    mut injected: InjectedFaults,
) -> Result<Never, EngineError> {
    let mut newest = engine.newest_request();
    let mut simulator = start(engine, clock.now(), settings).await?;
    // The requests may have been carried out without being confirmed.
    engine.confirm_requests(simulator.carried_out()).await?;
    injected.tell(simulator.faults());
    // Injections whose sender waits until they are durable.
    let mut injecting = Vec::new();
    loop {
        // Before the read, so that requests made in the meantime count as a change.
        newest.mark_unchanged();
        let requests = engine.requests(simulator.carried_out().saturating_add(1)).await?;
        let now = clock.now();
        let agents = directory.current();
        simulator.set_dns(agents.iter().flat_map(|agent| agent.dns().map(str::to_owned).collect::<Vec<_>>()));
        while let Some((injection, done)) = injected.waiting() {
            inject(&mut simulator, now, injection);
            injecting.push(done);
        }
        for request in &requests {
            simulator.carry_out(now, request.offset, &request.request);
        }
        let events = simulator.due(now);
        if !(events.is_empty() && requests.is_empty() && injecting.is_empty()) {
            let position = simulator.advance();
            let feed = FeedPosition { feed: FEED.into(), position, note: Some(simulator.note()) };
            for unreadable in engine.events(Some(feed), events).await?.results.into_iter().filter_map(Result::err) {
                tracing::error!(error = %unreadable, "the simulated SIP Server made an event that cannot be read");
            }
            injected.tell(simulator.faults());
            // The sender may be gone.
            injecting.drain(..).for_each(|done| {
                let _gone = done.send(());
            });
            if !requests.is_empty() {
                engine.confirm_requests(simulator.carried_out()).await?;
            }
            continue;
        }
        let until_due = simulator.next_due().map_or(Duration::MAX, |due| due.saturating_sub(now));
        // Ends early when there is a request. If the sender of the watch is gone, the engine has stopped.
        tokio::select! {
            changed = newest.changed() => changed.map_err(|_| EngineError::Stopped)?,
            Some((injection, done)) = injected.next() => {
                inject(&mut simulator, clock.now(), injection);
                injecting.push(done);
            }
            () = tokio::time::sleep(until_due) => {}
        }
    }
}

fn inject(simulator: &mut Simulator, now: Duration, injection: Injection) {
    match injection {
        Injection::Once(fault) => simulator.inject(now, fault),
        Injection::Likely(likely) => simulator.set_likely(likely),
    }
}

/// The server in the state of its last commit, or a new one.
async fn start(engine: &dyn Engine, now: Duration, settings: SimulatorSettings) -> Result<Simulator, EngineError> {
    match engine.feed(FEED.into()).await?.and_then(|feed| feed.note) {
        Some(note) => Simulator::restore(settings, &note).map_err(|error| EngineError::Damaged {
            place: format!("note of the feed {FEED}"),
            expected: "the state of a simulated SIP Server",
            found: error.to_string(),
        }),
        None => Ok(Simulator::new(settings, now)),
    }
}
