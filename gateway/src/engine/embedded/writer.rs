//! The engine's thread. It takes what waits, decides all of it, commits that in one transaction, and then tells: so a
//! transaction is shared by all who wait while the one before is written.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

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
use crate::engine::inspection::{Inquiry, Overview};
use crate::engine::{
    Answer, EngineError, Entry, FeedPosition, Outgoing, Present, RecordKey, Reply, Shard, ShardSettings,
};

/// The most that is committed together, so that who came first does not wait for ever.
const LARGEST_GROUP: usize = 4_096;

pub(super) struct Writer {
    file: File,
    directory: Directory,
    agents: Arc<Agents>,
    shards: Vec<Shard>,
    requests: RequestQueue,
    outbox: Outbox,
    /// Records that say nothing but that time passed: they are written with the next that say more.
    late: BTreeSet<(u32, RecordKey)>,
    outgoing: broadcast::Sender<Arc<Outgoing>>,
    newest_request: watch::Sender<u64>,
    on_failure: OnFailure,
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
        let Stored { shards: _, records, requests, outbox, delivered, newest_request } = file.read()?;
        let agents = directory.current();
        let (mut shards, mut surplus) = (Vec::new(), Vec::new());
        for number in 0..settings.shards {
            let shard_settings = ShardSettings {
                base_uri: settings.base_uri.clone(),
                number,
                shards: settings.shards,
                limits: settings.limits,
                times: settings.times,
            };
            let mine = records.iter().filter(|(shard, _, _)| *shard == number);
            let (shard, gone) = Shard::restore(&shard_settings, mine.map(|(_, key, value)| (&**key, &**value)))
                .map_err(|error| damaged(&error))?;
            shards.push(shard);
            surplus.extend(gone.into_iter().map(|key| (number, key)));
        }
        let most_requests = settings.limits.requests.saturating_mul(shards.len());
        let (sender, receiver) = watch::channel(newest_request);
        let writer = Writer {
            file,
            directory,
            agents,
            shards,
            requests: RequestQueue::new(most_requests, newest_request, requests),
            outbox: Outbox::new(settings.outbox, outbox, delivered),
            late: surplus.into_iter().collect(),
            outgoing,
            newest_request: sender,
            on_failure: settings.on_failure,
        };
        Ok((writer, receiver))
    }

    /// Until nobody can ask any more.
    pub(super) fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        let _ends_the_process = OnPanic(self.on_failure.clone());
        while let Some(first) = commands.blocking_recv() {
            self.agents = self.directory.current();
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
            match event.this_dn().map(|dn| self.shard_of_key(self.agents.shard_key(dn))) {
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
            Inquiry::Timeline { dn } => {
                let number = self.shard_of_key(self.agents.shard_key(dn));
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
            shards: u32::try_from(self.shards.len()).unwrap_or(u32::MAX),
        };
        self.file.write(&batch)?;
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
        self.shard_of_key(agent.id.as_str())
    }

    fn home_of_feed(&self, feed: &str) -> u32 {
        self.shard_of_key(&format!("feed:{feed}"))
    }

    fn shard_of_key(&self, key: &str) -> u32 {
        shard(key, u32::try_from(self.shards.len()).unwrap_or(u32::MAX))
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
