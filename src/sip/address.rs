//! The value of From and To: a name-addr or an addr-spec, and its tag. RFC 3261 section 20.10, 20.20 and 20.39.

use super::error::{SipError, excerpt};
use super::lexer::{Parameters, find_outside, trim};

/// One party of a dialog, as From or To names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address<'m> {
    /// The URI, without brackets and display name.
    pub uri: &'m str,
    /// The tag; empty where there is none.
    pub tag: &'m str,
}

impl<'m> Address<'m> {
    pub(super) fn parse(header: &'static str, value: &'m [u8]) -> Result<Self, SipError> {
        let bad = |expected| SipError::BadHeader { header, expected, found: excerpt(value) };
        let text = |bytes| core::str::from_utf8(bytes).map_err(|_| bad("a URI and a tag in UTF-8"));
        let balanced = |_| bad("quotes and brackets that end");

        // Inside brackets parameters are the URI's; without brackets all after the first semicolon are the header's.
        let bracket = find_outside(value, |byte| byte == b'<').map_err(balanced)?;
        let (uri, parameters) = match bracket.and_then(|position| value.get(position + 1..)) {
            Some(inside) => {
                let end = inside.iter().position(|&byte| byte == b'>').ok_or(bad("an address with its > "))?;
                (inside.get(..end).unwrap_or_default(), inside.get(end + 1..).unwrap_or_default())
            }
            None => {
                let end = find_outside(value, |byte| byte == b';').map_err(balanced)?.unwrap_or(value.len());
                value.split_at_checked(end).unwrap_or((value, &[]))
            }
        };
        let uri = text(trim(uri))?;
        if !uri.contains(':') || uri.contains(|c: char| c.is_whitespace() || c == '"') {
            return Err(bad("a URI"));
        }
        find_outside(parameters, |_| false).map_err(balanced)?;
        let tag = text(Parameters::new(parameters).get("tag").unwrap_or_default())?;
        Ok(Address { uri, tag })
    }
}
