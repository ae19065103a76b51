//! Lines from syslog: RFC 3164, RFC 5424, and the file format of rsyslog.

use alloc::vec::Vec;
use core::ops::Range;

use super::super::time::{length, old_length};

/// The prefix of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Syslog {
    pub(super) content: usize,
    pub(super) time: Range<usize>,
    /// The host and the program with its process id, which identify who wrote the line.
    pub(super) writer: Range<usize>,
}

/// The prefix of a line, if it has one.
pub(super) fn prefix(line: &[u8]) -> Option<Syslog> {
    let after_priority = priority(line);
    let start = after_priority.unwrap_or(0);
    let rest = line.get(start..)?;
    if after_priority.is_some() && rest.starts_with(b"1 ") {
        return rfc5424(line, start + 2);
    }
    let (time, spaces) = match length(rest) {
        Some(time) if rest.get(10) == Some(&b'T') => (time, 1),
        Some(_) => return None,
        None => (old_length(rest)?, 1),
    };
    let after_time = rest.get(time..)?;
    let host_at = after_time.strip_prefix(b" ").map(|_| start + time + spaces)?;
    let host = word(line, host_at)?;
    let tag = word(line, host.end + 1)?;
    let tag_text = line.get(tag.clone())?;
    let name = tag_text.strip_suffix(b":")?;
    if host.is_empty() || name.is_empty() {
        return None;
    }
    let content = if line.get(tag.end) == Some(&b' ') { tag.end + 1 } else { tag.end };
    Some(Syslog { content, time: start..start + time, writer: host.start..tag.end })
}

/// `<134>`.
fn priority(line: &[u8]) -> Option<usize> {
    let digits = line.strip_prefix(b"<")?.iter().take_while(|byte| byte.is_ascii_digit()).count();
    ((1..=3).contains(&digits) && line.get(digits + 1) == Some(&b'>')).then_some(digits + 2)
}

/// The word at this position. It ends before a space or at the end of the line.
fn word(line: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = line.get(at..)?;
    let length = rest.iter().position(|&byte| byte == b' ').unwrap_or(rest.len());
    Some(at..at + length)
}

/// `TIMESTAMP HOST APP PROCID MSGID SD MSG`, from the timestamp on.
fn rfc5424(line: &[u8], start: usize) -> Option<Syslog> {
    let time = word(line, start)?;
    let host = word(line, time.end + 1)?;
    let program = word(line, host.end + 1)?;
    let process = word(line, program.end + 1)?;
    let id = word(line, process.end + 1)?;
    let data_at = id.end + 1;
    let data = structured_data(line.get(data_at..)?)?;
    let rest = line.get(data_at + data..)?;
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    let rest = rest.strip_prefix(b"\xef\xbb\xbf").unwrap_or(rest);
    Some(Syslog { content: line.len() - rest.len(), time, writer: host.start..process.end })
}

/// The length of `-` or of `[id name="value"]…`.
fn structured_data(text: &[u8]) -> Option<usize> {
    if text.first() == Some(&b'-') {
        return Some(1);
    }
    let mut in_quotes = false;
    let mut escaped = false;
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_quotes => escaped = true,
            b'"' => in_quotes = !in_quotes,
            b']' if !in_quotes && text.get(at + 1) != Some(&b'[') => return Some(at + 1),
            b'[' if at == 0 => {}
            _ if at == 0 => return None,
            _ => {}
        }
    }
    None
}

/// Replaces the escapes of syslog daemons: `#011` is a tab, `#012` a line feed, `#015` a carriage return. `None` if
/// there are none.
pub(super) fn unescaped(content: &[u8]) -> Option<Vec<u8>> {
    let is_escape = |at: usize| matches!(content.get(at..at + 4), Some(b"#011" | b"#012" | b"#015"));
    (0..content.len()).find(|&at| is_escape(at))?;
    let mut plain = Vec::with_capacity(content.len());
    let mut at = 0;
    while let Some(&byte) = content.get(at) {
        match content.get(at..at + 4) {
            Some(b"#011") => plain.push(b'\t'),
            Some(b"#012") => plain.push(b'\n'),
            Some(b"#015") => plain.push(b'\r'),
            Some(_) | None => {
                plain.push(byte);
                at += 1;
                continue;
            }
        }
        at += 4;
    }
    Some(plain)
}
