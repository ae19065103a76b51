//! Reads committed state without a worker: an agent's sessions, requests, and the positions of feeds.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::redis::{RedisError, Value, from_redis_value};
use im_session::store::PartKey;

use super::keys::{REFERENCES, REQUESTS};
use super::scripts;
use super::shared::{Shared, failed};
use crate::config::AgentRecord;
use crate::engine::division::home_of_feed;
use crate::engine::{EngineError, FeedPosition, Outgoing, Present, RecordKey, Shard, StoredRequest};

/// The maximum number of requests per read.
const READ_AT_ONCE: usize = 256;

/// Makes an error for a stored value that no engine wrote.
fn damaged(place: String, expected: &'static str, found: &dyn std::fmt::Display) -> EngineError {
    EngineError::Damaged { place, expected, found: found.to_string() }
}

/// The entries of a stream. Each has an id and fields.
type Entries = Vec<(String, Vec<(String, String)>)>;

type Read = (Vec<u8>, u64, Entries, Vec<Vec<Vec<u8>>>);

/// The result of one read for an agent: the record of the store, the position of the last notification, the undelivered
/// notifications, and the session records of each DN.
async fn read(shared: &Shared, agent: &AgentRecord, undelivered: bool) -> Result<Read, EngineError> {
    shared.is_running()?;
    let keys = shared.keys(shared.shard_of_agent(&agent.id));
    let mut script = scripts::READ.key(keys.records());
    script.key(keys.delivered()).key(keys.undelivered(agent.id.as_str()));
    for dn in agent.dns() {
        script.key(keys.sessions(dn));
    }
    script.arg(RecordKey::Part(PartKey::Store).to_bytes()).arg(RecordKey::Notified.to_bytes());
    script.arg(if undelivered { agent.id.as_str() } else { "" });
    let read: Result<Vec<Value>, RedisError> = script.invoke_async(&mut shared.connection()).await;
    let mut values = read.map_err(failed("reading sessions"))?.into_iter();
    let mut next = || values.next().unwrap_or(Value::Nil);
    let converted = |error: ::redis::ParsingError| damaged(keys.records(), "what the script reads", &error);
    let store = from_redis_value(next()).map_err(converted)?;
    let notified = from_redis_value(next()).map_err(converted)?;
    let undelivered = from_redis_value(next()).map_err(converted)?;
    let sessions = values.map(from_redis_value).collect::<Result<_, _>>().map_err(converted)?;
    Ok((store, notified, undelivered, sessions))
}

/// Builds a shard that contains only this agent's sessions.
fn shard_of(
    shared: &Shared,
    agent: &AgentRecord,
    store: &[u8],
    sessions: &[Vec<Vec<u8>>],
) -> Result<Shard, EngineError> {
    let number = shared.shard_of_agent(&agent.id);
    let store_key = RecordKey::Part(PartKey::Store).to_bytes();
    let of_store = (!store.is_empty()).then_some((store_key.as_slice(), store));
    let of_sessions = sessions.iter().flat_map(|hash| hash.chunks_exact(2)).filter_map(|pair| match pair {
        [key, value] => Some((key.as_slice(), value.as_slice())),
        _ => None,
    });
    let restored = Shard::restore(&shared.shard_settings(number), of_store.into_iter().chain(of_sessions));
    let (shard, _) = restored.map_err(|error| damaged(format!("shard {number}"), "records of sessions", &error))?;
    Ok(shard)
}

pub(super) async fn sessions(shared: &Shared, agent: &AgentRecord) -> Result<Shard, EngineError> {
    let (store, _, _, sessions) = read(shared, agent, false).await?;
    shard_of(shared, agent, &store, &sessions)
}

pub(super) async fn present(shared: &Shared, agent: &AgentRecord) -> Result<Present, EngineError> {
    // Records this process's deliveries first, so that the read excludes them.
    shared.deliver(Some(&agent.id)).await?;
    let (store, position, undelivered, sessions) = read(shared, agent, true).await?;
    let undelivered = undelivered.iter().filter_map(|(_, fields)| fields.first()).map(|(_, text)| {
        let outgoing = serde_json::from_str::<Outgoing>(text).map(Arc::new);
        outgoing.map_err(|error| damaged(format!("undelivered of {}", agent.id), "a notification as JSON", &error))
    });
    let undelivered = undelivered.collect::<Result<_, _>>()?;
    let sessions = shard_of(shared, agent, &store, &sessions)?.present(agent);
    Ok(Present { position, sessions, undelivered })
}

pub(super) async fn requests(shared: &Shared, from: u64) -> Result<Vec<StoredRequest>, EngineError> {
    let mut command = ::redis::cmd("XRANGE");
    command.arg(REQUESTS).arg(format!("{from}-0")).arg("+").arg("COUNT").arg(READ_AT_ONCE);
    let read: Result<Entries, RedisError> = command.query_async(&mut shared.connection()).await;
    let read = read.map_err(failed("reading requests"))?;
    let stored = read.into_iter().map(|(id, fields)| {
        let offset = id.split('-').next().and_then(|offset| offset.parse().ok()).unwrap_or_default();
        let text = fields.iter().find(|(field, _)| field == "r").map_or("", |(_, text)| text);
        let request = serde_json::from_str(text);
        let request = request.map_err(|error| damaged(format!("{REQUESTS} {id}"), "a request as JSON", &error))?;
        Ok(StoredRequest { offset, request })
    });
    stored.collect()
}

pub(super) async fn confirm_requests(shared: &Shared, up_to: u64) -> Result<(), EngineError> {
    let mut script = scripts::CONFIRM_REQUESTS.key(REQUESTS);
    let confirmed: Result<u64, RedisError> =
        script.key(REFERENCES).arg(up_to).invoke_async(&mut shared.connection()).await;
    confirmed.map(drop).map_err(failed("confirming requests"))
}

fn feed_of(text: &[u8], feed: &str) -> Result<FeedPosition, EngineError> {
    serde_json::from_slice(text).map_err(|error| damaged(format!("feed {feed}"), "its position as JSON", &error))
}

pub(super) async fn feed(shared: &Shared, feed: &str) -> Result<Option<FeedPosition>, EngineError> {
    shared.is_running()?;
    let keys = shared.keys(home_of_feed(feed, shared.settings.shards));
    let mut command = ::redis::cmd("HGET");
    command.arg(keys.feeds()).arg(RecordKey::Feed(feed.into()).to_bytes());
    let read: Result<Option<Vec<u8>>, RedisError> = command.query_async(&mut shared.connection()).await;
    read.map_err(failed("reading a feed"))?.map(|text| feed_of(&text, feed)).transpose()
}

/// The position of each feed, as recorded in its home shard.
pub(super) async fn feeds(shared: &Shared) -> Result<BTreeMap<String, u64>, EngineError> {
    let mut feeds = BTreeMap::new();
    for number in 0..shared.settings.shards {
        let mut command = ::redis::cmd("HVALS");
        command.arg(shared.keys(number).feeds());
        let read: Result<Vec<Vec<u8>>, RedisError> = command.query_async(&mut shared.connection()).await;
        for text in read.map_err(failed("reading feeds"))? {
            let feed = feed_of(&text, "of any name")?;
            if home_of_feed(&feed.feed, shared.settings.shards) == number {
                feeds.insert(feed.feed, feed.position);
            }
        }
    }
    Ok(feeds)
}
