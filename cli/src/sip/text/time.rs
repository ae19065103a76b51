//! The time that a log line says: a date and a time of day, or a time of day alone, in the forms that logs have.

use std::ops::Range;
use std::time::Duration;

use super::super::found::When;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The first time of day in a line, with the date next to it.
pub(super) fn when(line: &str) -> When {
    let Some((time, seconds)) = time_of_day(line) else { return When::Unknown };
    let Some(before) = line.get(..time.start) else { return When::Unknown };
    match date_before(before) {
        Some((start, Some(days))) => {
            let at = Duration::from_secs(days * 86_400).saturating_add(seconds);
            When::Date { at, text: line.get(start..time.end).map(Into::into) }
        }
        Some((_, None)) | None => match line.get(time) {
            Some(text) => When::TimeOfDay { at: seconds, text: text.into() },
            None => When::Unknown,
        },
    }
}

/// `HH:MM:SS`, with a fraction behind `.`, `,` or `:`; where it stands, and since midnight.
fn time_of_day(line: &str) -> Option<(Range<usize>, Duration)> {
    let bytes = line.as_bytes();
    let digits = |at: usize| -> Option<u64> {
        match bytes.get(at..at + 2)? {
            [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some(u64::from((tens - b'0') * 10 + (ones - b'0'))),
            _ => None,
        }
    };
    let mut from = 0;
    loop {
        let colon = from + bytes.get(from..)?.iter().position(|&byte| byte == b':')?;
        from = colon + 1;
        let Some(start) = colon.checked_sub(2) else { continue };
        // Not within an IPv6 address; behind a year (`/2015:`) it is one of a date.
        let begins = match start.checked_sub(1).and_then(|before| bytes.get(before)) {
            None | Some(b'T') => true,
            Some(b':') => start.checked_sub(6).and_then(|slash| bytes.get(slash)) == Some(&b'/'),
            Some(byte) => !byte.is_ascii_alphanumeric(),
        };
        if !begins || bytes.get(start + 5) != Some(&b':') {
            continue;
        }
        let (Some(hour @ 0..24), Some(minute @ 0..60), Some(second @ 0..62)) =
            (digits(start), digits(start + 3), digits(start + 6))
        else {
            continue;
        };
        let end = start + 8;
        let mut seconds = Duration::from_secs(hour * 3600 + minute * 60 + second);
        let rest = bytes.get(end..).unwrap_or_default();
        let count = rest.iter().skip(1).take(9).take_while(|byte| byte.is_ascii_digit()).count();
        let has_fraction = matches!(rest.first(), Some(b'.' | b',')) || (rest.first() == Some(&b':') && count == 3);
        if !has_fraction || count == 0 {
            return Some((start..end, seconds));
        }
        let fraction = rest.iter().skip(1).take(count).fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
        let nanos = fraction * 10_u64.pow(u32::try_from(9 - count).unwrap_or(0));
        seconds = seconds.saturating_add(Duration::from_nanos(nanos));
        return Some((start..end + 1 + count, seconds));
    }
}

/// The date that ends where the time of day begins: where it begins, and its day since 1970, if it has a year.
fn date_before(before: &str) -> Option<(usize, Option<u64>)> {
    let trimmed = before.trim_end_matches([' ', '\t', 'T', ':', '|']);
    let start_of = |words: usize| {
        let mut end = trimmed.len();
        for _ in 0..words {
            end = trimmed.get(..end)?.trim_end().rfind([' ', '\t', '[', '(', '|']).map_or(0, |at| at + 1).min(end);
            if end == 0 {
                break;
            }
            end -= usize::from(trimmed.as_bytes().get(end - 1) == Some(&b' '));
        }
        Some(end)
    };
    let last_word = trimmed.rfind([' ', '\t', '[', '(', '|']).map_or(0, |at| at + 1);
    let word = trimmed.get(last_word..)?;
    if let Some(days) = numbers(word) {
        return Some((last_word, days));
    }
    // `29/May/2015`.
    let parts: Vec<&str> = word.split(['/', '-', '.']).collect();
    if let &[day, month, year] = parts.as_slice() {
        return Some((last_word, Some(days(year.parse().ok()?, month_number(month)?, day.parse().ok()?)?)));
    }
    // `Jan 01 2026`, `Jan  1`.
    let start = start_of(3)?;
    let words: Vec<&str> = trimmed.get(start..)?.split_ascii_whitespace().collect();
    match words.as_slice() {
        &[month, day, year] if month_number(month).is_some() && year.len() == 4 => {
            let start = trimmed.rfind(month)?;
            Some((start, days(year.parse().ok()?, month_number(month)?, day.parse().ok()?)))
        }
        &[.., month, _] if month_number(month).is_some() => Some((trimmed.rfind(month)?, None)),
        _ => None,
    }
}

/// `2026-01-01`, `2026/01/01`, `01.01.2026`; a date without a year has no day.
fn numbers(word: &str) -> Option<Option<u64>> {
    let parts: Vec<&str> = word.split(['-', '/', '.']).collect();
    let number = |text: &str| text.parse::<u64>().ok();
    match parts.as_slice() {
        &[year, month, day] if year.len() == 4 => Some(days(number(year)?, number(month)?, number(day)?)),
        &[day, month, year] if year.len() == 4 => Some(days(number(year)?, number(month)?, number(day)?)),
        &[month, day] if month.len() == 2 && day.len() == 2 => number(month).and(number(day)).map(|_| None),
        _ => None,
    }
}

fn month_number(name: &str) -> Option<u64> {
    let at = MONTHS.iter().position(|month| name.len() >= 3 && name.get(..3).is_some_and(|name| name.eq_ignore_ascii_case(month)))?;
    u64::try_from(at + 1).ok()
}

/// Days since 1970 in the Gregorian calendar.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1;
    days.checked_sub(719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_line_is_found_in_the_forms_that_logs_have() {
        let at = |line: &str| match when(line) {
            When::Date { at, text } => format!("{} {}", at.as_secs(), text.unwrap_or_default()),
            When::TimeOfDay { at, text } => format!("day+{} {text}", at.as_millis()),
            When::SinceBegin(_) | When::Unknown => "none".to_owned(),
        };
        for (line, expected) in [
            ("10:00:01.250: SIPTR: Received", "day+36001250 10:00:01.250"),
            ("U 2026/01/01 10:00:00.000000 192.0.2.1:5060 -> 192.0.2.2:5060 #1", "1767261600 2026/01/01 10:00:00.000000"),
            ("2026-01-01T10:00:00.5Z  192.0.2.1:5060 ---> 192.0.2.2:5060", "1767261600 2026-01-01T10:00:00.5"),
            ("Thu Jan 01 2026 10:00:00 GMT+0000 (UTC) | sip.transport", "1767261600 Jan 01 2026 10:00:00"),
            ("[Nov 15 11:17:10] DEBUG[10625]: x", "day+40630000 11:17:10"),
            ("[2026-01-01 10:00:00] VERBOSE[1] x", "1767261600 2026-01-01 10:00:00"),
            ("07-06 14:32:16.973  6072  6072 I Linphone: x", "day+52336973 14:32:16.973"),
            ("2026-01-01 10:00:00:123 [belle-sip] MESSAGE x", "1767261600 2026-01-01 10:00:00:123"),
            ("29/May/2015:12:21:16.438 x", "1432902076 29/May/2015:12:21:16.438"),
            ("recv 10 bytes from udp/[192.0.2.1]:5060 at 10:00:00.123456:", "day+36000123 10:00:00.123456"),
            ("from [2001:db8::10:20:30]:5060 only", "none"),
            ("99:99:99 nothing", "none"),
        ] {
            assert_eq!(at(line), expected, "{line}");
        }
    }
}
