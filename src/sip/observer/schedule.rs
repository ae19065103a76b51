//! When calls fall due, and which ended calls can be forgotten, by the caller's time and by the limit.

use alloc::collections::{BTreeMap, BTreeSet};
use core::time::Duration;

use crate::sip::call::Call;

/// The times of all calls of an observer, with the numbers of the calls.
#[derive(Debug, Clone, Default)]
pub(super) struct Schedule {
    due: BTreeSet<(Duration, u64)>,
    ended: BTreeMap<Ended, u64>,
    /// The number of all calls that have ended so far.
    count: u64,
}

/// When a call ended, and its number among the ended calls, which distinguishes calls that ended at the same time.
type Ended = (Duration, u64);

/// The entries of a call in the schedule.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::sip) struct Scheduled {
    due: Option<Duration>,
    ended: Option<Ended>,
}

impl Schedule {
    /// Updates the schedule after a change of a call. Returns whether the call has just ended.
    pub(super) fn update(&mut self, call: &mut Call, now: Duration) -> bool {
        let due = call.wait.map(|(_, until)| until);
        let known = core::mem::replace(&mut call.scheduled.due, due);
        if known != due {
            if let Some(known) = known {
                self.due.remove(&(known, call.number));
            }
            if let Some(due) = due {
                self.due.insert((due, call.number));
            }
        }
        match (call.scheduled.ended, call.is_over()) {
            (None, true) => {
                self.count += 1;
                self.ended.insert((now, self.count), call.number);
                call.scheduled.ended = Some((now, self.count));
                true
            }
            // The call began again.
            (Some(ended), false) => {
                self.ended.remove(&ended);
                call.scheduled.ended = None;
                false
            }
            (None, false) | (Some(_), true) => false,
        }
    }

    /// A call that is due at `now`. It stays due until it is updated.
    pub(super) fn due(&self, now: Duration) -> Option<u64> {
        self.due.first().filter(|(due, _)| *due <= now).map(|&(_, number)| number)
    }

    pub(super) fn next_due(&self) -> Option<Duration> {
        self.due.first().map(|&(due, _)| due)
    }

    pub(super) fn last_due(&self) -> Option<Duration> {
        self.due.last().map(|&(due, _)| due)
    }

    /// Removes and returns the call that ended first, if that was before this time or there are more than `most`.
    pub(super) fn forget(&mut self, before: Duration, most: usize) -> Option<u64> {
        let (&(oldest, _), _) = self.ended.first_key_value()?;
        if oldest >= before && self.ended.len() <= most {
            return None;
        }
        self.ended.pop_first().map(|(_, number)| number)
    }

    pub(super) fn ended_calls(&self) -> usize {
        self.ended.len()
    }
}
