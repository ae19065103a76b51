//! Where does an engine store its state, so that a second engine can continue? Also the agents and their actions.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use im_session::{BaseUri, Event, Operation, Operations, StatusCode};
use im_session_gateway::config::{AgentId, AgentRecord, Agents, DeviceRecord, Directory, PasswordHash};
use im_session_gateway::engine::embedded::{EmbeddedEngine, EmbeddedSettings};
#[cfg(feature = "redis")]
use im_session_gateway::engine::redis::Role;
use im_session_gateway::engine::{Engine, Outgoing, OwnedTarget, Reply};
use redb::StorageBackend;
use redb::backends::InMemoryBackend;
use serde_json::Value;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

#[cfg(feature = "redis")]
use crate::redis_nodes::RedisNodes;
#[cfg(feature = "redis")]
use crate::redis_server::{RedisServer, SHARDS};

/// The time at which engines start.
pub(crate) const START: Duration = Duration::from_secs(1_763_000_000);

pub(crate) enum Place {
    Memory(Arc<InMemoryBackend>),
    File(tempfile::TempDir),
    #[cfg(feature = "redis")]
    Redis(RedisServer),
    #[cfg(feature = "redis")]
    RedisCluster(RedisNodes),
}

/// A backend that outlives its engine.
#[derive(Debug, Clone)]
pub(crate) struct Shared(pub(crate) Arc<InMemoryBackend>);

impl StorageBackend for Shared {
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
        self.0.sync_data(eventual)
    }
    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.write(offset, data)
    }
}

impl Place {
    pub(crate) fn in_memory() -> Self {
        Place::Memory(Arc::new(InMemoryBackend::new()))
    }

    pub(crate) fn in_a_file() -> Self {
        Place::File(tempfile::tempdir().unwrap())
    }

    /// `None` after printing a message, if this machine has no redis-server.
    #[cfg(feature = "redis")]
    pub(crate) fn in_redis(case: &str) -> Option<Self> {
        let server = RedisServer::start();
        if server.is_none() {
            println!("{case} on Redis: SKIPPED, since redis-server is not installed");
        }
        server.map(Place::Redis)
    }

    /// Empties a Redis Cluster.
    #[cfg(feature = "redis")]
    pub(crate) async fn empty(&self) {
        if let Place::RedisCluster(nodes) = self {
            nodes.empty().await;
        }
    }

    /// Opens the engine on this state, at the time [`START`]. Only one may be open at a time.
    pub(crate) async fn engine(&self) -> Arc<dyn Engine> {
        self.engine_at(START).await
    }

    /// Opens it at another time.
    pub(crate) async fn engine_at(&self, now: Duration) -> Arc<dyn Engine> {
        let engine: Arc<dyn Engine> = match self {
            Place::Memory(backend) => {
                let backend = Shared(backend.clone());
                Arc::new(EmbeddedEngine::on_backend(backend, directory(), settings()).unwrap())
            }
            Place::File(folder) => {
                Arc::new(EmbeddedEngine::open(&folder.path().join("sessions.redb"), directory(), settings()).unwrap())
            }
            #[cfg(feature = "redis")]
            Place::Redis(server) => Arc::new(server.engine(Role::All, SHARDS).await.unwrap()),
            #[cfg(feature = "redis")]
            Place::RedisCluster(nodes) => Arc::new(nodes.engine(Role::All, SHARDS).await.unwrap()),
        };
        engine.tick(now).await.unwrap();
        engine
    }
}

/// The number of notifications per agent that the engines of this suite keep.
pub(crate) const OUTBOX: usize = 8;

pub(crate) fn settings() -> EmbeddedSettings {
    let mut settings = EmbeddedSettings::new(BaseUri::new("http://localhost:8090"));
    settings.outbox = OUTBOX;
    settings
}

fn record(id: &str, dns: &[&str], rights: Operations) -> AgentRecord {
    let device = |(place, dn): (usize, &&str)| DeviceRecord::new((place + 1).to_string(), *dn);
    AgentRecord {
        id: AgentId::new(id),
        user_name: id.into(),
        first_name: "An".into(),
        last_name: "Agent".into(),
        devices: dns.iter().enumerate().map(device).collect(),
        rights,
        supervisor: false,
        password: PasswordHash::new(""),
    }
}

/// `ann` at 3001, `bob` at 3002, `two` at 4001 and 4002, and `low` at 5001, who may only complete.
pub(crate) fn directory() -> Directory {
    let low = Operations::of(&[Operation::Complete]);
    let records = [
        record("ann", &["3001"], Operations::ALL),
        record("bob", &["3002"], Operations::ALL),
        record("two", &["4001", "4002"], Operations::ALL),
        record("low", &["5001"], low),
    ];
    Directory::new(Agents::new(records).unwrap())
}

pub(crate) fn agent(id: &str) -> Arc<AgentRecord> {
    directory().current().by_id(id).unwrap().clone()
}

/// An event as a JSON line.
pub(crate) fn event(json: &str) -> Event<'static> {
    Event::from_json_line(json).unwrap().into_owned()
}

/// An event such as `EventRinging`, for a call at a DN.
pub(crate) fn simple(name: &str, dn: &str, call: &str) -> Event<'static> {
    event(&format!(r#"{{"Event":"Event{name}","ThisDN":"{dn}","OtherDN":"9","CallUUID":"{call}","ConnID":"00{dn}"}}"#))
}

/// A call at a DN that is ringing and then established.
pub(crate) async fn talking(engine: &dyn Engine, dn: &str, call: &str) {
    let events = vec![simple("Ringing", dn, call), simple("Established", dn, call)];
    assert_eq!(engine.events(None, events).await.unwrap().results, [Ok(()), Ok(())]);
}

pub(crate) async fn operate(engine: &dyn Engine, who: &str, call: Option<&str>, body: &str) -> Reply {
    let target = call.map_or(OwnedTarget::Sessions, |call| OwnedTarget::Session(call.into()));
    engine.operate(agent(who), target, body.as_bytes().to_vec()).await.unwrap()
}

/// The states of an agent's sessions, by id.
pub(crate) async fn states(engine: &dyn Engine, who: &str) -> Vec<(String, String)> {
    let reply = engine.list(agent(who), "fields=id,state".into()).await.unwrap();
    assert_eq!(reply.status, StatusCode::Ok);
    let json = json(&reply.body);
    let text = |session: &Value, field: &str| session[field].as_str().unwrap().to_owned();
    json["imSessions"].as_array().unwrap().iter().map(|one| (text(one, "id"), text(one, "state"))).collect()
}

pub(crate) fn pair(id: &str, state: &str) -> (String, String) {
    (id.into(), state.into())
}

pub(crate) fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

/// The notifications so far. The engine broadcasts them before it answers.
pub(crate) fn received(receiver: &mut Receiver<Arc<Outgoing>>) -> Vec<Arc<Outgoing>> {
    let mut all = Vec::new();
    loop {
        match receiver.try_recv() {
            Ok(outgoing) => all.push(outgoing),
            Err(TryRecvError::Empty | TryRecvError::Closed) => return all,
            Err(TryRecvError::Lagged(missed)) => panic!("lagged by {missed}"),
        }
    }
}
