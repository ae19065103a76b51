//! Resharding, or changing the agents' DNs, loses nothing, even if it is killed at any point.

use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use im_session::StatusCode;
use im_session_gateway::config::Agents;
use im_session_gateway::config::Directory;
use im_session_gateway::engine::redis::{RedisEngine, Resharded, Role, reshard};
use im_session_gateway::engine::{Engine, EngineError, FeedPosition, RecordKey};

use crate::division::{EVERYBODY, fill, moved, seen};
use crate::operations::INITIATE;
use crate::place::{START, agent, directory, event, json, operate, received, simple, states, talking};
use crate::redis_cluster::server;
use crate::redis_server::{RedisServer, SHARDS};

/// A process counts as live until this time has passed since its last heartbeat.
const SILENCE: Duration = Duration::from_secs(30);

async fn divide(server: &RedisServer, shards: u32) -> Result<Resharded, EngineError> {
    reshard(&server.address(), &directory().current(), shards, SILENCE).await
}

/// The result of the future, or `None` if it is dropped after this many waits.
async fn killed_after<T>(waits: usize, future: impl Future<Output = T>) -> Option<T> {
    let (mut future, mut left) = (pin!(future), waits);
    std::future::poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

async fn running(server: &RedisServer, shards: u32) -> RedisEngine {
    let engine = server.engine(Role::All, shards).await.unwrap();
    engine.tick(START).await.unwrap();
    engine
}

/// The state that must not change, and the positions of the agents' notifications.
async fn everything(engine: &RedisEngine) -> (Vec<Vec<u8>>, Vec<Vec<String>>, Vec<u64>) {
    let (mut undelivered, mut positions) = (Vec::new(), Vec::new());
    for who in EVERYBODY {
        let present = engine.present(agent(who)).await.unwrap();
        undelivered.push(present.undelivered.iter().map(|one| one.id.clone()).collect());
        positions.push(present.position);
    }
    (seen(engine).await, undelivered, positions)
}

#[tokio::test]
async fn four_shards_become_sixteen_wherever_it_is_killed() {
    let Some(server) = server("four_shards_become_sixteen_wherever_it_is_killed") else { return };
    let first = running(&server, 4).await;
    // From now on, notifications that the agents miss are kept.
    everything(&first).await;
    fill(&first).await;
    let message = |text: &str| {
        simple("PrivateInfo", "4002", "open").with_extensions([("text", text.to_owned())].into_iter().collect())
    };
    let mut outgoing = first.outgoing();
    first.events(None, vec![message("seen"), message("missed"), message("missed too")]).await.unwrap();
    let told = received(&mut outgoing);
    first.delivered(told[0].agent.clone(), told[0].position);
    let (before, undelivered, positions) = everything(&first).await;
    assert_eq!(undelivered.iter().map(Vec::len).collect::<Vec<_>>(), [0, 0, 2, 0]);
    let requests = first.requests(0).await.unwrap();
    assert_eq!(requests.len(), 3);
    drop(first);

    let mut kills = 0;
    let done = loop {
        match killed_after(kills, divide(&server, 16)).await {
            Some(done) => break done.unwrap(),
            None => kills += 1,
        }
        if kills == 20 {
            // A process that started now could change the data while it is being copied.
            let error = server.engine(Role::All, 4).await.unwrap_err().to_string();
            assert!(error.contains("being divided into 16 shards"), "{error}");
        }
    };
    assert!(kills > 50, "{kills} kills");
    assert_eq!(done.to, 16);
    assert_eq!(divide(&server, 16).await.unwrap(), Resharded { from: 16, to: 16, records: 0 });

    let error = server.engine(Role::All, 4).await.unwrap_err().to_string();
    assert!(error.contains("16 where this process has 4"), "{error}");
    let second = running(&server, 16).await;
    let after = everything(&second).await;
    assert_eq!((&after.0, &after.1), (&before, &undelivered));
    assert!(after.2.iter().zip(&positions).all(|(after, before)| after >= before), "{after:?}, {positions:?}");
    assert_eq!(second.requests(0).await.unwrap(), requests);
    assert_eq!(second.feed("sip".into()).await.unwrap().unwrap().note.as_deref(), Some("kept"));
    let mut outgoing = second.outgoing();
    // The batch is not applied again, ended sessions stay ended, and an initiating agent cannot initiate a second
    // session.
    second.events(Some(FeedPosition::new("sip", 5)), vec![simple("Ringing", "3002", "again")]).await.unwrap();
    let stale = simple("Ringing", "3001", "orphan").with_event_sequence_number(6).with_server_start_time(1);
    second.events(None, vec![stale]).await.unwrap();
    assert_eq!(operate(&second, "ann", None, INITIATE).await.status, StatusCode::InvalidState);
    assert!(received(&mut outgoing).is_empty());

    // The outcome of a request reaches the agent who made it. Its position is higher than all earlier ones.
    let of_bob = requests.iter().find(|one| one.request.this_dn == "3002").unwrap().request.reference_id;
    let failed = format!(r#"{{"Event":"EventError","ReferenceID":{of_bob},"ErrorCode":50,"ErrorMessage":"no"}}"#);
    second.events(None, vec![event(&failed)]).await.unwrap();
    let told = received(&mut outgoing);
    assert_eq!((told.len(), told[0].agent.as_str()), (1, "bob"));
    assert!(told[0].position > positions.iter().copied().max().unwrap());
    // A new request gets an offset after all earlier ones, and an unused ReferenceID.
    assert_eq!(operate(&second, "bob", None, INITIATE).await.status, StatusCode::Ok);
    let newer = second.requests(0).await.unwrap();
    let offsets: Vec<u64> = newer.iter().map(|one| one.offset).collect();
    assert_eq!(offsets.last(), Some(&4));
    assert!(requests.iter().all(|one| one.request.reference_id != newer.last().unwrap().request.reference_id));
    second.tick(START + Duration::from_secs(31)).await.unwrap();
    assert!(second.requests(0).await.unwrap().is_empty());
    assert_eq!(operate(&second, "ann", None, INITIATE).await.status, StatusCode::Ok);
    drop(second);

    // Back to fewer shards.
    let (before, ..) = everything(&running(&server, 16).await).await;
    divide(&server, 3).await.unwrap();
    assert_eq!(everything(&running(&server, 3).await).await.0, before);
}

#[tokio::test]
async fn nothing_is_divided_while_a_process_lives() {
    let Some(server) = server("nothing_is_divided_while_a_process_lives") else { return };
    let error = divide(&server, 16).await.unwrap_err().to_string();
    assert!(error.contains("expected a cluster that has run on this Redis, found nothing"), "{error}");
    for role in [Role::Worker, Role::Gateway] {
        let living = server.engine(role, SHARDS).await.unwrap();
        let error = divide(&server, 16).await.unwrap_err().to_string();
        assert!(error.contains("expected that all gateways and workers have ended, found 1"), "{role:?}: {error}");
        // The refusal leaves no trace, so other processes can still start.
        drop(server.engine(role, SHARDS).await.unwrap());
        drop(living);
    }
    // This worker counts as silent, but still has a lease.
    let worker = server.engine(Role::Worker, SHARDS).await.unwrap();
    let error = loop {
        match reshard(&server.address(), &directory().current(), 16, Duration::ZERO).await.unwrap_err().to_string() {
            just_said_so if just_said_so.contains("have ended") => {}
            error => break error,
        }
    };
    assert!(error.contains("expected that nobody owns it, found worker"), "{error}");
    drop(worker);
    assert_eq!(divide(&server, 16).await.unwrap().to, 16);
}

async fn connection(server: &RedisServer) -> redis::aio::MultiplexedConnection {
    redis::Client::open(server.address()).unwrap().get_multiplexed_async_connection().await.unwrap()
}

/// The number of entries that no worker has committed.
async fn uncommitted(server: &RedisServer) -> usize {
    let mut connection = connection(server).await;
    let mut entries = 0;
    for number in 0..SHARDS {
        let [stream, state] = ["entries", "state"].map(|key| format!("{{s{number}}}:{key}"));
        let committed: Option<String> =
            redis::cmd("HGET").arg(state).arg("entry").query_async(&mut connection).await.unwrap();
        let after = committed.map_or_else(|| "-".into(), |entry| format!("({entry}"));
        let waiting: Vec<redis::Value> =
            redis::cmd("XRANGE").arg(stream).arg(after).arg("+").query_async(&mut connection).await.unwrap();
        entries += waiting.len();
    }
    entries
}

#[tokio::test]
async fn nothing_is_divided_before_all_entries_are_committed() {
    let Some(server) = server("nothing_is_divided_before_all_entries_are_committed") else { return };
    // The first tick happens before the request, so that the request does not time out at once.
    drop(running(&server, SHARDS).await);
    let gateway = Arc::new(server.engine(Role::Gateway, SHARDS).await.unwrap());
    let before = uncommitted(&server).await;
    let asking = gateway.clone();
    let asked = tokio::spawn(async move { operate(&*asking, "ann", None, INITIATE).await });
    while uncommitted(&server).await == before {
        tokio::task::yield_now().await;
    }
    asked.abort();
    let _aborted = asked.await;
    drop(gateway);
    let error = divide(&server, 16).await.unwrap_err().to_string();
    assert!(error.contains("expected that all entries are committed, found entry"), "{error}");

    // A worker commits the operation, but no gateway runs to queue the request.
    let worker = server.engine(Role::Worker, SHARDS).await.unwrap();
    while uncommitted(&server).await > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // This entry may still be uncommitted when the worker ends.
    worker.tick(START).await.unwrap();
    drop(worker);
    assert_eq!(divide(&server, 16).await.unwrap().from, SHARDS);
    let engine = running(&server, 16).await;
    assert_eq!(engine.requests(0).await.unwrap().len(), 1);
    assert_eq!(operate(&engine, "ann", None, INITIATE).await.status, StatusCode::InvalidState);
}

#[tokio::test]
async fn nothing_is_divided_while_a_batch_is_applied_in_some_shards_only() {
    let Some(server) = server("nothing_is_divided_while_a_batch_is_applied_in_some_shards_only") else { return };
    let engine = running(&server, SHARDS).await;
    let batch = || vec![simple("Ringing", "3001", "call-1"), simple("Ringing", "3002", "call-1")];
    engine.events(Some(FeedPosition::new("half", 1)), batch()).await.unwrap();
    drop(engine);
    // The state left by a gateway that dies after the other shards applied a batch, but before the feed's home shard
    // did.
    let mut connection = connection(&server).await;
    let key = RecordKey::Feed("half".into()).to_bytes();
    let further = serde_json::to_vec(&FeedPosition::new("half", 2)).unwrap();
    let home = (0..SHARDS).find(|&number| number == im_session_gateway::engine::division::home_of_feed("half", SHARDS));
    let other = (home.unwrap() + 1) % SHARDS;
    let mut command = redis::cmd("HSET");
    command.arg(format!("{{s{other}}}:feeds")).arg(key).arg(further);
    command.exec_async(&mut connection).await.unwrap();
    let error = divide(&server, 16).await.unwrap_err().to_string();
    assert!(error.contains("feed half: expected that each batch is applied as a whole, found position 2"), "{error}");
    // The feed sends the batch again.
    let engine = running(&server, SHARDS).await;
    engine.events(Some(FeedPosition::new("half", 2)), batch()).await.unwrap();
    drop(engine);
    assert_eq!(divide(&server, 16).await.unwrap().to, 16);
    let engine = running(&server, 16).await;
    assert_eq!(engine.feed("half".into()).await.unwrap().unwrap().position, 2);
}

#[tokio::test]
async fn a_process_that_slept_meanwhile_does_not_go_on_with_what_is_left() {
    let Some(server) = server("a_process_that_slept_meanwhile_does_not_go_on_with_what_is_left") else { return };
    let worker = server.engine(Role::Worker, SHARDS).await.unwrap();
    worker.tick(START).await.unwrap();
    let gateway = server.engine(Role::Gateway, SHARDS).await.unwrap();
    talking(&gateway, "3001", "call-1").await;
    drop(worker);
    // With a silence of zero, the running gateway counts as ended, like a process that was paused for long.
    while reshard(&server.address(), &directory().current(), 16, Duration::ZERO).await.is_err() {}
    let new = running(&server, 16).await;
    assert_eq!(states(&new, "ann").await.len(), 1);
    let list = async || gateway.list(agent("ann"), "fields=id".into()).await;
    while let Ok(read) = list().await {
        assert_eq!(json(&read.body)["statusCode"], 0);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(list().await.unwrap_err(), EngineError::Stopped);
    let asked = gateway.events(None, vec![simple("Ringing", "3001", "call-2")]).await;
    assert_eq!(asked.unwrap_err(), EngineError::Stopped);
}

#[tokio::test]
async fn agents_with_other_dns_take_their_sessions_along() {
    let Some(server) = server("agents_with_other_dns_take_their_sessions_along") else { return };
    let first = running(&server, SHARDS).await;
    talking(&first, "3002", "of-bob").await;
    drop(first);
    let agents = || Agents::new([moved("ann", &["3001", "3002"]), moved("bob", &["9001"])]).unwrap();
    let error = server.engine_of(Directory::new(agents()), Role::All, SHARDS).await.unwrap_err().to_string();
    assert!(error.contains("expected the DNs of the agents as in this process's file"), "{error}");
    let done = reshard(&server.address(), &agents(), SHARDS, SILENCE).await.unwrap();
    assert_eq!((done.from, done.to), (SHARDS, SHARDS));
    let second = server.engine_of(Directory::new(agents()), Role::All, SHARDS).await.unwrap();
    let ann = Arc::new(moved("ann", &["3001", "3002"]));
    let list = json(&second.list(ann, "fields=id".into()).await.unwrap().body);
    assert_eq!(list["imSessions"][0]["id"], "of-bob");
    assert!(states(&second, "bob").await.is_empty());
}
