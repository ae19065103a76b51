//! A Redis Cluster for one test: three nodes on loopback, each with a third of the slots. They are stopped by process
//! id.

use std::fmt::Write as _;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use im_session::BaseUri;
use im_session_gateway::engine::redis::{RedisEngine, RedisSettings, Role, reshard};
use im_session_gateway::engine::{Engine, EngineError};

use crate::place::{OUTBOX, START, agent, directory, pair, states, talking};
use crate::redis_server::SHARDS;

const SLOTS: [&str; 3] = ["0-5460", "5461-10922", "10923-16383"];

pub(crate) struct RedisNodes {
    processes: Vec<Child>,
    ports: Vec<u16>,
    _folder: tempfile::TempDir,
}

/// Ports that are currently free: for each node, one for clients and one for the other nodes.
fn free_ports() -> Vec<[u16; 2]> {
    let listen = || TcpListener::bind("127.0.0.1:0").unwrap();
    let listeners: Vec<[TcpListener; 2]> = SLOTS.iter().map(|_| [listen(), listen()]).collect();
    listeners.iter().map(|pair| pair.each_ref().map(|one| one.local_addr().unwrap().port())).collect()
}

/// The cluster configuration with which a node starts.
fn configuration(myself: usize, ports: &[[u16; 2]]) -> String {
    let mut text = String::new();
    for (place, ([port, bus], slots)) in ports.iter().zip(SLOTS).enumerate() {
        let (flags, id) = (if place == myself { "myself,master" } else { "master" }, place + 1);
        writeln!(text, "{id:040x} 127.0.0.1:{port}@{bus} {flags} - 0 0 {id} connected {slots}").unwrap();
    }
    text + "vars currentEpoch 3 lastVoteEpoch 0\n"
}

impl RedisNodes {
    /// `None` if this machine has no redis-server. This takes two seconds, because a node refuses writes for that long.
    pub(crate) async fn start() -> Option<Self> {
        // Another process may take a port in between.
        for _ in 0..5 {
            if let Some(nodes) = Self::spawn()?.ready().await {
                return Some(nodes);
            }
        }
        panic!("no Redis Cluster starts");
    }

    fn spawn() -> Option<Self> {
        let (folder, ports) = (tempfile::tempdir().unwrap(), free_ports());
        let mut processes = Vec::new();
        for (place, [port, bus]) in ports.iter().enumerate() {
            let of_node = folder.path().join(place.to_string());
            std::fs::create_dir(&of_node).unwrap();
            std::fs::write(of_node.join("nodes.conf"), configuration(place, &ports)).unwrap();
            let started = Command::new("redis-server")
                .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"])
                .args(["--cluster-enabled", "yes", "--port", &port.to_string(), "--cluster-port", &bus.to_string()])
                .arg("--dir")
                .arg(&of_node)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .spawn();
            match started {
                Ok(process) => processes.push(process),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
                Err(error) => panic!("redis-server does not start: {error}"),
            }
        }
        let ports = ports.iter().map(|[port, _]| *port).collect();
        Some(RedisNodes { processes, ports, _folder: folder })
    }

    /// Waits until each node reports that the cluster works. Returns `None` if a node has ended.
    async fn ready(mut self) -> Option<Self> {
        for _ in 0..1_000 {
            if self.processes.iter_mut().any(|process| process.try_wait().unwrap().is_some()) {
                return None;
            }
            let mut ready = 0;
            for &port in &self.ports {
                let info = async { ask::<String>(port, &["CLUSTER", "INFO"]).await };
                ready += usize::from(info.await.is_ok_and(|info| info.contains("cluster_state:ok")));
            }
            if ready == self.ports.len() {
                return Some(self);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("a Redis Cluster is not ready after 20 s");
    }

    /// Names the first two nodes. The client discovers the third.
    pub(crate) fn address(&self) -> String {
        format!("redis+cluster://127.0.0.1:{},127.0.0.1:{}", self.ports[0], self.ports[1])
    }

    /// Deletes everything.
    pub(crate) async fn empty(&self) {
        for &port in &self.ports {
            let _ok: String = ask(port, &["FLUSHALL"]).await.unwrap();
        }
    }

    pub(crate) async fn engine(&self, role: Role, shards: u32) -> Result<RedisEngine, EngineError> {
        let mut settings = RedisSettings::new(BaseUri::new("http://localhost:8090"));
        settings.role = role;
        settings.shards = shards;
        settings.outbox = OUTBOX;
        settings.lease = Duration::from_secs(2);
        RedisEngine::open(&self.address(), directory(), settings).await
    }
}

async fn ask<T: redis::FromRedisValue>(port: u16, command: &[&str]) -> redis::RedisResult<T> {
    let mut connection = redis::Client::open(("127.0.0.1", port))?.get_multiplexed_async_connection().await?;
    redis::cmd(command[0]).arg(&command[1..]).query_async(&mut connection).await
}

impl Drop for RedisNodes {
    fn drop(&mut self) {
        for process in &mut self.processes {
            let _ended = process.kill();
            let _status = process.wait();
        }
    }
}

#[tokio::test]
async fn shards_are_spread_over_the_nodes_and_divided_anew() {
    let Some(nodes) = RedisNodes::start().await else {
        println!("shards_are_spread_over_the_nodes_and_divided_anew: SKIPPED, since redis-server is not installed");
        return;
    };
    let worker = nodes.engine(Role::Worker, SHARDS).await.unwrap();
    worker.tick(START).await.unwrap();
    let gateway = nodes.engine(Role::Gateway, SHARDS).await.unwrap();
    for (dn, call) in [("3001", "call-1"), ("3002", "call-2"), ("4001", "call-3"), ("4002", "call-4")] {
        talking(&gateway, dn, call).await;
    }
    for &port in &nodes.ports {
        assert!(ask::<usize>(port, &["DBSIZE"]).await.unwrap() > 0);
    }
    drop((gateway, worker));
    let agents = directory().current();
    let divided = reshard(&nodes.address(), &agents, 2 * SHARDS, Duration::from_secs(30)).await.unwrap();
    assert_eq!((divided.from, divided.to), (SHARDS, 2 * SHARDS));
    let engine = nodes.engine(Role::All, 2 * SHARDS).await.unwrap();
    assert_eq!(states(&engine, "ann").await, [pair("call-1", "Talking")]);
    assert_eq!(states(&engine, "two").await, [pair("call-3", "Talking"), pair("call-4", "Talking")]);
    talking(&engine, "3002", "call-5").await;
    assert_eq!(states(&engine, "bob").await.len(), 2);
    let present = engine.present(agent("bob")).await.unwrap();
    assert_eq!(present.sessions.len(), 2);
}
