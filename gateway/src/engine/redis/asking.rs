//! Sends a question to its shard and returns the answer. The question is appended to the shard's stream with a ticket.
//! The commit that decides it puts the answer, with the same ticket, into the shard's outbox.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use ::redis::RedisError;
use futures_util::future::join_all;
use im_session::{ErrorBody, Event, StatusCode};

use super::reading;
use super::shared::{Shared, failed};
use super::wire::{Asked, append};
use crate::config::AgentRecord;
use crate::engine::division::{divide_events, home_of_feed, shard_of_dn};
use crate::engine::inspection::{Inquiry, Overview};
use crate::engine::{Applied, EngineError, Entry, FeedPosition, OwnedTarget, Reply};

/// Sends a question to a shard, and waits for the answer.
async fn ask(shared: &Shared, shard: u32, asked: Asked) -> Result<Option<Reply>, EngineError> {
    if !shared.settings.role.has_clients() {
        let error = "a worker reads no answers: expected a gateway".into();
        return Err(EngineError::Store { doing: "asking a shard", error });
    }
    let (ticket, answer) = shared.ticket()?;
    let command = append(&shared.keys(shard).entries(), Some(&ticket), &asked);
    let appended: Result<String, RedisError> = command.query_async(&mut shared.connection()).await;
    if let Err(error) = appended {
        shared.forget(ticket.number);
        return Err(failed("appending an entry")(error));
    }
    match tokio::time::timeout(shared.settings.patience, answer).await {
        Ok(answer) => answer.map_err(|_| EngineError::Stopped),
        Err(_) => {
            shared.forget(ticket.number);
            let error = format!("no answer of shard {shard} in {:?}: does a worker run?", shared.settings.patience);
            Err(EngineError::Store { doing: "waiting for a worker", error })
        }
    }
}

/// Starts the call as soon as the limit of calls in progress allows it.
async fn in_turn<T>(shared: &Shared, what: impl Future<Output = Result<T, EngineError>>) -> Result<T, EngineError> {
    let _room = shared.room.acquire().await.map_err(|_| EngineError::Stopped)?;
    what.await
}

/// Divides the events among the shards as the embedded engine does. The home shard of the feed comes last.
pub(super) async fn events(
    shared: Arc<Shared>,
    feed: Option<FeedPosition>,
    events: Vec<Event<'static>>,
) -> Result<Applied, EngineError> {
    in_turn(&shared, ask_for_each_shard(&shared, feed, events)).await
}

async fn ask_for_each_shard(
    shared: &Shared,
    feed: Option<FeedPosition>,
    events: Vec<Event<'static>>,
) -> Result<Applied, EngineError> {
    let turn = feed.as_ref().map(|feed| shared.feed_turn(&feed.feed));
    let _turn = match &turn {
        Some(turn) => Some(turn.lock().await),
        None => None,
    };
    // A shard rejects only events without a route, so the results are already known here.
    let results: Vec<_> = events.iter().map(|event| event.route().map(|_| ())).collect();
    let shards = shared.settings.shards;
    let home = feed.as_ref().map(|feed| home_of_feed(&feed.feed, shards));
    if let Some(feed) = &feed
        && let Some(known) = reading::feed(shared, &feed.feed).await?
        && feed.position <= known.position
    {
        tracing::warn!(
            feed = feed.feed,
            position = feed.position,
            known = known.position,
            "a batch is skipped: its feed has already reached this position"
        );
        let results = results.iter().map(|_| Ok(())).collect();
        return Ok(Applied { results, position: Some(known.position), repeated: true });
    }
    let agents = shared.agents();
    let mut divided = divide_events(events, &agents, shards);
    let ask = |number, feed, of_shard: Vec<(usize, Event<'static>)>| {
        let events = of_shard.into_iter().map(|(_, event)| event).collect();
        ask(shared, number, Asked::Entry(Entry::Events { feed, events }))
    };
    let without_note = || feed.clone().map(|feed| FeedPosition { note: None, ..feed });
    let is_elsewhere = |number: &u32| Some(*number) != home;
    if divided.has_events_for_all() {
        // One shard at a time, so that the copies for all shards never exist at once. All shards are asked, even if one
        // fails.
        let mut answers = Vec::new();
        for number in divided.shards().into_iter().filter(is_elsewhere) {
            answers.push(ask(number, without_note(), divided.take(number)).await);
        }
        answers.into_iter().collect::<Result<Vec<_>, _>>()?;
    } else {
        let elsewhere = divided.shards().into_iter().filter(is_elsewhere);
        for answer in join_all(elsewhere.map(|number| ask(number, without_note(), divided.take(number)))).await {
            answer?;
        }
    }
    if let Some(home) = home {
        ask(home, feed.clone(), divided.take(home)).await?;
    }
    Ok(Applied { results, position: feed.map(|feed| feed.position), repeated: false })
}

pub(super) async fn operate(
    shared: Arc<Shared>,
    agent: Arc<AgentRecord>,
    target: OwnedTarget,
    body: Vec<u8>,
) -> Result<Reply, EngineError> {
    let shard = shared.shard_of_agent(&agent.id);
    let asked = Asked::Entry(Entry::Operation { agent, target, body });
    let reply = in_turn(&shared, ask(&shared, shard, asked)).await?;
    reply.ok_or_else(|| nothing("a reply to an operation"))
}

/// Makes an error for an answer without the expected contents.
fn nothing(expected: &'static str) -> EngineError {
    EngineError::Damaged { place: "answer".into(), expected, found: "nothing".into() }
}

/// Passes the time to this worker's own shards. If the worker also serves clients, waits until they have committed it.
pub(super) async fn tick(shared: Arc<Shared>, now: Duration) -> Result<(), EngineError> {
    let times = shared.told.lock().unwrap_or_else(PoisonError::into_inner).hear(now);
    let owned: Vec<u32> = shared.owned().iter().copied().collect();
    for now in times {
        let asked = |&number: &u32| {
            let (shared, asked) = (&shared, Asked::Entry(Entry::Time(now)));
            async move {
                if shared.settings.role.has_clients() {
                    return ask(shared, number, asked).await.map(drop);
                }
                let command = append(&shared.keys(number).entries(), None, &asked);
                let appended: Result<String, RedisError> = command.query_async(&mut shared.connection()).await;
                appended.map(drop).map_err(failed("telling a shard the time"))
            }
        };
        for told in join_all(owned.iter().map(asked)).await {
            told?;
        }
    }
    Ok(())
}

pub(super) async fn inspect(shared: Arc<Shared>, inquiry: Inquiry) -> Result<Reply, EngineError> {
    match inquiry {
        // A worker exposes its own metrics. Only gateways report the state of all sessions.
        Inquiry::Overview | Inquiry::Timeline { .. } if !shared.settings.role.has_clients() => {
            Ok(Reply::from(&ErrorBody::new(StatusCode::NotFound, "a worker keeps no account of the whole")))
        }
        Inquiry::Feeds => Ok(Reply::of(&BTreeMap::from([("feeds", reading::feeds(&shared).await?)]))),
        Inquiry::Timeline { dn } => {
            let shard = shard_of_dn(&dn, &shared.agents(), shared.settings.shards);
            let reply = ask(&shared, shard, Asked::Inquiry(Inquiry::Timeline { dn })).await?;
            reply.ok_or_else(|| nothing("a timeline"))
        }
        Inquiry::Overview => {
            let asked = |number| ask(&shared, number, Asked::Inquiry(Inquiry::Overview));
            let mut whole: Option<Overview> = None;
            for reply in join_all((0..shared.settings.shards).map(asked)).await {
                let reply = reply?.ok_or_else(|| nothing("an overview"))?;
                let overview: Overview = serde_json::from_slice(&reply.body).map_err(|error| EngineError::Damaged {
                    place: "answer".into(),
                    expected: "an overview",
                    found: error.to_string(),
                })?;
                whole = Some(match whole {
                    Some(whole) => whole.and(overview),
                    None => overview,
                });
            }
            Ok(Reply::of(&whole.unwrap_or_default()))
        }
    }
}
