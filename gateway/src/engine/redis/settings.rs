//! The settings of the engine on Redis, and the roles of processes.

use std::time::Duration;

use im_session::{BaseUri, Limits};

use crate::engine::Times;
use crate::metrics::Durations;

/// The role of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "server", derive(clap::ValueEnum))]
pub enum Role {
    /// Both: it serves clients and owns shards.
    #[default]
    All,
    /// It serves clients and feeds, and stores nothing.
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

/// The settings of an engine on Redis. Shards, limits, times and agents are the same in all processes of a cluster.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RedisSettings {
    /// The base URI of the service.
    pub base_uri: BaseUri,
    /// The role of this process.
    pub role: Role,
    /// The number of shards into which the agents are divided.
    pub shards: u32,
    /// How much each shard may hold.
    pub limits: Limits,
    /// When sessions and requests expire.
    pub times: Times,
    /// How long a worker keeps its shards without a sign of life.
    pub lease: Duration,
    /// How long a gateway may be silent before its part of the outboxes is dropped.
    pub silence: Duration,
    /// How long to wait for an answer.
    pub patience: Duration,
    /// How many calls of this process may be in progress. Further ones wait.
    pub queue: usize,
    /// How many entries a worker reads at once and commits together.
    pub batch: usize,
    /// How many messages and errors per agent are kept until they are delivered.
    pub outbox: usize,
    /// How many notifications a receiver may lag behind.
    pub lag: usize,
    /// The durations of commits.
    pub commits: Durations,
}

impl RedisSettings {
    /// Sixteen shards, a lease of three seconds, thirty seconds of silence for gateways, and the limits of the embedded
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
