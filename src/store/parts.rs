//! The parts of a store. An event changes a few of them, and a service has to persist only these.

use alloc::string::String;

use crate::session::Session;

/// The key of a part of a store. Each part is a separate value, and a snapshot consists of all parts. Deliberately
/// exhaustive: a service that persists parts has to persist every kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "camelCase"))]
pub enum PartKey {
    /// A session.
    Session {
        /// Its DN.
        #[cfg_attr(feature = "serde", serde(rename = "thisDN"))]
        this_dn: String,
        /// Its id.
        id: String,
    },
    /// The remembered end of a session that is gone.
    End {
        /// The DN.
        #[cfg_attr(feature = "serde", serde(rename = "thisDN"))]
        this_dn: String,
        /// The id.
        id: String,
    },
    /// A request in flight.
    Request {
        /// Its ReferenceID.
        #[cfg_attr(feature = "serde", serde(rename = "referenceID"))]
        reference_id: u64,
    },
    /// The rest of the store: its time, its counters, the last ReferenceID.
    Store,
}

impl PartKey {
    pub(super) fn of(session: &Session) -> Self {
        PartKey::Session { this_dn: session.this_dn().into(), id: session.id().into() }
    }

    pub(super) fn session(this_dn: &str, id: &str) -> Self {
        PartKey::Session { this_dn: this_dn.into(), id: id.into() }
    }

    pub(super) fn end(this_dn: &str, id: &str) -> Self {
        PartKey::End { this_dn: this_dn.into(), id: id.into() }
    }
}
