//! The output of `grep -n` and `grep -H`, with the line number or the file name before each line.

use super::super::header::{LineView, header};
use super::super::lines::first_edge;
use super::super::sip_message::announced_length;
use super::super::time::begins_with_time;
use super::{cri, syslog};

/// The prefix of a line: `file.log:`, `12:` or `file.log:12:`. Context lines have `-` instead of `:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grep<'a> {
    pub(super) file: &'a [u8],
    pub(super) is_numbered: bool,
    pub(super) content: usize,
}

/// The prefix of a line, if it has one and something that can be read follows.
pub(super) fn prefix(line: &[u8]) -> Option<Grep<'_>> {
    if begins_with_time(line) || begins_as_json(line) {
        return None;
    }
    let edge = first_edge(line);
    let is_separator = |byte: &u8| matches!(byte, b':' | b'-');
    let prefix = edge.get(..name_end(edge))?;
    let before_time = (1..=prefix.len()).find(|&at| {
        let after_separator = prefix.get(at - 1).is_some_and(is_separator);
        after_separator && edge.get(at..).is_some_and(|rest| begins_with_time(rest) && !is_dated_name(rest))
    });
    // The number of a context line.
    let after_number = || {
        let first = usize::from(!prefix.first()?.is_ascii_digit());
        (first..prefix.len()).rev().find_map(|at| {
            if at > 0 && (at == 1 || !prefix.get(at - 1).is_some_and(is_separator)) {
                return None;
            }
            let digits = prefix.get(at..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
            (digits > 0 && prefix.get(at + digits) == Some(&b'-')).then_some(at + digits + 1)
        })
    };
    let first_colons = || {
        let first = prefix.iter().position(|&byte| byte == b':')? + 1;
        let digits = prefix.get(first..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
        // The line number after the file name.
        let second = first + digits;
        Some(if digits > 0 && prefix.get(second) == Some(&b':') { second + 1 } else { first })
    };
    let is_read = |&content: &usize| line.get(content..).is_some_and(can_be_read);
    let found = before_time.filter(is_read).or_else(|| first_colons().filter(is_read));
    let content = found.or_else(|| after_number().filter(is_read))?;
    let named = line.get(..content.checked_sub(1)?)?;
    let (file, is_numbered) = match number_at(named) {
        Some(0) => (&[][..], true),
        Some(at) if named.get(at - 1).is_some_and(is_separator) => (named.get(..at - 1)?, true),
        Some(_) | None => (named, false),
    };
    Some(Grep { file, is_numbered, content })
}

fn can_be_read(line: &[u8]) -> bool {
    begins_as_json(line)
        || header(LineView::of_line(line)).is_some()
        || announced_length(LineView::of_line(line)).is_some()
        || cri::prefix(line).is_some()
        || syslog::prefix(line).is_some()
}

/// Where a file name can end at most: at white space, unless the name itself has some. A name with white space must
/// look like one, and a number or a time must follow.
fn name_end(edge: &[u8]) -> usize {
    let is_blank = |byte: &u8| byte.is_ascii_whitespace();
    let first_blank = edge.iter().position(is_blank).unwrap_or(edge.len());
    if edge.get(..first_blank).is_some_and(|word| word.contains(&b':')) {
        return first_blank;
    }
    let Some(colon) = edge.iter().position(|&byte| byte == b':') else {
        return first_blank;
    };
    let (name, rest) = edge.split_at_checked(colon).unwrap_or((edge, &[]));
    let word_at = name.iter().rposition(is_blank).map_or(0, |at| at + 1);
    let is_path = name.get(word_at..).is_some_and(|word| word.iter().any(|byte| matches!(byte, b'/' | b'.')));
    let follows = rest.get(1).is_some_and(|byte| matches!(byte, b'0'..=b'9' | b'@' | b'['));
    if !is_path || !follows {
        return first_blank;
    }
    colon + rest.iter().position(is_blank).unwrap_or(rest.len())
}

/// Whether this is the date at the end of a file name, and not a time: in a log no colon follows such a date.
fn is_dated_name(rest: &[u8]) -> bool {
    rest.get(4) == Some(&b'-') && rest.get(10) == Some(&b':')
}

fn begins_as_json(line: &[u8]) -> bool {
    line.strip_prefix(b"[").unwrap_or(line).trim_ascii_start().starts_with(b"{")
}

/// The position of the digits at the end of `text`.
fn number_at(text: &[u8]) -> Option<usize> {
    let digits = text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    (digits > 0).then(|| text.len() - digits)
}

/// The position of the content of a line, if it has the same kind of prefix.
pub(super) fn content(line: &[u8], file: &[u8], is_numbered: bool) -> Option<usize> {
    let rest = line.strip_prefix(file)?;
    let separated = |rest: &[u8]| match rest.first() {
        Some(b':' | b'-') => Some(()),
        Some(_) | None => None,
    };
    if !is_numbered {
        separated(rest)?;
        return Some(file.len() + 1);
    }
    let number_at = if file.is_empty() {
        0
    } else {
        separated(rest)?;
        1
    };
    let digits = rest.get(number_at..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
    separated(rest.get(number_at + digits..)?)?;
    (digits > 0).then_some(file.len() + number_at + digits + 1)
}
