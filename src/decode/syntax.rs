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

    /// Whether a line that is not indented is one of a message's attributes.
    fn is_attribute(line: &[u8]) -> bool;

    /// Whether a line only says that attributes follow.
    fn is_title(content: &[u8]) -> bool;

    /// The attribute that a line's content is.
    fn attribute(content: &[u8]) -> Option<Attribute<'_>>;

    /// The key and the value that a line of a list is; the value without white space around it.
    fn pair(content: &[u8]) -> Option<(&[u8], &[u8])>;

    /// Whether the value of a pair says that a list follows.
    fn opens_list(value: &[u8]) -> bool;
}

/// An attribute as it is written.
#[derive(Debug)]
pub(super) struct Attribute<'a> {
    pub(super) name: &'a [u8],
    /// With the white space around it: most attributes are not looked at any further.
    pub(super) value: &'a [u8],
    /// Whether deeper lines are pairs, if the attribute is one that holds pairs.
    pub(super) opens_list: bool,
}

/// What the names of all attributes begin with.
const PREFIX: &[u8; 9] = b"Attribute";

/// The name of an attribute without `Attribute`, however that is spelled.
pub(super) fn without_prefix(name: &[u8]) -> Option<&[u8]> {
    let (start, rest) = name.split_first_chunk::<{ PREFIX.len() }>()?;
    (start == PREFIX || start.eq_ignore_ascii_case(PREFIX)).then_some(rest)
}
