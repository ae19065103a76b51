//! Which times are passed to the shards. Their time never goes back, so a single wrong clock value must not become
//! their time. A real pause, such as that of a suspended machine, must.

use std::time::Duration;

/// This many consecutive values that are too far ahead but consistent with each other are accepted as the time: one
/// minute.
const CONFIRMED_BY: u32 = 60;

/// The last time that was passed on, and values that were not accepted since.
#[derive(Debug)]
pub(super) struct Told {
    last: Option<Duration>,
    /// How far the next time may be ahead of the last.
    jump: Duration,
    /// The last time that was not accepted, and how many consistent values there were.
    doubted: Option<(Duration, u32)>,
}

impl Told {
    pub(super) fn new(jump: Duration) -> Self {
        // Steps of length zero would never end.
        Told { last: None, jump: jump.max(Duration::from_secs(1)), doubted: None }
    }

    /// The times to pass to the shards, in order, for this value of the clock; none if the value is not accepted. The
    /// first value is always accepted.
    pub(super) fn hear(&mut self, now: Duration) -> Vec<Duration> {
        // The library stores no later time, and the number of steps has to be bounded.
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
        // Shards do not accept longer steps.
        let steps = std::iter::successors(Some(last), |step| step.checked_add(self.jump)).skip(1);
        steps.take_while(|&step| step < now).chain([now]).collect()
    }
}
