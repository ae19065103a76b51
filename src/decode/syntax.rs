//! What the two logs have in common, and what each must say of how it writes things.

/// In which base a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Digits {
    Decimal,
    Hex,
}

/// How one of the logs writes things.
pub(super) trait LogSyntax {
    /// What stands around strings.
    const QUOTE: u8;
    /// In which base EventSequenceNumber and ServerStartTime are written.
    const NUMBERS: Digits;

    /// Whether a line only says that attributes follow.
    fn is_title(content: &[u8]) -> bool;

    /// The attribute that a line's content is.
    fn attribute(content: &[u8]) -> Option<Attribute<'_>>;

    /// The key and the value that a line of a list is; the value without white space around it.
    fn pair(content: &[u8]) -> Option<(&[u8], &[u8])>;

    /// Whether an attribute is one for certain, so that it need not be indented.
    fn is_certain(attribute: &Attribute<'_>) -> bool;

    /// Whether deeper lines are pairs after an attribute with this value, if it is one that holds pairs.
    fn holds_pairs(value: &[u8]) -> bool;

    /// Whether the value of a pair says that a list follows.
    fn opens_list(value: &[u8]) -> bool;
}

/// An attribute as it is written.
#[derive(Debug)]
pub(super) struct Attribute<'a> {
    pub(super) name: &'a [u8],
    /// With the white space around it: most attributes are not looked at any further.
    pub(super) value: &'a [u8],
    /// What stands in brackets before the value, where the log has that.
    pub(super) kind: &'a [u8],
}

/// What the names of all attributes begin with.
const PREFIX: &[u8; 9] = b"Attribute";

/// The name of an attribute without `Attribute`, however that is spelled.
#[inline(always)]
pub(super) fn without_prefix(name: &[u8]) -> Option<&[u8]> {
    let (start, rest) = name.split_first_chunk::<{ PREFIX.len() }>()?;
    (start == PREFIX || start.eq_ignore_ascii_case(PREFIX)).then_some(rest)
}
