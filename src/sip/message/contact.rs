//! The values of Contact: the address for later requests, and how long it is registered. RFC 3261 section 20.10.

use super::address::{is_uri, uri_and_parameters};
use super::headers::{Header, HeaderLine, HeaderLines};
use super::lexer::{Parameters, decimal, first_of};

/// One value of Contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Contact<'m> {
    /// The URI, without brackets and display name.
    pub uri: &'m str,
    /// The remaining seconds of its registration, from the parameter `expires`. `None` if that is missing or not a
    /// number.
    pub expires: Option<u32>,
}

/// The Contacts in these headers.
pub(super) fn contacts(headers: &[u8]) -> impl Iterator<Item = Contact<'_>> + use<'_> {
    let (mut lines, mut values) = (HeaderLines::new(headers), None);
    core::iter::from_fn(move || {
        loop {
            if let Some(contact) = next_value(&mut values) {
                return Some(contact);
            }
            match lines.next() {
                Ok(HeaderLine::Header(Header::Contact, value)) => values = Some(value),
                Ok(HeaderLine::Header(..) | HeaderLine::Other | HeaderLine::Bad(_)) => {}
                Ok(HeaderLine::Body(_)) | Err(_) => return None,
            }
        }
    })
}

/// Removes and returns the first of the values.
fn next_value<'m>(values: &mut Option<&'m [u8]>) -> Option<Contact<'m>> {
    let (first, others) = first_of(values.take()?).ok()?;
    let (uri, parameters) = uri_and_parameters(first).ok()?;
    let uri = core::str::from_utf8(uri).ok().filter(|uri| is_uri(uri))?;
    let expires = Parameters::new(parameters).get("expires").and_then(decimal);
    *values = others;
    Some(Contact { uri, expires: expires.and_then(|seconds| u32::try_from(seconds).ok()) })
}
