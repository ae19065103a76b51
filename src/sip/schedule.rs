//! Which call falls due when, and which ended calls can be forgotten: by the caller's time, and by the limit.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use core::time::Duration;

use super::call::WaitFor;

/// The times of all calls of an observer, by their keys.
#[derive(Debug, Clone, Default)]
pub(super) struct Schedule {
    due: BTreeSet<(Duration, Box<str>)>,
    due_of: BTreeMap<Box<str>, Duration>,
    /// In the order in which they ended.
    ended: BTreeSet<(Duration, u64, Box<str>)>,
    ended_of: BTreeMap<Box<str>, (Duration, u64)>,
    /// How many ended so far: tells those of one moment apart.
    count: u64,
}

impl Schedule {
    /// The call waits, or (`None`) does not.
    pub(super) fn waits(&mut self, key: &str, wait: Option<(WaitFor, Duration)>) {
        let until = wait.map(|(_, until)| until);
        let known = self.due_of.get(key).copied();
        if known == until {
            return;
        }
        if let Some((key, due)) = self.due_of.remove_entry(key) {
            self.due.remove(&(due, key));
        }
        if let Some(until) = until {
            self.due.insert((until, key.into()));
            self.due_of.insert(key.into(), until);
        }
    }

    /// A call that is due at `now`; it does not wait any more.
    pub(super) fn due(&mut self, now: Duration) -> Option<Box<str>> {
        if self.due.first()?.0 > now {
            return None;
        }
        let (_, key) = self.due.pop_first()?;
        self.due_of.remove(&key);
        Some(key)
    }

    pub(super) fn next_due(&self) -> Option<Duration> {
        self.due.first().map(|&(due, _)| due)
    }

    pub(super) fn last_due(&self) -> Option<Duration> {
        self.due.last().map(|&(due, _)| due)
    }

    /// The call is over.
    pub(super) fn ended(&mut self, key: &str, now: Duration) {
        self.waits(key, None);
        if !self.ended_of.contains_key(key) {
            self.count = self.count.wrapping_add(1);
            self.ended.insert((now, self.count, key.into()));
            self.ended_of.insert(key.into(), (now, self.count));
        }
    }

    /// The call began again.
    pub(super) fn revived(&mut self, key: &str) {
        if let Some((key, (when, count))) = self.ended_of.remove_entry(key) {
            self.ended.remove(&(when, count, key));
        }
    }

    /// A call that ended before this time, or the oldest of more than `most`.
    pub(super) fn forget(&mut self, before: Duration, most: usize) -> Option<Box<str>> {
        let (oldest, _, _) = self.ended.first()?;
        if *oldest >= before && self.ended.len() <= most {
            return None;
        }
        let (_, _, key) = self.ended.pop_first()?;
        self.ended_of.remove(&key);
        Some(key)
    }

    pub(super) fn ended_calls(&self) -> usize {
        self.ended.len()
    }
}
