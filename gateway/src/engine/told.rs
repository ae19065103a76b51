//! Which clock values are passed to the shards? A shard's time never goes back, so one wrong clock value must not reach
//! it. A real pause, such as that of a suspended machine, must reach it.

use std::time::Duration;

/// The number of consecutive values that confirm a jump: one minute of values that are too far ahead but consistent
/// with each other.
const CONFIRMED_BY: u32 = 60;

/// The last time that was passed on, and the values rejected since.
#[derive(Debug)]
pub(super) struct Told {
    last: Option<Duration>,
    /// The maximum distance between the last time and the next.
    jump: Duration,
    /// The last rejected time, and the number of values consistent with it.
    doubted: Option<(Duration, u32)>,
}

impl Told {
    pub(super) fn new(jump: Duration) -> Self {
        // A step length of zero would loop forever.
        Told { last: None, jump: jump.max(Duration::from_secs(1)), doubted: None }
    }

    /// The times to pass to the shards, in order, for this clock value. There are none if the value is rejected. The
    /// first value is always accepted.
    pub(super) fn hear(&mut self, now: Duration) -> Vec<Duration> {
        // The library stores no later time, and the number of steps must be bounded.
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
            tracing::warn!(?now, ?last, limit = ?self.jump, "the clock is too far ahead: time stops until it is back");
        }
        if count < CONFIRMED_BY {
            return Vec::new();
        }
        tracing::warn!(?now, ?last, "the clock stayed ahead: its time is accepted");
        self.doubted = None;
        self.last = Some(now);
        // Shards reject longer steps.
        let steps = std::iter::successors(Some(last), |step| step.checked_add(self.jump)).skip(1);
        steps.take_while(|&step| step < now).chain([now]).collect()
    }
}
