//! The text of a MESSAGE (RFC 3428): plain, in a CPIM wrapper (RFC 3862) or in a multipart body (RFC 2046).

use alloc::borrow::Cow;
use alloc::string::String;

use super::SipMessage;
use super::lexer::{trim, with_parameters};

/// The maximum nesting of wrappers.
const DEEPEST: u32 = 4;

/// The text of a message, without the line end that closes it. `None` if there is no body, or if the body is compressed
/// or not a text (isComposing, IMDN).
pub(in crate::sip) fn text_of<'m>(message: &SipMessage<'m>) -> Option<Cow<'m, str>> {
    if message.encoded { None } else { text(message.content_type, message.body, DEEPEST) }
}

fn text<'m>(content_type: &[u8], body: &'m [u8], depth: u32) -> Option<Cow<'m, str>> {
    let depth = depth.checked_sub(1)?;
    let (media_type, parameters) = with_parameters(content_type).ok()?;
    let (kind, subtype) = halves(media_type, b'/')?;
    let is = |name: &[u8], wanted: &str| name.eq_ignore_ascii_case(wanted.as_bytes());

    if is(kind, "text") {
        let charset = parameters.get("charset").unwrap_or_default();
        return decoded(without_last_line_end(body), charset);
    }
    if is(kind, "message") && is(subtype, "cpim") {
        // The headers of the wrapper are followed by those of the content, then by the content.
        let (_, wrapped) = part_headers(body)?;
        let (content_type, content) = part_headers(wrapped)?;
        return text(content_type.unwrap_or(b"text/plain"), content, depth);
    }
    if is(kind, "multipart") {
        let boundary = parameters.get("boundary").filter(|boundary| !boundary.is_empty())?;
        return Parts { rest: body, boundary }.find_map(|part| {
            let (content_type, content) = part_headers(part)?;
            text(content_type.unwrap_or(b"text/plain"), content, depth)
        });
    }
    None
}

fn decoded<'m>(body: &'m [u8], charset: &[u8]) -> Option<Cow<'m, str>> {
    if body.is_empty() {
        return None;
    }
    let is = |wanted: &str| charset.eq_ignore_ascii_case(wanted.as_bytes());
    if is("iso-8859-1") || is("latin1") {
        return Some(Cow::Owned(body.iter().copied().map(char::from).collect::<String>()));
    }
    Some(String::from_utf8_lossy(body))
}

/// Removes the line end that closes the body, since nobody typed it.
fn without_last_line_end(body: &[u8]) -> &[u8] {
    body.strip_suffix(b"\r\n").or_else(|| body.strip_suffix(b"\n")).unwrap_or(body)
}

fn halves(bytes: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = bytes.split_at_checked(bytes.iter().position(|&byte| byte == separator)?)?;
    Some((trim(first), trim(rest.get(1..)?)))
}

/// The Content-Type of a part, if there is one, and the content after the empty line.
fn part_headers(part: &[u8]) -> Option<(Option<&[u8]>, &[u8])> {
    let mut content_type = None;
    let mut rest = part;
    loop {
        let (line, after) = rest.split_at_checked(rest.iter().position(|&byte| byte == b'\n')? + 1)?;
        rest = after;
        let line = trim(line);
        if line.is_empty() {
            return Some((content_type, rest));
        }
        if let Some((name, value)) = halves(line, b':') {
            if name.eq_ignore_ascii_case(b"content-type") {
                content_type = Some(value);
            }
        }
    }
}

/// The parts of a multipart body: the text between two boundary lines.
struct Parts<'m, 'b> {
    rest: &'m [u8],
    boundary: &'b [u8],
}

impl<'m> Parts<'m, '_> {
    /// The text before the next boundary line, and the text after it.
    fn split(&self) -> Option<(&'m [u8], &'m [u8])> {
        let mut start = 0;
        for line in self.rest.split_inclusive(|&byte| byte == b'\n') {
            if line.strip_prefix(b"--").is_some_and(|line| line.starts_with(self.boundary)) {
                let (before, after) = self.rest.split_at_checked(start)?;
                return Some((before, after.get(line.len()..)?));
            }
            start += line.len();
        }
        None
    }
}

impl<'m> Iterator for Parts<'m, '_> {
    type Item = &'m [u8];

    fn next(&mut self) -> Option<&'m [u8]> {
        let (_, after) = self.split()?;
        self.rest = after;
        // No part follows the closing boundary.
        let (part, _) = self.split()?;
        Some(part)
    }
}
