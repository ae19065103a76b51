//! SIP messages in a stream (RFC 3261 section 18.3): Content-Length says where one ends, and line ends may stand between them.

use super::super::start_line::{StreamStart, stream_start, without_line_ends};

/// The longest headers of a message.
const LONGEST_HEADERS: usize = 65_536;
/// The longest body; a stream that announces a longer one is not read on from there.
const LONGEST_BODY: usize = 1 << 20;

/// What comes next in a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    /// A message.
    Message { begin: usize, end: usize },
    /// Line ends between messages.
    Skip { length: usize },
    /// Bytes that belong to no message.
    Garbage { length: usize },
    /// A message that is not all there yet.
    More,
}

/// How far the message that is not all there yet was looked at, so that no byte is looked at for every segment.
#[derive(Debug, Default)]
pub(super) struct SipFraming {
    scanned: usize,
    /// The end of the message, once its headers are there.
    end: Option<usize>,
    /// After bytes of no message: the next one is looked for.
    lost: bool,
}

impl SipFraming {
    /// What comes next. After anything but `More` the bytes up to its end must be taken away.
    pub(super) fn next(&mut self, bytes: &[u8]) -> Frame {
        if let Some(end) = self.end {
            return self.message(end, bytes);
        }
        let line_ends = bytes.len() - without_line_ends(bytes).len();
        if self.scanned == 0 && line_ends > 0 {
            return Frame::Skip { length: line_ends };
        }
        if self.lost {
            return self.look_for_message(bytes);
        }
        match stream_start(bytes) {
            StreamStart::Sip => {}
            StreamStart::Unclear => return Frame::More,
            StreamStart::Other => {
                self.lost = true;
                return Frame::Garbage { length: 0 };
            }
        }
        let from = self.scanned.saturating_sub(3);
        let Some(end) = headers_end(bytes.get(from..).unwrap_or_default()).map(|end| from + end) else {
            self.scanned = bytes.len();
            if bytes.len() > LONGEST_HEADERS {
                *self = SipFraming { lost: true, ..Self::default() };
                return Frame::Garbage { length: 0 };
            }
            return Frame::More;
        };
        match content_length(&bytes[..end]) {
            Some(length) if length > LONGEST_BODY => {
                *self = SipFraming { lost: true, ..Self::default() };
                Frame::Garbage { length: end }
            }
            length => {
                let end = end + length.unwrap_or(0);
                self.end = Some(end);
                self.message(end, bytes)
            }
        }
    }

    fn message(&mut self, end: usize, bytes: &[u8]) -> Frame {
        if bytes.len() < end {
            return Frame::More;
        }
        *self = Self::default();
        Frame::Message { begin: 0, end }
    }

    /// The next line that begins a message.
    fn look_for_message(&mut self, bytes: &[u8]) -> Frame {
        let mut begin = 0;
        loop {
            let rest = bytes.get(begin..).unwrap_or_default();
            match stream_start(rest) {
                StreamStart::Sip => {
                    self.lost = false;
                    return if begin == 0 { self.next(bytes) } else { Frame::Skip { length: begin } };
                }
                StreamStart::Unclear if begin > 0 => return Frame::Skip { length: begin },
                StreamStart::Unclear => return Frame::More,
                StreamStart::Other => match rest.iter().position(|&byte| byte == b'\n') {
                    Some(end) => begin += end + 1,
                    None => return Frame::Skip { length: bytes.len() },
                },
            }
        }
    }
}

/// Where the headers end, the empty line included.
fn headers_end(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + bytes.get(from..)?.iter().position(|&byte| byte == b'\n')?;
        match bytes.get(at + 1..)? {
            [b'\n', ..] => return Some(at + 2),
            [b'\r', b'\n', ..] => return Some(at + 3),
            _ => from = at + 1,
        }
    }
}

/// The value of the first Content-Length that is a number.
pub(in super::super) fn content_length(headers: &[u8]) -> Option<usize> {
    headers.split(|&byte| byte == b'\n').find_map(|line| {
        let colon = line.iter().position(|&byte| byte == b':')?;
        let name = line[..colon].trim_ascii();
        let is = name.eq_ignore_ascii_case(b"content-length") || name.eq_ignore_ascii_case(b"l");
        let value = if is { std::str::from_utf8(line[colon + 1..].trim_ascii()).ok()? } else { return None };
        value.parse().ok()
    })
}
