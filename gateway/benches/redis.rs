//! How fast is the engine on Redis? `cargo bench -p im-session-gateway --bench redis` measures it on this machine, with
//! its own Redis, configured as in `docs/scaling.md`, which contains the figures. It measures events per second by
//! number of workers, latency, bytes in Redis per session, and the time to take over a shard. For comparison, a plain
//! consumer reads the same streams and writes the same number of keys with the same script, but has no state machine.
//!
//! `-- --quick` does a tenth of the work, and `-- --rates` measures only the rates. `-- --fsync always` or `everysec`
//! replaces the default `no` (memory only).

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench says what it expects by failing")]

use std::collections::{BTreeMap, HashMap};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use im_session::store::shard;
use im_session::{BaseUri, Event, Operations};
use im_session_gateway::config::{AgentId, AgentRecord, Agents, DeviceRecord, Directory, PasswordHash};
use im_session_gateway::engine::Engine;
use im_session_gateway::engine::redis::{RedisEngine, RedisSettings, Role};
use redis::streams::StreamReadReply;
use redis::{AsyncCommands, AsyncConnectionConfig, Script};
use serde_json::{Value, json};

const SHARDS: u32 = 8;
const AGENTS: usize = 2_000;
/// Events per entry, as if a feed posted batches.
const BATCH: usize = 50;
const START: Duration = Duration::from_secs(1_763_000_000);

struct Redis {
    process: Child,
    folder: tempfile::TempDir,
}

impl Redis {
    fn start(fsync: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let append = if fsync == "no" { ["--appendonly", "no"] } else { ["--appendonly", "yes"] };
        let fsync = if fsync == "no" { "everysec" } else { fsync };
        let process = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--daemonize", "no", "--appendfsync", fsync])
            .args(append)
            .arg("--unixsocket")
            .arg(folder.path().join("redis.sock"))
            .arg("--dir")
            .arg(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .ok()?;
        while std::os::unix::net::UnixStream::connect(folder.path().join("redis.sock")).is_err() {
            std::thread::sleep(Duration::from_millis(5));
        }
        Some(Redis { process, folder })
    }

    fn address(&self) -> String {
        format!("redis+unix://{}", self.folder.path().join("redis.sock").display())
    }

    async fn connection(&self) -> redis::aio::MultiplexedConnection {
        let config = AsyncConnectionConfig::new().set_response_timeout(Some(Duration::from_secs(600)));
        let client = redis::Client::open(self.address()).unwrap();
        client.get_multiplexed_async_connection_with_config(&config).await.unwrap()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _status = self.process.wait();
    }
}

fn dn(agent: usize) -> String {
    format!("{}", 3_000 + agent)
}

fn directory() -> Directory {
    let record = |number: usize| AgentRecord {
        id: AgentId::new(format!("agent{number}")),
        user_name: format!("agent{number}"),
        first_name: String::new(),
        last_name: String::new(),
        devices: vec![DeviceRecord::new("1", dn(number))],
        rights: Operations::ALL,
        supervisor: false,
        password: PasswordHash::new(""),
    };
    Directory::new(Agents::new((0..AGENTS).map(record)).unwrap())
}

async fn engine(redis: &Redis, role: Role, shards: u32) -> RedisEngine {
    let mut settings = RedisSettings::new(BaseUri::new("http://localhost:8090"));
    settings.role = role;
    settings.shards = shards;
    RedisEngine::open(&redis.address(), directory(), settings).await.unwrap()
}

/// A call with five events at an agent's DN.
fn call(agent: usize, number: usize) -> [Value; 5] {
    let of = |name: &str| {
        json!({"Event": name, "ThisDN": dn(agent), "OtherDN": "+49301234567", "CallUUID": format!("{number:032}"),
            "ConnID": format!("{number:016x}")})
    };
    let mut ringing = of("EventRinging");
    ringing["UserData"] = json!({"customer": "4711", "queue": "chat", "language": "de"});
    let mut text = of("EventPrivateInfo");
    text["Extensions"] = json!({"text": "Good morning, how can I help you?"});
    [ringing, of("EventEstablished"), text.clone(), text, of("EventReleased")]
}

/// Creates entries for each shard, each with [`BATCH`] events. Also returns the total number of events.
fn entries(shards: u32, calls: usize, events_a_call: usize) -> (Vec<(u32, String)>, usize) {
    let mut by_shard: BTreeMap<u32, (String, usize)> = BTreeMap::new();
    let (mut entries, mut count) = (Vec::new(), 0);
    for number in 0..calls {
        let agent = number % AGENTS;
        let shard = shard(&format!("agent{agent}"), shards);
        let (text, events) = by_shard.entry(shard).or_default();
        for event in call(agent, number).iter().take(events_a_call) {
            text.push_str(&event.to_string());
            text.push('\n');
            (*events, count) = (*events + 1, count + 1);
        }
        if *events >= BATCH {
            entries.push((shard, std::mem::take(text)));
            *events = 0;
        }
    }
    entries.extend(by_shard.into_iter().filter(|(_, (_, events))| *events > 0).map(|(shard, (text, _))| (shard, text)));
    (entries, count)
}

/// Appends the entries. Returns the id of the last entry in each shard.
async fn append(redis: &Redis, entries: &[(u32, String)]) -> HashMap<u32, String> {
    let mut connection = redis.connection().await;
    let mut last = HashMap::new();
    for chunk in entries.chunks(200) {
        let mut pipeline = redis::pipe();
        for (shard, text) in chunk {
            pipeline.cmd("XADD").arg(format!("{{s{shard}}}:entries")).arg("*").arg("k").arg("e").arg("b").arg(text);
        }
        let ids: Vec<String> = pipeline.query_async(&mut connection).await.unwrap();
        last.extend(chunk.iter().map(|(shard, _)| *shard).zip(ids));
    }
    last
}

/// Waits until these entries are committed.
async fn committed(redis: &Redis, last: &HashMap<u32, String>) {
    let mut connection = redis.connection().await;
    for (shard, id) in last {
        loop {
            let entry: Option<String> = connection.hget(format!("{{s{shard}}}:state"), "entry").await.unwrap();
            if entry.as_ref() == Some(id) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

/// The time from appending the first entry to the last commit.
async fn drain(redis: &Redis, entries: &[(u32, String)]) -> Duration {
    let began = Instant::now();
    let last = append(redis, entries).await;
    committed(redis, &last).await;
    began.elapsed()
}

async fn by_workers(fsync: &str, workers: usize, entries: &[(u32, String)]) -> Duration {
    let redis = Redis::start(fsync).unwrap();
    let mut engines = Vec::new();
    for _ in 0..workers {
        engines.push(engine(&redis, Role::Worker, SHARDS).await);
    }
    while engines.iter().any(|engine| engine.owned_shards() != SHARDS as usize / workers) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    drain(&redis, entries).await
}

/// A plain consumer. With the same script it writes the keys that a session and its notification need: the last event
/// of each session, and for each event a text as long as a notification.
async fn plain_consumer(redis: &Redis, shard: u32) {
    let mut connection = redis.connection().await;
    let key = |rest: &str| format!("{{s{shard}}}:{rest}");
    let claim = Script::new(concat!(
        include_str!("../src/engine/redis/scripts/replication_id.lua"),
        include_str!("../src/engine/redis/scripts/claim.lua")
    ));
    let commit = Script::new(include_str!("../src/engine/redis/scripts/commit.lua"));
    let token: u64 = claim
        .key(key("owner"))
        .key(key("state"))
        .key(key("records"))
        .arg("plain")
        .arg(600_000)
        .arg("\"notified\"")
        .invoke_async(&mut connection)
        .await
        .unwrap();
    let (mut entry, mut commits) = ("0-0".to_owned(), 0u64);
    loop {
        let mut command = redis::cmd("XREAD");
        command.arg("COUNT").arg(512).arg("BLOCK").arg(1_000).arg("STREAMS").arg(key("entries")).arg(&entry);
        let read: Option<StreamReadReply> = command.query_async(&mut connection).await.unwrap();
        let ids: Vec<_> = read.into_iter().flat_map(|read| read.keys).flat_map(|stream| stream.ids).collect();
        let mut next = ids.into_iter().peekable();
        while next.peek().is_some() {
            let (mut sessions, mut outgoing, mut at, mut size) = (BTreeMap::new(), Vec::new(), entry.clone(), 0);
            while size < 4_096
                && let Some(id) = next.next()
            {
                let text: String = id.get("b").unwrap();
                for line in text.lines() {
                    let event: Value = serde_json::from_str(line).unwrap();
                    let (dn, uuid) = (event["ThisDN"].as_str().unwrap(), event["CallUUID"].as_str().unwrap());
                    outgoing.push(json!({"id": format!("{shard}-{size}"), "agent": dn, "kind": "session",
                        "data": line, "position": size}));
                    let field = json!({"part": {"session": {"thisDN": dn, "id": uuid}}}).to_string();
                    sessions.insert((dn.to_owned(), field), line.to_owned());
                    size += 1;
                }
                at = id.id;
            }
            let mut script = commit.key(key("state"));
            script.key(key("entries")).key(key("outbox")).key(key("delivered")).key(key("dns"));
            script.arg(token).arg(&entry).arg(&at).arg(commits).arg(commits + 1);
            script.arg(json!({"outgoing": outgoing}).to_string()).arg(256).arg(sessions.len());
            for ((dn, field), value) in &sessions {
                script.key(key(&format!("sessions:{dn}"))).arg(field).arg(value).arg(dn);
            }
            let said: String = script.invoke_async(&mut connection).await.unwrap();
            assert_eq!(said, "committed");
            (entry, commits) = (at, commits + 1);
        }
    }
}

async fn by_plain_consumers(fsync: &str, entries: &[(u32, String)]) -> Duration {
    let redis = Arc::new(Redis::start(fsync).unwrap());
    let mut tasks = tokio::task::JoinSet::new();
    for shard in 0..SHARDS {
        let redis = redis.clone();
        tasks.spawn(async move { plain_consumer(&redis, shard).await });
    }
    let took = drain(&redis, entries).await;
    tasks.shutdown().await;
    took
}

async fn latency(fsync: &str, times: usize) {
    let redis = Redis::start(fsync).unwrap();
    let worker = engine(&redis, Role::Worker, SHARDS).await;
    worker.tick(START).await.unwrap();
    let gateway = engine(&redis, Role::Gateway, SHARDS).await;
    let mut outgoing = gateway.outgoing();
    let mut took = Vec::new();
    for number in 0..times {
        let event = Event::from_json_line(&call(number % AGENTS, number)[0].to_string()).unwrap().into_owned();
        let began = Instant::now();
        let posted = gateway.events(None, vec![event]);
        let (_, told) = tokio::join!(posted, outgoing.recv());
        told.unwrap();
        took.push(began.elapsed());
    }
    took.sort();
    let at = |part: f64| took[((times - 1) as f64 * part) as usize].as_micros();
    println!(
        "latency, fsync {fsync}: an event in, its notification out and answered: median {} µs, 99 % {} µs",
        at(0.5),
        at(0.99)
    );
}

async fn shard_of(sessions: usize) {
    let redis = Redis::start("no").unwrap();
    let mut connection = redis.connection().await;
    let memory = async |connection: &mut redis::aio::MultiplexedConnection| {
        let info: String = redis::cmd("INFO").arg("memory").query_async(connection).await.unwrap();
        info.lines().find_map(|line| line.strip_prefix("used_memory:")?.trim().parse::<usize>().ok()).unwrap()
    };
    let worker = engine(&redis, Role::Worker, 1).await;
    worker.tick(START).await.unwrap();
    let before = memory(&mut connection).await;
    let (entries, _) = entries(1, sessions, 2);
    drain(&redis, &entries).await;
    let outbox: Option<usize> = redis::cmd("MEMORY")
        .arg("USAGE")
        .arg("{s0}:outbox")
        .arg("SAMPLES")
        .arg(0)
        .query_async(&mut connection)
        .await
        .unwrap();
    let stream: Option<usize> = redis::cmd("MEMORY")
        .arg("USAGE")
        .arg("{s0}:entries")
        .arg("SAMPLES")
        .arg(0)
        .query_async(&mut connection)
        .await
        .unwrap();
    let used = memory(&mut connection).await - before - outbox.unwrap_or_default() - stream.unwrap_or_default();
    println!("bytes in Redis a session, streams not counted: {}", used / sessions);
    drop(worker);
    let gateway = engine(&redis, Role::Gateway, 1).await;
    let event = Event::from_json_line(&call(0, sessions)[0].to_string()).unwrap().into_owned();
    let asked = gateway.events(None, vec![event]);
    let began = Instant::now();
    let (worker, answered) = tokio::join!(engine(&redis, Role::Worker, 1), asked);
    answered.unwrap();
    println!(
        "a free shard of {sessions} sessions: taken, restored and answering after {} ms",
        began.elapsed().as_millis()
    );
    drop(worker);
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let fsync = arguments.iter().position(|argument| argument == "--fsync").and_then(|at| arguments.get(at + 1));
    let fsync = fsync.map_or("no", |fsync| fsync.as_str());
    if Command::new("redis-server").arg("--version").stdout(Stdio::null()).status().is_err() {
        println!("bench redis: SKIPPED, since redis-server is not installed");
        return;
    }
    let scale = if quick { 10 } else { 1 };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (entries, events) = entries(SHARDS, 40_000 / scale, 5);
        println!("{events} events in entries of {BATCH}, {SHARDS} shards, {AGENTS} agents, fsync {fsync}");
        let rate = |took: Duration| (events as f64 / took.as_secs_f64()) as u64;
        let plain = rate(by_plain_consumers(fsync, &entries).await);
        println!("plain consumers, no state machine: {plain} events a second");
        for workers in [1, 2, 4] {
            let rate = rate(by_workers(fsync, workers, &entries).await);
            println!("{workers} workers: {rate} events a second, {:.2} of plain consumers", rate as f64 / plain as f64);
        }
        if arguments.iter().any(|argument| argument == "--rates") {
            return;
        }
        for fsync in ["no", "always"] {
            latency(fsync, 2_000 / scale).await;
        }
        shard_of(100_000 / scale).await;
    });
}
