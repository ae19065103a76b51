//! Histories by chance, the same for the same seed.

use alloc::vec::Vec;

use crate::from_bytes::random::{Random, step_bytes};
use crate::from_bytes::{Bytes, FromBytes, agents};
use crate::testing::{History, Step};

/// Histories by chance without end, the same for the same seed: few DNs and ids, so that things meet, and as much of what is wrong
/// as it takes to reach every cell. They are those of [`from_bytes`](crate::from_bytes), from bytes by chance.
///
/// ```
/// use im_session::testing::conformance::Histories;
///
/// let (one, other): (Vec<_>, Vec<_>) = (Histories::new(1).take(3).collect(), Histories::new(1).take(3).collect());
/// assert_eq!(one, other);
/// ```
#[derive(Debug, Clone)]
pub struct Histories {
    random: Random,
}

impl Histories {
    /// The histories of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Histories { random: Random(seed) }
    }
}

impl Iterator for Histories {
    type Item = History;

    /// Of 1 to 60 steps.
    fn next(&mut self) -> Option<History> {
        let length = 1 + self.random.number() % 60;
        let step = |place| Step::from_bytes(&mut Bytes::new(&step_bytes(&self.random.chances())).at_place(place));
        Some(History { agents: agents(), steps: (1..=length).map(step).collect::<Vec<_>>() })
    }
}
