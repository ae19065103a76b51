//! How the engine on Redis is set up, and which part a process plays.

use std::time::Duration;

use im_session::{BaseUri, Limits};

use crate::engine::Times;
use crate::metrics::Durations;

/// Which part a process plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "server", derive(clap::ValueEnum))]
pub enum Role {
    /// Both: it serves clients, and owns shards.
    #[default]
    All,
    /// It serves clients and feeds, and keeps nothing.
    Gateway,
    /// It owns shards, and serves nobody.
    Worker,
}

impl Role {
    /// Whether it serves clients and feeds.
    #[must_use]
    pub fn has_clients(self) -> bool {
        match self {
            Role::All | Role::Gateway => true,
            Role::Worker => false,
        }
    }

    /// Whether it owns shards.
    #[must_use]
    pub fn owns_shards(self) -> bool {
        match self {
            Role::All | Role::Worker => true,
            Role::Gateway => false,
        }
    }
}

/// How an engine on Redis is set up. All processes of a cluster have the same shards, limits, times and agents.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RedisSettings {
    /// The address of the service.
    pub base_uri: BaseUri,
    /// Which part this process plays.
    pub role: Role,
    /// Into how many shards the agents are divided.
    pub shards: u32,
    /// How much each shard may hold.
    pub limits: Limits,
    /// When what ends.
    pub times: Times,
    /// For how long a worker that says nothing goes on owning its shards.
    pub lease: Duration,
    /// For how long a gateway that says nothing is waited for, before its part of the outboxes goes.
    pub silence: Duration,
    /// How long an answer is waited for.
    pub patience: Duration,
    /// How many questions of this process may be under way; those that come then wait.
    pub queue: usize,
    /// How many entries a worker reads at once, and commits together.
    pub batch: usize,
    /// How many messages and errors of an agent are kept until they are delivered.
    pub outbox: usize,
    /// How many notifications a receiver may lag behind.
    pub lag: usize,
    /// How long commits take.
    pub commits: Durations,
}

impl RedisSettings {
    /// Sixteen shards, a lease of three seconds, gateways that are waited for thirty, and the limits of the embedded
    /// engine.
    #[must_use]
    pub fn new(base_uri: BaseUri) -> Self {
        let mut limits = Limits::DEFAULT;
        limits.time_jump = Duration::from_secs(24 * 3_600);
        RedisSettings {
            base_uri,
            role: Role::All,
            shards: 16,
            limits,
            times: Times::default(),
            lease: Duration::from_secs(3),
            silence: Duration::from_secs(30),
            patience: Duration::from_secs(30),
            queue: 4_096,
            batch: 512,
            outbox: 256,
            lag: 16_384,
            commits: Durations::default(),
        }
    }
}
