//! The time of messages. Each file states it in its own way; all files form one time line.

use std::time::Duration;

use super::found::When;
use crate::when::{Date, has_passed_midnight};

const DAY: Duration = Duration::from_secs(86_400);

/// The time line.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    now: Duration,
    /// When the current file began; relative times are added to this.
    began: Duration,
    /// The day of the last time of day without a date.
    day: Option<Duration>,
}

impl Clock {
    /// Begins a new file.
    pub(crate) fn begin_file(&mut self) {
        self.began = self.now;
    }

    pub(crate) fn now(&self) -> Duration {
        self.now
    }

    /// Advances to this time; the clock never goes back.
    pub(crate) fn advance(&mut self, when: &When) {
        let at = match *when {
            When::Date { at, .. } => at,
            When::SinceBegin(at) => self.began.saturating_add(at),
            When::TimeOfDay { at, .. } => self.of_day(at),
            When::Unknown => return,
        };
        self.now = self.now.max(at);
    }

    fn of_day(&mut self, at: Duration) -> Duration {
        let today = Duration::from_secs(self.now.as_secs() / DAY.as_secs() * DAY.as_secs());
        let day = *self.day.get_or_insert(today);
        let at_this_day = day.saturating_add(at);
        if has_passed_midnight(self.now, at_this_day) {
            let next = day.saturating_add(DAY);
            self.day = Some(next);
            return next.saturating_add(at);
        }
        at_this_day
    }
}

/// A time as text: as written in the file, or in UTC for a capture.
pub(crate) fn text(when: &When) -> Option<String> {
    match when {
        When::Date { text: Some(text), .. } | When::TimeOfDay { text, .. } => Some(text.to_string()),
        When::Date { at, text: None } => Some(date_and_time(*at)),
        When::SinceBegin(at) => Some(time_of_day(*at)),
        When::Unknown => None,
    }
}

fn time_of_day(at: Duration) -> String {
    let seconds = at.as_secs() % 86_400;
    format!("{:02}:{:02}:{:02}.{:03}", seconds / 3600, seconds / 60 % 60, seconds % 60, at.subsec_millis())
}

fn date_and_time(at: Duration) -> String {
    let Date { year, month, day } = Date::of(i64::try_from(at.as_secs() / DAY.as_secs()).unwrap_or(0));
    format!("{year:04}-{month:02}-{day:02}T{}", time_of_day(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capture_says_its_time_as_a_date() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00.000"),
            (951_782_400, "2000-02-29T00:00:00.000"),
            (1_700_000_000, "2023-11-14T22:13:20.000"),
            (4_107_542_399, "2100-02-28T23:59:59.000"),
        ] {
            assert_eq!(date_and_time(Duration::from_secs(seconds)), expected);
        }
    }

    #[test]
    fn a_time_of_day_goes_on_after_midnight_and_after_a_date() {
        let of_day = |seconds: u64| When::TimeOfDay { at: Duration::from_secs(seconds), text: "".into() };
        let mut clock = Clock::default();
        clock.advance(&of_day(86_399));
        clock.advance(&of_day(1));
        assert_eq!(clock.now(), Duration::from_secs(86_401));
        clock.advance(&When::Date { at: Duration::from_secs(10 * 86_400 + 5), text: None });
        clock.begin_file();
        clock.advance(&When::SinceBegin(Duration::from_secs(3)));
        assert_eq!(clock.now(), Duration::from_secs(10 * 86_400 + 8));
    }
}
