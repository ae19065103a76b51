//! The value of From and To: a name-addr or an addr-spec, and its tag. RFC 3261 section 20.10, 20.20 and 20.39.

use super::lexer::{Parameters, Unbalanced, find_outside, trim};
use crate::sip::error::{SipError, excerpt};

/// One party of a dialog, from From or To.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address<'m> {
    /// The URI, without brackets and display name. Empty if it cannot be read, in a message that does not need it.
    pub uri: &'m str,
    /// The tag; empty if there is none.
    pub tag: &'m str,
}

impl<'m> Address<'m> {
    /// The address, and the error in its URI, if any.
    pub(super) fn parse(header: &'static str, value: &'m [u8]) -> Result<(Self, Option<SipError>), SipError> {
        let bad = |expected| SipError::BadHeader { header, expected, found: excerpt(value) };
        let balanced = |_| bad("quotes and brackets that end");
        let (uri, parameters) = uri_and_parameters(value).map_err(balanced)?;
        find_outside(parameters, |_| false).map_err(balanced)?;
        let tag = core::str::from_utf8(Parameters::new(parameters).get("tag").unwrap_or_default())
            .map_err(|_| bad("a URI and a tag in UTF-8"))?;
        Ok(match core::str::from_utf8(uri) {
            Ok(uri) if is_uri(uri) => (Address { uri, tag }, None),
            Ok(_) => (Address { uri: "", tag }, Some(bad("a URI"))),
            Err(_) => (Address { uri: "", tag }, Some(bad("a URI and a tag in UTF-8"))),
        })
    }
}

/// The URI of the first address in a header that may have several, if it can be read.
pub(super) fn first_uri(value: &[u8]) -> Option<&str> {
    let (uri, _) = uri_and_parameters(value).ok()?;
    // Without brackets a comma ends it as well.
    let uri = uri.split(|&byte| byte == b',').next().map(trim)?;
    core::str::from_utf8(uri).ok().filter(|uri| is_uri(uri))
}

pub(super) fn is_uri(text: &str) -> bool {
    text.contains(':') && !text.contains(|c: char| c.is_whitespace() || c == '"')
}

/// Splits a value into its URI and its parameters. Parameters inside brackets belong to the URI. Without brackets all
/// after the first semicolon belong to the header.
pub(super) fn uri_and_parameters(value: &[u8]) -> Result<(&[u8], &[u8]), Unbalanced> {
    let (uri, parameters) = match find_bracket(value)?.and_then(|position| value.get(position + 1..)) {
        Some(inside) => {
            let end = inside.iter().position(|&byte| byte == b'>').ok_or(Unbalanced)?;
            (inside.get(..end).unwrap_or_default(), inside.get(end + 1..).unwrap_or_default())
        }
        None => {
            let end = find_outside(value, |byte| byte == b';')?.unwrap_or(value.len());
            value.split_at_checked(end).unwrap_or((value, &[]))
        }
    };
    Ok((trim(uri), parameters))
}

/// The position of the bracket before the URI. A name that does not begin with a quote is not quoted, even if it
/// contains quotes (`\"Bob\" <sip:…>`, with the backslashes). If such quotes are not closed, the name ends at the first
/// bracket, as in other implementations.
fn find_bracket(value: &[u8]) -> Result<Option<usize>, Unbalanced> {
    let bracket = |byte| byte == b'<';
    find_outside(value, bracket).or_else(|unbalanced| match trim(value) {
        [b'"', ..] => Err(unbalanced),
        _ => Ok(value.iter().copied().position(bracket)),
    })
}
