//! Another number of shards, or another directory: nothing is lost, and an agent's sessions are in one shard again.

use std::sync::Arc;
use std::time::Duration;

use im_session::StatusCode;
use im_session_gateway::config::{AgentRecord, Agents, DeviceRecord, Directory};
use im_session_gateway::engine::embedded::EmbeddedEngine;
use im_session_gateway::engine::{Engine, FeedPosition};
use redb::backends::InMemoryBackend;

use crate::operations::INITIATE;
use crate::place::{START, Shared, agent, directory, operate, received, settings, simple, states, talking};

const EVERYBODY: [&str; 4] = ["ann", "bob", "two", "low"];

async fn engine(backend: &Arc<InMemoryBackend>, directory: Directory, shards: u32) -> EmbeddedEngine {
    let mut settings = settings();
    settings.shards = shards;
    let engine = EmbeddedEngine::on_backend(Shared(backend.clone()), directory, settings).unwrap();
    engine.tick(START).await.unwrap();
    engine
}

/// Sessions that are open and completed, ends that are remembered, requests in flight, a feed with a note.
async fn fill(engine: &EmbeddedEngine) {
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

async fn seen(engine: &EmbeddedEngine) -> Vec<Vec<u8>> {
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
        // The batch is not applied again, what ended stays ended, who initiates does not initiate again.
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

    // 3002 goes from bob to ann, and 9001, which nobody had, to bob.
    let moved = |id: &str, dns: &[&str]| {
        let record = AgentRecord::clone(&agent(id));
        let device = |(place, dn): (usize, &&str)| DeviceRecord { id: (place + 1).to_string(), dn: (*dn).into() };
        AgentRecord { devices: dns.iter().enumerate().map(device).collect(), ..record }
    };
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

    // Events of the DN reach its session there.
    let mut outgoing = engine.outgoing();
    engine.events(None, vec![simple("Established", "9001", "ringing")]).await.unwrap();
    let told = received(&mut outgoing);
    assert_eq!((told.len(), told[0].agent.as_str()), (1, "bob"));
    drop(engine);
    let again = EmbeddedEngine::on_backend(Shared(backend), shared, settings()).unwrap();
    let reply = again.list(Arc::new(bob), "fields=state&state=Talking".into()).await.unwrap();
    assert_eq!(crate::place::json(&reply.body)["imSessions"].as_array().unwrap().len(), 1);
}
