//! What the time of a log line means: to order the events of several files, and to compare with `--since` and `--until`.

use std::str::FromStr;
use std::time::Duration;

const SECOND: u64 = 1_000_000_000;
const HOUR: u64 = 3600 * SECOND;
const DAY: u64 = 24 * HOUR;

/// A time as it was written: of day, with a date or without, with an offset from UTC or without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct When {
    /// Days since 1970-01-01.
    pub(crate) day: Option<i64>,
    /// Nanoseconds since midnight.
    of_day: u64,
    /// Of a time without a date: how often midnight has passed in its file.
    midnights: i64,
    /// Seconds east of UTC.
    offset: Option<i64>,
}

/// A place on the time line of one log: what events of several files are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    day: i64,
    of_day: u64,
}

impl When {
    /// Reads the forms of specification 6.5 and those of envelopes, and `HH:MM` for the command line.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches(['@', '[']).trim_end_matches(']');
        if let Some(when) = of_epoch(text) {
            return Some(when);
        }
        let (day, rest) = date(text).map_or((None, text), |(day, rest)| (Some(day), rest));
        let (of_day, rest) = time_of_day(rest)?;
        Some(When { day, of_day, midnights: 0, offset: offset(rest.trim()) })
    }

    /// Since midnight.
    pub(crate) fn of_day(self) -> Duration {
        Duration::from_nanos(self.of_day)
    }

    /// Where this stands on the time line; `first` is the day on which a file without dates begins.
    pub(crate) fn moment(self, first: i64) -> Moment {
        let day = self.day.unwrap_or(first + self.midnights);
        let seconds = self.offset.unwrap_or(0);
        // An offset is less than a day.
        let of_day = i64::try_from(self.of_day).unwrap_or(0) - seconds * SECOND as i64;
        let day_length = DAY as i64;
        Moment { day: day + of_day.div_euclid(day_length), of_day: of_day.rem_euclid(day_length).unsigned_abs() }
    }

    /// Whether this is not before `other`. Where only one of the two has a date, or only one an offset, those do not count.
    pub(crate) fn is_since(self, other: When) -> bool {
        self.compared(other).is_ge()
    }

    /// Whether this is not after `other`; as for [`is_since`](Self::is_since).
    pub(crate) fn is_until(self, other: When) -> bool {
        self.compared(other).is_le()
    }

    fn compared(self, other: When) -> std::cmp::Ordering {
        match (self.day, other.day) {
            (Some(_), Some(_)) if self.offset.is_some() == other.offset.is_some() => {
                self.moment(0).cmp(&other.moment(0))
            }
            (Some(one), Some(two)) => (one, self.of_day).cmp(&(two, other.of_day)),
            (Some(_) | None, None) | (None, Some(_)) => self.of_day.cmp(&other.of_day),
        }
    }
}

/// A bound of `--since` or `--until`; a date alone is the whole day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    Time(When),
    Day(i64),
}

impl FromStr for Bound {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(when) = When::parse(text) {
            return Ok(Bound::Time(when));
        }
        match date(text) {
            Some((day, "")) => Ok(Bound::Day(day)),
            Some(_) | None => Err("expected a time such as 11:49, 11:49:08.388 or 2015-01-07T11:49:08".to_owned()),
        }
    }
}

/// The times of one file, in its order: a time without a date takes the day of the one before it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Clock {
    last: Option<When>,
}

impl Clock {
    /// The time of the next event: its own, else that of the event before it. None before the first time of the file.
    pub(crate) fn next(&mut self, time: Option<&str>) -> Option<When> {
        if let Some(when) = time.and_then(When::parse) {
            self.last = Some(self.dated(when));
        }
        self.last
    }

    /// A time of day that falls by more than twelve hours has passed midnight.
    fn dated(&self, when: When) -> When {
        let (None, Some(last)) = (when.day, self.last) else { return when };
        let passed_midnight = last.of_day > when.of_day && last.of_day - when.of_day > 12 * HOUR;
        let days = i64::from(passed_midnight);
        When { day: last.day.map(|day| day + days), midnights: last.midnights + days, ..when }
    }
}

/// Seconds, or thirteen digits of milliseconds, since 1970.
fn of_epoch(text: &str) -> Option<When> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (whole, rest) = text.split_at_checked(digits)?;
    let number: u64 = whole.parse().ok()?;
    let nanoseconds = match (digits, rest) {
        (10, "") => number.checked_mul(SECOND)?,
        (10, rest) => number.checked_mul(SECOND)?.checked_add(fraction(rest.strip_prefix('.')?)?.0)?,
        (13, "") => number.checked_mul(1_000_000)?,
        _ => return None,
    };
    Some(When { day: i64::try_from(nanoseconds / DAY).ok(), of_day: nanoseconds % DAY, midnights: 0, offset: Some(0) })
}

/// A date at the start, and what follows it and its separator.
fn date(text: &str) -> Option<(i64, &str)> {
    iso_date(text).or_else(|| named_month(text)).or_else(|| syslog_date(text))
}

/// `2015-01-07T`, `2015/01/07 `.
fn iso_date(text: &str) -> Option<(i64, &str)> {
    let (year, rest) = number(text, 4..=4)?;
    let separator = rest.chars().next().filter(|c| matches!(c, '-' | '/'))?;
    let (month, rest) = number(rest.strip_prefix(separator)?, 1..=2)?;
    let (day, rest) = number(rest.strip_prefix(separator)?, 1..=2)?;
    Some((days(year, month, day)?, rest.trim_start_matches(['T', 't', ' ', '_', ':'])))
}

/// `29/May/2015:`, `29-May-2015 `.
fn named_month(text: &str) -> Option<(i64, &str)> {
    let (day, rest) = number(text, 1..=2)?;
    let separator = rest.chars().next().filter(|c| matches!(c, '-' | '/' | ' '))?;
    let (month, rest) = month(rest.strip_prefix(separator)?)?;
    let (year, rest) = number(rest.strip_prefix(separator)?, 4..=4)?;
    Some((days(year, month, day)?, rest.trim_start_matches([':', ' ', 'T'])))
}

/// `Jan  7 `: a date without a year, which is taken as 1980, so that such dates can be compared with one another.
fn syslog_date(text: &str) -> Option<(i64, &str)> {
    let (month, rest) = month(text)?;
    let (day, rest) = number(rest.strip_prefix(' ')?.trim_start(), 1..=2)?;
    let rest = rest.strip_prefix(' ')?;
    match number(rest, 4..=4) {
        Some((year, after)) if !after.starts_with(':') => Some((days(year, month, day)?, after.trim_start())),
        Some(_) | None => Some((days(1980, month, day)?, rest)),
    }
}

fn month(text: &str) -> Option<(u64, &str)> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let (name, rest) = text.split_at_checked(3)?;
    let index = MONTHS.iter().position(|month| month.eq_ignore_ascii_case(name))?;
    Some((index as u64 + 1, rest))
}

/// A number of so many digits, and what follows it.
fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<(u64, &str)> {
    let count = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(count).filter(|_| digits.contains(&count))?;
    Some((number.parse().ok()?, rest))
}

/// Days since 1970-01-01 in the Gregorian calendar: a year begins in March, so that the leap day is its last.
fn days(year: u64, month: u64, day: u64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month > 2 { year } else { year.checked_sub(1)? };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = (year % 400) * 365 + (year % 400) / 4 - (year % 400) / 100 + day_of_year;
    i64::try_from(year / 400 * 146_097 + day_of_era).ok().map(|days| days - 719_468)
}

/// `11:49`, `11:49:08`, `11:49:08.388`, `11:49:08,388`, `11:49:08:388`, and what follows.
fn time_of_day(text: &str) -> Option<(u64, &str)> {
    let (hours, rest) = number(text, 1..=2)?;
    let (minutes, rest) = number(rest.strip_prefix(':')?, 2..=2)?;
    let (seconds, rest) = match rest.strip_prefix(':') {
        Some(rest) => number(rest, 2..=2)?,
        None => (0, rest),
    };
    // A leap second is the last of its minute.
    if hours > 23 || minutes > 59 || seconds > 60 {
        return None;
    }
    let (nanoseconds, rest) = match rest.strip_prefix(['.', ',', ':']) {
        Some(rest) => fraction(rest)?,
        None => (0, rest),
    };
    Some((hours * HOUR + (minutes * 60 + seconds.min(59)) * SECOND + nanoseconds, rest))
}

/// The digits of a fraction of a second as nanoseconds, and what follows them.
fn fraction(text: &str) -> Option<(u64, &str)> {
    let count = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at_checked(count).filter(|_| count > 0)?;
    let nanoseconds = digits.bytes().chain(std::iter::repeat(b'0')).take(9);
    Some((nanoseconds.fold(0, |number, digit| number * 10 + u64::from(digit - b'0')), rest))
}

/// `Z`, `+02:00`, `-0500`.
fn offset(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, rest) = match (text.strip_prefix('+'), text.strip_prefix('-')) {
        (Some(rest), _) => (1, rest),
        (None, Some(rest)) => (-1, rest),
        (None, None) => return None,
    };
    let (hours, minutes) = rest.split_at_checked(2)?;
    let minutes = minutes.strip_prefix(':').unwrap_or(minutes);
    let minutes: i64 = if minutes.is_empty() { 0 } else { minutes.parse().ok()? };
    let hours: i64 = hours.parse().ok()?;
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> (Option<i64>, u64) {
        let when = When::parse(text).unwrap_or_else(|| panic!("{text} is a time"));
        (when.day, when.of_day / 1_000_000)
    }

    #[test]
    fn the_forms_of_logs_are_read() {
        let of_day = ((11 * 60 + 49) * 60 + 8) * 1000 + 388;
        for text in ["11:49:08.388", "@11:49:08.3880", "[11:49:08.388]", "11:49:08,388", "11:49:08:388"] {
            assert_eq!(at(text), (None, of_day), "{text}");
        }
        // 2015-01-07 is day 16 442.
        for text in [
            "2015-01-07T11:49:08.388",
            "2015-01-07 11:49:08,388",
            "2015/01/07 11:49:08.388",
            "07/Jan/2015:11:49:08.388",
            "2015-01-07T11:49:08.388Z",
            "1420631348.388",
            "1420631348388",
        ] {
            assert_eq!(at(text), (Some(16_442), of_day), "{text}");
        }
        assert_eq!(at("Jan  7 11:49:08").1, of_day - 388);
        assert_eq!(at("1970-01-01T00:00:00"), (Some(0), 0));
        assert_eq!(at("2000-02-29 00:00:00").0, Some(11_016));
        assert_eq!(at("14:32"), (None, (14 * 60 + 32) * 60_000));
        for text in ["", "noon", "24:00:00", "11:60:00", "11:4:08", "2015-13-01 00:00:00", "4711", "11"] {
            assert_eq!(When::parse(text), None, "{text}");
        }
    }

    #[test]
    fn offsets_count_where_both_have_one() {
        let moment = |text: &str| When::parse(text).expect("a time").moment(0);
        assert_eq!(moment("2015-01-07T00:30:00+02:00"), moment("2015-01-06T22:30:00Z"));
        assert!(moment("2015-01-07T00:30:00+02:00") < moment("2015-01-06T23:00:00Z"));
        let (local, bound) =
            (When::parse("2015-01-07T10:00:00+02:00").unwrap(), When::parse("2015-01-07T09:59").unwrap());
        assert!(local.is_since(bound), "a bound without an offset is compared with what the log says");
    }

    #[test]
    fn midnight_passes_where_the_time_falls_by_more_than_twelve_hours() {
        let mut clock = Clock::default();
        let mut next = |time: &str| clock.next(Some(time)).expect("a time").moment(0);
        let (late, early, later) = (next("23:59:59"), next("00:00:01"), next("00:00:02"));
        assert!(late < early && early < later);
        assert!(next("00:00:01.5") < later, "a small step back stays on its day");
    }

    #[test]
    fn a_time_without_a_date_is_of_the_day_before_it() {
        let mut clock = Clock::default();
        clock.next(Some("2015-01-07 23:00:00"));
        assert_eq!(clock.next(Some("23:30:00")).and_then(|when| when.day), Some(16_442));
        assert_eq!(clock.next(None).and_then(|when| when.day), Some(16_442));
        assert_eq!(clock.next(Some("01:00:00")).and_then(|when| when.day), Some(16_443));
    }
}
