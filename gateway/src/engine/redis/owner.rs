//! A shard that this process owns. The worker restores it from its records, decides entries in batches, and commits
//! each batch with one script. The script fails if another worker has claimed the shard.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use ::redis::RedisError;
use ::redis::aio::MultiplexedConnection;
use ::redis::streams::StreamReadReply;
use im_session::store::PartKey;
use tokio::sync::watch;

use super::keys::ShardKeys;
use super::server::BLOCK;
use super::shared::Shared;
use super::wire::{Asked, Commit, Fields, RequestChange, Ticket, WireReply, json};
use super::{records, scripts};
use crate::engine::inspection::Inquiry;
use crate::engine::{Answer, DamagedShard, Entry, OutgoingKind, RecordKey, Reply, Shard};

/// The maximum number of events per commit. A batch of a feed is never split, so a commit may contain more.
const LARGEST_GROUP: usize = 4_096;
/// The number of ReferenceIDs skipped if Redis may have lost requests that were already sent.
const LOST_REQUESTS: u32 = 1_000;

/// Why this process stopped owning a shard.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("another worker owns the shard")]
    Fenced,
    #[error("expected the shard as this worker left it; it went on elsewhere")]
    Elsewhere,
    #[error(transparent)]
    Redis(#[from] RedisError),
    #[error(transparent)]
    Damaged(#[from] DamagedShard),
}

/// Owns the shard until the lease is lost or the shard has to be released.
pub(super) async fn own(shared: Arc<Shared>, number: u32, token: u64, mut stop: watch::Receiver<bool>) {
    let owning = async {
        let began = Instant::now();
        let mut owner = Owner::restore(&shared, number, token).await?;
        tracing::info!(shard = number, sessions = owner.shard.sessions().iter().count(), took = ?began.elapsed(), "restored");
        owner.run(&mut stop).await
    };
    match owning.await {
        Ok(()) => {}
        Err(Ended::Fenced) => {
            tracing::warn!(shard = number, token, "what was decided is not committed: another worker owns the shard");
            return;
        }
        Err(error) => tracing::warn!(shard = number, token, %error, "the shard is given up"),
    }
    let keys = shared.keys(number);
    let mut script = scripts::RELEASE.key(keys.owner());
    script.key(keys.state()).arg(token);
    let mut released: Result<u64, RedisError> = script.invoke_async(&mut shared.connection()).await;
    if released.is_err() {
        // The first command on a broken connection fails, and the connection is then re-established, so this retries
        // once.
        released = script.invoke_async(&mut shared.connection()).await;
    }
    if let Err(error) = released {
        tracing::warn!(shard = number, %error, "the shard is not given back; its lease ends");
    }
}

struct Owner<'s> {
    shared: &'s Shared,
    number: u32,
    keys: ShardKeys,
    token: u64,
    connection: MultiplexedConnection,
    shard: Shard,
    /// The last committed entry.
    entry: String,
    /// The number of the last commit.
    commits: u64,
    /// New commits get numbers higher than this.
    above: u64,
    group: Group,
}

/// The entries that one commit contains.
#[derive(Default)]
struct Group {
    changed: BTreeSet<RecordKey>,
    commit: Commit,
    entry: Option<String>,
    size: usize,
}

impl<'s> Owner<'s> {
    async fn restore(shared: &'s Shared, number: u32, token: u64) -> Result<Self, Ended> {
        let keys = shared.keys(number);
        let mut connection = shared.own_connection(number).await?;
        let mut command = ::redis::cmd("HMGET");
        command.arg(keys.state()).arg("entry").arg("commits").arg("above");
        let (entry, commits, above): (Option<String>, Option<u64>, Option<u64>) =
            command.query_async(&mut connection).await?;
        let (commits, above) = (commits.unwrap_or_default(), above.unwrap_or_default());
        let records = records::read(keys, &mut connection).await?;
        let of_records = records.iter().map(|(key, value)| (key.as_slice(), value.as_slice()));
        let mut settings = shared.shard_settings(number);
        let mut group = Group::default();
        if commits < above {
            // Redis may have lost commits, and with them requests that were already sent. This is the first commit
            // since.
            settings.reference_id_gap = LOST_REQUESTS;
            group.changed.insert(RecordKey::Part(PartKey::Store));
        }
        let (shard, surplus) = Shard::restore(&settings, of_records)?;
        for key in surplus {
            if let RecordKey::Part(PartKey::Request { reference_id }) = key {
                group.commit.requests.push(RequestChange::Settled(reference_id));
            }
            group.changed.insert(key);
        }
        let entry = entry.unwrap_or_else(|| "0-0".into());
        Ok(Owner { shared, number, keys, token, connection, shard, entry, commits, above, group })
    }

    /// Runs until stopped. Commits all entries decided by then.
    async fn run(&mut self, stop: &mut watch::Receiver<bool>) -> Result<(), Ended> {
        let mut command = ::redis::cmd("XREAD");
        command.arg("COUNT").arg(self.shared.settings.batch.max(1)).arg("BLOCK").arg(BLOCK.as_millis() as u64);
        command.arg("STREAMS").arg(self.keys.entries());
        loop {
            let mut command = command.clone();
            command.arg(&self.entry);
            let read: Option<StreamReadReply> = tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => return Ok(()),
                read = command.query_async(&mut self.connection) => read?,
            };
            for entry in read.into_iter().flat_map(|read| read.keys).flat_map(|stream| stream.ids) {
                self.take(&entry.id, &Fields(&entry.map));
                if self.group.size >= LARGEST_GROUP {
                    self.commit().await?;
                }
            }
            if self.group.entry.is_some() {
                self.commit().await?;
            }
        }
    }

    fn take(&mut self, id: &str, fields: &Fields<'_>) {
        self.group.entry = Some(id.to_owned());
        self.group.size += 1;
        let ticket = fields.ticket();
        match fields.asked() {
            Ok(Asked::Entry(entry)) => self.decide(entry, ticket),
            Ok(Asked::Inquiry(inquiry)) => {
                let reply = self.inspect(&inquiry);
                self.group.answer(ticket, Some(reply));
            }
            // No engine wrote this entry. It is skipped, so that the entries after it are served.
            Err(error) => tracing::error!(shard = self.number, entry = id, %error, "an entry cannot be read"),
        }
    }

    fn decide(&mut self, entry: Entry, ticket: Option<Ticket>) {
        if let Entry::Events { events, .. } = &entry {
            self.group.size += events.len();
        }
        let decision = self.shard.decide(entry, &self.shared.agents());
        let group = &mut self.group;
        group.changed.extend(decision.changed);
        group.commit.outgoing.extend(decision.outgoing);
        group.commit.requests.extend(decision.requests.into_iter().map(|one| RequestChange::Made(Box::new(one))));
        group.commit.requests.extend(decision.settled.into_iter().map(RequestChange::Settled));
        match decision.answer {
            Answer::Events(_) => group.answer(ticket, None),
            Answer::Operation(reply) => group.answer(ticket, Some(reply)),
            Answer::Time(taken) => {
                if let Err(error) = taken {
                    tracing::warn!(%error, shard = self.number, "the shard rejected the time");
                }
                group.answer(ticket, None);
            }
        }
    }

    fn inspect(&self, inquiry: &Inquiry) -> Reply {
        let agents = self.shared.agents();
        match inquiry {
            Inquiry::Timeline { dn } => Reply::of(&self.shard.timeline(dn, &agents)),
            // The caller merges the answers of all shards and sets the status itself.
            Inquiry::Overview | Inquiry::Feeds => {
                Reply { status: im_session::StatusCode::Ok, body: json(&self.shard.overview(&agents)) }
            }
        }
    }

    async fn commit(&mut self) -> Result<(), Ended> {
        let Group { changed, commit, entry, .. } = std::mem::take(&mut self.group);
        let entry = entry.unwrap_or_else(|| self.entry.clone());
        let (keys, began) = (self.keys, Instant::now());
        let mut script = scripts::COMMIT.key(keys.state());
        script.key(keys.entries()).key(keys.outbox()).key(keys.delivered()).key(keys.dns());
        let number = self.commits.max(self.above) + 1;
        script.arg(self.token).arg(&self.entry).arg(&entry).arg(self.commits).arg(number);
        script.arg(json(&commit)).arg(self.shared.settings.outbox).arg(changed.len());
        for key in &changed {
            let (hash, dn) = keys.of_record(key);
            script.key(hash).arg(key.to_bytes()).arg(self.shard.record(key).unwrap_or_default());
            script.arg(dn.unwrap_or_default());
        }
        let kept = commit.outgoing.iter().filter(|one| match one.kind {
            // A subscription begins with the sessions, so their notifications are not kept.
            OutgoingKind::Session => false,
            OutgoingKind::Message | OutgoingKind::Error => true,
        });
        for one in kept {
            script.key(keys.undelivered(one.agent.as_str()));
            script.arg(one.agent.as_str()).arg(one.position).arg(json(one));
        }
        let said: String = script.invoke_async(&mut self.connection).await?;
        match &*said {
            "committed" => {
                self.entry = entry;
                self.commits = number;
                self.shared.settings.commits.observe(began.elapsed());
                Ok(())
            }
            "fenced" => Err(Ended::Fenced),
            _ => Err(Ended::Elsewhere),
        }
    }
}

impl Group {
    fn answer(&mut self, ticket: Option<Ticket>, reply: Option<Reply>) {
        self.commit.answers.extend(ticket.map(|ticket| (ticket, reply.map(WireReply::from))));
    }
}
