//! The time in a log line: a date and a time of day, or a time of day alone, in the forms that logs use.

use std::ops::Range;
use std::time::Duration;

use super::super::found::When;
use crate::when;

const DAY: Duration = Duration::from_secs(86_400);

/// The first time of day in a line, with the date before it.
pub(super) fn when(line: &str) -> When {
    let Some(time) = time_of_day(line) else { return When::Unknown };
    let Some(of_day) = line.get(time.clone()).and_then(when::When::parse).map(when::When::of_day) else {
        return When::Unknown;
    };
    match date_before(line, &time) {
        Some((text, days)) => {
            let at = DAY.saturating_mul(days).saturating_add(of_day);
            When::Date { at, text: Some(text.into()) }
        }
        None => When::TimeOfDay { at: of_day, text: line.get(time).unwrap_or_default().into() },
    }
}

/// The text of date and time, if a date of at most three words precedes the time, and its day since 1970.
fn date_before<'l>(line: &'l str, time: &Range<usize>) -> Option<(&'l str, u32)> {
    let mut starts = Vec::new();
    let mut end = time.start;
    while starts.len() < 4 {
        let before = line.get(..end)?.trim_end_matches([' ', '[', '(', '|']);
        let start = before.rfind([' ', '\t', '[', '(', '|']).map_or(0, |at| at + 1);
        starts.push(start);
        if start == 0 {
            break;
        }
        end = start;
    }
    // The longest first: `Jan 01 2026`, not `01 2026`.
    starts.into_iter().rev().find_map(|start| {
        let text = line.get(start..time.end)?.trim_start_matches(['[', '(', '@']);
        // `2026-01-01|10:00:00`.
        let day = when::When::parse(&text.replace('|', " "))?.day?;
        Some((text, u32::try_from(day).ok()?))
    })
}

/// The position of a time of day: `HH:MM:SS`, with an optional fraction after `.`, `,` or `:`.
fn time_of_day(line: &str) -> Option<Range<usize>> {
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
        // Digits after a colon may belong to an IPv6 address; after a year (`/2015:`) they are a time of day.
        let begins = match start.checked_sub(1).and_then(|before| bytes.get(before)) {
            None | Some(b'T') => true,
            Some(b':') => start.checked_sub(6).and_then(|slash| bytes.get(slash)) == Some(&b'/'),
            Some(byte) => !byte.is_ascii_alphanumeric(),
        };
        if !begins || bytes.get(start + 5) != Some(&b':') {
            continue;
        }
        let (Some(0..24), Some(0..60), Some(0..=60)) = (digits(start), digits(start + 3), digits(start + 6)) else {
            continue;
        };
        let end = start + 8;
        let rest = bytes.get(end..).unwrap_or_default();
        let count = rest.iter().skip(1).take(9).take_while(|byte| byte.is_ascii_digit()).count();
        let has_fraction = matches!(rest.first(), Some(b'.' | b',')) || (rest.first() == Some(&b':') && count == 3);
        if !has_fraction || count == 0 {
            return Some(start..end);
        }
        return Some(start..end + 1 + count);
    }
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
            (
                "U 2026/01/01 10:00:00.000000 192.0.2.1:5060 -> 192.0.2.2:5060 #1",
                "1767261600 2026/01/01 10:00:00.000000",
            ),
            ("2026-01-01T10:00:00.5Z  192.0.2.1:5060 ---> 192.0.2.2:5060", "1767261600 2026-01-01T10:00:00.5"),
            ("Thu Jan 01 2026 10:00:00 GMT+0000 (UTC) | sip.transport", "1767261600 Jan 01 2026 10:00:00"),
            ("[Nov 15 11:17:10] DEBUG[10625]: x", "343135030 Nov 15 11:17:10"),
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
