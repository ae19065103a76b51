//! The values of Contact: where somebody wants requests, and for how long. RFC 3261 section 20.10.

use super::address::{is_uri, uri_and_parameters};
use super::headers::{Header, HeaderLine, HeaderLines};
use super::lexer::{Parameters, decimal, first_of};

/// One value of Contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Contact<'m> {
    /// The URI, without brackets and display name.
    pub uri: &'m str,
    /// For how many seconds more it is registered: the parameter `expires`. `None` where it has none, or none that is a
    /// number.
    pub expires: Option<u32>,
}

/// The Contacts of these headers.
pub(super) fn contacts(headers: &[u8]) -> impl Iterator<Item = Contact<'_>> + use<'_> {
    let (mut lines, mut values) = (HeaderLines::new(headers), None);
    core::iter::from_fn(move || {
        loop {
            if let Some(contact) = next_value(&mut values) {
                return Some(contact);
            }
            match lines.next() {
                Ok(HeaderLine::Header(Header::Contact, value)) => values = Some(value),
                Ok(HeaderLine::Header(..) | HeaderLine::Other) => {}
                Ok(HeaderLine::Body(_)) | Err(_) => return None,
            }
        }
    })
}

/// The first of the values, which are then those after it.
fn next_value<'m>(values: &mut Option<&'m [u8]>) -> Option<Contact<'m>> {
    let (first, others) = first_of(values.take()?).ok()?;
    let (uri, parameters) = uri_and_parameters(first).ok()?;
    let uri = core::str::from_utf8(uri).ok().filter(|uri| is_uri(uri))?;
    let expires = Parameters::new(parameters).get("expires").and_then(decimal);
    *values = others;
    Some(Contact { uri, expires: expires.and_then(|seconds| u32::try_from(seconds).ok()) })
}
