//! ANSI colours, which terminals and `grep --color` put into lines. Specification 6.4.

use alloc::borrow::Cow;
use alloc::vec::Vec;

const ESCAPE: u8 = 0x1b;

/// Whether a line is to be looked at for colours: it begins with one, or ends in one.
///
/// Only so are they recognised, so that a line without any costs next to nothing.
#[inline]
pub(in crate::decode) fn is_coloured(line: &[u8]) -> bool {
    match (line.first(), line.last()) {
        (Some(&ESCAPE), _) => true,
        (Some(b' ' | b'\t'), _) if line.trim_ascii_start().first() == Some(&ESCAPE) => true,
        (_, Some(b'm' | b'K')) => ends_in_colour(line),
        _ => false,
    }
}

/// Whether a line ends in a colour. It has at most a few numbers.
#[cold]
pub(in crate::decode) fn ends_in_colour(line: &[u8]) -> bool {
    let end = line.get(line.len().saturating_sub(32)..).unwrap_or(line);
    let at = end.iter().rposition(|&byte| byte == ESCAPE);
    at.and_then(|at| end.get(at..)).is_some_and(|colour| sequence_length(colour) == colour.len())
}

/// The line without its colours; those within quoted values stay.
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
    // Before the value, whose quote follows white space, and after the last quote.
    let (value_at, value_ends) = value(line);
    let mut kept = Vec::with_capacity(line.len());
    strip(line.get(..value_at).unwrap_or_default(), &mut kept);
    kept.extend_from_slice(line.get(value_at..value_ends).unwrap_or_default());
    strip(line.get(value_ends..).unwrap_or_default(), &mut kept);
    Cow::Owned(kept)
}

/// Where the quoted value of a line is; at its end where there is none.
fn value(line: &[u8]) -> (usize, usize) {
    let mut at = 0;
    let mut after_blank = false;
    let mut seen_other = false;
    while let Some(&byte) = line.get(at) {
        if byte == ESCAPE {
            at += sequence_length(line.get(at..).unwrap_or_default());
            continue;
        }
        // The first quote after white space that is not the first of the line: a key has its quote there.
        if matches!(byte, b'\'' | b'"') && after_blank && seen_other {
            let last = line.iter().rposition(|&last| last == byte).filter(|&last| last > at);
            return (at, last.map_or(line.len(), |last| last + 1));
        }
        after_blank = byte.is_ascii_whitespace();
        seen_other |= !after_blank;
        at += 1;
    }
    (line.len(), line.len())
}

fn strip(part: &[u8], kept: &mut Vec<u8>) {
    let mut rest = part;
    while let Some(at) = rest.iter().position(|&byte| byte == ESCAPE) {
        let (before, sequence) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        kept.extend_from_slice(before);
        rest = sequence.get(sequence_length(sequence)..).unwrap_or_default();
    }
    kept.extend_from_slice(rest);
}

/// The length of the control sequence that `text` begins with; of an escape that begins none, its own.
fn sequence_length(text: &[u8]) -> usize {
    let parameters = match text {
        [ESCAPE, b'[', parameters @ ..] => parameters,
        _ => return 1,
    };
    let count = parameters.iter().take_while(|byte| matches!(byte, 0x20..=0x3f)).count();
    match parameters.get(count) {
        Some(0x40..=0x7e) => count + 3,
        Some(_) | None => 1,
    }
}
