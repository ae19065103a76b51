//! Two agents chat through an engine and the simulated SIP Server, whatever faults the server has.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use im_session::{BaseUri, Operations, StatusCode};
use im_session_gateway::clock::Clock;
use im_session_gateway::config::{AgentId, AgentRecord, Agents, DeviceRecord, Directory, PasswordHash};
use im_session_gateway::engine::embedded::{EmbeddedEngine, EmbeddedSettings};
use im_session_gateway::engine::{Engine, Outgoing, OwnedTarget};
use im_session_gateway::simulator::{SimulatorSettings, run};
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;
use tokio::task::JoinHandle;

use crate::requests::START;

/// A clock at this many seconds after the start.
#[derive(Default)]
struct Hand(AtomicU64);

impl Clock for Hand {
    fn now(&self) -> Duration {
        START + Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

fn directory() -> Directory {
    let record = |id: &str, dn: &str| AgentRecord {
        id: AgentId::new(id),
        user_name: id.into(),
        first_name: String::new(),
        last_name: String::new(),
        devices: vec![DeviceRecord::new("1", dn)],
        rights: Operations::ALL,
        supervisor: false,
        password: PasswordHash::new(""),
    };
    Directory::new(Agents::new([record("ann", "3001"), record("bob", "3002")]).unwrap())
}

struct Chat {
    engine: Arc<dyn Engine>,
    outgoing: Receiver<Arc<Outgoing>>,
    clock: Arc<Hand>,
    simulator: JoinHandle<()>,
}

fn simulate(engine: &Arc<dyn Engine>, clock: &Arc<Hand>) -> JoinHandle<()> {
    let run = run(engine.clone(), directory(), clock.clone(), SimulatorSettings::default());
    tokio::spawn(async move { run.await.unwrap() })
}

impl Chat {
    async fn new() -> Self {
        let settings = EmbeddedSettings::new(BaseUri::new("http://localhost:8090"));
        let engine: Arc<dyn Engine> = Arc::new(EmbeddedEngine::in_memory(directory(), settings).unwrap());
        engine.tick(START).await.unwrap();
        let clock = Arc::new(Hand::default());
        let simulator = simulate(&engine, &clock);
        Chat { outgoing: engine.outgoing(), engine, clock, simulator }
    }

    async fn operate(&self, who: &str, call: Option<&str>, body: Value) {
        let agent = directory().current().by_id(who).unwrap().clone();
        let target = call.map_or(OwnedTarget::Sessions, |call| OwnedTarget::Session(call.into()));
        let reply = self.engine.operate(agent, target, body.to_string().into_bytes()).await.unwrap();
        assert_eq!(reply.status, StatusCode::Ok, "{}", String::from_utf8_lossy(&reply.body));
    }

    /// Waits until an agent gets a matching notification.
    async fn told(&mut self, who: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        loop {
            let outgoing = self.outgoing.recv().await.unwrap();
            let data: Value = serde_json::from_slice(&outgoing.data).unwrap();
            if outgoing.agent.as_str() == who && is_it(&data) {
                return data;
            }
        }
    }
}

fn initiate() -> Value {
    json!({"operationName": "InitiateIMSession", "destination": {"phoneNumber": "3002"}, "userData": {"topic": "shoes"}})
}

#[tokio::test]
async fn two_agents_chat() {
    let mut chat = Chat::new().await;
    chat.operate("ann", None, initiate()).await;
    let talking = chat.told("ann", |data| data["imSession"]["state"] == "Talking").await;
    let call = talking["imSession"]["id"].as_str().unwrap().to_owned();
    assert_eq!(talking["imSession"]["userData"], json!({"topic": "shoes"}));

    for (who, to, text) in [("ann", "3002", "Hello Bob"), ("bob", "3001", "Hello Ann \u{1f44b}")] {
        let body = json!({"operationName": "SendMessage", "text": text, "destination": {"phoneNumber": to}, "devicePath": "/devices/1"});
        chat.operate(who, Some(&call), body).await;
        // Both agents get the message, including its author.
        let mut heard = Vec::new();
        while heard.len() < 2 {
            let outgoing = chat.outgoing.recv().await.unwrap();
            let data: Value = serde_json::from_slice(&outgoing.data).unwrap();
            if data["message"] == text {
                heard.push(outgoing.agent.as_str().to_owned());
            }
        }
        heard.sort();
        assert_eq!(heard, ["ann", "bob"]);
    }
    chat.operate("bob", Some(&call), json!({"operationName": "AttachUserData", "userData": {"size": 44}})).await;
    let changed = chat.told("ann", |data| data["notificationType"] == "AttachedDataChanged").await;
    assert_eq!(changed["imSession"]["userData"], json!({"topic": "shoes", "size": 44}));

    chat.operate("bob", Some(&call), json!({"operationName": "Complete"})).await;
    chat.told("ann", |data| data["imSession"]["state"] == "Completed").await;
    assert!(chat.engine.requests(0).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_simulator_that_stops_at_any_moment_makes_each_call_once() {
    let mut chat = Chat::new().await;
    let calls = 30;
    for round in 0..calls {
        chat.operate("ann", None, initiate()).await;
        // The server stops at an arbitrary moment: before, during or after the events are posted or the requests
        // confirmed.
        for _ in 0..round % 7 {
            tokio::task::yield_now().await;
        }
        chat.simulator.abort();
        chat.simulator = simulate(&chat.engine, &chat.clock);
        let talking = chat.told("ann", |data| data["imSession"]["state"] == "Talking").await;
        let call = talking["imSession"]["id"].as_str().unwrap().to_owned();
        chat.operate("ann", Some(&call), json!({"operationName": "Complete"})).await;
        chat.told("ann", |data| data["imSession"]["state"] == "Completed").await;
    }
    for who in ["ann", "bob"] {
        let agent = directory().current().by_id(who).unwrap().clone();
        let reply = chat.engine.list(agent, "fields=state".into()).await.unwrap();
        let list: Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(list["imSessions"].as_array().unwrap().len(), calls, "{who}");
    }
}

#[tokio::test]
async fn agents_whose_sessions_expired_while_it_was_stopped_can_talk_again() {
    let mut chat = Chat::new().await;
    chat.operate("ann", None, initiate()).await;
    chat.told("ann", |data| data["imSession"]["state"] == "Talking").await;
    chat.simulator.abort();
    chat.clock.0.store(5 * 3_600, Ordering::SeqCst);
    chat.engine.tick(chat.clock.now()).await.unwrap();
    chat.told("ann", |data| data["imSession"]["state"] == "Completed").await;

    chat.simulator = simulate(&chat.engine, &chat.clock);
    chat.operate("ann", None, initiate()).await;
    let told =
        chat.told("ann", |data| data["imSession"]["state"] == "Talking" || data["messageType"] == "ErrorMessage");
    assert_eq!(told.await["imSession"]["state"], "Talking");
}
