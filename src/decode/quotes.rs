//! Strings in quotes, straight or typographic. Specification 6.2.

/// The quotes around a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quote {
    /// `'…'` or `"…"`.
    Straight(u8),
    /// `‘…’` or `“…”`, into which word processors turn straight quotes. A straight quote closes it as well.
    Typographic(u8),
}

/// A value in its line, which may be a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoted<'a> {
    /// It does not begin with a quote.
    No,
    /// A string that ends in its line: the text between the quotes.
    Closed(&'a [u8]),
    /// A string that does not end in its line: its quote, and the rest of the line.
    Open(Quote, &'a [u8]),
}

/// The length of a typographic quote in UTF-8.
const TYPOGRAPHIC_LENGTH: usize = 3;

impl<'a> Quoted<'a> {
    /// Classifies a value without white space around it. `straight` is the quote of this log.
    #[inline(always)]
    pub(super) fn of(value: &'a [u8], straight: u8) -> Self {
        match value.split_first() {
            Some((&first, rest)) if first == straight => match rest.split_last() {
                Some((&last, inner)) if last == straight => Quoted::Closed(inner),
                Some(_) | None => Quoted::Open(Quote::Straight(straight), rest),
            },
            Some((0xe2, _)) => Self::of_typographic(value, straight),
            Some(_) | None => Quoted::No,
        }
    }

    #[cold]
    fn of_typographic(value: &'a [u8], straight: u8) -> Self {
        if !starts_typographic(value, straight) {
            return Quoted::No;
        }
        let rest = value.get(TYPOGRAPHIC_LENGTH..).unwrap_or_default();
        let quote = Quote::Typographic(straight);
        quote.strip_closing(rest).map_or(Quoted::Open(quote, rest), Quoted::Closed)
    }
}

impl Quote {
    /// `text` without the closing quote at its end, if there is one.
    pub(super) fn strip_closing(self, text: &[u8]) -> Option<&[u8]> {
        match self {
            Quote::Straight(straight) => text.strip_suffix(&[straight]),
            Quote::Typographic(straight) => text.strip_suffix(&[straight]).or_else(|| {
                let (inner, last) = text.split_at_checked(text.len().checked_sub(TYPOGRAPHIC_LENGTH)?)?;
                starts_typographic(last, straight).then_some(inner)
            }),
        }
    }
}

/// The length of the quote at the start of `text`, straight or typographic.
#[inline(always)]
pub(super) fn opening_length(text: &[u8], straight: u8) -> Option<usize> {
    match text.first() {
        Some(&first) if first == straight => Some(1),
        Some(0xe2) if starts_typographic(text, straight) => Some(TYPOGRAPHIC_LENGTH),
        Some(_) | None => None,
    }
}

/// Whether `text` begins with a typographic form of the straight quote.
fn starts_typographic(text: &[u8], straight: u8) -> bool {
    matches!((text, straight), ([0xe2, 0x80, 0x98..=0x9b, ..], b'\'') | ([0xe2, 0x80, 0x9c..=0x9f, ..], b'"'))
}
