//! Redis loses its newest commits, because it is killed and restarts with an earlier state.

use std::collections::BTreeSet;
use std::sync::Arc;

use im_session::StatusCode;
use im_session_gateway::engine::redis::{RedisEngine, Role};
use im_session_gateway::engine::{Engine, Outgoing};
use tokio::sync::broadcast::Receiver;

use crate::operations::INITIATE;
use crate::place::{START, agent, operate, pair, received, simple, states, talking};
use crate::redis_server::{RedisServer, SHARDS};

fn server(case: &str) -> Option<RedisServer> {
    let server = RedisServer::durable();
    if server.is_none() {
        println!("{case}: SKIPPED, since redis-server is not installed");
    }
    server
}

async fn worker(server: &RedisServer) -> RedisEngine {
    let worker = server.engine(Role::Worker, SHARDS).await.unwrap();
    worker.tick(START).await.unwrap();
    worker
}

/// Uses every kind of number: five notifications for ann, and a request of bob.
async fn use_all_numbers(engine: &RedisEngine, call: &str) {
    talking(engine, "3001", call).await;
    talking(engine, "3001", &format!("{call}-other")).await;
    engine.events(None, vec![simple("Released", "3001", call)]).await.unwrap();
    let reply = operate(engine, "bob", None, INITIATE).await;
    assert_eq!(reply.status, StatusCode::Ok, "{}", String::from_utf8_lossy(&reply.body));
}

/// The numbers that must never be used twice.
#[derive(Debug, PartialEq, Eq)]
struct Numbers {
    notifications: BTreeSet<(u64, String)>,
    /// Pairs of offset and ReferenceID.
    requests: BTreeSet<(u64, u64)>,
}

async fn numbers(engine: &RedisEngine, outgoing: &mut Receiver<Arc<Outgoing>>) -> Numbers {
    let of_ann = received(outgoing).into_iter().filter(|one| one.agent.as_str() == "ann");
    let requests = engine.requests(0).await.unwrap().into_iter();
    Numbers {
        notifications: of_ann.map(|one| (one.position, one.id.clone())).collect(),
        requests: requests.map(|one| (one.offset, one.request.reference_id)).collect(),
    }
}

/// Checks that all new numbers are unused, and that positions and offsets have risen.
fn assert_newer(new: &Numbers, lost: &Numbers) {
    assert_eq!((lost.notifications.len(), lost.requests.len()), (5, 1), "{lost:?}");
    assert_eq!((new.notifications.len(), new.requests.len()), (5, 1), "{new:?}");
    assert!(new.notifications.first().unwrap().0 > lost.notifications.last().unwrap().0, "{new:?} {lost:?}");
    let ids = |numbers: &Numbers| numbers.notifications.iter().map(|(_, id)| id.clone()).collect::<BTreeSet<_>>();
    assert!(ids(new).is_disjoint(&ids(lost)), "{new:?} {lost:?}");
    let (new, lost) = (new.requests.first().unwrap(), lost.requests.first().unwrap());
    assert!(new.0 > lost.0 && new.1 != lost.1, "{new:?} {lost:?}");
}

/// The states of ann's sessions. The first calls fail as long as connections are broken.
async fn states_of_ann(engine: &RedisEngine) -> Vec<(String, String)> {
    while engine.list(agent("ann"), String::new()).await.is_err() {}
    states(engine, "ann").await
}

#[tokio::test]
async fn clients_begin_again_and_no_number_is_given_twice() {
    let Some(mut server) = server("clients_begin_again_and_no_number_is_given_twice") else { return };
    let worker = worker(&server).await;
    let gateway = server.engine(Role::Gateway, SHARDS).await.unwrap();
    talking(&gateway, "3001", "kept").await;
    let written = server.written();
    let (mut outgoing, mut missed) = (gateway.outgoing(), gateway.missed());
    use_all_numbers(&gateway, "lost").await;
    let lost = numbers(&gateway, &mut outgoing).await;
    assert_eq!(states(&gateway, "ann").await.len(), 3);
    assert!(!missed.has_changed().unwrap());
    server.kill();
    server.restore(&written);
    server.start_again();
    missed.changed().await.unwrap();
    assert_eq!(states_of_ann(&gateway).await, [pair("kept", "Talking")]);
    use_all_numbers(&gateway, "new").await;
    let new = numbers(&gateway, &mut outgoing).await;
    assert_newer(&new, &lost);
    let expected = [pair("kept", "Talking"), pair("new", "Completed"), pair("new-other", "Talking")];
    assert_eq!(states(&gateway, "ann").await, expected);
    drop(worker);
}

#[tokio::test]
async fn it_is_seen_even_if_there_are_more_commits_than_before() {
    let Some(mut server) = server("it_is_seen_even_if_there_are_more_commits_than_before") else { return };
    let gateway = server.engine(Role::Gateway, SHARDS).await.unwrap();
    let of_before = worker(&server).await;
    talking(&gateway, "3001", "kept").await;
    drop(of_before);
    let written = server.written();
    let of_lost = worker(&server).await;
    let (mut outgoing, mut missed) = (gateway.outgoing(), gateway.missed());
    use_all_numbers(&gateway, "lost").await;
    let lost = numbers(&gateway, &mut outgoing).await;
    drop(of_lost);
    assert!(!missed.has_changed().unwrap());
    // While this gateway is cut off, other processes commit more than was lost.
    let address = "redis.sock";
    server.kill();
    server.restore(&written);
    server.listen_at("others.sock");
    server.start_again();
    let of_others = worker(&server).await;
    let other = server.engine(Role::Gateway, SHARDS).await.unwrap();
    for number in 1..=5 {
        talking(&other, "3001", &format!("new-{number}")).await;
    }
    drop((of_others, other));
    server.kill();
    server.listen_at(address);
    server.start_again();
    missed.changed().await.unwrap();
    assert_eq!(states_of_ann(&gateway).await.len(), 6);
    // The gateway receives all new notifications, including those committed while it was cut off.
    let of_now = worker(&server).await;
    use_all_numbers(&gateway, "last").await;
    let mut told = numbers(&gateway, &mut outgoing).await;
    let mut of_cut_off = BTreeSet::new();
    while told.notifications.len() > 5 {
        of_cut_off.extend(told.notifications.pop_first());
    }
    assert_eq!(of_cut_off.len(), 10, "{of_cut_off:?}");
    assert!(of_cut_off.is_disjoint(&lost.notifications));
    assert_newer(&told, &lost);
    drop(of_now);
}
