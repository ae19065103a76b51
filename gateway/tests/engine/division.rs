//! Nothing is lost when the number of shards or the agents' DNs change, and an agent's sessions are in one shard again.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use im_session::StatusCode;
use im_session_gateway::config::{AgentRecord, Agents, DeviceRecord, Directory};
use im_session_gateway::engine::embedded::EmbeddedEngine;
use im_session_gateway::engine::{Engine, FeedPosition};
use redb::StorageBackend;
use redb::backends::InMemoryBackend;

use crate::operations::INITIATE;
use crate::place::{START, Shared, agent, directory, operate, received, settings, simple, states, talking};

pub(crate) const EVERYBODY: [&str; 4] = ["ann", "bob", "two", "low"];

async fn engine(backend: &Arc<InMemoryBackend>, directory: Directory, shards: u32) -> EmbeddedEngine {
    let mut settings = settings();
    settings.shards = shards;
    let engine = EmbeddedEngine::on_backend(Shared(backend.clone()), directory, settings).unwrap();
    engine.tick(START).await.unwrap();
    engine
}

/// Creates open and completed sessions, remembered ends, requests in flight, and a feed with a note.
pub(crate) async fn fill(engine: &dyn Engine) {
    for (number, dn) in ["3001", "3002", "4001", "4002", "5001", "9001", "9002"].into_iter().enumerate() {
        for call in 0..3 {
            let call = format!("call-{number}-{call}");
            talking(engine, dn, &call).await;
            engine.events(None, vec![simple("Released", dn, &call)]).await.unwrap();
        }
        let orphan = simple("Released", dn, "orphan").with_event_sequence_number(7).with_server_start_time(1);
        engine.events(None, vec![orphan]).await.unwrap();
    }
    talking(engine, "4002", "open").await;
    operate(engine, "ann", None, INITIATE).await;
    operate(engine, "bob", None, INITIATE).await;
    operate(engine, "two", Some("open"), r#"{"operationName":"Complete"}"#).await;
    let feed = FeedPosition { note: Some("kept".into()), ..FeedPosition::new("sip", 5) };
    engine
        .events(Some(feed), vec![simple("Ringing", "5001", "ringing"), simple("Ringing", "9001", "ringing")])
        .await
        .unwrap();
}

/// This agent with different DNs.
pub(crate) fn moved(id: &str, dns: &[&str]) -> AgentRecord {
    let device = |(place, dn): (usize, &&str)| DeviceRecord::new((place + 1).to_string(), *dn);
    AgentRecord { devices: dns.iter().enumerate().map(device).collect(), ..AgentRecord::clone(&agent(id)) }
}

pub(crate) async fn seen(engine: &dyn Engine) -> Vec<Vec<u8>> {
    let mut seen = Vec::new();
    for who in EVERYBODY {
        seen.push(engine.list(agent(who), "fields=*".into()).await.unwrap().body);
    }
    seen
}

#[tokio::test]
async fn another_number_of_shards_loses_nothing() {
    let backend = Arc::new(InMemoryBackend::new());
    let first = engine(&backend, directory(), 8).await;
    fill(&first).await;
    let (before, requests) = (seen(&first).await, first.requests(0).await.unwrap());
    assert_eq!(requests.len(), 3);
    let mut positions: Vec<u64> = Vec::new();
    for who in EVERYBODY {
        positions.push(first.present(agent(who)).await.unwrap().position);
    }
    drop(first);
    for shards in [3, 1, 16, 8] {
        let engine = engine(&backend, directory(), shards).await;
        assert_eq!(seen(&engine).await, before, "{shards} shards");
        assert_eq!(engine.requests(0).await.unwrap(), requests);
        assert_eq!(engine.feed("sip".into()).await.unwrap().unwrap().note.as_deref(), Some("kept"));
        let mut outgoing = engine.outgoing();
        // The batch is not applied again, ended sessions stay ended, and an initiating agent cannot initiate a second
        // session.
        let again = vec![simple("Ringing", "3002", "again")];
        engine.events(Some(FeedPosition::new("sip", 5)), again).await.unwrap();
        let stale = simple("Ringing", "3001", "orphan").with_event_sequence_number(6).with_server_start_time(1);
        engine.events(None, vec![stale]).await.unwrap();
        assert_eq!(operate(&engine, "ann", None, INITIATE).await.status, StatusCode::InvalidState);
        assert!(received(&mut outgoing).is_empty());
        for (who, before) in EVERYBODY.into_iter().zip(&positions) {
            assert!(engine.present(agent(who)).await.unwrap().position >= *before, "{who}");
        }
    }
    // The requests are still in flight, each in the shard of its DN.
    let engine = engine(&backend, directory(), 5).await;
    engine.tick(START + Duration::from_secs(31)).await.unwrap();
    assert!(engine.requests(0).await.unwrap().is_empty());
    assert_eq!(operate(&engine, "ann", None, INITIATE).await.status, StatusCode::Ok);
}

#[tokio::test]
async fn a_dn_that_goes_to_another_agent_takes_its_sessions_along() {
    let backend = Arc::new(InMemoryBackend::new());
    let shared = directory();
    let engine = engine(&backend, shared.clone(), 8).await;
    fill(&engine).await;
    let before = states(&engine, "bob").await;
    assert!(!before.is_empty());

    // 3002 moves from bob to ann. 9001, which belonged to nobody, moves to bob.
    let ann = moved("ann", &["3001", "3002"]);
    let bob = moved("bob", &["9001"]);
    let of_ann = states(&engine, "ann").await;
    shared.replace(Agents::new([ann.clone(), bob.clone()]).unwrap());
    let ids = async |agent: &AgentRecord| {
        let reply = engine.list(Arc::new(agent.clone()), "fields=id,state".into()).await.unwrap();
        let list = crate::place::json(&reply.body);
        let text = |one: &serde_json::Value, field: &str| one[field].as_str().unwrap().to_owned();
        let list = list["imSessions"].as_array().unwrap().clone();
        list.iter().map(|one| (text(one, "id"), text(one, "state"))).collect::<Vec<_>>()
    };
    assert_eq!(ids(&ann).await, [of_ann, before].concat());
    assert_eq!(ids(&bob).await.last().unwrap().0, "ringing");

    // Events of the DN reach its session in the new shard.
    let mut outgoing = engine.outgoing();
    engine.events(None, vec![simple("Established", "9001", "ringing")]).await.unwrap();
    let told = received(&mut outgoing);
    assert_eq!((told.len(), told[0].agent.as_str()), (1, "bob"));
    drop(engine);
    let again = EmbeddedEngine::on_backend(Shared(backend), shared, settings()).unwrap();
    let reply = again.list(Arc::new(bob), "fields=state&state=Talking".into()).await.unwrap();
    assert_eq!(crate::place::json(&reply.body)["imSessions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_became_of_a_request_is_told_to_nobody_else_where_the_dn_moved() {
    for restarts in [false, true] {
        let (backend, shared) = (Arc::new(InMemoryBackend::new()), directory());
        let first = engine(&backend, shared.clone(), 8).await;
        talking(&first, "3002", "call-1").await;
        operate(&first, "bob", Some("call-1"), r#"{"operationName":"Complete"}"#).await;
        operate(&first, "ann", None, INITIATE).await;
        let requests = first.requests(0).await.unwrap();
        // The agents change while the engine runs, or between two runs.
        let agents = || Agents::new([moved("ann", &["3001", "3002"]), moved("bob", &["9001"])]).unwrap();
        let second = if restarts {
            drop(first);
            engine(&backend, Directory::new(agents()), 8).await
        } else {
            shared.replace(agents());
            first
        };
        let mut outgoing = second.outgoing();
        let failed = |of: usize| {
            crate::place::event(&format!(
                r#"{{"Event":"EventError","ReferenceID":{},"ErrorCode":50,"ErrorMessage":"no"}}"#,
                requests[of].request.reference_id
            ))
        };
        second.events(None, vec![failed(0)]).await.unwrap();
        assert!(received(&mut outgoing).is_empty(), "restarts: {restarts}");
        // ann is notified of her own request.
        second.events(None, vec![failed(1)]).await.unwrap();
        let told = received(&mut outgoing);
        assert_eq!((told.len(), told[0].agent.as_str()), (1, "ann"), "restarts: {restarts}");
        assert!(second.requests(0).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_request_that_is_not_in_flight_any_more_is_not_sent() {
    let backend = Arc::new(InMemoryBackend::new());
    let first = engine(&backend, directory(), 8).await;
    talking(&first, "3002", "call-1").await;
    for _ in 0..3 {
        operate(&first, "bob", Some("call-1"), r#"{"operationName":"Complete"}"#).await;
    }
    assert_eq!(first.requests(0).await.unwrap().len(), 3);
    drop(first);
    let mut fewer = settings();
    fewer.limits.requests = 2;
    for _ in 0..2 {
        let engine = EmbeddedEngine::on_backend(Shared(backend.clone()), directory(), fewer.clone()).unwrap();
        engine.tick(START).await.unwrap();
        assert_eq!(engine.requests(0).await.unwrap().len(), 2);
        // At the limit, an operation is refused and displaces no other request.
        let refused = operate(&engine, "bob", Some("call-1"), r#"{"operationName":"Complete"}"#).await;
        assert_eq!((refused.status, engine.requests(0).await.unwrap().len()), (StatusCode::InvalidState, 2));
    }
    let engine = EmbeddedEngine::on_backend(Shared(backend), directory(), settings()).unwrap();
    engine.tick(START + Duration::from_secs(31)).await.unwrap();
    assert!(engine.requests(0).await.unwrap().is_empty());
}

/// A backend that counts writes.
#[derive(Debug)]
struct Counting(Shared, Arc<AtomicUsize>);

impl StorageBackend for Counting {
    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }
    fn read(&self, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        self.0.read(offset, len)
    }
    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }
    fn sync_data(&self, eventual: bool) -> io::Result<()> {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.sync_data(eventual)
    }
    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.write(offset, data)
    }
}

#[tokio::test]
async fn agents_at_the_same_dns_leave_the_store_alone() {
    let (count, shared) = (Arc::new(AtomicUsize::new(0)), directory());
    let backend = Counting(Shared(Arc::new(InMemoryBackend::new())), count.clone());
    let engine = EmbeddedEngine::on_backend(backend, shared.clone(), settings()).unwrap();
    engine.tick(START).await.unwrap();
    talking(&engine, "3001", "call-1").await;
    let before = count.load(Ordering::SeqCst);
    // The agents have other rights, and come in another order.
    let changed = AgentRecord { rights: im_session::Operations::NONE, ..moved("two", &["4002", "4001"]) };
    let others = ["ann", "bob", "low"].map(|id| AgentRecord::clone(&agent(id)));
    shared.replace(Agents::new(others.into_iter().chain([changed])).unwrap());
    assert_eq!(states(&engine, "ann").await, [crate::place::pair("call-1", "Talking")]);
    assert_eq!(count.load(Ordering::SeqCst), before);
    // The agents have other DNs, so the records are divided again.
    shared.replace(Agents::new([moved("ann", &["3001", "9001"])]).unwrap());
    assert_eq!(states(&engine, "ann").await, [crate::place::pair("call-1", "Talking")]);
    assert!(count.load(Ordering::SeqCst) > before);
}
