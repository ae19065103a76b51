//! A text trace: SIP messages, each headed by `#N t=SECONDS SRC -> DST`, after a preamble that may say anything.
//!
//! Printing took the CR of every line end away, and put an empty line after each message. Both are undone, so that the bytes are
//! those of the wire: Content-Length says which ends the body had.

use std::io::{self, BufRead, Read as _};
use std::time::Duration;

/// The longest message that is read; what is longer is cut, and the observer refuses it.
const LONGEST: usize = 1 << 20;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// One message of a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TracedMessage {
    /// The line of its head, from 1.
    pub(crate) line: u64,
    /// Since the trace began.
    pub(crate) at: Duration,
    /// The address that sent it.
    pub(crate) source: String,
    /// The address that received it.
    pub(crate) destination: String,
    /// The message as it was on the wire.
    pub(crate) bytes: Vec<u8>,
}

/// A head that cannot be read, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadHead {
    pub(crate) line: u64,
    pub(crate) reason: String,
}

/// Reads a trace, message by message.
pub(crate) struct Trace<R> {
    input: R,
    line: u64,
    /// The head that was read last, and its line.
    head: Option<(u64, String)>,
}

impl<R: BufRead> Trace<R> {
    pub(crate) fn new(input: R) -> Self {
        Trace { input, line: 0, head: None }
    }

    /// The next message, or what is wrong with its head.
    pub(crate) fn next(&mut self) -> io::Result<Option<Result<TracedMessage, BadHead>>> {
        let mut text = Vec::new();
        let mut line = Vec::new();
        loop {
            line.clear();
            // A line without an end must not fill the memory: it is taken in pieces.
            let more = self.input.by_ref().take(LONGEST as u64).read_until(b'\n', &mut line)? > 0;
            self.line += u64::from(more);
            if self.line == 1 && line.starts_with(BYTE_ORDER_MARK) {
                line.drain(..BYTE_ORDER_MARK.len());
            }
            let head = if more { head(&line) } else { None };
            if !more || head.is_some() {
                let next = head.map(|head| (self.line, head));
                let Some((at_line, head)) = std::mem::replace(&mut self.head, next) else {
                    if more {
                        continue;
                    }
                    return Ok(None);
                };
                return Ok(Some(message(at_line, &head, &text)));
            }
            if self.head.is_some() && text.len() < LONGEST {
                text.extend_from_slice(&line);
            }
        }
    }
}

/// The line without its marks, if it is the head of a message.
fn head(line: &[u8]) -> Option<String> {
    let line = std::str::from_utf8(line).ok()?.trim_end();
    let head = line.strip_prefix("-- ").unwrap_or(line);
    let numbered = head.strip_prefix('#')?.starts_with(|c: char| c.is_ascii_digit());
    (numbered && head.contains(" t=")).then(|| head.to_owned())
}

fn message(line: u64, head: &str, text: &[u8]) -> Result<TracedMessage, BadHead> {
    let bad = |expected| BadHead { line, reason: format!("expected {expected}, found {head:?}") };
    let words: Vec<&str> = head.split_whitespace().collect();
    let &[_, time, source, "->", destination] = words.as_slice() else {
        return Err(bad("a head `#N t=SECONDS SRC -> DST`"));
    };
    let seconds = time.strip_prefix("t=").and_then(|seconds| seconds.parse::<f64>().ok());
    let at = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).ok_or_else(|| bad("a time"))?;
    Ok(TracedMessage { line, at, source: source.into(), destination: destination.into(), bytes: on_the_wire(text) })
}

/// The message as it was on the wire.
fn on_the_wire(text: &[u8]) -> Vec<u8> {
    let lines: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').collect();
    let is_empty = |line: &&[u8]| matches!(*line, b"\n" | b"\r\n");
    let first = lines.iter().position(|line| !is_empty(line)).unwrap_or(lines.len());
    let lines = &lines[first..];
    let end = lines.iter().position(is_empty).unwrap_or(lines.len());
    let (headers, body) = lines.split_at(end);
    let body = body.get(1..).unwrap_or_default();

    let mut wire = with_line_ends(headers);
    let unfolded = unfolded(headers);
    let length = unfolded.iter().find_map(|line| content_length(line));
    if !wire.is_empty() {
        wire.extend_from_slice(b"\r\n");
    }
    let mut with_ends = with_line_ends(body);
    with_ends.extend_from_slice(b"\r\n\r\n");
    let as_is = body.concat();
    let fits = |body: &[u8], length| {
        body.get(..length).is_some() && body[length..].iter().all(|byte| matches!(byte, b'\r' | b'\n'))
    };
    match length {
        Some(length) if fits(&with_ends, length) => wire.extend_from_slice(&with_ends[..length]),
        Some(length) if fits(&as_is, length) => wire.extend_from_slice(&as_is[..length]),
        _ => wire.extend_from_slice(with_ends.trim_ascii_end()),
    }
    wire
}

/// The headers, each on one line: a line that begins with white space goes on with the header before.
fn unfolded(lines: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut headers: Vec<Vec<u8>> = Vec::new();
    for line in lines {
        match headers.last_mut() {
            Some(header) if line.first().is_some_and(|first| matches!(first, b' ' | b'\t')) => {
                header.extend_from_slice(line);
            }
            Some(_) | None => headers.push(line.to_vec()),
        }
    }
    headers
}

/// The lines, each ending in CRLF.
fn with_line_ends(lines: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in lines {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        bytes.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

fn content_length(line: &[u8]) -> Option<usize> {
    let (name, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
    let name = name.trim_end();
    let is = name.eq_ignore_ascii_case("content-length") || name.eq_ignore_ascii_case("l");
    if is { value.trim().parse().ok() } else { None }
}
