//! What a supervisor can query: the state of all sessions, and what happened at one DN.
//!
//! The data is bounded, kept in memory only, and separate from what decides: after a restart a shard decides as before,
//! but does not know what happened earlier.
//!
//! | file | question |
//! |---|---|
//! | `observation` | What is remembered of something that happened at a DN? |
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
