//! Decides the entries of one shard. It is pure and deterministic, without a clock or I/O. The same entries give the
//! same records, answers, notifications and requests on every machine and after every restart.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use im_session::store::{BadReferenceIds, PartKey, ReferenceIds, Settled, TimeError};
use im_session::{BaseUri, ErrorBody, Event, Limits, Query, Request, Sessions, StatusCode, UnreadableEvent};
use serde::{Deserialize, Serialize};

use super::inspection::{Observation, Observer, Overview, Timeline};
use super::outgoing::{data_of, error_of, kind_of, present};
use super::{FeedPosition, Outgoing, OutgoingKind, OwnedTarget, RecordKey, Reply};
use crate::config::{AgentId, AgentRecord, Agents};

/// The settings of a shard. Restore a shard with the same settings each time.
#[derive(Debug, Clone)]
pub struct ShardSettings {
    /// The base URI of the service.
    pub base_uri: BaseUri,
    /// The number of the shard, from 0.
    pub number: u32,
    /// The number of shards.
    pub shards: u32,
    /// The limits of its sessions.
    pub limits: Limits,
    /// When sessions and requests expire.
    pub times: Times,
    /// The number of ReferenceIDs skipped on restoring. 0 if the records contain every request that was sent.
    pub reference_id_gap: u32,
}

impl ShardSettings {
    /// The settings of a service with a single shard, the default limits and the default times.
    #[must_use]
    pub fn new(base_uri: BaseUri) -> Self {
        ShardSettings {
            base_uri,
            number: 0,
            shards: 1,
            limits: Limits::DEFAULT,
            times: Times::default(),
            reference_id_gap: 0,
        }
    }

    /// The range of ReferenceIDs that the shard assigns. The ranges of different shards do not overlap.
    pub(super) fn reference_ids_from_to(&self) -> RangeInclusive<u64> {
        let per_shard = u64::from(ReferenceIds::HIGHEST.checked_div(self.shards).unwrap_or_default());
        let number = u64::from(self.number);
        number * per_shard + 1..=(number + 1) * per_shard
    }

    fn reference_ids(&self) -> Result<ReferenceIds, BadReferenceIds> {
        let range = self.reference_ids_from_to();
        let within = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        ReferenceIds::new(within(*range.start()), within(*range.end()))
    }
}

/// The times after which sessions and requests expire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// An open session expires if it has no accepted event for this time.
    pub expire_after: Duration,
    /// A request times out if it is not settled within this time.
    pub time_out_after: Duration,
    /// A completed session is forgotten after this time.
    pub forget_after: Duration,
}

impl Default for Times {
    /// Four hours, thirty seconds, one hour.
    fn default() -> Self {
        Times {
            expire_after: Duration::from_secs(4 * 3_600),
            time_out_after: Duration::from_secs(30),
            forget_after: Duration::from_secs(3_600),
        }
    }
}

/// An entry of a shard's stream.
#[derive(Debug, Clone)]
pub enum Entry {
    /// Events of a feed, in order. They are skipped if the feed has already reached their position in this shard.
    Events {
        /// The feed's position after these events.
        feed: Option<FeedPosition>,
        /// The events.
        events: Vec<Event<'static>>,
    },
    /// An operation of an agent, with everything that it depends on.
    Operation {
        /// The agent.
        agent: Arc<AgentRecord>,
        /// The target.
        target: OwnedTarget,
        /// The JSON body.
        body: Vec<u8>,
    },
    /// The time, as a `Duration` since 1970.
    Time(Duration),
}

/// The effects of an entry. They are committed together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The records that may have changed. [`Shard::record`] returns their new values. When several entries are
    /// committed together, each record has to be written only once.
    pub changed: BTreeSet<RecordKey>,
    /// The answer for the caller.
    pub answer: Answer,
    /// Notifications, in order of position.
    pub outgoing: Vec<Outgoing>,
    /// Requests to send to the SIP Server.
    pub requests: Vec<Request>,
    /// The ReferenceIDs of requests that need not be sent, because they were settled or timed out.
    pub settled: Vec<u64>,
    /// Whether only the time has changed. This can wait and be written with the next other change.
    pub only_time: bool,
}

/// The answer to an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The answer to events: one result for each.
    Events(Vec<Result<(), UnreadableEvent>>),
    /// The answer to an operation.
    Operation(Reply),
    /// The answer to the time: whether it was accepted. A jump beyond the limit changes nothing.
    Time(Result<(), TimeError>),
}

/// The agent who made a request, and the DN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Requester {
    agent: AgentId,
    #[serde(rename = "thisDN")]
    this_dn: String,
}

/// A shard: the sessions, the positions of the feeds, and the position of the last notification.
#[derive(Debug, Clone)]
pub struct Shard {
    pub(super) number: u32,
    pub(super) sessions: Sessions,
    pub(super) feeds: BTreeMap<String, FeedPosition>,
    pub(super) notified: u64,
    pub(super) observer: Observer,
    /// Who made each request in flight, by ReferenceID.
    pub(super) requesters: BTreeMap<u64, Requester>,
    times: Times,
}

impl Shard {
    /// A shard without sessions.
    ///
    /// # Errors
    ///
    /// If there are no shards, more shards than ReferenceIDs, or no shard with this number.
    pub fn new(settings: &ShardSettings) -> Result<Self, BadReferenceIds> {
        let sessions = Sessions::new(settings.base_uri.clone())
            .with_limits(settings.limits)
            .with_reference_ids(settings.reference_ids()?)
            .with_reference_id_gap(settings.reference_id_gap);
        Ok(Shard {
            number: settings.number,
            sessions,
            feeds: BTreeMap::new(),
            notified: 0,
            observer: Observer::default(),
            requesters: BTreeMap::new(),
            times: settings.times,
        })
    }

    /// Decides an entry. `agents` maps each DN to its agent, and defines what the agent may see.
    pub fn decide(&mut self, entry: Entry, agents: &Agents) -> Decision {
        match entry {
            Entry::Events { feed, events } => self.events(feed, &events, agents),
            Entry::Operation { agent, target, body } => self.operation(&agent, &target, &body),
            Entry::Time(now) => self.time(now, agents),
        }
    }

    fn events(&mut self, feed: Option<FeedPosition>, events: &[Event<'static>], agents: &Agents) -> Decision {
        let mut deciding = Deciding::default();
        if let Some(feed) = feed {
            if self.feeds.get(&feed.feed).is_some_and(|known| feed.position <= known.position) {
                return deciding.decided(Answer::Events(events.iter().map(|_| Ok(())).collect()));
            }
            deciding.changed.insert(RecordKey::Feed(feed.feed.clone()));
            self.feeds.insert(feed.feed.clone(), feed);
        }
        let results: Vec<_> = events.iter().map(|event| self.event(event, agents, &mut deciding)).collect();
        deciding.decided(Answer::Events(results))
    }

    fn event(
        &mut self,
        event: &Event<'static>,
        agents: &Agents,
        deciding: &mut Deciding,
    ) -> Result<(), UnreadableEvent> {
        // The store's counters change whatever the outcome.
        deciding.changed.insert(RecordKey::Part(PartKey::Store));
        let now = self.sessions.now();
        let handled = self.sessions.handle_event(event)?;
        // An event without a DN is recorded at each DN that it changed.
        let to_call = if event.this_dn().is_none() { Some(handled.changed()) } else { None };
        for dn in event.this_dn().into_iter().chain(to_call.into_iter().flatten().map(|session| session.this_dn())) {
            self.observer.observe(dn, Observation::of_event(now, &event.name, event.call_uuid(), handled.outcome()));
        }
        handled.changed().for_each(|session| self.observer.changed(session, now));
        handled.settled().iter().for_each(|one| self.observer.observe(&one.this_dn, Observation::of_settled(now, one)));
        let mut teller = Teller::new(self.number, &mut self.notified, &mut self.requesters, agents);
        deciding.take(&handled, &mut teller);
        Ok(())
    }

    fn operation(&mut self, agent: &AgentRecord, target: &OwnedTarget, body: &[u8]) -> Decision {
        let mut deciding = Deciding::default();
        deciding.changed.insert(RecordKey::Part(PartKey::Store));
        let (now, id) = (self.sessions.now(), target.id());
        let reply = match self.sessions.post(&agent.agent(), target.as_target(), body) {
            Ok(request) => {
                let observation = Observation::of_operation(now, request.name.name(), id, None);
                self.observer.observe(&request.this_dn, observation);
                let reference_id = request.reference_id;
                deciding.changed.insert(RecordKey::Part(PartKey::Request { reference_id }));
                let requester = Requester { agent: agent.id.clone(), this_dn: request.this_dn.clone() };
                deciding.requests.push(request);
                deciding.changed.insert(RecordKey::Requester { reference_id });
                self.requesters.insert(reference_id, requester);
                Reply::sent()
            }
            Err(error) => {
                // The body could not be read, so the operation is unknown.
                let observation = Observation::of_operation(now, "operation", id, Some(error.status_code));
                agent.dns().take(1).for_each(|dn| self.observer.observe(dn, observation.clone()));
                Reply::from(&error)
            }
        };
        deciding.decided(Answer::Operation(reply))
    }

    fn time(&mut self, now: Duration, agents: &Agents) -> Decision {
        let mut deciding = Deciding::default();
        if let Err(error) = self.sessions.set_time(now) {
            let nothing = Deciding::default().decided(Answer::Time(Err(error)));
            return Decision { only_time: true, ..nothing };
        }
        let now = self.sessions.now();
        let Times { expire_after, time_out_after, forget_after } = self.times;
        let mut teller = Teller::new(self.number, &mut self.notified, &mut self.requesters, agents);
        // This can fail only for a cutoff later than the store's time, and this cutoff is earlier.
        if let Ok(expired) = self.sessions.expire(now.saturating_sub(expire_after)) {
            for session in expired.changed() {
                self.observer.changed(session, now);
                self.observer.observe(session.this_dn(), Observation::of_expiry(now, session.id()));
            }
            deciding.take(&expired, &mut teller);
        }
        if let Ok(timed_out) = self.sessions.time_out_requests(now.saturating_sub(time_out_after)) {
            for settled in timed_out.settled() {
                self.observer.observe(&settled.this_dn, Observation::of_settled(now, settled));
            }
            deciding.take(&timed_out, &mut teller);
        }
        if let Ok(forgotten) = self.sessions.forget_completed(now.saturating_sub(forget_after)) {
            deciding.take(&forgotten, &mut teller);
        }
        let only_time = deciding.changed.iter().all(|key| *key == RecordKey::Part(PartKey::Store));
        Decision { only_time, ..deciding.decided(Answer::Time(Ok(()))) }
    }

    /// `GET im-sessions` of an agent.
    #[must_use]
    pub fn list(&self, agent: &AgentRecord, query: &str) -> Reply {
        let mut body = Vec::new();
        self.sessions.list(&agent.agent(), &Query::parse(query)).write_json(&mut body);
        Reply { status: StatusCode::Ok, body }
    }

    /// `GET im-sessions/{id}` of an agent.
    #[must_use]
    pub fn read(&self, agent: &AgentRecord, id: &str, query: &str) -> Reply {
        match self.sessions.read(&agent.agent(), id, &Query::parse(query)) {
            Ok(single) => {
                let mut body = Vec::new();
                single.write_json(&mut body);
                Reply { status: StatusCode::Ok, body }
            }
            Err(error) => Reply::from(&ErrorBody::new(error.status_code, error.status_message)),
        }
    }

    /// The agent's sessions, each as the `data` of a notification with its state.
    #[must_use]
    pub fn present(&self, agent: &AgentRecord) -> Vec<Bytes> {
        let list = self.sessions.list(&agent.agent(), &Query::parse("fields=*"));
        list.im_sessions.into_iter().map(present).collect()
    }

    /// The state of the sessions.
    #[must_use]
    pub fn overview(&self, agents: &Agents) -> Overview {
        Overview::of(&self.sessions, &self.observer, agents)
    }

    /// The remembered observations at a DN of this shard.
    #[must_use]
    pub fn timeline(&self, dn: &str, agents: &Agents) -> Timeline {
        let (agent, timeline) = (agents.by_dn(dn).map(|agent| agent.id.clone()), self.observer.at(dn).cloned());
        Timeline { this_dn: dn.into(), agent, timeline: timeline.collect() }
    }

    /// The position of the last notification.
    #[must_use]
    pub fn notified(&self) -> u64 {
        self.notified
    }

    /// The position of a feed in this shard.
    #[must_use]
    pub fn feed(&self, feed: &str) -> Option<&FeedPosition> {
        self.feeds.get(feed)
    }

    /// The sessions.
    #[must_use]
    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }
}

/// The effects of an entry, collected while it is decided.
#[derive(Default)]
struct Deciding {
    changed: BTreeSet<RecordKey>,
    outgoing: Vec<Outgoing>,
    requests: Vec<Request>,
    settled: Vec<u64>,
}

impl Deciding {
    /// Adds the effects of an operation of the library's store.
    fn take(&mut self, handled: &im_session::Handled<'_>, teller: &mut Teller<'_>) {
        self.changed.extend(handled.parts().map(RecordKey::Part));
        for (dn, notification) in handled.notifications() {
            let Some(agent) = teller.agents.by_dn(dn) else { continue };
            let notification = notification.for_rights(agent.rights);
            let outgoing = teller.tell(&agent.id, kind_of(&notification), data_of(&notification));
            self.outgoing.push(outgoing);
        }
        for settled in handled.settled() {
            self.settled.push(settled.reference_id);
            self.changed.insert(RecordKey::Requester { reference_id: settled.reference_id });
            self.outgoing.extend(teller.error(settled));
        }
        if !self.outgoing.is_empty() {
            self.changed.insert(RecordKey::Notified);
        }
    }

    fn decided(self, answer: Answer) -> Decision {
        let Deciding { changed, outgoing, requests, settled } = self;
        Decision { changed, answer, outgoing, requests, settled, only_time: false }
    }
}

/// Assigns positions to notifications.
struct Teller<'s> {
    shard: u32,
    notified: &'s mut u64,
    requesters: &'s mut BTreeMap<u64, Requester>,
    agents: &'s Agents,
}

impl<'s> Teller<'s> {
    fn new(
        shard: u32,
        notified: &'s mut u64,
        requesters: &'s mut BTreeMap<u64, Requester>,
        agents: &'s Agents,
    ) -> Self {
        Teller { shard, notified, requesters, agents }
    }

    fn tell(&mut self, agent: &AgentId, kind: OutgoingKind, data: Bytes) -> Outgoing {
        *self.notified += 1;
        let position = *self.notified;
        Outgoing { position, id: format!("{}-{position}", self.shard), agent: agent.clone(), kind, data }
    }

    /// The notification about a failed request, for the agent who made it. If the DN has since moved to another agent,
    /// nobody gets it. It does not concern the new agent, and another shard now sends the former agent's notifications.
    fn error(&mut self, settled: &Settled) -> Option<Outgoing> {
        let Requester { agent, .. } = self.requesters.remove(&settled.reference_id)?;
        self.agents.by_dn(&settled.this_dn).filter(|owner| owner.id == agent)?;
        error_of(settled).map(|data| self.tell(&agent, OutgoingKind::Error, data))
    }
}
