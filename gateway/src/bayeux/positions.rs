//! Which notifications a client has been sent.

use std::collections::BTreeMap;

/// How many runs are kept.
const GAPS: usize = 1_024;

/// A set of positions, stored as runs of consecutive ones, so that a client that gets everything needs one run. If
/// there are too many runs, the lowest is dropped. A message may then be sent twice, but none is lost.
#[derive(Debug, Default)]
pub(super) struct Positions {
    /// The first position of each run, with its last.
    runs: BTreeMap<u64, u64>,
}

impl Positions {
    /// Adds a position. Returns false if it was already there.
    pub(super) fn insert(&mut self, position: u64) -> bool {
        let before = self.runs.range(..=position).next_back().map(|(first, last)| (*first, *last));
        if before.is_some_and(|(_, last)| position <= last) {
            return false;
        }
        let first = match before {
            Some((first, last)) if last + 1 == position => first,
            Some(_) | None => position,
        };
        let after = position.checked_add(1).and_then(|next| self.runs.remove(&next));
        self.runs.insert(first, after.unwrap_or(position));
        if self.runs.len() > GAPS {
            self.runs.pop_first();
        }
        true
    }
}
