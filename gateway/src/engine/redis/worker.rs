//! Which shards does this process own, and for how long? Four times per lease it sends a heartbeat, renews its leases,
//! releases the shards beyond its share, and claims unowned shards.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ::redis::RedisError;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use super::keys::{GATEWAYS, WORKERS};
use super::shared::Shared;
use super::{owner, scripts};
use crate::engine::RecordKey;

/// A shard that this process owns.
struct Owned {
    token: u64,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// Owns shards until the engine stops, then releases them. Sends to `begun` after the first attempt to claim shards.
pub(super) async fn run(shared: Arc<Shared>, mut ending: watch::Receiver<bool>, begun: oneshot::Sender<()>) {
    let mut begun = Some(begun);
    let mut owned: BTreeMap<u32, Owned> = BTreeMap::new();
    while !*ending.borrow() {
        if let Err(error) = round(&shared, &mut owned).await {
            tracing::warn!(%error, "leases were not renewed");
        }
        // The receiver may have stopped waiting.
        let _gone = begun.take().map(|begun| begun.send(()));
        tokio::select! {
            _ = ending.wait_for(|ending| *ending) => {}
            () = tokio::time::sleep(shared.settings.lease / 4) => {}
        }
    }
    for one in owned.values() {
        one.stop.send_replace(true);
    }
    for (_, one) in owned {
        let _panicked = one.task.await;
    }
    shared.owned().clear();
}

/// The number of shards that the worker at this index among all live workers should own.
fn share(shards: u32, workers: usize, place: usize) -> usize {
    let (shards, workers) = (shards as usize, workers.max(1));
    shards / workers + usize::from(place < shards % workers)
}

async fn round(shared: &Arc<Shared>, owned: &mut BTreeMap<u32, Owned>) -> Result<(), RedisError> {
    let lease = shared.settings.lease;
    let workers = shared.living(WORKERS, true, lease).await?;
    let place = workers.iter().position(|worker| *worker == shared.id).unwrap_or_default();
    owned.retain(|_, one| !one.task.is_finished());
    for (&number, one) in &*owned {
        if !renew(shared, number, one.token).await? {
            tracing::warn!(shard = number, "another worker has taken the shard");
            one.stop.send_replace(true);
        }
    }
    let share = share(shared.settings.shards, workers.len(), place);
    let keeps = owned.values().filter(|one| !*one.stop.borrow()).count();
    for (number, one) in owned.iter().rev().filter(|(_, one)| !*one.stop.borrow()).take(keeps.saturating_sub(share)) {
        tracing::info!(shard = number, "gives the shard to another worker");
        one.stop.send_replace(true);
    }
    let mut missing = share.saturating_sub(keeps);
    // Each worker starts at a different shard, so that workers do not compete for the same one.
    let first = place as u32 * shared.settings.shards / workers.len().max(1) as u32;
    for number in (0..shared.settings.shards).map(|step| (first + step) % shared.settings.shards) {
        if missing == 0 {
            break;
        }
        if owned.contains_key(&number) {
            continue;
        }
        if let Some(token) = claim(shared, number).await? {
            missing -= 1;
            tracing::info!(shard = number, token, "owns the shard");
            let (stop, stopping) = watch::channel(false);
            let task = tokio::spawn(owner::own(shared.clone(), number, token, stopping));
            owned.insert(number, Owned { token, stop, task });
        }
    }
    *shared.owned() = owned.iter().filter(|(_, one)| !*one.stop.borrow()).map(|(&number, _)| number).collect();
    trim(shared, owned.keys()).await
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

async fn claim(shared: &Shared, number: u32) -> Result<Option<u64>, RedisError> {
    let keys = shared.keys(number);
    let mut script = scripts::CLAIM.key(keys.owner());
    script.key(keys.state()).key(keys.records()).arg(&shared.id).arg(milliseconds(shared.settings.lease));
    script.arg(RecordKey::Notified.to_bytes());
    let token: u64 = script.invoke_async(&mut shared.connection()).await?;
    Ok((token > 0).then_some(token))
}

async fn renew(shared: &Shared, number: u32, token: u64) -> Result<bool, RedisError> {
    let keys = shared.keys(number);
    let mut script = scripts::RENEW.key(keys.owner());
    script.key(keys.state()).arg(&shared.id).arg(milliseconds(shared.settings.lease)).arg(token);
    script.invoke_async(&mut shared.connection()).await
}

/// Drops the part of the outboxes that all live gateways have read.
async fn trim(shared: &Shared, numbers: impl Iterator<Item = &u32>) -> Result<(), RedisError> {
    let gateways = shared.living(GATEWAYS, false, shared.settings.silence).await?;
    for &number in numbers {
        let keys = shared.keys(number);
        let mut script = scripts::TRIM_OUTBOX.key(keys.readers());
        script.key(keys.outbox()).arg(&gateways);
        let _trimmed: u64 = script.invoke_async(&mut shared.connection()).await?;
    }
    Ok(())
}
