//! The engine's thread. It takes what waits, decides all of it, commits that in one transaction, and then tells: so a
//! transaction is shared by all who wait while the one before is written.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use im_session::store::shard;
use im_session::{Event, UnreadableEvent};
use tokio::sync::{broadcast, mpsc, watch};

use super::command::Command;
use super::file::{File, Stored};
use super::group::{Batch, Group};
use super::outbox::Outbox;
use super::request_queue::RequestQueue;
use super::{EmbeddedSettings, OnFailure};
use crate::config::{AgentRecord, Agents, Directory};
use crate::engine::division::{Record, divide, home_of_feed, shard_of_dn};
use crate::engine::inspection::{Inquiry, Overview};
use crate::engine::{
    Answer, EngineError, Entry, FeedPosition, Outgoing, Present, RecordKey, Reply, Shard, ShardSettings,
};

/// The most that is committed together, so that who came first does not wait for ever.
const LARGEST_GROUP: usize = 4_096;

/// Records, each with its shard.
type Records = BTreeSet<(u32, RecordKey)>;

pub(super) struct Writer {
    file: File,
    directory: Directory,
    agents: Arc<Agents>,
    shards: Vec<Shard>,
    requests: RequestQueue,
    outbox: Outbox,
    /// Records that say nothing but that time passed: they are written with the next that say more.
    late: Records,
    outgoing: broadcast::Sender<Arc<Outgoing>>,
    newest_request: watch::Sender<u64>,
    on_failure: OnFailure,
    settings: EmbeddedSettings,
}

/// What makes the settings of a shard from its number.
fn settings_of_shard(settings: &EmbeddedSettings) -> impl Fn(u32) -> ShardSettings + use<> {
    let EmbeddedSettings { base_uri, shards, limits, times, .. } = settings.clone();
    move |number| ShardSettings { base_uri: base_uri.clone(), number, shards, limits, times }
}

/// The shards that these records are, and the records that say nothing any more.
fn restore(
    records: &[Record],
    shards: u32,
    settings_of_shard: impl Fn(u32) -> ShardSettings,
) -> Result<(Vec<Shard>, Records), EngineError> {
    let mut by_shard: Vec<Vec<(&[u8], &[u8])>> = (0..shards).map(|_| Vec::new()).collect();
    for (number, key, value) in records {
        if let Some(mine) = by_shard.get_mut(*number as usize) {
            mine.push((key, value));
        }
    }
    let (mut restored, mut surplus) = (Vec::new(), BTreeSet::new());
    for (number, mine) in (0..shards).zip(by_shard) {
        let restored_one = Shard::restore(&settings_of_shard(number), mine);
        let (shard, gone) = restored_one.map_err(|error| damaged(&error))?;
        restored.push(shard);
        surplus.extend(gone.into_iter().map(|key| (number, key)));
    }
    Ok((restored, surplus))
}

/// An error of the records of a shard.
fn damaged(error: &dyn std::error::Error) -> EngineError {
    EngineError::Damaged { place: "records".into(), expected: "the records of a shard", found: error.to_string() }
}

impl Writer {
    /// What is in the file, as it was committed last.
    pub(super) fn new(
        file: File,
        directory: Directory,
        settings: EmbeddedSettings,
        outgoing: broadcast::Sender<Arc<Outgoing>>,
    ) -> Result<(Self, watch::Receiver<u64>), EngineError> {
        let Stored { shards: stored_shards, mut records, requests, outbox, delivered, newest_request } = file.read()?;
        let (agents, settings_of_shard) = (directory.current(), settings_of_shard(&settings));
        let divided = divide(&records, stored_shards, &agents, settings.shards, &settings_of_shard);
        if let Some(divided) = divided.map_err(|error| damaged(&error))? {
            file.divide(&records, &divided, settings.shards)?;
            records = divided;
        }
        let (shards, surplus) = restore(&records, settings.shards, &settings_of_shard)?;
        let most_requests = settings.limits.requests.saturating_mul(shards.len());
        let (sender, receiver) = watch::channel(newest_request);
        let writer = Writer {
            file,
            directory,
            agents,
            shards,
            requests: RequestQueue::new(most_requests, newest_request, requests),
            outbox: Outbox::new(settings.outbox, outbox, delivered),
            late: surplus,
            outgoing,
            newest_request: sender,
            on_failure: settings.on_failure.clone(),
            settings,
        };
        Ok((writer, receiver))
    }

    /// Where DNs went to other agents, the shards are divided anew, so that all sessions of an agent are in one.
    fn follow_the_directory(&mut self) -> Result<(), EngineError> {
        let agents = self.directory.current();
        if Arc::ptr_eq(&agents, &self.agents) {
            return Ok(());
        }
        self.agents = agents;
        // What is in memory is in the file, but for what only says that time passed.
        let changed = std::mem::take(&mut self.late);
        self.commit(&Group { changed, ..Group::default() })?;
        let (records, settings_of_shard) = (self.file.read()?.records, settings_of_shard(&self.settings));
        let shards = self.settings.shards;
        let divided = divide(&records, shards, &self.agents, shards, &settings_of_shard);
        if let Some(divided) = divided.map_err(|error| damaged(&error))? {
            self.file.divide(&records, &divided, shards)?;
            let surplus;
            (self.shards, surplus) = restore(&divided, shards, &settings_of_shard)?;
            self.late = surplus;
        }
        Ok(())
    }

    /// Until nobody can ask any more.
    pub(super) fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        let _ends_the_process = OnPanic(self.on_failure.clone());
        while let Some(first) = commands.blocking_recv() {
            if let Err(error) = self.follow_the_directory() {
                (self.on_failure)(&error);
                return;
            }
            let mut group = Group::default();
            self.take(first, &mut group);
            while group.size < LARGEST_GROUP {
                let Ok(next) = commands.try_recv() else { break };
                self.take(next, &mut group);
            }
            if let Err(error) = self.commit(&group) {
                // Nobody may hear of what is not written: the answers are dropped, and who waits is told that nothing comes.
                (self.on_failure)(&error);
                return;
            }
            self.tell(group);
        }
    }

    fn take(&mut self, command: Command, group: &mut Group) {
        group.size += command.size();
        match command {
            Command::Events { feed, events, answer } => {
                let results = self.events(feed, events, group);
                group.answer(answer, results);
            }
            Command::Operate { agent, target, body, answer } => {
                let number = self.shard_of_agent(&agent);
                if let Some(Answer::Operation(reply)) =
                    self.decide(number, Entry::Operation { agent, target, body }, group)
                {
                    group.answer(answer, reply);
                }
            }
            Command::List { agent, query, answer } => {
                if let Some(shard) = self.shards.get(self.shard_of_agent(&agent) as usize) {
                    group.answer(answer, shard.list(&agent, &query));
                }
            }
            Command::Read { agent, id, query, answer } => {
                if let Some(shard) = self.shards.get(self.shard_of_agent(&agent) as usize) {
                    group.answer(answer, shard.read(&agent, &id, &query));
                }
            }
            Command::Present { agent, answer } => {
                if let Some(shard) = self.shards.get(self.shard_of_agent(&agent) as usize) {
                    let position = shard.notified();
                    let undelivered = self.outbox.undelivered(&agent.id, position);
                    group.answer(answer, Present { position, sessions: shard.present(&agent), undelivered });
                }
            }
            Command::Delivered { agent, up_to } => self.outbox.deliver(agent, up_to),
            Command::Requests { from, answer } => group.answer(answer, self.requests.from(from)),
            Command::ConfirmRequests { up_to, answer } => {
                group.requests.extend(self.requests.confirm(up_to));
                group.answer(answer, ());
            }
            Command::Feed { feed, answer } => {
                let home = self.home_of_feed(&feed);
                let position = self.shards.get(home as usize).and_then(|shard| shard.feed(&feed)).cloned();
                group.answer(answer, position);
            }
            Command::Tick { now, answer } => {
                self.tick(now, group);
                group.answer(answer, ());
            }
            Command::Inspect { inquiry, answer } => {
                // As a read: what it tells is committed before it is told.
                if let Some(reply) = self.inspect(&inquiry) {
                    group.answer(answer, reply);
                }
            }
        }
    }

    /// Each event goes to the shard of its DN, one without a DN to all. The home of the feed comes last, and in any case.
    fn events(
        &mut self,
        feed: Option<FeedPosition>,
        events: Vec<Event<'static>>,
        group: &mut Group,
    ) -> Vec<Result<(), UnreadableEvent>> {
        let mut results = vec![Ok(()); events.len()];
        let mut divided: Vec<Vec<(usize, Event<'static>)>> = self.shards.iter().map(|_| Vec::new()).collect();
        for (place, event) in events.into_iter().enumerate() {
            match event.this_dn().map(|dn| shard_of_dn(dn, &self.agents, self.settings.shards)) {
                Some(number) => {
                    if let Some(of_shard) = divided.get_mut(number as usize) {
                        of_shard.push((place, event));
                    }
                }
                None => divided.iter_mut().for_each(|of_shard| of_shard.push((place, event.clone()))),
            }
        }
        let home = feed.as_ref().map(|feed| self.home_of_feed(&feed.feed));
        let mut numbers: Vec<u32> = (0..).take(divided.len()).collect();
        numbers.sort_by_key(|&number| Some(number) == home);
        for number in numbers {
            let of_shard = divided.get_mut(number as usize).map(std::mem::take).unwrap_or_default();
            let is_home = Some(number) == home;
            if of_shard.is_empty() && !is_home {
                continue;
            }
            let (places, events): (Vec<usize>, Vec<Event<'static>>) = of_shard.into_iter().unzip();
            // What a feed keeps with its position is kept once.
            let feed = feed.clone().map(|feed| if is_home { feed } else { FeedPosition { note: None, ..feed } });
            if let Some(Answer::Events(answers)) = self.decide(number, Entry::Events { feed, events }, group) {
                for (place, answer) in places.into_iter().zip(answers) {
                    if let (Err(_), Some(result)) = (&answer, results.get_mut(place)) {
                        *result = answer;
                    }
                }
            }
        }
        results
    }

    fn inspect(&self, inquiry: &Inquiry) -> Option<Reply> {
        match inquiry {
            Inquiry::Overview => {
                let overviews = self.shards.iter().map(|shard| shard.overview(&self.agents));
                Some(Reply::of(&overviews.reduce(Overview::and)?))
            }
            Inquiry::Feeds => {
                let mut feeds = BTreeMap::new();
                for (number, shard) in (0..).zip(&self.shards) {
                    // Another shard may not have heard of the feed's last events.
                    let at_home = shard.feeds.values().filter(|feed| self.home_of_feed(&feed.feed) == number);
                    feeds.extend(at_home.map(|feed| (&feed.feed, feed.position)));
                }
                Some(Reply::of(&BTreeMap::from([("feeds", feeds)])))
            }
            Inquiry::Timeline { dn } => {
                let number = shard_of_dn(dn, &self.agents, self.settings.shards);
                Some(Reply::of(&self.shards.get(number as usize)?.timeline(dn, &self.agents)))
            }
        }
    }

    fn tick(&mut self, now: Duration, group: &mut Group) {
        for number in (0..).take(self.shards.len()) {
            self.decide(number, Entry::Time(now), group);
        }
    }

    /// Lets a shard decide, and puts what came of it into the group.
    fn decide(&mut self, number: u32, entry: Entry, group: &mut Group) -> Option<Answer> {
        let decision = self.shards.get_mut(number as usize)?.decide(entry, &self.agents);
        let changed = decision.changed.into_iter().map(|key| (number, key));
        if decision.only_time {
            self.late.extend(changed);
        } else {
            group.changed.extend(changed);
        }
        for request in decision.requests {
            let (offset, oldest) = self.requests.push(request);
            group.requests.insert(offset);
            group.requests.extend(oldest);
        }
        group.requests.extend(decision.settled.into_iter().filter_map(|settled| self.requests.settle(settled)));
        for outgoing in decision.outgoing.into_iter().map(Arc::new) {
            let dropped = self.outbox.push(outgoing.clone());
            group.dropped.extend(dropped.map(|position| (outgoing.agent.clone(), position)));
            group.outgoing.push(outgoing);
        }
        Some(decision.answer)
    }

    fn commit(&mut self, group: &Group) -> Result<(), EngineError> {
        if group.changes_nothing() {
            return Ok(());
        }
        let record = |(number, key): &(u32, RecordKey)| {
            let value = self.shards.get(*number as usize).and_then(|shard| shard.record(key));
            ((*number, key.to_bytes()), value)
        };
        let request = |&offset: &u64| {
            // A request is written as JSON here, and as an object a line by those who read it.
            (offset, self.requests.get(offset).map(|request| serde_json::to_vec(request).unwrap_or_default()))
        };
        let kept = group.outgoing.iter().map(|outgoing| {
            let json = serde_json::to_vec(&**outgoing).unwrap_or_default();
            (outgoing.agent.clone(), outgoing.position, Some(json))
        });
        let dropped = group.dropped.iter().map(|(agent, position)| (agent.clone(), *position, None));
        let batch = Batch {
            records: group.changed.iter().chain(&self.late).map(record).collect(),
            requests: group.requests.iter().map(request).collect(),
            // In this order: what is dropped may be of this group.
            outbox: kept.chain(dropped).collect(),
            delivered: self.outbox.unwritten().collect(),
            newest_request: self.requests.newest(),
            shards: self.settings.shards,
        };
        let began = Instant::now();
        self.file.write(&batch)?;
        self.settings.commits.observe(began.elapsed());
        self.late.clear();
        self.outbox.written();
        Ok(())
    }

    /// Says what is committed: notifications, then answers, then that there are requests.
    fn tell(&self, group: Group) {
        for outgoing in &group.outgoing {
            // An error says that nobody listens.
            let _ = self.outgoing.send(outgoing.clone());
        }
        group.into_answers().for_each(|answer| answer());
        self.newest_request.send_if_modified(|newest| {
            let is_newer = self.requests.newest() > *newest;
            *newest = self.requests.newest();
            is_newer
        });
    }

    fn shard_of_agent(&self, agent: &AgentRecord) -> u32 {
        shard(agent.id.as_str(), self.settings.shards)
    }

    fn home_of_feed(&self, feed: &str) -> u32 {
        home_of_feed(feed, self.settings.shards)
    }
}

/// A panic of the engine's thread is a failed commit: what is in memory may be half of something.
struct OnPanic(OnFailure);

impl Drop for OnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            (self.0)(&EngineError::Stopped);
        }
    }
}
