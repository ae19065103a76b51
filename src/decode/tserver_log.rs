//! The log syntax of T-Server, SIP Server, URS, ORS and OCS. Specification 6.2.

use super::lines::first_blank;
use super::quotes::opening_length;
use super::syntax::{Attribute, Digits, LogSyntax, without_prefix};

/// The syntax of this log.
#[derive(Debug)]
pub(super) struct TServerLog;

const LIST: &[u8] = b"(list)";

impl LogSyntax for TServerLog {
    const QUOTE: u8 = b'\'';
    const NUMBERS: Digits = Digits::Hex;
    const HAS_TYPES: bool = false;

    /// There are no titles; the header is sufficient.
    fn is_title(_: &[u8]) -> bool {
        false
    }

    /// Name, white space, value.
    #[inline(always)]
    fn attribute(content: &[u8]) -> Option<Attribute<'_>> {
        let ends = first_blank(content).unwrap_or(content.len());
        let (name, value) = content.split_at_checked(ends)?;
        Some(Attribute { name, value, kind: &[] })
    }

    /// `'key'`, white space, value, or `'key'(list)`. The key ends at the first quote before a tab or `(list)`. If
    /// there is none, it ends at the first quote before other white space.
    #[inline(always)]
    fn pair(content: &[u8]) -> Option<(&[u8], &[u8])> {
        let content = content.get(opening_length(content, Self::QUOTE)?..)?;
        let mut loose = None;
        let mut at = 0;
        while let Some(rest) = content.get(at..) {
            let Some((quote_at, length)) = next_quote(rest, Self::QUOTE) else {
                break;
            };
            let key_ends = at + quote_at;
            at = key_ends + length;
            let rest = content.get(at..)?;
            match rest.first() {
                Some(b'\t') => return Some((content.get(..key_ends)?, rest.trim_ascii())),
                Some(b'(') if rest.starts_with(LIST) => return Some((content.get(..key_ends)?, rest.trim_ascii())),
                Some(white) if loose.is_none() && white.is_ascii_whitespace() => loose = Some((key_ends, at)),
                Some(_) | None => {}
            }
        }
        let (key_ends, value_at) = loose?;
        Some((content.get(..key_ends)?, content.get(value_at..)?.trim_ascii()))
    }

    fn is_certain(attribute: &Attribute<'_>) -> bool {
        without_prefix(attribute.name).is_some()
    }

    fn holds_pairs(_: &[u8]) -> bool {
        true
    }

    fn opens_list(value: &[u8]) -> bool {
        value == LIST
    }
}

/// The next quote, straight or typographic, and its length.
fn next_quote(text: &[u8], straight: u8) -> Option<(usize, usize)> {
    let candidate = |(at, &byte): (usize, &u8)| {
        (byte == straight || byte == 0xe2).then(|| Some((at, opening_length(text.get(at..)?, straight)?))).flatten()
    };
    text.iter().enumerate().find_map(candidate)
}
