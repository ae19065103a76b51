//! The differences between the syntax of the two kinds of logs, and what they have in common.

/// The base of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Digits {
    Decimal,
    Hex,
}

/// The syntax of one kind of log.
pub(super) trait LogSyntax {
    /// The quote around strings.
    const QUOTE: u8;
    /// The base of EventSequenceNumber and ServerStartTime.
    const NUMBERS: Digits;
    /// Whether attributes have types.
    const HAS_TYPES: bool;

    /// Whether a line is a title, which only says that attributes follow.
    fn is_title(content: &[u8]) -> bool;

    /// The content of a line as an attribute.
    fn attribute(content: &[u8]) -> Option<Attribute<'_>>;

    /// The content of a line as a pair of a list: its key, and its value without white space around it.
    fn pair(content: &[u8]) -> Option<(&[u8], &[u8])>;

    /// Whether it is certainly an attribute, so that it need not be indented.
    fn is_certain(attribute: &Attribute<'_>) -> bool;

    /// Whether the deeper lines after a list attribute with this value are pairs.
    fn holds_pairs(value: &[u8]) -> bool;

    /// Whether the value of a pair says that a list follows.
    fn opens_list(value: &[u8]) -> bool;
}

/// An attribute as it is written.
#[derive(Debug)]
pub(super) struct Attribute<'a> {
    pub(super) name: &'a [u8],
    /// Still with the white space around it, since most attributes are not needed.
    pub(super) value: &'a [u8],
    /// The type in brackets before the value, if the log has types.
    pub(super) kind: &'a [u8],
}

/// The prefix of all attribute names.
const PREFIX: &[u8; 9] = b"Attribute";

/// The name of an attribute without the prefix `Attribute`, which is matched without regard to case.
#[inline(always)]
pub(super) fn without_prefix(name: &[u8]) -> Option<&[u8]> {
    let (start, rest) = name.split_first_chunk::<{ PREFIX.len() }>()?;
    (start == PREFIX || start.eq_ignore_ascii_case(PREFIX)).then_some(rest)
}
