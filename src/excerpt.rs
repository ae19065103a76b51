//! Shortens the parts of the input that error messages quote.

use alloc::string::String;

/// The maximum number of characters of the input that an error message quotes.
const LONGEST: usize = 80;

/// The first 80 characters of `text`; `…` marks that some were cut. Every part of the input that an error quotes is
/// shortened by this.
pub(crate) fn excerpt(text: &str) -> String {
    shortened(text, LONGEST)
}

/// The first `longest` characters of `text`; `…` marks that some were cut.
pub(crate) fn shortened(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest).and_then(|(cut, _)| text.get(..cut)) {
        Some(kept) => [kept, "…"].concat(),
        None => text.into(),
    }
}
