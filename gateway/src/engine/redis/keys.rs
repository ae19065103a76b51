//! The names of the keys in Redis. All keys of a shard bear one hash tag, so that a Redis Cluster has them on one node.
//! The shards that came of another division have other tags, so that those before are whole until all is written.

use im_session::store::PartKey;

use crate::engine::RecordKey;

/// The live workers: their ids, scored by the time of their last sign of life.
pub(super) const WORKERS: &str = "{cluster}:workers";
/// The live gateways, likewise.
pub(super) const GATEWAYS: &str = "{cluster}:gateways";
/// What all processes agree on: the layout, the number of shards, and whose the DNs are.
pub(super) const AGREED: &str = "{cluster}:agreed";
/// The requests to send, as a stream: `OFFSET-0`.
pub(super) const REQUESTS: &str = "{requests}:stream";
/// ReferenceID → offset.
pub(super) const REFERENCES: &str = "{requests}:references";
/// The offset of the newest request; for each shard the last commit whose requests are included; the replication id of
/// the Redis where the newest were added.
pub(super) const REQUESTS_STATE: &str = "{requests}:state";

/// Which division of the sessions into shards it is: 1 for the first, one more after each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout(pub(super) u32);

impl Layout {
    pub(super) const FIRST: Layout = Layout(1);

    /// The layout that is agreed on; nothing is said of it before the sessions are divided anew.
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

    /// The input of the shard, as a stream.
    pub(super) fn entries(self) -> String {
        self.key("entries")
    }

    /// The worker that owns the shard, for as long as its lease lasts.
    pub(super) fn owner(self) -> String {
        self.key("owner")
    }

    /// `token`: the fencing token of the last owner. `entry`: the last committed entry. `commits`: the number of the
    /// last commit. `above`: further commits get higher numbers than this. `history`: the replication id of the Redis
    /// where the shard was claimed last.
    pub(super) fn state(self) -> String {
        self.key("state")
    }

    /// The results of the commits, as a stream: `COMMIT-0`.
    pub(super) fn outbox(self) -> String {
        self.key("outbox")
    }

    /// Gateway → the last commit that it has read from the outbox.
    pub(super) fn readers(self) -> String {
        self.key("readers")
    }

    /// The records that belong neither to a session nor to a feed.
    pub(super) fn records(self) -> String {
        self.key("records")
    }

    /// The positions of the feeds.
    pub(super) fn feeds(self) -> String {
        self.key("feeds")
    }

    /// The sessions at a DN. Reads for an agent use this.
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

    /// Messages and errors that have not reached any client of the agent yet, as a stream: `POSITION-0`.
    pub(super) fn undelivered(self, agent: &str) -> String {
        self.key(&format!("undelivered:{agent}"))
    }

    /// The hash that contains a record, and the DN if the record belongs to a session.
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
