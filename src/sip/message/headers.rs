//! The header lines of a message: names, compact forms and folding. RFC 3261 section 7.3.

use super::lexer::{is_token, trim};
use crate::sip::error::SipError;

/// The headers that the observer reads. All others are skipped, whatever their content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sip) enum Header {
    Via,
    From,
    To,
    CallId,
    CSeq,
    ContentType,
    ContentLength,
    ContentEncoding,
    Reason,
    Contact,
    Credentials,
}

impl Header {
    /// The header with this name, in its long or its compact form.
    fn of(name: &[u8]) -> Option<Self> {
        const NAMES: [(&str, Header); 20] = [
            ("Via", Header::Via),
            ("v", Header::Via),
            ("From", Header::From),
            ("f", Header::From),
            ("To", Header::To),
            ("t", Header::To),
            ("Call-ID", Header::CallId),
            ("i", Header::CallId),
            ("CSeq", Header::CSeq),
            ("Content-Type", Header::ContentType),
            ("c", Header::ContentType),
            ("Content-Length", Header::ContentLength),
            ("l", Header::ContentLength),
            ("Content-Encoding", Header::ContentEncoding),
            ("e", Header::ContentEncoding),
            ("Reason", Header::Reason),
            ("Contact", Header::Contact),
            ("m", Header::Contact),
            ("Authorization", Header::Credentials),
            ("Proxy-Authorization", Header::Credentials),
        ];
        let known = NAMES.iter().find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(name));
        known.map(|&(_, header)| header)
    }
}

/// Iterates over the header lines, with folded lines as one. The body follows the empty line.
#[derive(Debug, Clone)]
pub(in crate::sip) struct HeaderLines<'m> {
    rest: &'m [u8],
}

/// A header, or the end of the headers.
pub(in crate::sip) enum HeaderLine<'m> {
    /// A header that the observer reads, and its value.
    Header(Header, &'m [u8]),
    /// Another header.
    Other,
    /// The bytes of a line that is not a header. Nothing in it is needed.
    Bad(&'m [u8]),
    /// The empty line, with the body after it.
    Body(&'m [u8]),
}

impl<'m> HeaderLines<'m> {
    pub(in crate::sip) fn new(after_first_line: &'m [u8]) -> Self {
        HeaderLines { rest: after_first_line }
    }

    pub(in crate::sip) fn next(&mut self) -> Result<HeaderLine<'m>, SipError> {
        // The end of a datagram also ends the headers, since dumps lose the empty line and the end of the last line.
        if self.rest.is_empty() {
            return Ok(HeaderLine::Body(self.rest));
        }
        if let Some(body) = self.rest.strip_prefix(b"\r\n").or_else(|| self.rest.strip_prefix(b"\n")) {
            return Ok(HeaderLine::Body(body));
        }
        let mut end = 0;
        let mut ended = true;
        loop {
            let from_here = self.rest.get(end..).unwrap_or_default();
            let Some(line_feed) = from_here.iter().position(|&byte| byte == b'\n') else {
                (end, ended) = (self.rest.len(), false);
                break;
            };
            end += line_feed + 1;
            let folded = matches!(self.rest.get(end), Some(b' ' | b'\t'));
            if !folded {
                break;
            }
        }
        let (line, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, &[]));
        self.rest = rest;
        let colon = line.iter().position(|&byte| byte == b':');
        let Some((name, value)) = colon.and_then(|colon| line.split_at_checked(colon)) else {
            return if ended { Ok(HeaderLine::Bad(line)) } else { Err(SipError::NoEndOfHeaders) };
        };
        let name = trim_name_end(name);
        if name.is_empty() || !name.iter().copied().all(is_token) {
            return Ok(HeaderLine::Bad(line));
        }
        Ok(match Header::of(name) {
            // A needed header without a line end may have been cut, so it is refused.
            Some(header) if !ended && header != Header::ContentLength => return Err(SipError::NoEndOfHeaders),
            Some(header) => HeaderLine::Header(header, trim(value.strip_prefix(b":").unwrap_or(value))),
            None => HeaderLine::Other,
        })
    }
}

/// White space is allowed between name and colon, but not before the name.
fn trim_name_end(mut name: &[u8]) -> &[u8] {
    while let [rest @ .., b' ' | b'\t'] = name {
        name = rest;
    }
    name
}
