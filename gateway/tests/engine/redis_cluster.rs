//! The guarantees of several processes on one Redis. Each process is an engine in this program.

use std::sync::Arc;
use std::time::Duration;

use im_session_gateway::engine::Engine;
use im_session_gateway::engine::inspection::Inquiry;
use im_session_gateway::engine::redis::Role;

use crate::operations::INITIATE;
use crate::place::{START, agent, json, operate, pair, received, simple, states, talking};
use crate::redis_server::{RedisServer, SHARDS};

/// The server, or `None` after printing a message if there is none.
pub(crate) fn server(case: &str) -> Option<RedisServer> {
    let server = RedisServer::start();
    if server.is_none() {
        println!("{case}: SKIPPED, since redis-server is not installed");
    }
    server
}

#[tokio::test]
async fn gateways_keep_nothing_and_see_the_same() {
    let Some(server) = server("gateways_keep_nothing_and_see_the_same") else { return };
    let worker = server.engine(Role::Worker, SHARDS).await.unwrap();
    worker.tick(START).await.unwrap();
    let one = server.engine(Role::Gateway, SHARDS).await.unwrap();
    let other = server.engine(Role::Gateway, SHARDS).await.unwrap();
    assert_eq!((worker.owned_shards(), one.owned_shards()), (SHARDS as usize, 0));
    // A worker does not keep this state, and refuses at once.
    let overview = worker.inspect(Inquiry::Overview).await.unwrap();
    assert_eq!(overview.status, im_session::StatusCode::NotFound);
    assert!(worker.events(None, vec![simple("Ringing", "3001", "call-1")]).await.is_err());
    let mut outgoing = other.outgoing();
    talking(&one, "3001", "call-1").await;
    assert_eq!(states(&other, "ann").await, [pair("call-1", "Talking")]);
    for expected in 1..=2 {
        let told = outgoing.recv().await.unwrap();
        assert_eq!((told.agent.as_str(), told.position), ("ann", expected));
    }
    // A request made at one gateway can be read at the other. Confirming it at either removes it from both.
    let mut newest = other.newest_request();
    operate(&one, "bob", None, INITIATE).await;
    newest.wait_for(|&newest| newest == 1).await.unwrap();
    assert_eq!(other.requests(0).await.unwrap().len(), 1);
    one.confirm_requests(1).await.unwrap();
    assert!(other.requests(0).await.unwrap().is_empty());
    // A supervisor sees all shards, whichever workers own them.
    let overview = json(&other.inspect(Inquiry::Overview).await.unwrap().body);
    assert_eq!(overview["sessions"]["Talking"], 1, "{overview}");
    let openest = &overview["openLongest"][0];
    assert_eq!((&openest["id"], &openest["state"]), (&"call-1".into(), &"Talking".into()));
    let timeline = other.inspect(Inquiry::Timeline { dn: "3001".into() }).await.unwrap();
    assert_eq!(json(&timeline.body)["timeline"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn shards_move_evenly_when_workers_come_and_go() {
    let Some(server) = server("shards_move_evenly_when_workers_come_and_go") else { return };
    let gateway = server.engine(Role::Gateway, SHARDS).await.unwrap();
    let first = server.engine(Role::Worker, SHARDS).await.unwrap();
    first.tick(START).await.unwrap();
    talking(&gateway, "3001", "call-0").await;
    let second = server.engine(Role::Worker, SHARDS).await.unwrap();
    let third = server.engine(Role::Worker, SHARDS).await.unwrap();
    let owned = || {
        let mut owned = [first.owned_shards(), second.owned_shards(), third.owned_shards()];
        owned.sort_unstable();
        owned
    };
    for call in 1.. {
        if owned() == [2, 3, 3] {
            break;
        }
        assert!(call < 200, "{:?}", owned());
        // The session is served while the shards move.
        talking(&gateway, "3001", &format!("call-{call}")).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let before = states(&gateway, "ann").await;
    assert!(before.iter().all(|(_, state)| state == "Talking"));
    drop((first, second));
    talking(&gateway, "3002", "last").await;
    assert_eq!(states(&gateway, "bob").await, [pair("last", "Talking")]);
    assert_eq!(states(&gateway, "ann").await, before);
}

#[tokio::test]
async fn a_gateway_that_starts_after_commits_were_trimmed_misses_nothing() {
    let Some(server) = server("a_gateway_that_starts_after_commits_were_trimmed_misses_nothing") else { return };
    let engine = server.engine(Role::All, SHARDS).await.unwrap();
    engine.tick(START).await.unwrap();
    talking(&engine, "3001", "before").await;
    drop(engine);
    let client = redis::Client::open(server.address()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let mut trimmed = 0;
    for number in 0..SHARDS {
        let mut command = redis::cmd("XTRIM");
        command.arg(format!("{{s{number}}}:outbox")).arg("MAXLEN").arg(0);
        let commits: u64 = command.query_async(&mut connection).await.unwrap();
        trimmed += commits;
    }
    assert!(trimmed > 0);
    let engine = server.engine(Role::All, SHARDS).await.unwrap();
    let missed = engine.missed();
    engine.tick(START).await.unwrap();
    talking(&engine, "3001", "after").await;
    assert!(!missed.has_changed().unwrap());
    assert_eq!(states(&engine, "ann").await, [pair("after", "Talking"), pair("before", "Talking")]);
}

#[tokio::test]
async fn an_engine_whose_connections_broke_leaves_when_it_ends() {
    let Some(server) = server("an_engine_whose_connections_broke_leaves_when_it_ends") else { return };
    let engine = server.engine(Role::All, SHARDS).await.unwrap();
    let client = redis::Client::open(server.address()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let mut command = redis::cmd("CLIENT");
    command.arg("KILL").arg("TYPE").arg("normal").arg("SKIPME").arg("yes");
    let killed: u64 = command.query_async(&mut connection).await.unwrap();
    assert!(killed > 0);
    // The call that finds the connection broken makes the engine reconnect.
    while engine.list(agent("ann"), String::new()).await.is_err() {}
    // The test's runtime runs no task during the drop.
    drop(engine);
    let living: u64 = redis::cmd("EXISTS")
        .arg(&["{cluster}:workers", "{cluster}:gateways", "{s0}:owner"])
        .query_async(&mut connection)
        .await
        .unwrap();
    assert_eq!(living, 0);
}

#[tokio::test]
async fn another_number_of_shards_is_refused_and_said() {
    let Some(server) = server("another_number_of_shards_is_refused_and_said") else { return };
    drop(server.engine(Role::All, SHARDS).await.unwrap());
    let error = server.engine(Role::All, 2 * SHARDS).await.unwrap_err().to_string();
    assert!(error.contains("shards") && error.contains("8 where this process has 16"), "{error}");
}

#[tokio::test]
async fn without_a_worker_a_question_is_answered_when_one_comes() {
    let Some(server) = server("without_a_worker_a_question_is_answered_when_one_comes") else { return };
    let gateway = Arc::new(server.engine(Role::Gateway, SHARDS).await.unwrap());
    let mut outgoing = gateway.outgoing();
    let asking = gateway.clone();
    let asked = tokio::spawn(async move { operate(&*asking, "ann", None, INITIATE).await });
    // Committed state can be read without a worker.
    assert!(states(&*gateway, "ann").await.is_empty());
    let worker = server.engine(Role::Worker, SHARDS).await.unwrap();
    assert_eq!(asked.await.unwrap().status, im_session::StatusCode::Ok);
    assert_eq!(gateway.requests(0).await.unwrap().len(), 1);
    drop(worker);
    assert!(received(&mut outgoing).is_empty());
    assert!(gateway.present(agent("ann")).await.unwrap().sessions.is_empty());
}
