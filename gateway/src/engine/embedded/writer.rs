//! The engine's thread. It decides all waiting commands, commits them in one transaction, and then sends notifications
//! and answers. Commands that arrive during a commit share the next transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use im_session::Event;
use im_session::store::{PartKey, shard};
use tokio::sync::{broadcast, mpsc, watch};

use super::command::Command;
use super::file::{File, Stored};
use super::group::{Batch, Group};
use super::outbox::Outbox;
use super::request_queue::RequestQueue;
use super::{EmbeddedSettings, OnFailure};
use crate::config::{AgentId, AgentRecord, Agents, Directory};
use crate::engine::delivered::Delivered;
use crate::engine::division::{Record, divide, divide_events, home_of_feed, shard_of_dn};
use crate::engine::inspection::{Inquiry, Overview};
use crate::engine::told::Told;
use crate::engine::{
    Answer, Applied, EngineError, Entry, FeedPosition, Outgoing, Present, RecordKey, Reply, Shard, ShardSettings,
};

/// The maximum size of a group. It bounds how long the first command in the group waits.
const LARGEST_GROUP: usize = 4_096;

/// Records with their shards.
type Records = BTreeSet<(u32, RecordKey)>;

pub(super) struct Writer {
    file: File,
    directory: Directory,
    agents: Arc<Agents>,
    shards: Vec<Shard>,
    requests: RequestQueue,
    outbox: Outbox,
    delivered: Delivered,
    told: Told,
    /// Records in which only the time has changed. They are written with the next other change.
    late: Records,
    /// Requests that no command removed. They are written with the next other change, too.
    late_requests: BTreeSet<u64>,
    outgoing: broadcast::Sender<Arc<Outgoing>>,
    newest_request: watch::Sender<u64>,
    on_failure: OnFailure,
    settings: EmbeddedSettings,
}

/// Returns the function from a shard's number to its settings.
fn settings_of_shard(settings: &EmbeddedSettings) -> impl Fn(u32) -> ShardSettings + use<> {
    let EmbeddedSettings { base_uri, shards, limits, times, .. } = settings.clone();
    move |number| ShardSettings { number, shards, limits, times, ..ShardSettings::new(base_uri.clone()) }
}

/// Restores the shards from these records. Also returns the records to delete.
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

/// Makes an error for a shard with damaged records.
fn damaged(error: &dyn std::error::Error) -> EngineError {
    EngineError::Damaged { place: "records".into(), expected: "the records of a shard", found: error.to_string() }
}

impl Writer {
    /// Restores the last committed state.
    pub(super) fn new(
        file: File,
        directory: Directory,
        settings: EmbeddedSettings,
        delivered_by_now: Delivered,
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
        let (sender, receiver) = watch::channel(newest_request);
        let mut writer = Writer {
            file,
            directory,
            agents,
            shards,
            requests: RequestQueue::new(newest_request, requests),
            outbox: Outbox::new(settings.outbox, outbox, delivered),
            delivered: delivered_by_now,
            told: Told::new(settings.limits.time_jump),
            late: surplus,
            late_requests: BTreeSet::new(),
            outgoing,
            newest_request: sender,
            on_failure: settings.on_failure.clone(),
            settings,
        };
        writer.drop_requests_without_record();
        Ok((writer, receiver))
    }

    /// Drops queued requests that have no record in a shard, because nothing would ever settle them. Their records were
    /// left out when a limit was lowered or shards were merged.
    fn drop_requests_without_record(&mut self) {
        let (shards, agents, count) = (&self.shards, &self.agents, self.settings.shards);
        let dropped = self.requests.retain(|request| {
            let key = RecordKey::Part(PartKey::Request { reference_id: request.reference_id });
            let shard = shards.get(shard_of_dn(&request.this_dn, agents, count) as usize);
            shard.is_some_and(|shard| shard.record(&key).is_some())
        });
        if !dropped.is_empty() {
            tracing::warn!(requests = dropped.len(), "requests beyond a limit are not sent");
        }
        self.late_requests.extend(dropped);
    }

    /// If DNs have moved to other agents, reassigns the records, so that all sessions of an agent are in one shard.
    fn follow_the_directory(&mut self) -> Result<(), EngineError> {
        let agents = self.directory.current();
        if Arc::ptr_eq(&agents, &self.agents) {
            return Ok(());
        }
        let before = std::mem::replace(&mut self.agents, agents);
        if before.have_the_same_dns(&self.agents) {
            return Ok(());
        }
        // Brings the file up to date with memory.
        self.write_what_is_late()?;
        let (records, settings_of_shard) = (self.file.read()?.records, settings_of_shard(&self.settings));
        let shards = self.settings.shards;
        let divided = divide(&records, shards, &self.agents, shards, &settings_of_shard);
        if let Some(divided) = divided.map_err(|error| damaged(&error))? {
            self.file.divide(&records, &divided, shards)?;
            let surplus;
            (self.shards, surplus) = restore(&divided, shards, &settings_of_shard)?;
            self.late = surplus;
            self.drop_requests_without_record();
        }
        Ok(())
    }

    /// Runs until the last sender of commands is dropped.
    pub(super) fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        let _ends_the_process = OnPanic(self.on_failure.clone());
        while let Some(first) = commands.blocking_recv() {
            if let Err(error) = self.follow_the_directory() {
                (self.on_failure)(&error);
                return;
            }
            self.hear_what_was_delivered();
            let mut group = Group::default();
            self.take(first, &mut group);
            while group.size < LARGEST_GROUP {
                let Ok(next) = commands.try_recv() else { break };
                self.take(next, &mut group);
            }
            if let Err(error) = self.commit(&group) {
                // Uncommitted results must not be reported. Dropping the answers gives the callers an error.
                (self.on_failure)(&error);
                return;
            }
            self.tell(group);
        }
        // Writes the deferred changes, so that nothing is sent again after the restart.
        self.hear_what_was_delivered();
        if let Err(error) = self.write_what_is_late() {
            (self.on_failure)(&error);
        }
    }

    /// Removes the notifications that have reached a client.
    fn hear_what_was_delivered(&mut self) {
        for (agent, up_to) in self.delivered.fetch() {
            self.outbox.deliver(agent, up_to);
        }
    }

    fn take(&mut self, command: Command, group: &mut Group) {
        group.size += command.size();
        match command {
            Command::Events { feed, events, answer } => {
                let applied = self.events(feed, events, group);
                group.answer(answer, applied);
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
                // Includes deliveries that were reported since the group began.
                self.hear_what_was_delivered();
                if let Some(shard) = self.shards.get(self.shard_of_agent(&agent) as usize) {
                    let position = shard.notified();
                    let undelivered = self.outbox.undelivered(&agent.id, position);
                    group.answer(answer, Present { position, sessions: shard.present(&agent), undelivered });
                }
            }
            Command::Requests { from, answer } => group.answer(answer, self.requests.from(from)),
            Command::ConfirmRequests { up_to, answer } => {
                group.requests.extend(self.requests.confirm(up_to));
                group.answer(answer, ());
            }
            Command::Feed { feed, answer } => {
                let position = self.feed(&feed).cloned();
                group.answer(answer, position);
            }
            Command::Tick { now, answer } => {
                self.tick(now, group);
                group.answer(answer, ());
            }
            Command::Inspect { inquiry, answer } => {
                // Answered after the commit, like a read, so that the answer shows committed state only.
                if let Some(reply) = self.inspect(&inquiry) {
                    group.answer(answer, reply);
                }
            }
        }
    }

    /// Sends each event to the shard of its DN, and an event without a DN to all shards. The feed's home shard always
    /// takes part and comes last. Once it has reached a position, all shards have, even those that received no event
    /// and do not know the position.
    fn events(&mut self, feed: Option<FeedPosition>, events: Vec<Event<'static>>, group: &mut Group) -> Applied {
        let mut results = vec![Ok(()); events.len()];
        if let Some(FeedPosition { feed, position, .. }) = &feed
            && let Some(known) = self.feed(feed).map(|known| known.position).filter(|known| position <= known)
        {
            tracing::warn!(feed, position, known, "a batch is skipped: its feed has already reached this position");
            return Applied { results, position: Some(known), repeated: true };
        }
        let position = feed.as_ref().map(|feed| feed.position);
        let mut divided = divide_events(events, &self.agents, self.settings.shards);
        let home = feed.as_ref().map(|feed| self.home_of_feed(&feed.feed));
        let elsewhere = divided.shards().into_iter().filter(|number| Some(*number) != home);
        for number in elsewhere.chain(home) {
            let is_home = Some(number) == home;
            let (places, events): (Vec<usize>, Vec<Event<'static>>) = divided.take(number).into_iter().unzip();
            // Only the home shard stores the feed's note.
            let feed = feed.clone().map(|feed| if is_home { feed } else { FeedPosition { note: None, ..feed } });
            if let Some(Answer::Events(answers)) = self.decide(number, Entry::Events { feed, events }, group) {
                for (place, answer) in places.into_iter().zip(answers) {
                    if let (Err(_), Some(result)) = (&answer, results.get_mut(place)) {
                        *result = answer;
                    }
                }
            }
        }
        Applied { results, position, repeated: false }
    }

    /// The position of a feed, as recorded in its home shard.
    fn feed(&self, feed: &str) -> Option<&FeedPosition> {
        self.shards.get(self.home_of_feed(feed) as usize)?.feed(feed)
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
                    // Other shards may not know the latest position of the feed.
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
        for now in self.told.hear(now) {
            for number in (0..).take(self.shards.len()) {
                if let Some(Answer::Time(Err(error))) = self.decide(number, Entry::Time(now), group) {
                    tracing::warn!(%error, shard = number, "the shard rejected the time");
                }
            }
        }
    }

    /// Has a shard decide an entry, and adds the decision to the group.
    fn decide(&mut self, number: u32, entry: Entry, group: &mut Group) -> Option<Answer> {
        let decision = self.shards.get_mut(number as usize)?.decide(entry, &self.agents);
        let changed = decision.changed.into_iter().map(|key| (number, key));
        if decision.only_time {
            self.late.extend(changed);
        } else {
            group.changed.extend(changed);
        }
        for request in decision.requests {
            group.requests.insert(self.requests.push(request));
        }
        group.requests.extend(decision.settled.into_iter().filter_map(|settled| self.requests.settle(settled)));
        for outgoing in decision.outgoing.into_iter().map(Arc::new) {
            self.outbox.keep(&outgoing);
            group.outgoing.push(outgoing);
        }
        Some(decision.answer)
    }

    fn commit(&mut self, group: &Group) -> Result<(), EngineError> {
        if group.changes_nothing() { Ok(()) } else { self.write(group) }
    }

    /// Writes the deferred changes.
    fn write_what_is_late(&mut self) -> Result<(), EngineError> {
        if self.late.is_empty() && self.late_requests.is_empty() && self.outbox.is_written() {
            return Ok(());
        }
        self.write(&Group::default())
    }

    fn write(&mut self, group: &Group) -> Result<(), EngineError> {
        let record = |(number, key): &(u32, RecordKey)| {
            let value = self.shards.get(*number as usize).and_then(|shard| shard.record(key));
            ((*number, key.to_bytes()), value)
        };
        let request = |&offset: &u64| {
            // The file stores a request as JSON. Only readers of the queue get JSON lines.
            (offset, self.requests.get(offset).map(|request| serde_json::to_vec(request).unwrap_or_default()))
        };
        let outgoing = |(agent, position, row): (&AgentId, u64, Option<&Outgoing>)| {
            (agent.clone(), position, row.map(|row| serde_json::to_vec(row).unwrap_or_default()))
        };
        let batch = Batch {
            records: group.changed.iter().chain(&self.late).map(record).collect(),
            requests: group.requests.iter().chain(&self.late_requests).map(request).collect(),
            outbox: self.outbox.unwritten_rows().map(outgoing).collect(),
            delivered: self.outbox.unwritten_delivered().collect(),
            newest_request: self.requests.newest(),
            shards: self.settings.shards,
        };
        let began = Instant::now();
        self.file.write(&batch)?;
        self.settings.commits.observe(began.elapsed());
        self.late.clear();
        self.late_requests.clear();
        self.outbox.written();
        Ok(())
    }

    /// Announces the commit: notifications first, then answers, then new requests.
    fn tell(&self, group: Group) {
        for outgoing in &group.outgoing {
            // Sending fails only if there are no receivers.
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

/// Treats a panic of the engine's thread as a failed commit, because memory may be inconsistent.
struct OnPanic(OnFailure);

impl Drop for OnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            (self.0)(&EngineError::Stopped);
        }
    }
}
