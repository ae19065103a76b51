//! What a supervisor may ask of an engine: how the sessions stand, and what happened at one DN.
//!
//! It is kept in memory, bounded, and apart from what decides: a shard that comes back after a restart decides alike, but has
//! not seen what happened before.
//!
//! | file | question |
//! |---|---|
//! | `observation` | What is remembered of something that happened at a DN? |
//! | `observer` | What does a shard remember, and how much of it? |
//! | `overview` | How do the sessions stand, over all shards? |

mod observation;
mod observer;
mod overview;

pub use observation::{Observation, ObservationKind, ObservedOutcome};
pub use observer::{DNS_A_SHARD, OBSERVATIONS_A_DN, Observer};
pub use overview::{OPEN_LONGEST, OpenSession, Overview, Timeline};

/// What a supervisor asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inquiry {
    /// How the sessions stand: [`Overview`].
    Overview,
    /// What happened at a DN: [`Timeline`].
    Timeline {
        /// The DN.
        dn: String,
    },
    /// How far each feed is: `{"feeds":{NAME:POSITION}}`.
    Feeds,
}
