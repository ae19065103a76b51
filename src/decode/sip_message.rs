//! Skips the SIP messages that a SIP Server prints raw into its log, by their announced length. Specification 6.2.
//!
//! Their bodies contain what the chat partner writes, so nothing in them may become an event.

use super::header::{LineView, header};
use super::time::begins_with_time;

/// The number of bytes that a line announces: `Received [0,UDP] 457 bytes from 192.0.2.1:5060 <<<<<`, or with `Sending`
/// and `>>>>>`. The transport in brackets may be missing, and a colon may follow it.
pub(super) fn announced_length(line: LineView<'_>) -> Option<u64> {
    let end = line.end.trim_ascii_end();
    let (before, direction): (_, &[u8]) = match end.last()? {
        b'<' => (end.strip_suffix(b"<<<")?, b"from"),
        b'>' => (end.strip_suffix(b">>>")?, b"to"),
        _ => return None,
    };
    let mut words = Words(before);
    while words.next()? != direction {}
    let unit = words.next()?;
    if unit != b"bytes" && unit != b"byte" {
        return None;
    }
    let before = words.0.trim_ascii_end();
    let digits = before.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (before, digits) = before.split_at_checked(before.len() - digits)?;
    let number = core::str::from_utf8(digits).ok()?.parse().ok()?;
    let before = before.trim_ascii_end();
    let before = before.strip_suffix(b":").unwrap_or(before).trim_ascii_end();
    let is_verb = |word: &[u8]| {
        [&b"received"[..], b"receiving", b"sending", b"sent"].iter().any(|verb| word.eq_ignore_ascii_case(verb))
    };
    (before.ends_with(b"]") || Words(before).next().is_some_and(is_verb)).then_some(number)
}

/// Whether a line may announce a SIP message, judged by its last bytes.
pub(super) fn is_announcement(line: &[u8]) -> bool {
    matches!(line.trim_ascii_end().last(), Some(b'<' | b'>')) && announced_length(LineView::of_line(line)).is_some()
}

/// The line without its carriage return, if its last byte is one that an announcement ends in.
pub(super) fn may_announce(line: &[u8]) -> Option<&[u8]> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    matches!(line.last(), Some(b'<' | b'>')).then_some(line)
}

/// The words of a text, from the last to the first.
struct Words<'a>(&'a [u8]);

impl<'a> Words<'a> {
    fn next(&mut self) -> Option<&'a [u8]> {
        let text = self.0.trim_ascii_end();
        let at = text.iter().rposition(u8::is_ascii_whitespace).map_or(0, |at| at + 1);
        let (before, word) = text.split_at_checked(at)?;
        self.0 = before;
        (!word.is_empty()).then_some(word)
    }
}

/// The lines of a SIP message.
#[derive(Debug, Clone)]
pub(super) struct SipMessage {
    /// The number of the line that announced it.
    pub(super) number: u64,
    length: u64,
    /// The length of the lines so far, each line end counted as it is or as two bytes.
    taken: u64,
    /// The same, with each line end in the body counted as one byte.
    taken_at_least: u64,
    /// Whether line ends count as they are; decided by the first line.
    ends_count: Option<bool>,
    in_body: bool,
}

/// Whether a line belongs to a SIP message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OfSipMessage {
    Yes,
    /// It depends on how line ends are counted, and the line looks like the header of an event.
    Perhaps,
    No,
}

impl SipMessage {
    pub(super) fn new(number: u64, length: u64) -> Self {
        SipMessage { number, length, taken: 0, taken_at_least: 0, ends_count: None, in_body: false }
    }

    /// Whether all announced bytes have been read.
    pub(super) fn is_complete(&self) -> bool {
        self.taken >= self.length
    }

    /// Consumes the next line if it belongs to the message. `length` is that of the whole line without its end, `line`
    /// its kept part.
    pub(super) fn line(&mut self, line: LineView<'_>, length: u64, carriage_return: bool) -> OfSipMessage {
        let is_certain = !self.is_complete();
        if !is_certain && (begins_with_time(line.start) || self.taken_at_least + length > self.length) {
            return OfSipMessage::No;
        }
        let as_they_are = *self.ends_count.get_or_insert(carriage_return);
        let end = if as_they_are { 1 + u64::from(carriage_return) } else { 2 };
        self.taken = self.taken.saturating_add(length + end);
        self.taken_at_least = self.taken_at_least.saturating_add(length + if self.in_body { 1 } else { end });
        self.in_body |= length == 0;
        let is_header = || header(line).is_some_and(|header| header.is_event());
        if is_certain || !is_header() { OfSipMessage::Yes } else { OfSipMessage::Perhaps }
    }
}
