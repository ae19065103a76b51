//! Does the gateway get every event of a log that is written, renamed and truncated, even across restarts?

#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, missing_docs, reason = "a test says what it expects by failing")]

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use im_session::{BaseUri, Operations};
use im_session_gateway::config::{AgentId, AgentRecord, Agents, DeviceRecord, Directory, PasswordHash};
use im_session_gateway::engine::Engine;
use im_session_gateway::engine::embedded::{EmbeddedEngine, EmbeddedSettings};
use im_session_gateway::feeds::{follow, name_of};
use im_session_gateway::metrics::{Metrics, Text};
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::JoinHandle;

struct House {
    engine: Arc<dyn Engine>,
    ann: Arc<AgentRecord>,
    directory: TempDir,
    metrics: Metrics,
    following: JoinHandle<()>,
}

fn ringing(call: &str) -> String {
    format!(
        "{{\"Event\":\"EventRinging\",\"ThisDN\":\"3001\",\"OtherDN\":\"9\",\"CallUUID\":\"{call}\",\"ConnID\":\"1\"}}\n"
    )
}

impl House {
    /// Follows a file that does not exist yet.
    async fn new() -> Self {
        let ann = AgentRecord {
            id: AgentId::new("ann"),
            user_name: "ann".into(),
            first_name: String::new(),
            last_name: String::new(),
            devices: vec![DeviceRecord::new("1", "3001")],
            rights: Operations::ALL,
            supervisor: false,
            password: PasswordHash::new(""),
        };
        let agents = Directory::new(Agents::new([ann.clone()]).unwrap());
        let settings = EmbeddedSettings::new(BaseUri::new("http://localhost:8090"));
        let engine: Arc<dyn Engine> = Arc::new(EmbeddedEngine::in_memory(agents, settings).unwrap());
        engine.tick(Duration::from_secs(1_763_000_000)).await.unwrap();
        let (directory, metrics) = (tempfile::tempdir().unwrap(), Metrics::default());
        let following = tokio::spawn(std::future::ready(()));
        let mut house = House { engine, ann: Arc::new(ann), directory, metrics, following };
        house.start();
        house
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join("events.log")
    }

    fn start(&mut self) {
        let (engine, metrics, file) = (self.engine.clone(), self.metrics.clone(), self.file());
        self.following = tokio::spawn(async move { follow(engine, metrics, file).await.unwrap() });
    }

    async fn stop(&mut self) {
        self.following.abort();
        let _aborted = (&mut self.following).await;
    }

    fn write(&self, text: &str) {
        let mut file = OpenOptions::new().append(true).create(true).open(self.file()).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    async fn ids(&self) -> Vec<String> {
        let reply = self.engine.list(self.ann.clone(), "fields=id".into()).await.unwrap();
        let list: Value = serde_json::from_slice(&reply.body).unwrap();
        let sessions = list["imSessions"].as_array().unwrap();
        let mut ids: Vec<String> = sessions.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    }

    /// Waits until the agent has these sessions.
    async fn has(&self, expected: &[&str]) {
        for _ in 0..100_000 {
            if self.ids().await == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("expected {expected:?}, found {:?}", self.ids().await);
    }

    /// The number of events with this outcome that reached the engine, including unreadable ones.
    async fn counted(&self, outcome: &str) -> u64 {
        let inquiry = im_session_gateway::engine::inspection::Inquiry::Overview;
        let overview: Value = serde_json::from_slice(&self.engine.inspect(inquiry).await.unwrap().body).unwrap();
        overview["events"][outcome].as_u64().unwrap()
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_that_comes_later_is_read_as_it_grows() {
    let house = House::new().await;
    house.has(&[]).await;
    house.write(&ringing("A"));
    house.has(&["A"]).await;
    let line = ringing("B");
    let (first, second) = line.split_at(20);
    house.write(first);
    tokio::time::sleep(Duration::from_millis(300)).await;
    house.write(second);
    house.has(&["A", "B"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_log_of_many_lines_an_event_is_read_and_its_last_event_after_a_pause() {
    let house = House::new().await;
    house.write(
        "11:49:08.388 Trc 04542 received from 65200(SIPTS)host:7007(fd=12) message EventRinging\n\
         \tAttributeCallUUID\t'QK59HK4FS927D7FUU41G6IE468000004'\n\
         \tAttributeThisDN\t'3001'\n",
    );
    house.has(&["QK59HK4FS927D7FUU41G6IE468000004"]).await;
}

#[tokio::test(start_paused = true)]
async fn it_goes_on_after_a_rotation_and_after_a_cut() {
    let house = House::new().await;
    house.write(&ringing("A"));
    house.has(&["A"]).await;
    fs::rename(house.file(), house.directory.path().join("events.log.1")).unwrap();
    // The writer has not noticed the rotation, so it appends to the old file. The line has no end yet.
    let mut old = OpenOptions::new().append(true).open(house.directory.path().join("events.log.1")).unwrap();
    old.write_all(ringing("B").trim_end().as_bytes()).unwrap();
    house.write(&ringing("C"));
    house.has(&["A", "B", "C"]).await;
    fs::write(house.file(), "").unwrap();
    // The test waits until the empty file is noticed. A truncated file that has grown back to its old length is
    // indistinguishable from one that was only appended to.
    tokio::time::sleep(Duration::from_secs(1)).await;
    house.write(&ringing("D"));
    house.has(&["A", "B", "C", "D"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_restart_applies_nothing_twice_and_misses_nothing() {
    let mut house = House::new().await;
    let calls: Vec<String> = (0..40).map(|call| format!("{call:02}")).collect();
    for (place, call) in calls.iter().enumerate() {
        house.write(&ringing(call));
        if place % 3 == 0 {
            let so_far: Vec<&str> = calls[..=place].iter().map(String::as_str).collect();
            house.has(&so_far).await;
        }
        // The house stops at an arbitrary moment.
        for _ in 0..place % 5 {
            tokio::task::yield_now().await;
        }
        house.stop().await;
        house.start();
    }
    house.has(&calls.iter().map(String::as_str).collect::<Vec<_>>()).await;
    // Each event was applied once. A second application would have counted as unchanged.
    assert_eq!((house.counted("changed").await, house.counted("unchanged").await), (40, 0));
    let position = house.engine.feed(name_of(&house.file())).await.unwrap().unwrap().position;
    assert!((1..=40).contains(&position), "{position}");
}

#[tokio::test(start_paused = true)]
async fn another_file_of_the_same_name_is_read_from_its_beginning_after_a_restart() {
    let mut house = House::new().await;
    house.write(&ringing("A"));
    house.has(&["A"]).await;
    house.stop().await;
    // The file is overwritten in place, so it keeps its inode number.
    fs::write(house.file(), [ringing("B"), ringing("C")].concat()).unwrap();
    house.start();
    house.has(&["A", "B", "C"]).await;
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_counted_and_disturbs_nothing() {
    let house = House::new().await;
    house.write("{\"Event\":\"EventRinging\",\"ThisDN\":7}\n\u{0}\u{1}nothing\n");
    house.write(&ringing("A"));
    house.has(&["A"]).await;
    let mut text = Text::default();
    house.metrics.write(&mut text);
    let name = format!("im_session_gateway_feed_refused_total{{feed=\"{}\"}} 1\n", name_of(&house.file()));
    let text = text.into_string();
    assert!(text.contains(&name), "{name}{text}");
}
