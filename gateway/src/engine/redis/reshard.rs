//! Changes the number of shards, or which agents the DNs belong to, while no process runs. It writes the new layout
//! next to the old one and then switches atomically. If it is killed at any point, run it again: nothing is lost.

use std::collections::HashMap;
use std::time::Duration;

use ::redis::{RedisError, ScriptInvocation};
use im_session::BaseUri;
use im_session::store::shard;

use super::keys::{AGREED, GATEWAYS, Layout, ShardKeys, WORKERS};
use super::records::{self, AT_ONCE};
use super::server::{COMMAND, Connection, Server};
use super::settings::RedisSettings;
use super::shared::{FORM, digest_of, failed};
use super::wire::Commit;
use super::{outboxes, scripts};
use crate::config::Agents;
use crate::engine::division::{Record, divide, home_of_feed};
use crate::engine::{EngineError, FeedPosition, RecordKey, ShardSettings};

/// The owner of all shards during a resharding.
const HOLDER: &str = "reshard";

/// The entries of a stream. Each has an id and fields.
type Entries = Vec<(String, Vec<(String, Vec<u8>)>)>;

/// The last committed entry, the number of its commit, and the number that further commits must exceed.
type HowFar = (Option<String>, Option<u64>, Option<u64>);

/// The result of a resharding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resharded {
    /// The number of shards before.
    pub from: u32,
    /// The number of shards now.
    pub to: u32,
    /// The number of records written: sessions, requests, ends and positions. 0 if all were already in the right
    /// shards.
    pub records: usize,
}

/// Divides the sessions of a cluster among this number of shards, for these agents. All processes of the cluster must
/// have ended. A process counts as live until `silence` has passed since its last heartbeat.
///
/// # Errors
///
/// If a process is live or owns a shard, if an entry waits for a worker, or if a feed's batch was applied in only some
/// of its shards. In these cases nothing has changed. If Redis fails or the process is killed, no other process can
/// start until a repeated call completes.
pub async fn reshard(address: &str, agents: &Agents, shards: u32, silence: Duration) -> Result<Resharded, EngineError> {
    let server = Server::at(address).map_err(failed("reading the address of Redis"))?;
    let mut connection = server.connection(6 * COMMAND).await.map_err(failed("connecting to Redis"))?;
    let (from, layout, other) = agreed(&mut connection).await?;
    let mut script = scripts::DIVIDE.key(AGREED);
    script.key(WORKERS).key(GATEWAYS).arg(milliseconds(silence)).arg(shards);
    nobody_lives(&script, &mut connection).await?;
    let mut dividing = Dividing { connection, agents, from, layout, shards, silence };
    if let Some((layout, shards)) = other {
        dividing.delete(layout, shards).await?;
    }
    match dividing.divide().await {
        Ok(0) => Ok(Resharded { from, to: shards, records: 0 }),
        Ok(records) => {
            dividing.delete(layout, from).await?;
            Ok(Resharded { from, to: shards, records })
        }
        Err(error) => {
            if let Err(error) = dividing.give_up().await {
                tracing::warn!(%error, "processes do not start before this was run again");
            }
            Err(error)
        }
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn damaged(place: impl Into<String>, expected: &'static str, found: impl ToString) -> EngineError {
    EngineError::Damaged { place: place.into(), expected, found: found.to_string() }
}

/// The current number of shards and layout, and the layout and number of shards that an earlier resharding left behind.
async fn agreed(connection: &mut Connection) -> Result<(u32, Layout, Option<(Layout, u32)>), EngineError> {
    let mut command = ::redis::cmd("HMGET");
    command.arg(AGREED).arg("form").arg("shards").arg("layout").arg("other");
    let agreed: Result<[Option<String>; 4], RedisError> = command.query_async(connection).await;
    let [form, shards, layout, other] = agreed.map_err(failed("reading what is agreed"))?;
    match form.as_deref() {
        Some(FORM) => {}
        Some(form) => return Err(damaged(format!("{AGREED}, form"), "the form that this version writes", form)),
        None => return Err(damaged(AGREED, "a cluster that has run on this Redis", "nothing")),
    }
    let shards = shards.unwrap_or_default();
    let number = |text: &str| text.parse::<u32>().ok().filter(|&shards| shards > 0);
    let from = number(&shards).ok_or_else(|| damaged(format!("{AGREED}, shards"), "a number of shards", &shards))?;
    let other = other.as_deref().and_then(|other| other.split_once(' '));
    let other = other.and_then(|(layout, shards)| Some((Layout(number(layout)?), number(shards)?)));
    Ok((from, Layout::agreed(layout.as_deref()), other))
}

/// Runs a script that takes effect only if no process is live.
async fn nobody_lives(script: &ScriptInvocation<'_>, connection: &mut Connection) -> Result<(), EngineError> {
    let living: Result<Vec<String>, RedisError> = script.invoke_async(connection).await;
    let living = living.map_err(failed("looking for live processes"))?;
    if living.is_empty() {
        return Ok(());
    }
    let found = format!("{} that said within --silence that they live", living.len());
    Err(damaged("processes", "that all gateways and workers have ended", found))
}

/// A resharding in progress.
struct Dividing<'a> {
    connection: Connection,
    agents: &'a Agents,
    from: u32,
    layout: Layout,
    shards: u32,
    silence: Duration,
}

impl Dividing<'_> {
    /// Switches to the new layout. Returns its number of records, or 0 if the old layout stays.
    async fn divide(&mut self) -> Result<usize, EngineError> {
        let (mut old, mut commits) = (Vec::new(), 0);
        for number in 0..self.from {
            let keys = self.layout.shard(number);
            commits = self.hold(number, keys).await?.max(commits);
            self.take_requests(number, keys).await?;
            let read = records::read(keys, &mut self.connection).await.map_err(failed("reading records"))?;
            old.extend(read.into_iter().map(|(key, value)| (number, key, value)));
        }
        let settings = RedisSettings::new(BaseUri::new(""));
        let of_shard = |number| ShardSettings {
            number,
            shards: self.shards,
            limits: settings.limits,
            times: settings.times,
            ..ShardSettings::new(settings.base_uri.clone())
        };
        let divided = divide(&old, self.from, self.agents, self.shards, of_shard);
        let Some(divided) = divided.map_err(|error| damaged("records", "those of shards", &error))? else {
            // Released before processes may start, because no process would release them later.
            self.release().await.map_err(failed("giving back shards"))?;
            self.switch(self.layout, "").await?;
            return Ok(0);
        };
        self.no_batch_is_halved(&old)?;
        drop(old);
        let records = divided.len();
        let new = self.layout.next();
        let is_written = format!("{} {}", new.0, self.shards);
        let mut command = ::redis::cmd("HSET");
        let command = command.arg(AGREED).arg("other").arg(is_written);
        command.exec_async(&mut self.connection).await.map_err(failed("beginning a layout"))?;
        let by_shard = by_shard(divided, self.shards)?;
        self.write(new, &by_shard, commits).await.map_err(failed("writing a layout"))?;
        self.switch(new, &format!("{} {}", self.layout.0, self.from)).await?;
        Ok(records)
    }

    /// Claims a shard that has no owner and no uncommitted entries. Returns the number that further commits must
    /// exceed.
    async fn hold(&mut self, number: u32, keys: ShardKeys) -> Result<u64, EngineError> {
        let mut script = scripts::HOLD.key(keys.owner());
        script.key(keys.state()).key(keys.records()).arg(HOLDER).arg(RecordKey::Notified.to_bytes());
        let owner: Result<String, RedisError> = script.invoke_async(&mut self.connection).await;
        let owner = owner.map_err(failed("taking a shard"))?;
        if !owner.is_empty() {
            return Err(damaged(format!("shard {number}"), "that nobody owns it", format!("worker {owner}")));
        }
        let mut command = ::redis::cmd("HMGET");
        command.arg(keys.state()).arg("entry").arg("commits").arg("above");
        let state: Result<HowFar, RedisError> = command.query_async(&mut self.connection).await;
        let (entry, commits, above) = state.map_err(failed("reading how far a shard is"))?;
        let mut last = entry.unwrap_or_else(|| "0-0".into());
        loop {
            let mut command = ::redis::cmd("XRANGE");
            command.arg(keys.entries()).arg(format!("({last}")).arg("+").arg("COUNT").arg(AT_ONCE);
            let entries: Result<Entries, RedisError> = command.query_async(&mut self.connection).await;
            let entries = entries.map_err(failed("reading entries"))?;
            let Some((newest, _)) = entries.last() else { return Ok(commits.max(above).unwrap_or_default()) };
            last.clone_from(newest);
            // The time is passed again later, and the callers of these inquiries have ended.
            let may_be_dropped =
                |(field, kind): &(String, Vec<u8>)| field == "k" && matches!(kind.as_slice(), b"t" | b"i");
            let waiting = entries.iter().find(|(_, fields)| !fields.iter().any(may_be_dropped));
            if let Some((id, _)) = waiting {
                let found = format!("entry {id}, which is not; start the workers again until they have");
                return Err(damaged(format!("shard {number}"), "that all entries are committed", found));
            }
        }
    }

    /// Queues the requests of the last commits, in case the last gateway ended before it did so.
    async fn take_requests(&mut self, number: u32, keys: ShardKeys) -> Result<(), EngineError> {
        let mut last = "-".to_owned();
        loop {
            let mut command = ::redis::cmd("XRANGE");
            command.arg(keys.outbox()).arg(&last).arg("+").arg("COUNT").arg(AT_ONCE);
            let commits: Result<Entries, RedisError> = command.query_async(&mut self.connection).await;
            let commits = commits.map_err(failed("reading an outbox"))?;
            let Some((newest, _)) = commits.last() else { return Ok(()) };
            last = format!("({newest}");
            for (id, fields) in &commits {
                let text = fields.iter().find(|(field, _)| field == "c").map_or(&b"{}"[..], |(_, text)| text);
                let commit: Commit = serde_json::from_slice(text)
                    .map_err(|error| damaged(format!("{} {id}", keys.outbox()), "a commit as JSON", error))?;
                let commit_number = id.split('-').next().and_then(|number| number.parse().ok()).unwrap_or_default();
                if commit.requests.is_empty() {
                    continue;
                }
                outboxes::take_requests(number, commit_number, &commit.requests, &mut self.connection)
                    .await
                    .map_err(failed("taking requests"))?;
            }
        }
    }

    /// Checks that every batch was applied in all of its shards. A batch reaches the home shard of its feed last. If it
    /// has reached other shards only, the feed sends it again, and those shards must recognise it. After resharding
    /// they could not, because one position per feed cannot describe such a state.
    fn no_batch_is_halved(&self, records: &[Record]) -> Result<(), EngineError> {
        let mut positions: Vec<(u32, FeedPosition)> = Vec::new();
        for (number, key, value) in records {
            if let Ok(RecordKey::Feed(_)) = serde_json::from_slice(key) {
                let position = serde_json::from_slice(value);
                positions.push((*number, position.map_err(|error| damaged("a feed", "its position as JSON", error))?));
            }
        }
        let is_at_home = |(number, feed): &&(u32, FeedPosition)| home_of_feed(&feed.feed, self.from) == *number;
        let at_home: HashMap<&str, u64> =
            positions.iter().filter(is_at_home).map(|(_, feed)| (feed.feed.as_str(), feed.position)).collect();
        for (number, feed) in &positions {
            let at_home = at_home.get(feed.feed.as_str()).copied().unwrap_or_default();
            if feed.position > at_home {
                let found = format!(
                    "position {} in shard {number} and {at_home} in shard {}; start the cluster until the feed has \
                     sent that batch again",
                    feed.position,
                    home_of_feed(&feed.feed, self.from)
                );
                return Err(damaged(format!("feed {}", feed.feed), "that each batch is applied as a whole", found));
            }
        }
        Ok(())
    }

    async fn write(&mut self, new: Layout, by_shard: &[Vec<WithKey>], commits: u64) -> Result<(), RedisError> {
        for (number, of_shard) in (0..).zip(by_shard) {
            let keys = new.shard(number);
            records::write(keys, of_shard, &mut self.connection).await?;
            // Commit numbers are never reused, because they record whose requests were queued. `above` makes the first
            // claim skip ReferenceIDs, because Redis may have lost requests before the resharding.
            let mut command = ::redis::cmd("HSET");
            command
                .arg(keys.state())
                .arg("commits")
                .arg(commits)
                .arg("above")
                .arg(commits + 1)
                .exec_async(&mut self.connection)
                .await?;
        }
        for number in 0..self.from {
            self.copy_undelivered(self.layout.shard(number), new).await?;
        }
        Ok(())
    }

    /// Copies an agent's undelivered notifications and delivered position. Positions only rise, so the position stays
    /// valid in the new shard.
    async fn copy_undelivered(&mut self, old: ShardKeys, new: Layout) -> Result<(), RedisError> {
        let mut command = ::redis::cmd("HGETALL");
        let delivered: Vec<(String, u64)> = command.arg(old.delivered()).query_async(&mut self.connection).await?;
        for (agent, position) in delivered {
            let keys = new.shard(shard(&agent, self.shards));
            let mut command = ::redis::cmd("XRANGE");
            command.arg(old.undelivered(&agent)).arg("-").arg("+");
            let undelivered: Entries = command.query_async(&mut self.connection).await?;
            let mut pipeline = ::redis::pipe();
            pipeline.hset(keys.delivered(), &agent, position).ignore();
            for (id, fields) in &undelivered {
                pipeline.xadd(keys.undelivered(&agent), id, fields).ignore();
            }
            records::send(&pipeline, &mut self.connection).await?;
        }
        Ok(())
    }

    async fn switch(&mut self, layout: Layout, left_over: &str) -> Result<(), EngineError> {
        let mut script = scripts::SWITCH.key(AGREED);
        script.key(WORKERS).key(GATEWAYS).arg(milliseconds(self.silence)).arg(self.shards);
        script.arg(digest_of(self.agents)).arg(layout.0).arg(left_over);
        nobody_lives(&script, &mut self.connection).await
    }

    /// Deletes a layout that no process uses.
    async fn delete(&mut self, layout: Layout, shards: u32) -> Result<(), EngineError> {
        for number in 0..shards {
            let deleted = records::delete(layout.shard(number), &mut self.connection).await;
            deleted.map_err(failed("deleting a layout"))?;
        }
        let mut command = ::redis::cmd("HDEL");
        let command = command.arg(AGREED).arg("other");
        command.exec_async(&mut self.connection).await.map_err(failed("forgetting a layout"))
    }

    /// Undoes the resharding: releases the shards, and allows processes to start again.
    async fn give_up(&mut self) -> Result<(), RedisError> {
        self.release().await?;
        ::redis::cmd("HDEL").arg(AGREED).arg("dividing").exec_async(&mut self.connection).await
    }

    async fn release(&mut self) -> Result<(), RedisError> {
        for number in 0..self.from {
            let keys = self.layout.shard(number);
            let owner: Option<String> = ::redis::cmd("GET").arg(keys.owner()).query_async(&mut self.connection).await?;
            if owner.as_deref() == Some(HOLDER) {
                ::redis::cmd("DEL").arg(keys.owner()).exec_async(&mut self.connection).await?;
            }
        }
        Ok(())
    }
}

/// A record as stored, together with its parsed key.
type WithKey = (RecordKey, Vec<u8>);

/// Groups records by shard, for this number of shards.
fn by_shard(records: Vec<Record>, shards: u32) -> Result<Vec<Vec<WithKey>>, EngineError> {
    let mut by_shard: Vec<Vec<WithKey>> = (0..shards).map(|_| Vec::new()).collect();
    for (number, key, value) in records {
        let key = serde_json::from_slice(&key).map_err(|error| damaged("a record", "its key as JSON", error))?;
        let of_shard = by_shard.get_mut(number as usize);
        of_shard.ok_or_else(|| damaged("a record", "one of the shards", number))?.push((key, value));
    }
    Ok(by_shard)
}
