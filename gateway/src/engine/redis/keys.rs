//! The names of the keys in Redis. All keys of a shard share a hash tag, so that a Redis Cluster stores them on one
//! node. Each layout has its own tags, so that the old layout stays intact until the new one is complete.

use im_session::store::PartKey;

use crate::engine::RecordKey;

/// The live workers: a sorted set of their ids, scored by the time of their last heartbeat.
pub(super) const WORKERS: &str = "{cluster}:workers";
/// The live gateways, in the same form.
pub(super) const GATEWAYS: &str = "{cluster}:gateways";
/// The settings that all processes agree on: the layout, the number of shards, and which agent each DN belongs to.
pub(super) const AGREED: &str = "{cluster}:agreed";
/// The stream of requests to send, with ids `OFFSET-0`.
pub(super) const REQUESTS: &str = "{requests}:stream";
/// ReferenceID → offset.
pub(super) const REFERENCES: &str = "{requests}:references";
/// The offset of the newest request, the last commit of each shard whose requests were added, and the replication id at
/// that time.
pub(super) const REQUESTS_STATE: &str = "{requests}:state";

/// The number of the layout, which divides the sessions among the shards. It is 1 at first and rises with each
/// resharding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout(pub(super) u32);

impl Layout {
    pub(super) const FIRST: Layout = Layout(1);

    /// The layout in the agreed settings. They contain no layout until the first resharding.
    pub(super) fn agreed(said: Option<&str>) -> Self {
        said.and_then(|layout| layout.parse().ok()).map_or(Self::FIRST, Layout)
    }

    pub(super) fn next(self) -> Self {
        Layout(self.0 + 1)
    }

    pub(super) fn shard(self, number: u32) -> ShardKeys {
        ShardKeys { layout: self, number }
    }
}

/// The keys of a shard.
#[derive(Debug, Clone, Copy)]
pub(super) struct ShardKeys {
    layout: Layout,
    number: u32,
}

impl ShardKeys {
    fn key(self, rest: &str) -> String {
        match self.layout {
            Layout::FIRST => format!("{{s{}}}:{rest}", self.number),
            Layout(layout) => format!("{{s{}.{layout}}}:{rest}", self.number),
        }
    }

    /// The input stream of the shard.
    pub(super) fn entries(self) -> String {
        self.key("entries")
    }

    /// The worker that owns the shard. The key expires with the lease.
    pub(super) fn owner(self) -> String {
        self.key("owner")
    }

    /// `token` is the fencing token of the last owner. `entry` is the last committed entry, and `commits` the number of
    /// the last commit. Further commits get numbers higher than `above`. `replication_id` is that of Redis at the last
    /// claim of the shard.
    pub(super) fn state(self) -> String {
        self.key("state")
    }

    /// The stream of commit results, with ids `COMMIT-0`.
    pub(super) fn outbox(self) -> String {
        self.key("outbox")
    }

    /// Gateway → the last commit that the gateway has read from the outbox.
    pub(super) fn readers(self) -> String {
        self.key("readers")
    }

    /// The records that belong to no session and no feed.
    pub(super) fn records(self) -> String {
        self.key("records")
    }

    /// The positions of the feeds.
    pub(super) fn feeds(self) -> String {
        self.key("feeds")
    }

    /// The sessions at a DN. Reads for an agent use this key.
    pub(super) fn sessions(self, dn: &str) -> String {
        self.key(&format!("sessions:{dn}"))
    }

    /// The DNs that have sessions, as a set.
    pub(super) fn dns(self) -> String {
        self.key("dns")
    }

    /// Agent → position up to which notifications have reached a client.
    pub(super) fn delivered(self) -> String {
        self.key("delivered")
    }

    /// The stream of messages and errors that have not reached any client of the agent yet, with ids `POSITION-0`.
    pub(super) fn undelivered(self, agent: &str) -> String {
        self.key(&format!("undelivered:{agent}"))
    }

    /// The hash that contains a record. Also returns the DN if the record belongs to a session.
    pub(super) fn of_record(self, key: &RecordKey) -> (String, Option<&str>) {
        match key {
            RecordKey::Part(PartKey::Session { this_dn, .. }) => (self.sessions(this_dn), Some(this_dn)),
            RecordKey::Part(PartKey::Store | PartKey::End { .. } | PartKey::Request { .. })
            | RecordKey::Notified
            | RecordKey::Requester { .. } => (self.records(), None),
            RecordKey::Feed(_) => (self.feeds(), None),
        }
    }
}
