//! The headers of messages in logs. Specification 6.2 and 6.3.

use super::lines::{first, is_of_word, last_edge, word_end};

/// The header of a message of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header<'a> {
    pub(super) kind: HeaderKind,
    /// `EventX` or `RequestX`.
    pub(super) name: &'a [u8],
}

/// The kind of log that a header is from. It decides how the lines after the header are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeaderKind {
    /// A T-Server, SIP Server, URS, ORS or OCS log.
    TServer,
    /// A Platform SDK log of Java: the header says that attributes follow.
    PlatformSdkJava,
    /// A Platform SDK log of .NET: the line names a message, but only the next line shows whether its attributes
    /// follow.
    PlatformSdkNet {
        /// Whether the line ends after the name and the number.
        at_end: bool,
    },
}

impl Header<'_> {
    /// Whether the message is an event. Otherwise it is a request, which is skipped with all its attributes.
    pub(super) fn is_event(&self) -> bool {
        self.name.starts_with(b"Event")
    }
}

/// The visible parts of a line: the whole line, or the edges of a line over the limit.
#[derive(Debug, Clone, Copy)]
pub(super) struct LineView<'a> {
    /// The line; only its first bytes if it is over the limit.
    pub(super) start: &'a [u8],
    /// The last bytes of the line.
    pub(super) end: &'a [u8],
}

impl<'a> LineView<'a> {
    pub(super) fn of_line(line: &'a [u8]) -> Self {
        LineView { start: line, end: last_edge(line) }
    }
}

/// The line as a header, if it is one.
#[inline]
pub(super) fn header(line: LineView<'_>) -> Option<Header<'_>> {
    match line.start.first() {
        Some(b' ' | b'\t') => indented(line),
        Some(_) => tserver(line.end).or_else(|| java(line.end)).or_else(|| net(line)),
        None => None,
    }
}

/// An indented line as a header.
#[inline(never)]
fn indented(line: LineView<'_>) -> Option<Header<'_>> {
    // ORS prints a separate line before the header.
    let is_ors = line.start.trim_ascii_start().starts_with(b": message");
    if is_ors { tserver(line.end) } else { platform_sdk(line) }
}

/// The line as a header of a Platform SDK log, if it is one.
#[inline(never)]
pub(super) fn platform_sdk(line: LineView<'_>) -> Option<Header<'_>> {
    java(line.end).or_else(|| net(line))
}

/// Ends in `message EventX` or `TEvent: EventX`; a `(refid=…)` may follow.
fn tserver(end: &[u8]) -> Option<Header<'_>> {
    let end = without_refid(end.trim_ascii_end());
    if !end.last().is_some_and(is_of_word) {
        return None;
    }
    let (before, name) = end.split_at_checked(memchr::memrchr2(b' ', b'\t', end)? + 1)?;
    let before = before.trim_ascii_end();
    let before = before.strip_suffix(b"message").or_else(|| before.strip_suffix(b"TEvent:"))?;
    let is_word = before.last().is_none_or(u8::is_ascii_whitespace);
    (is_word && is_message_name(name) && word_end(name).is_none()).then_some(Header { kind: HeaderKind::TServer, name })
}

/// Whether a line ends like a header that directly follows the separator of `grep`: `12:message EventX`.
#[cold]
pub(super) fn follows_separator(end: &[u8]) -> bool {
    let end = without_refid(end.trim_ascii_end());
    let before_name = end.get(..memchr::memrchr(b' ', end).unwrap_or(0)).unwrap_or_default();
    let Some(separator) = memchr::memrchr2(b':', b'-', before_name) else {
        return false;
    };
    // The last colon may be that of `TEvent:`; then the separator is the byte before that word.
    let of_name = end.get(..=separator).and_then(|end| end.strip_suffix(b"TEvent:"));
    let begin = of_name.map_or(separator + 1, <[u8]>::len);
    let (before, rest) = end.split_at(begin);
    matches!(before.last(), Some(b':' | b'-')) && tserver(rest).is_some()
}

fn without_refid(end: &[u8]) -> &[u8] {
    const REFID: &[u8] = b"(refid=";
    let Some(inside) = end.strip_suffix(b")") else {
        return end;
    };
    // The text in the brackets contains no brackets and no quotes.
    let opens = inside.iter().rposition(|byte| matches!(byte, b'(' | b')' | b'\''));
    let (before, refid) = opens.and_then(|at| end.split_at_checked(at)).unwrap_or((end, &[]));
    if refid.starts_with(REFID) { before.trim_ascii_end() } else { end }
}

/// Ends in `'EventX' (64) attributes:`.
fn java(end: &[u8]) -> Option<Header<'_>> {
    let end = end.trim_ascii_end().strip_suffix(b"attributes:")?.trim_ascii_end().strip_suffix(b")")?;
    let before = without_digits(end)?.strip_suffix(b"(")?.trim_ascii_end().strip_suffix(b"'")?;
    let name_at = before.iter().rposition(|byte| !is_of_word(byte))? + 1;
    let (before, name) = before.split_at_checked(name_at)?;
    (before.ends_with(b"'") && is_message_name(name)).then_some(Header { kind: HeaderKind::PlatformSdkJava, name })
}

fn without_digits(text: &[u8]) -> Option<&[u8]> {
    let digits = text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 { None } else { text.get(..text.len() - digits) }
}

/// Has `'EventX' ('64')`.
fn net(line: LineView<'_>) -> Option<Header<'_>> {
    let mut rest = line.start;
    let mut before = 0;
    // Search bracket by bracket, since hardly any line has one that is followed by a quote.
    while let Some(at) = first(rest, b'(') {
        let (so_far, after) = (line.start.get(..before + at)?, rest.get(at + 1..)?);
        if let Some(name) = after.strip_prefix(b"'").and_then(|after| net_name(so_far, after)) {
            let number_ends = after.iter().position(|&byte| byte == b')').map_or(after.len(), |at| at + 1);
            let rest = after.get(number_ends..).unwrap_or_default().trim_ascii();
            let kind = if rest.eq_ignore_ascii_case(b"message attributes:") || rest == b"attributes:" {
                // On one line, as Java writes it.
                HeaderKind::PlatformSdkJava
            } else {
                HeaderKind::PlatformSdkNet { at_end: rest.is_empty() }
            };
            return Some(Header { kind, name });
        }
        before += at + 1;
        rest = after;
    }
    None
}

/// The name at the end of `so_far`, if `after` begins with the number of a message.
fn net_name<'a>(so_far: &'a [u8], after: &[u8]) -> Option<&'a [u8]> {
    let digits = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 || !after.get(digits..)?.starts_with(b"')") {
        return None;
    }
    let before = so_far.trim_ascii_end().strip_suffix(b"'")?;
    // A name contains only letters, digits and `_`, so the search stops early.
    let length = before.iter().rev().take_while(|byte| is_of_word(byte)).count();
    let (before, name) = before.split_at_checked(before.len() - length)?;
    (before.ends_with(b"'") && is_message_name(name)).then_some(name)
}

/// Whether a word is the name of a message: `Event` or `Request`, and something after it.
fn is_message_name(word: &[u8]) -> bool {
    word.strip_prefix(b"Event").or_else(|| word.strip_prefix(b"Request")).is_some_and(|rest| !rest.is_empty())
}
