//! ANSI colours, as terminal output and `grep --color` have them. Specification 6.4.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::decode::lines::{ESCAPE, first};

/// Whether a line begins or ends with a colour sequence.
#[inline]
pub(in crate::decode) fn is_coloured(line: &[u8]) -> bool {
    match (line.first(), line.last()) {
        (Some(&ESCAPE), _) => true,
        (Some(b' ' | b'\t'), _) if line.trim_ascii_start().first() == Some(&ESCAPE) => true,
        (_, Some(b'm' | b'K')) => ends_in_colour(line),
        _ => false,
    }
}

/// Whether a line ends with a colour sequence. One of more than 32 bytes is not recognised.
#[cold]
fn ends_in_colour(line: &[u8]) -> bool {
    let end = line.get(line.len().saturating_sub(32)..).unwrap_or(line);
    let at = end.iter().rposition(|&byte| byte == ESCAPE);
    at.and_then(|at| end.get(at..)).is_some_and(|colour| sequence_length(colour) == Some(colour.len()))
}

/// The line without its colour sequences, except for those within a quoted value.
///
/// ```
/// use im_session::decode::envelope::without_colours;
///
/// let line = b"\x1b[36m\tAttributeThisDN\x1b[0m\t'3002'\x1b[0m";
/// assert_eq!(&*without_colours(line), b"\tAttributeThisDN\t'3002'");
/// ```
#[must_use]
pub fn without_colours(line: &[u8]) -> Cow<'_, [u8]> {
    if !line.contains(&ESCAPE) {
        return Cow::Borrowed(line);
    }
    // Strip the colours before the value, whose quote follows white space, and after its last quote.
    let (value_at, value_ends) = value(line);
    let mut kept = Vec::with_capacity(line.len());
    strip(line.get(..value_at).unwrap_or_default(), &mut kept);
    kept.extend_from_slice(line.get(value_at..value_ends).unwrap_or_default());
    strip(line.get(value_ends..).unwrap_or_default(), &mut kept);
    Cow::Owned(kept)
}

/// The line without any colour sequence, for a line outside messages, which has no value.
pub(in crate::decode) fn without_all_colours(line: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(line.len());
    strip(line, &mut kept);
    kept
}

/// The start and the end of the quoted value of a line; both are the end of the line if there is none.
fn value(line: &[u8]) -> (usize, usize) {
    let mut at = 0;
    let mut after_blank = false;
    let mut seen_other = false;
    while let Some(&byte) = line.get(at) {
        let sequence = if byte == ESCAPE { line.get(at..).and_then(sequence_length) } else { None };
        if let Some(length) = sequence {
            at += length;
            continue;
        }
        // The value has the first quote that follows white space, unless it begins the content of the line: that is the
        // quote of a key.
        if matches!(byte, b'\'' | b'"') && after_blank && seen_other {
            let last = line.iter().rposition(|&last| last == byte).filter(|&last| last > at);
            return (at, last.map_or_else(|| without_last_colours(line).max(at + 1), |last| last + 1));
        }
        after_blank = byte.is_ascii_whitespace();
        seen_other |= !after_blank;
        at += 1;
    }
    (line.len(), line.len())
}

/// The length of a line without the colour sequences at its end.
fn without_last_colours(line: &[u8]) -> usize {
    let mut rest = line;
    while ends_in_colour(rest) {
        let at = rest.iter().rposition(|&byte| byte == ESCAPE).unwrap_or(0);
        rest = rest.get(..at).unwrap_or_default();
    }
    rest.len()
}

fn strip(part: &[u8], kept: &mut Vec<u8>) {
    let mut rest = part;
    while let Some(at) = first(rest, ESCAPE) {
        let (before, sequence) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        kept.extend_from_slice(before);
        let length = sequence_length(sequence);
        // Keep an escape character that does not begin a sequence.
        kept.extend(length.is_none().then_some(ESCAPE));
        rest = sequence.get(length.unwrap_or(1)..).unwrap_or_default();
    }
    kept.extend_from_slice(rest);
}

/// The length of the control sequence at the start of `text`, if there is one.
fn sequence_length(text: &[u8]) -> Option<usize> {
    let parameters = text.strip_prefix(b"\x1b[")?;
    let count = parameters.iter().take_while(|byte| matches!(byte, 0x20..=0x3f)).count();
    matches!(parameters.get(count), Some(0x40..=0x7e)).then_some(count + 3)
}
