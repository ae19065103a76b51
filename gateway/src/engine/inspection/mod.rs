//! The queries of a supervisor: the state of all sessions, and the latest observations at one DN.
//!
//! The data is bounded, kept in memory only, and does not influence decisions. After a restart a shard decides as
//! before, but does not remember earlier observations.
//!
//! | file | question |
//! |---|---|
//! | `observation` | What does an observation at a DN record? |
//! | `observer` | What does a shard remember, and how much of it? |
//! | `overview` | What is the state of the sessions, over all shards? |

mod observation;
mod observer;
mod overview;

pub use observation::{Observation, ObservationKind, ObservedOutcome};
pub use observer::{DNS_A_SHARD, OBSERVATIONS_A_DN, Observer};
pub use overview::{OPEN_LONGEST, OpenSession, Overview, Timeline};

/// A supervisor's query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inquiry {
    /// The state of the sessions: [`Overview`].
    Overview,
    /// The latest observations at a DN: [`Timeline`].
    Timeline {
        /// The DN.
        dn: String,
    },
    /// The position of each feed: `{"feeds":{NAME:POSITION}}`.
    Feeds,
}
