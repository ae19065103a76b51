//! The names of the keys in Redis. All keys of a shard bear one hash tag, so that a Redis Cluster has them on one node.
//! The shards that came of another division have other tags, so that those before are whole until all is written.

use im_session::store::PartKey;

use crate::engine::RecordKey;

/// The workers that live: their ids, by when they said so.
pub(super) const WORKERS: &str = "{cluster}:workers";
/// The gateways that live, likewise.
pub(super) const GATEWAYS: &str = "{cluster}:gateways";
/// What all processes agree on: the layout, the number of shards, and whose the DNs are.
pub(super) const AGREED: &str = "{cluster}:agreed";
/// The requests that are to be sent, a stream: `OFFSET-0`.
pub(super) const REQUESTS: &str = "{requests}:stream";
/// ReferenceID: offset.
pub(super) const REFERENCES: &str = "{requests}:references";
/// The offset of the newest request, and up to which commit the requests of each shard are here.
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

    /// What goes into the shard, a stream.
    pub(super) fn entries(self) -> String {
        self.key("entries")
    }

    /// The worker that owns the shard, as long as its lease lasts.
    pub(super) fn owner(self) -> String {
        self.key("owner")
    }

    /// `token`: of the last owner. `entry`: the last that is committed. `commits`: how many there were.
    pub(super) fn state(self) -> String {
        self.key("state")
    }

    /// What came of each commit, a stream: `COMMIT-0`.
    pub(super) fn outbox(self) -> String {
        self.key("outbox")
    }

    /// Gateway: up to which commit it has read the outbox.
    pub(super) fn readers(self) -> String {
        self.key("readers")
    }

    /// The records that are neither of a session nor of a feed.
    pub(super) fn records(self) -> String {
        self.key("records")
    }

    /// The positions of the feeds.
    pub(super) fn feeds(self) -> String {
        self.key("feeds")
    }

    /// The sessions at a DN: what is read for an agent is read from here.
    pub(super) fn sessions(self, dn: &str) -> String {
        self.key(&format!("sessions:{dn}"))
    }

    /// The DNs at which there are sessions, a set.
    pub(super) fn dns(self) -> String {
        self.key("dns")
    }

    /// Agent: up to which position notifications reached a client.
    pub(super) fn delivered(self) -> String {
        self.key("delivered")
    }

    /// Messages and errors that reached no client of the agent yet, a stream: `POSITION-0`.
    pub(super) fn undelivered(self, agent: &str) -> String {
        self.key(&format!("undelivered:{agent}"))
    }

    /// The hash in which a record is, and the DN if it is one of a session.
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
