//! Which notifications a client was sent already.

use std::collections::BTreeMap;

/// How many gaps are remembered.
const GAPS: usize = 1_024;

/// Positions, in any order. Those that follow each other are one run, so that a client that gets everything costs one. Where
/// there are too many runs, the lowest is forgotten: a message may come twice then, but none is left out.
#[derive(Debug, Default)]
pub(super) struct Positions {
    /// The first position of each run: the last.
    runs: BTreeMap<u64, u64>,
}

impl Positions {
    /// Adds a position. False where it was there already.
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
