//! The settings of the engine on Redis, and the roles of processes.

use std::time::Duration;

use im_session::{BaseUri, Limits};

use crate::engine::Times;
use crate::metrics::Durations;

/// The role of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "server", derive(clap::ValueEnum))]
pub enum Role {
    /// Gateway and worker: it serves clients and owns shards.
    #[default]
    All,
    /// Serves clients and feeds, and owns no shards.
    Gateway,
    /// Owns shards, and serves no clients.
    Worker,
}

impl Role {
    /// Whether the process serves clients and feeds.
    #[must_use]
    pub fn has_clients(self) -> bool {
        match self {
            Role::All | Role::Gateway => true,
            Role::Worker => false,
        }
    }

    /// Whether the process owns shards.
    #[must_use]
    pub fn owns_shards(self) -> bool {
        match self {
            Role::All | Role::Worker => true,
            Role::Gateway => false,
        }
    }
}

/// The settings of an engine on Redis. All processes of a cluster must have the same shards, limits, times and agents.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RedisSettings {
    /// The base URI of the service.
    pub base_uri: BaseUri,
    /// The role of this process.
    pub role: Role,
    /// The number of shards into which the agents are divided.
    pub shards: u32,
    /// The limits of each shard.
    pub limits: Limits,
    /// When sessions and requests expire.
    pub times: Times,
    /// How long a worker keeps its shards without renewing the lease.
    pub lease: Duration,
    /// How long a gateway may miss heartbeats before outboxes are trimmed without regard to it.
    pub silence: Duration,
    /// How long to wait for an answer.
    pub patience: Duration,
    /// The maximum number of calls in progress in this process. Further calls wait.
    pub queue: usize,
    /// The maximum number of entries that a worker reads and commits at once.
    pub batch: usize,
    /// The maximum number of undelivered messages and errors kept per agent.
    pub outbox: usize,
    /// How many notifications a receiver may lag behind.
    pub lag: usize,
    /// Measures the durations of commits.
    pub commits: Durations,
}

impl RedisSettings {
    /// Sixteen shards, a lease of three seconds, thirty seconds of silence for gateways, and the same limits as the
    /// embedded engine.
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
