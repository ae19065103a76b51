//! The time at the start of a line of a log. Specification 6.5.

use super::lines::first_edge;

/// The text of the time at the start of a line, without `@` and brackets.
pub(super) fn time_at_start(line: &[u8]) -> Option<&[u8]> {
    let line = first_edge(line);
    match line.split_first()? {
        (b'@', rest) => rest.get(..length(rest)?),
        (b'[', rest) => {
            let length = length(rest)?;
            rest.get(..length).filter(|_| rest.get(length) == Some(&b']'))
        }
        (first, _) if first.is_ascii_digit() => line.get(..length(line)?),
        _ => None,
    }
}

/// The text of the time at the start of a header, which may be that of syslog as well: `Jan  1 10:00:00`.
pub(super) fn time_of_header(line: &[u8]) -> Option<&[u8]> {
    time_at_start(line).or_else(|| line.get(..old_length(first_edge(line))?))
}

/// The length of `Jan  1 10:00:00`.
pub(super) fn old_length(text: &[u8]) -> Option<usize> {
    let [m, o, n, b' ', d, e, b' ', ..] = text else {
        return None;
    };
    let is_day = matches!(d, b' ' | b'0'..=b'3') && e.is_ascii_digit();
    let clock = length(text.get(7..)?)?;
    (is_day && is_month(&[*m, *o, *n])).then_some(7 + clock)
}

/// Whether a line begins with a time of day, or a date and a time of day.
pub(super) fn begins_with_time(line: &[u8]) -> bool {
    time_at_start(line).is_some()
}

/// The length of the time at the start of `text`: `11:49:08.388`, `2015-05-29T12:21:16.438`, `2015-01-07 13:20:31,665`
/// or `29/May/2015:12:21:16.438`.
pub(super) fn length(text: &[u8]) -> Option<usize> {
    if let Some(clock) = clock(text) {
        return Some(clock);
    }
    let date = date(text)?;
    let separator = *text.get(date)?;
    if !matches!(separator, b' ' | b'T' | b':' | b'_') {
        return None;
    }
    let end = date + 1 + clock(text.get(date + 1..)?)?;
    Some(end + zone(text.get(end..).unwrap_or_default(), separator))
}

/// The length of the time zone, which only a time after `T` can have.
fn zone(rest: &[u8], separator: u8) -> usize {
    match rest {
        [b'Z', ..] if separator == b'T' => 1,
        [b'+' | b'-', hours @ ..] if separator == b'T' => match hours {
            [a, b, b':', c, d, ..] if [a, b, c, d].iter().all(|digit| digit.is_ascii_digit()) => 6,
            [a, b, c, d, ..] if [a, b, c, d].iter().all(|digit| digit.is_ascii_digit()) => 5,
            _ => 0,
        },
        _ => 0,
    }
}

/// The length of `11:49:08`, with a point, comma or colon and the digits of a fraction if they follow.
fn clock(text: &[u8]) -> Option<usize> {
    let ([h1, h2, b':', m1, m2, b':', s1, s2], rest) = text.split_first_chunk()? else {
        return None;
    };
    let are_digits = [h1, h2, m1, m2, s1, s2].iter().all(|digit| digit.is_ascii_digit());
    // Digits are ordered as characters, so the texts can be compared.
    if !are_digits || [*h1, *h2] > *b"23" || *m1 > b'5' || [*s1, *s2] > *b"60" {
        return None;
    }
    let digits = |rest: &[u8]| rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    match rest {
        [b'.' | b',', fraction @ ..] if digits(fraction) > 0 => Some(9 + digits(fraction)),
        // Milliseconds. With another number of digits it is a line number before a time, not a fraction.
        [b':', fraction @ ..] if digits(fraction) == 3 => Some(12),
        [b':', next, ..] if next.is_ascii_digit() => None,
        [digit, ..] if digit.is_ascii_digit() => None,
        _ => Some(8),
    }
}

/// The length of `2015-05-29`, `2015/05/29` or `29/May/2015`.
fn date(text: &[u8]) -> Option<usize> {
    match text {
        [a, b, c, d, one @ (b'-' | b'/'), e, f, other, g, h, ..] if one == other => {
            [a, b, c, d, e, f, g, h].iter().all(|digit| digit.is_ascii_digit()).then_some(10)
        }
        [a, b, b'/', m, o, n, b'/', c, d, e, f, ..] => {
            let digits = [a, b, c, d, e, f].iter().all(|digit| digit.is_ascii_digit());
            (digits && is_month(&[*m, *o, *n])).then_some(11)
        }
        _ => None,
    }
}

/// Whether these are the three letters of a month.
pub(super) fn is_month(letters: &[u8; 3]) -> bool {
    const MONTHS: [&[u8; 3]; 12] =
        [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
    MONTHS.iter().any(|month| month.eq_ignore_ascii_case(letters))
}
