//! Which times the shards are told. One wrong value of a clock must not become their time, since it does not fall; a
//! pause that was long, as of a machine that slept, must.

use std::time::Duration;

/// So many values in a row that are too far ahead, and go together, are the time: a minute of them.
const CONFIRMED_BY: u32 = 60;

/// The time that was told last, and what was not believed since.
#[derive(Debug)]
pub(super) struct Told {
    last: Option<Duration>,
    /// How far ahead of the last time the next may be.
    jump: Duration,
    /// The last time that was not believed, and how many went with it.
    doubted: Option<(Duration, u32)>,
}

impl Told {
    pub(super) fn new(jump: Duration) -> Self {
        // Steps of nothing would have no end.
        Told { last: None, jump: jump.max(Duration::from_secs(1)), doubted: None }
    }

    /// The times that a shard is told, one after the other, now that the clock says this; none where it is not
    /// believed. The first one may be any.
    pub(super) fn hear(&mut self, now: Duration) -> Vec<Duration> {
        // The library keeps no later time, so that there are not too many steps.
        let now = now.min(Duration::from_nanos(u64::MAX));
        let Some(last) = self.last else {
            self.last = Some(now);
            return vec![now];
        };
        if now.saturating_sub(last) <= self.jump {
            self.doubted = None;
            self.last = Some(last.max(now));
            return vec![now];
        }
        let goes_with = |&(doubted, _): &(Duration, u32)| doubted <= now && now - doubted <= self.jump;
        let count = self.doubted.filter(goes_with).map_or(0, |(_, count)| count) + 1;
        self.doubted = Some((now, count));
        if count == 1 {
            tracing::warn!(?now, ?last, limit = ?self.jump, "the clock went too far ahead: time stands until it is back, or stays");
        }
        if count < CONFIRMED_BY {
            return Vec::new();
        }
        tracing::warn!(?now, ?last, "the clock stayed ahead: time goes on from there");
        self.doubted = None;
        self.last = Some(now);
        // No step is longer than the shards believe.
        let steps = std::iter::successors(Some(last), |step| step.checked_add(self.jump)).skip(1);
        steps.take_while(|&step| step < now).chain([now]).collect()
    }
}
