//! The meaning of the time in a log line: orders the events of several files, and is compared with `--since` and
//! `--until`.

use std::str::FromStr;
use std::time::Duration;

const SECOND: u64 = 1_000_000_000;
const HOUR: u64 = 3600 * SECOND;
const DAY: u64 = 24 * HOUR;

/// A time as written: a time of day, with or without a date and an offset from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct When {
    /// Days since 1970-01-01.
    pub(crate) day: Option<i64>,
    /// Whether the date was written without a year: `day` then serves only to compare such dates with each other.
    without_year: bool,
    /// Nanoseconds since midnight.
    of_day: u64,
    /// For a time without a date: how many times midnight has passed in its file.
    midnights: i64,
    /// Seconds east of UTC.
    offset: Option<i64>,
}

/// A point on the time line of one log, by which events of several files are ordered.
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
        let (date, rest) = date(text).map_or((None, text), |(date, has_year, rest)| (Some((date, has_year)), rest));
        let (of_day, rest) = time_of_day(rest)?;
        let day = date.map(|(date, _)| date.days());
        let without_year = date.is_some_and(|(_, has_year)| !has_year);
        Some(When { day, without_year, of_day, midnights: 0, offset: offset(rest.trim()) })
    }

    /// The date and the time of day that [`parse`](Self::parse) reads from such a text, as they are written.
    pub(crate) fn written(text: &str) -> Option<(&str, &str)> {
        let text = text.trim().trim_start_matches(['@', '[']).trim_end_matches(']');
        if of_epoch(text).is_some() {
            return Some(("", text));
        }
        let rest = date(text).map_or(text, |(_, _, rest)| rest);
        let (_, after) = time_of_day(rest)?;
        let date = text.get(..text.len() - rest.len())?;
        Some((date.trim_end_matches(['T', 't', ' ', '_', ':']), rest.get(..rest.len() - after.len())?))
    }

    /// Since midnight.
    pub(crate) fn of_day(self) -> Duration {
        Duration::from_nanos(self.of_day)
    }

    /// The point on the time line; `first` is the day on which a file without dates begins.
    pub(crate) fn moment(self, first: i64) -> Moment {
        let day = self.day.unwrap_or(first + self.midnights);
        let seconds = self.offset.unwrap_or(0);
        // An offset is less than a day.
        let of_day = i64::try_from(self.of_day).unwrap_or(0) - seconds * SECOND as i64;
        let day_length = DAY as i64;
        Moment { day: day + of_day.div_euclid(day_length), of_day: of_day.rem_euclid(day_length).unsigned_abs() }
    }

    /// Whether this is not before `other`. If only one of them has a date, dates are ignored; the same applies to
    /// offsets.
    pub(crate) fn is_since(self, other: When) -> bool {
        self.compared(other).is_ge()
    }

    /// Whether this is not after `other`; otherwise like [`is_since`](Self::is_since).
    pub(crate) fn is_until(self, other: When) -> bool {
        self.compared(other).is_le()
    }

    /// Takes a date without a year in the year that brings it nearest to the other.
    fn compared(self, other: When) -> std::cmp::Ordering {
        let (Some(day), Some(other_day)) = (self.day, other.day) else { return self.of_day.cmp(&other.of_day) };
        let (one, two) = if self.without_year { (self.near(other_day), other) } else { (self, other.near(day)) };
        if one.offset.is_some() == two.offset.is_some() {
            one.moment(0).cmp(&two.moment(0))
        } else {
            (one.day, one.of_day).cmp(&(two.day, two.of_day))
        }
    }

    /// The same time; a date without a year gets the year that brings it nearest to a day.
    pub(crate) fn near(self, day: i64) -> When {
        match self.day {
            Some(own) if self.without_year => When { day: Some(nearest(own, day)), without_year: false, ..self },
            Some(_) | None => self,
        }
    }

    /// The day, if the year is known.
    pub(crate) fn day_of_a_year(self) -> Option<i64> {
        self.day.filter(|_| !self.without_year)
    }

    /// By how many years a date without a year has to be moved to be nearest to a day.
    pub(crate) fn years_to(self, day: i64) -> Option<i64> {
        let own = self.day.filter(|_| self.without_year)?;
        Some(Date::of(nearest(own, day)).year - Date::of(own).year)
    }

    /// The same time this many years later, if its date has no year.
    pub(crate) fn moved(self, years: i64) -> When {
        let moved = |day| {
            let date = Date::of(day);
            Date { year: date.year + years, ..date }.days()
        };
        if self.without_year { When { day: self.day.map(moved), without_year: false, ..self } } else { self }
    }
}

/// A bound of `--since` or `--until`; a date alone means the whole day.
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
            Some((date, true, "")) => Ok(Bound::Day(date.days())),
            Some(_) | None => Err("expected a time such as 11:49, 11:49:08.388 or 2015-01-07T11:49:08".to_owned()),
        }
    }
}

/// The times of one file, in order: a time without a date takes the day of the previous one, and a date without a year
/// the year that brings it nearest to the previous one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Clock {
    last: Option<When>,
}

impl Clock {
    /// The time of the next event: its own, or else that of the previous event. `None` before the first time of the
    /// file.
    pub(crate) fn next(&mut self, time: Option<&str>) -> Option<When> {
        if let Some(when) = time.and_then(When::parse) {
            self.last = Some(self.dated(when));
        }
        self.last
    }

    fn dated(&self, when: When) -> When {
        let Some(last) = self.last else { return when };
        let without_year = last.without_year;
        match (when.day, last.day) {
            (Some(day), Some(near)) if when.without_year => {
                When { day: Some(nearest(day, near)), without_year, ..when }
            }
            (Some(_), _) => when,
            (None, _) => {
                let days = i64::from(has_passed_midnight(last.of_day(), when.of_day()));
                let day = last.day.map(|day| day + days);
                When { day, without_year, midnights: last.midnights + days, ..when }
            }
        }
    }
}

/// Reads seconds, or thirteen digits of milliseconds, since 1970.
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
    let day = i64::try_from(nanoseconds / DAY).ok();
    Some(When { day, without_year: false, of_day: nanoseconds % DAY, midnights: 0, offset: Some(0) })
}

/// Whether a time of day that follows another belongs to the next day: it is lower by more than twelve hours.
pub(crate) fn has_passed_midnight(before: Duration, now: Duration) -> bool {
    before.saturating_sub(now) > Duration::from_nanos(DAY / 2)
}

/// A date of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Date {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
}

impl Date {
    fn new(year: u64, month: u64, day: u64) -> Option<Self> {
        let signed = |number| i64::try_from(number).ok();
        let is_date = (1..=12).contains(&month) && (1..=31).contains(&day);
        is_date.then_some(Date { year: signed(year)?, month: signed(month)?, day: signed(day)? })
    }

    /// The date this many days after 1970-01-01. Years begin in March here, so that the leap day is the last day.
    pub(crate) fn of(days: i64) -> Self {
        let days = days.saturating_add(719_468);
        let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
        Date { year: year + era * 400, month, day }
    }

    /// The number of days since 1970-01-01.
    pub(crate) fn days(self) -> i64 {
        let Date { year, month, day } = self;
        let year = if month > 2 { year } else { year - 1 };
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
        era * 146_097 + year * 365 + year / 4 - year / 100 + day_of_year - 719_468
    }
}

/// The day with the same month and day as `day` that is nearest to `near`.
fn nearest(day: i64, near: i64) -> i64 {
    let (date, year) = (Date::of(day), Date::of(near).year);
    let in_year = |year| Date { year, ..date }.days();
    let nearest = [year, year - 1, year + 1].map(in_year).into_iter().min_by_key(|day| day.abs_diff(near));
    nearest.unwrap_or(day)
}

/// Reads a date at the beginning. Returns it, whether it has a year, and the text after it and its separator.
fn date(text: &str) -> Option<(Date, bool, &str)> {
    let with_year = iso_date(text).or_else(|| named_month(text));
    with_year.map(|(date, rest)| (date, true, rest)).or_else(|| syslog_date(text))
}

/// `2015-01-07T`, `2015/01/07 `.
fn iso_date(text: &str) -> Option<(Date, &str)> {
    let (year, rest) = number(text, 4..=4)?;
    let separator = rest.chars().next().filter(|c| matches!(c, '-' | '/'))?;
    let (month, rest) = number(rest.strip_prefix(separator)?, 1..=2)?;
    let (day, rest) = number(rest.strip_prefix(separator)?, 1..=2)?;
    Some((Date::new(year, month, day)?, rest.trim_start_matches(['T', 't', ' ', '_', ':'])))
}

/// `29/May/2015:`, `29-May-2015 `.
fn named_month(text: &str) -> Option<(Date, &str)> {
    let (day, rest) = number(text, 1..=2)?;
    let separator = rest.chars().next().filter(|c| matches!(c, '-' | '/' | ' '))?;
    let (month, rest) = month(rest.strip_prefix(separator)?)?;
    let (year, rest) = number(rest.strip_prefix(separator)?, 4..=4)?;
    Some((Date::new(year, month, day)?, rest.trim_start_matches([':', ' ', 'T'])))
}

/// `Jan  7 2015 `, or `Jan  7 `. A date without a year is read as 1980, so that such dates can be compared with each
/// other.
fn syslog_date(text: &str) -> Option<(Date, bool, &str)> {
    let (month, rest) = month(text)?;
    let (day, rest) = number(rest.strip_prefix(' ')?.trim_start(), 1..=2)?;
    let rest = rest.strip_prefix(' ')?;
    match number(rest, 4..=4) {
        Some((year, after)) if !after.starts_with(':') => {
            Some((Date::new(year, month, day)?, true, after.trim_start()))
        }
        Some(_) | None => Some((Date::new(1980, month, day)?, false, rest)),
    }
}

fn month(text: &str) -> Option<(u64, &str)> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let (name, rest) = text.split_at_checked(3)?;
    let index = MONTHS.iter().position(|month| month.eq_ignore_ascii_case(name))?;
    Some((index as u64 + 1, rest))
}

/// Reads a number with this many digits, and returns it with the remaining text.
fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<(u64, &str)> {
    let count = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(count).filter(|_| digits.contains(&count))?;
    Some((number.parse().ok()?, rest))
}

/// `11:49`, `11:49:08`, `11:49:08.388`, `11:49:08,388`, `11:49:08:388`; returns the remaining text, too.
fn time_of_day(text: &str) -> Option<(u64, &str)> {
    let (hours, rest) = number(text, 1..=2)?;
    let (minutes, rest) = number(rest.strip_prefix(':')?, 2..=2)?;
    let (seconds, rest) = match rest.strip_prefix(':') {
        Some(rest) => number(rest, 2..=2)?,
        None => (0, rest),
    };
    // A leap second counts as the last second of its minute.
    if hours > 23 || minutes > 59 || seconds > 60 {
        return None;
    }
    let (nanoseconds, rest) = match rest.strip_prefix(['.', ',', ':']) {
        Some(rest) => fraction(rest)?,
        None => (0, rest),
    };
    Some((hours * HOUR + (minutes * 60 + seconds.min(59)) * SECOND + nanoseconds, rest))
}

/// Reads the digits of a fraction of a second as nanoseconds; returns the remaining text, too.
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

    #[test]
    fn a_date_and_its_day_are_the_same() {
        for day in (-800_000..800_000).step_by(7) {
            assert_eq!(Date::of(day).days(), day);
        }
    }

    #[test]
    fn a_date_without_a_year_takes_that_of_what_it_is_compared_with() {
        let when = |text: &str| When::parse(text).expect("a time");
        for year in [2015, 2026] {
            let bound = when(&format!("{year}-01-02 10:00:00"));
            assert!(when("Jan  2 10:00:00").is_since(bound) && when("Jan  2 10:00:01").is_since(bound));
            assert!(!when("Jan  2 09:59:59").is_since(bound) && !when("Dec 31 23:00:00").is_since(bound));
            assert!(when("Dec 31 23:00:00").is_until(bound) && !when("Feb  1 00:00:00").is_until(bound));
        }
        assert!(when("Mar  1 00:00:00").is_since(when("Feb 28 00:00:00")), "neither has one");
    }

    #[test]
    fn dates_without_a_year_go_on_after_the_end_of_one() {
        let mut clock = Clock::default();
        let mut next = |time: &str| clock.next(Some(time)).expect("a time").moment(0);
        let moments = ["Nov 30 10:00:00", "Dec 31 23:59:59", "Jan  1 00:00:00", "Jun  1 00:00:00", "Nov  1 00:00:00"]
            .map(&mut next);
        assert!(moments.is_sorted());
        assert!(next("Oct 31 00:00:00") < moments[4], "a step back stays in its year");
        let mut clock = Clock::default();
        clock.next(Some("2015-12-31 10:00:00"));
        assert_eq!(clock.next(Some("Jan  1 10:00:00")).and_then(|when| when.day_of_a_year()), Some(16_801));
    }
}
