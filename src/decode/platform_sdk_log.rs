//! The log syntax of programs that use the Platform SDK (.NET, Java). Specification 6.3.

use super::lines::{first_edge, word_end};
use super::quotes::opening_length;
use super::syntax::{Attribute, Digits, LogSyntax};

/// The syntax of this log.
#[derive(Debug)]
pub(super) struct PlatformSdkLog;

const LIST: &[u8] = b"KVList:";

/// The maximum length of a type in brackets, so that the cost of a line full of brackets stays linear.
const LONGEST_TYPE: usize = 64;

/// Splits `name [type] = value` into name, type and value. A group has no type.
fn assignment(content: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let ends = word_end(content)?;
    let (name, rest) = content.split_at_checked(ends)?;
    let (kind, value) = typed_value(rest)?;
    if name.is_empty() { None } else { Some((name, kind, value)) }
}

/// Splits ` [type] = value` into type and value. The value keeps the white space around it.
fn typed_value(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = rest.trim_ascii_start();
    let (kind, rest) = match rest.strip_prefix(b"[") {
        Some(rest) => {
            let ends = rest.iter().take(LONGEST_TYPE).position(|&byte| byte == b']')?;
            (rest.get(..ends)?, rest.get(ends + 1..)?.trim_ascii_start())
        }
        None => (<&[u8]>::default(), rest),
    };
    Some((kind, rest.strip_prefix(b"=")?))
}

impl LogSyntax for PlatformSdkLog {
    const QUOTE: u8 = b'"';
    const NUMBERS: Digits = Digits::Decimal;
    const HAS_TYPES: bool = true;

    fn is_title(content: &[u8]) -> bool {
        first_edge(content).trim_ascii_end().eq_ignore_ascii_case(b"message attributes:")
    }

    #[inline(always)]
    fn attribute(content: &[u8]) -> Option<Attribute<'_>> {
        let (name, kind, value) = assignment(content)?;
        Some(Attribute { name, value, kind })
    }

    /// `'key' [type] = value`.
    #[inline(always)]
    fn pair(content: &[u8]) -> Option<(&[u8], &[u8])> {
        let content = content.get(opening_length(content, b'\'')?..)?;
        content.iter().enumerate().filter(|&(_, &byte)| matches!(byte, b'\'' | 0xe2)).find_map(|(at, _)| {
            let rest = content.get(at..)?;
            let rest = rest.get(opening_length(rest, b'\'')?..)?;
            let (kind, value) =
                rest.first().filter(|byte| byte.is_ascii_whitespace()).and_then(|_| typed_value(rest))?;
            if kind.is_empty() { None } else { Some((content.get(..at)?, value.trim_ascii())) }
        })
    }

    /// Groups have no type.
    #[inline(always)]
    fn is_certain(attribute: &Attribute<'_>) -> bool {
        !attribute.kind.is_empty() || attribute.value.trim_ascii_start().starts_with(b"ComplexClass(")
    }

    fn holds_pairs(value: &[u8]) -> bool {
        value.trim_ascii_end() == LIST
    }

    fn opens_list(value: &[u8]) -> bool {
        value == LIST
    }
}
