//! Limits wrong passwords to ten a minute for a user, and a hundred a minute for an address. Beyond that, no password
//! is checked for a minute.
//!
//! The minute begins with the first wrong password. The result of a check is unknown while it runs. Therefore at most
//! as many checks run as may still fail, and further ones wait. A hundred parallel attempts then count as a hundred,
//! and twelve correct passwords as none.
//!
//! The tables are bounded. Unknown user names share a fixed number of counters, selected by a keyed hash, and so do
//! addresses. Made-up names therefore fill no memory and lock no agent out, and the responses are the same as for
//! existing names.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use crate::config::{AgentId, Agents};

/// The number of wrong passwords that a user may have per minute.
pub const ATTEMPTS_OF_A_USER: u32 = 10;

/// The number of wrong passwords that may come from one address per minute. Of IPv6 addresses the first 64 bits count.
pub const ATTEMPTS_FROM_AN_ADDRESS: u32 = 100;

/// The time for which attempts count, and for which checks are blocked after too many.
pub const MINUTE: Duration = Duration::from_secs(60);

/// The number of counters for unknown user names.
const NAMES: usize = 4_096;

/// The number of counters for addresses.
const ADDRESSES: usize = 16_384;

/// Who tries to sign in.
#[derive(Debug, Clone, Copy)]
pub(super) enum Who<'a> {
    /// An agent.
    Agent(&'a AgentId),
    /// A user name that belongs to no agent.
    Nobody(&'a str),
}

/// An attempt in progress.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Attempt {
    user: Place,
    address: Place,
}

impl Attempt {
    fn places(&self) -> [&Place; 2] {
        [&self.user, &self.address]
    }
}

/// Whether an attempt may begin.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Begun {
    /// It may.
    Attempt(Attempt),
    /// There were too many wrong passwords. Nothing is checked for this time.
    Blocked(Duration),
    /// The attempts in progress could use up the limit, so this one has to wait for one of them.
    Full,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Agent(AgentId),
    Name(usize),
    Address(usize),
}

/// The wrong passwords of one minute, and the checks in progress.
#[derive(Debug, Clone, Copy, Default)]
struct Minute {
    since: Duration,
    wrong: u32,
    checking: u32,
    blocked_until: Duration,
}

impl Minute {
    /// The time for which nothing is checked, or `None` if checks are not blocked.
    fn blocked(&self, limit: u32, now: Duration) -> Option<Duration> {
        (self.wrong >= limit).then(|| self.blocked_until.saturating_sub(now)).filter(|wait| !wait.is_zero())
    }

    fn is_over(&self, limit: u32, now: Duration) -> bool {
        now.saturating_sub(self.since) >= MINUTE && self.blocked(limit, now).is_none()
    }

    /// Starts a new minute if the current one is over or the block has ended.
    fn renew(&mut self, limit: u32, now: Duration) {
        if self.is_over(limit, now) || (self.wrong >= limit && self.blocked(limit, now).is_none()) {
            *self = Minute { since: now, checking: self.checking, ..Minute::default() };
        }
    }

    fn was_wrong(&mut self, limit: u32, now: Duration) {
        self.renew(limit, now);
        if self.wrong == 0 {
            self.since = now;
        }
        self.wrong += 1;
        if self.wrong >= limit {
            self.blocked_until = now + MINUTE;
        }
    }
}

/// The attempts of the last minute.
#[derive(Debug)]
pub(super) struct RateLimits {
    agents: HashMap<AgentId, Minute>,
    names: Vec<Minute>,
    addresses: Vec<Minute>,
    hasher: RandomState,
}

impl RateLimits {
    pub(super) fn new() -> Self {
        RateLimits {
            agents: HashMap::new(),
            names: vec![Minute::default(); NAMES],
            addresses: vec![Minute::default(); ADDRESSES],
            hasher: RandomState::new(),
        }
    }

    /// Begins an attempt, if one more is allowed.
    pub(super) fn begin(&mut self, who: Who<'_>, address: IpAddr, now: Duration) -> Begun {
        let user = match who {
            Who::Agent(id) => Place::Agent(id.clone()),
            Who::Nobody(name) => Place::Name(self.bucket(name, NAMES)),
        };
        let attempt = Attempt { user, address: Place::Address(self.bucket(network(address), ADDRESSES)) };
        let wait = attempt.places().into_iter().filter_map(|place| self.minute(place).blocked(limit(place), now)).max();
        if let Some(wait) = wait {
            return Begun::Blocked(wait);
        }
        let mut is_full = false;
        for place in attempt.places() {
            let minute = self.minute(place);
            minute.renew(limit(place), now);
            is_full |= minute.wrong + minute.checking >= limit(place);
        }
        if is_full {
            return Begun::Full;
        }
        attempt.places().into_iter().for_each(|place| self.minute(place).checking += 1);
        Begun::Attempt(attempt)
    }

    /// Counts the attempt, because its password was wrong.
    pub(super) fn was_wrong(&mut self, attempt: &Attempt, now: Duration) {
        self.take_back(attempt);
        attempt.places().into_iter().for_each(|place| self.minute(place).was_wrong(limit(place), now));
    }

    /// Does not count the attempt, because its password was right or was not checked.
    pub(super) fn take_back(&mut self, attempt: &Attempt) {
        for place in attempt.places() {
            let minute = self.minute(place);
            minute.checking = minute.checking.saturating_sub(1);
        }
    }

    /// Forgets agents whose minute is over, and those who were removed.
    pub(super) fn sweep(&mut self, agents: &Agents, now: Duration) {
        self.agents.retain(|id, minute| {
            let is_over = minute.checking == 0 && minute.is_over(ATTEMPTS_OF_A_USER, now);
            agents.by_id(id.as_str()).is_some() && !is_over
        });
    }

    fn minute(&mut self, place: &Place) -> &mut Minute {
        match place {
            Place::Agent(id) => self.agents.entry(id.clone()).or_default(),
            Place::Name(bucket) => &mut self.names[*bucket],
            Place::Address(bucket) => &mut self.addresses[*bucket],
        }
    }

    fn bucket(&self, key: impl Hash, buckets: usize) -> usize {
        // The result is less than the number of buckets, so it fits into a `usize`.
        (self.hasher.hash_one(key) % buckets as u64) as usize
    }
}

fn limit(place: &Place) -> u32 {
    match place {
        Place::Agent(_) | Place::Name(_) => ATTEMPTS_OF_A_USER,
        Place::Address(_) => ATTEMPTS_FROM_AN_ADDRESS,
    }
}

/// The holder of one IPv6 address usually controls the whole /64 network.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}
