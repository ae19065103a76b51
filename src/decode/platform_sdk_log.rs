//! How a program on the Platform SDK (.NET, Java) writes a message to its log.

use super::form::is_indented;
use super::lines::{first_edge, word_end};
use super::log_message::{
    Attribute, Digits, Header, LogSyntax, PairValue, between_quotes, is_message_name, plain_value,
};

/// The syntax of this log.
#[derive(Debug)]
pub(super) struct PlatformSdkLog;

const LIST: &[u8] = b"KVList:";

/// The header that a line with this end is: it ends in `'EventX' ('64')`.
pub(super) fn header(end: &[u8]) -> Option<Header<'_>> {
    let end = end.trim_ascii_end().strip_suffix(b"')")?;
    let number_at = end.iter().rposition(|byte| !byte.is_ascii_digit())? + 1;
    let (before, number) = end.split_at_checked(number_at)?;
    if number.is_empty() {
        return None;
    }
    let before = before.strip_suffix(b"('")?.trim_ascii_end().strip_suffix(b"'")?;
    let name_at = before.iter().rposition(|&byte| byte == b'\'')? + 1;
    is_message_name(before.get(name_at..)?)
}

/// `name [type] = value` into name, type and value; a group has no type.
fn assignment(content: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let ends = word_end(content)?;
    let (name, rest) = content.split_at_checked(ends)?;
    let (kind, value) = typed_value(rest)?;
    if name.is_empty() { None } else { Some((name, kind, value)) }
}

/// ` [type] = value` into type and value; the value with the white space around it.
fn typed_value(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = rest.trim_ascii_start();
    let (kind, rest) = match rest.strip_prefix(b"[") {
        Some(rest) => {
            let ends = rest.iter().position(|&byte| byte == b']')?;
            (rest.get(..ends)?, rest.get(ends + 1..)?.trim_ascii_start())
        }
        None => (<&[u8]>::default(), rest),
    };
    Some((kind, rest.strip_prefix(b"=")?))
}

impl LogSyntax for PlatformSdkLog {
    const QUOTE: u8 = b'"';
    const NUMBERS: Digits = Digits::Decimal;

    fn header(end: &[u8]) -> Option<Header<'_>> {
        header(end)
    }

    /// `message attributes:` right after the header, attributes and groups, and all that is indented.
    fn belongs(start: &[u8], index: u64) -> bool {
        let title = || first_edge(start).trim_ascii_end().eq_ignore_ascii_case(b"message attributes:");
        let attribute = || {
            assignment(first_edge(start)).is_some_and(|(_, kind, value)| {
                !kind.is_empty() || value.trim_ascii_start().starts_with(b"ComplexClass(")
            })
        };
        is_indented(start) || attribute() || (index == 0 && title())
    }

    fn attribute(content: &[u8]) -> Option<Attribute<'_>> {
        let (name, _, value) = assignment(content)?;
        Some(Attribute { name, value, opens_list: value.trim_ascii() == LIST })
    }

    /// `'key' [type] = value`.
    fn pair(content: &[u8]) -> Option<(&[u8], PairValue<'_>)> {
        let content = content.strip_prefix(b"'")?;
        let (key, value) = content.iter().enumerate().filter(|&(_, &byte)| byte == b'\'').find_map(|(at, _)| {
            let rest = content.get(at + 1..)?;
            let (kind, value) =
                rest.first().filter(|byte| byte.is_ascii_whitespace()).and_then(|_| typed_value(rest))?;
            if kind.is_empty() { None } else { Some((content.get(..at)?, value.trim_ascii())) }
        })?;
        let value = match between_quotes(value, Self::QUOTE) {
            Some(text) => PairValue::Text(text),
            None if value == LIST => PairValue::List,
            None => plain_value(value),
        };
        Some((key, value))
    }
}
