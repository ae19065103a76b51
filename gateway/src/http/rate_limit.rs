//! How many wrong passwords are too many? Ten in a minute for a user, a hundred for an address; then a minute of nothing.
//!
//! A minute begins with the first attempt. An attempt counts from its beginning, so that a hundred at once are a hundred; one
//! that succeeds is taken back.
//!
//! The tables are bounded. Names that nobody has share a fixed number of counters, chosen by a keyed hash, and so do addresses:
//! whoever makes names up fills no memory, locks no agent out, and sees what he would see for a name that exists.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use crate::config::{AgentId, Agents};

/// Wrong passwords a minute for one user.
pub const ATTEMPTS_OF_A_USER: u32 = 10;

/// Wrong passwords a minute from one address; of IPv6 the first 64 bits count.
pub const ATTEMPTS_FROM_AN_ADDRESS: u32 = 100;

/// How long attempts count, and how long nothing is checked after too many.
pub const MINUTE: Duration = Duration::from_secs(60);

/// Counters for names that nobody has.
const NAMES: usize = 4_096;

/// Counters for addresses.
const ADDRESSES: usize = 16_384;

/// Who tries to sign in.
#[derive(Debug, Clone, Copy)]
pub(super) enum Who<'a> {
    /// An agent.
    Agent(&'a AgentId),
    /// Nobody has this name.
    Nobody(&'a str),
}

/// An attempt that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attempt {
    user: Counted,
    address: Counted,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Counted {
    place: Place,
    /// The beginning of the minute that it counts in.
    since: Duration,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Agent(AgentId),
    Name(usize),
    Address(usize),
}

/// A minute of attempts.
#[derive(Debug, Clone, Copy, Default)]
struct Minute {
    since: Duration,
    attempts: u32,
    blocked_until: Duration,
}

impl Minute {
    /// How long nothing is checked from now on, if it is so.
    fn blocked(&self, limit: u32, now: Duration) -> Option<Duration> {
        (self.attempts >= limit).then(|| self.blocked_until.saturating_sub(now)).filter(|wait| !wait.is_zero())
    }

    fn is_over(&self, limit: u32, now: Duration) -> bool {
        now.saturating_sub(self.since) >= MINUTE && self.blocked(limit, now).is_none()
    }

    fn count(&mut self, limit: u32, now: Duration) {
        if self.attempts >= limit || now.saturating_sub(self.since) >= MINUTE {
            *self = Minute { since: now, ..Minute::default() };
        }
        self.attempts += 1;
        if self.attempts >= limit {
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

    /// Begins an attempt, or says how long to wait.
    pub(super) fn begin(&mut self, who: Who<'_>, address: IpAddr, now: Duration) -> Result<Attempt, Duration> {
        let user = match who {
            Who::Agent(id) => Place::Agent(id.clone()),
            Who::Nobody(name) => Place::Name(self.bucket(name, NAMES)),
        };
        let address = Place::Address(self.bucket(network(address), ADDRESSES));
        let wait = [&user, &address].into_iter().filter_map(|place| {
            let limit = limit(place);
            self.minute(place).blocked(limit, now)
        });
        if let Some(wait) = wait.max() {
            return Err(wait);
        }
        Ok(Attempt { user: self.count(user, now), address: self.count(address, now) })
    }

    /// Takes an attempt back that succeeded, or that nobody could look at.
    pub(super) fn take_back(&mut self, attempt: &Attempt) {
        for counted in [&attempt.user, &attempt.address] {
            let minute = self.minute(&counted.place);
            if minute.since == counted.since {
                minute.attempts = minute.attempts.saturating_sub(1);
            }
        }
    }

    /// Forgets agents whose minute is over, or who are gone.
    pub(super) fn sweep(&mut self, agents: &Agents, now: Duration) {
        self.agents
            .retain(|id, minute| agents.by_id(id.as_str()).is_some() && !minute.is_over(ATTEMPTS_OF_A_USER, now));
    }

    fn count(&mut self, place: Place, now: Duration) -> Counted {
        let limit = limit(&place);
        let minute = self.minute(&place);
        minute.count(limit, now);
        Counted { since: minute.since, place }
    }

    fn minute(&mut self, place: &Place) -> &mut Minute {
        match place {
            Place::Agent(id) => self.agents.entry(id.clone()).or_default(),
            Place::Name(bucket) => &mut self.names[*bucket],
            Place::Address(bucket) => &mut self.addresses[*bucket],
        }
    }

    fn bucket(&self, key: impl Hash, buckets: usize) -> usize {
        // Less than the number of buckets, which is a `usize`.
        (self.hasher.hash_one(key) % buckets as u64) as usize
    }
}

fn limit(place: &Place) -> u32 {
    match place {
        Place::Agent(_) | Place::Name(_) => ATTEMPTS_OF_A_USER,
        Place::Address(_) => ATTEMPTS_FROM_AN_ADDRESS,
    }
}

/// Whoever has one IPv6 address has all of its network.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}
