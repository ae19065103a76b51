//! Which notifications were sent to a client?

use std::collections::VecDeque;

/// The maximum number of runs.
pub const RUNS: usize = 1_024;

/// A set of positions, stored as runs of consecutive ones. If there are too many runs, the lowest is dropped. A message
/// may then be sent twice, but no message is lost. Because positions count the notifications of all agents of a shard,
/// the number of runs usually reaches the maximum.
#[derive(Debug, Default)]
pub(super) struct Positions {
    /// The first and the last position of each run, in order.
    runs: VecDeque<(u64, u64)>,
}

impl Positions {
    /// Adds a position. Returns false if it was already there.
    pub(super) fn insert(&mut self, position: u64) -> bool {
        // All runs from this index on begin after the position.
        let after = self.runs.partition_point(|(first, _)| *first <= position);
        let before = after.checked_sub(1).and_then(|before| self.runs.get(before)).copied();
        if before.is_some_and(|(_, last)| position <= last) {
            return false;
        }
        let follows = before.is_some_and(|(_, last)| last + 1 == position);
        let precedes = self.runs.get(after).is_some_and(|(first, _)| position + 1 == *first);
        if follows && precedes {
            let joined = self.runs.remove(after).map_or(position, |(_, last)| last);
            self.runs[after - 1].1 = joined;
        } else if follows {
            self.runs[after - 1].1 = position;
        } else if precedes {
            self.runs[after].0 = position;
        } else if self.runs.len() < RUNS {
            self.runs.insert(after, (position, position));
        } else if after > 0 {
            self.runs.pop_front();
            self.runs.insert(after - 1, (position, position));
        }
        true
    }
}
