//! Messages in a TCP connection, whose length is determined by Content-Length.

use alloc::vec::Vec;

use super::{Framed, FramingFault, Given, LONGEST, as_length, take};
use crate::sip::error::SipError;
use crate::sip::message::{ContentLength, Header, HeaderLine, HeaderLines, StartLine};

/// The messages in one direction of one TCP connection.
///
/// Line ends before a message (keep-alives, RFC 5626) are skipped. A message without Content-Length, or whose
/// Content-Length is not one number, has no body. After bytes that are not a message the search continues with the next
/// line that begins one. So a connection that was joined in the middle, or has a gap, is read from the next message on.
///
/// A message that is longer than the limit is skipped to its end, and not kept.
///
/// ```
/// use im_session::sip::stream::{Framed, TcpFraming};
///
/// let mut framing = TcpFraming::with_limit(16_000);
/// let mut input = &b"OPTIONS sip:a SIP/2.0\r\nContent-Length: 2\r\n\r\nHi"[..];
/// assert!(matches!(framing.next_message(&mut input), Some(Framed::Message(_))));
/// assert_eq!(framing.finish(), None, "no bytes are left");
/// ```
#[derive(Debug, Clone)]
pub struct TcpFraming {
    limit: usize,
    /// The message so far, or the message that was returned last.
    buffer: Vec<u8>,
    place: Place,
    /// The number of skipped bytes that are not reported yet, and the reason.
    skipped: u64,
    fault: FramingFault,
}

/// The position of the next bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Between,
    FirstLine,
    /// In the headers. The current line begins at this position of the buffer.
    Headers(usize),
    /// In the body, with this many bytes left.
    Body(u64),
    /// In the rest of a line that exceeds the limit by itself. `None` if the line does not begin a message; otherwise
    /// it is in the headers of a message that is too long, with the Content-Length from the lines before.
    RestOfLine(Option<ContentLength>),
    /// In the headers of a message that is too long, with the Content-Length from the lines before. The buffer has only
    /// the current line.
    LongHeaders(ContentLength),
    /// In the body of a message that is too long, with this many bytes left.
    LongBody(u64),
}

/// The result of reading a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Whole,
    /// The input ended before the line.
    Part,
    TooLong,
}

impl Default for TcpFraming {
    fn default() -> Self {
        Self::new()
    }
}

impl TcpFraming {
    /// Framing from the first byte of a connection. Messages may have up to 65 535 bytes.
    #[must_use]
    pub fn new() -> Self {
        Self::with_limit(LONGEST)
    }

    /// The same with another limit for the length of a message.
    #[must_use]
    pub fn with_limit(limit: usize) -> Self {
        let (place, fault) = (Place::Between, FramingFault::NotSip);
        TcpFraming { limit, buffer: Vec::new(), place, skipped: 0, fault }
    }

    /// Removes the bytes of the next message from the input, and returns it. `None` if the input is used up before the
    /// next message is complete.
    pub fn next_message(&mut self, input: &mut &[u8]) -> Option<Framed<'_>> {
        let given = self.next(input)?;
        Some(self.framed(given))
    }

    /// Ends the connection, or marks a gap. Returns a message that is complete except for its body, or the bytes that
    /// were skipped. After this, framing starts again.
    pub fn finish(&mut self) -> Option<Framed<'_>> {
        let kept = u64::try_from(self.buffer.len()).unwrap_or(u64::MAX);
        let next = match core::mem::replace(&mut self.place, Place::Between) {
            Place::Body(_) => Some(Given::Message),
            Place::Headers(_) => Some(Given::Skipped(kept, FramingFault::Cut)),
            Place::FirstLine | Place::LongHeaders(_) => self.report(kept),
            Place::Between | Place::RestOfLine(_) | Place::LongBody(_) => self.report(0),
        }?;
        Some(self.framed(next))
    }

    fn framed(&self, given: Given) -> Framed<'_> {
        match given {
            Given::Message => Framed::Message(&self.buffer),
            Given::Skipped(bytes, fault) => Framed::Skipped { bytes, fault },
        }
    }

    fn next(&mut self, input: &mut &[u8]) -> Option<Given> {
        loop {
            match self.place {
                Place::Between => {
                    self.buffer.clear();
                    while let [b'\r' | b'\n', rest @ ..] = *input {
                        *input = rest;
                    }
                    if input.is_empty() {
                        return None;
                    }
                    self.place = Place::FirstLine;
                }
                Place::FirstLine => match self.line(input) {
                    Line::Part => return None,
                    Line::TooLong => {
                        self.skip_buffer();
                        self.place = Place::RestOfLine(None);
                    }
                    Line::Whole if begins_a_message(&self.buffer) => {
                        self.place = Place::Headers(self.buffer.len());
                        if let Some(skipped) = self.report(0) {
                            return Some(skipped);
                        }
                    }
                    Line::Whole => {
                        self.skip_buffer();
                        self.place = Place::Between;
                    }
                },
                Place::Headers(begin) => match self.line(input) {
                    Line::Part => return None,
                    Line::TooLong => self.long_headers(begin),
                    Line::Whole => self.header_line(begin),
                },
                Place::Body(0) => {
                    self.place = Place::Between;
                    return Some(Given::Message);
                }
                Place::Body(length) => {
                    let body = take(input, as_length(length));
                    if body.is_empty() {
                        return None;
                    }
                    self.buffer.extend_from_slice(body);
                    self.place = Place::Body(length.saturating_sub(body.len() as u64));
                }
                Place::RestOfLine(headers) => {
                    let end = input.iter().position(|&byte| byte == b'\n');
                    self.skipped += take(input, end.map_or(usize::MAX, |end| end + 1)).len() as u64;
                    end?;
                    self.place = headers.map_or(Place::Between, Place::LongHeaders);
                }
                Place::LongHeaders(length) => match self.line(input) {
                    Line::Part => return None,
                    // A line of this length is not a Content-Length.
                    Line::TooLong => {
                        self.skip_buffer();
                        self.place = Place::RestOfLine(Some(length));
                    }
                    Line::Whole => {
                        self.place = if is_empty_line(&self.buffer) {
                            Place::LongBody(body_length(length))
                        } else {
                            Place::LongHeaders(with_headers(length, &self.buffer))
                        };
                        self.skip_buffer();
                    }
                },
                Place::LongBody(0) => {
                    self.place = Place::Between;
                    if let Some(skipped) = self.report(0) {
                        return Some(skipped);
                    }
                }
                Place::LongBody(length) => {
                    let body = take(input, as_length(length)).len() as u64;
                    if body == 0 {
                        return None;
                    }
                    self.skipped += body;
                    self.place = Place::LongBody(length.saturating_sub(body));
                }
            }
        }
    }

    /// Handles a complete header line, which begins at this position of the buffer.
    fn header_line(&mut self, begin: usize) {
        if !self.buffer.get(begin..).is_some_and(is_empty_line) {
            self.place = Place::Headers(self.buffer.len());
            return;
        }
        let length = body_length(with_headers(ContentLength::Absent, &self.buffer));
        if length > self.limit.saturating_sub(self.buffer.len()) as u64 {
            self.fault = FramingFault::TooLong;
            self.skip_buffer();
            self.place = Place::LongBody(length);
        } else {
            self.place = Place::Body(length);
        }
    }

    /// Handles headers that are too long: keeps only the current line, which begins at this position of the buffer.
    fn long_headers(&mut self, begin: usize) {
        let (lines, _) = self.buffer.split_at_checked(begin).unwrap_or((&self.buffer, &[]));
        self.place = Place::LongHeaders(with_headers(ContentLength::Absent, lines));
        self.fault = FramingFault::TooLong;
        self.skipped += begin as u64;
        self.buffer.drain(..begin);
    }

    /// Reads the rest of a line, up to the limit.
    fn line(&mut self, input: &mut &[u8]) -> Line {
        let room = self.limit.saturating_sub(self.buffer.len());
        let end = input.iter().take(room).position(|&byte| byte == b'\n');
        self.buffer.extend_from_slice(take(input, end.map_or(room, |end| end + 1)));
        match end {
            Some(_) => Line::Whole,
            None if self.buffer.len() >= self.limit && !input.is_empty() => Line::TooLong,
            None => Line::Part,
        }
    }

    /// Skips the content of the buffer, which is not a message.
    fn skip_buffer(&mut self) {
        self.skipped += self.buffer.len() as u64;
        self.buffer.clear();
    }

    /// Reports the skipped bytes, and `more`.
    fn report(&mut self, more: u64) -> Option<Given> {
        let bytes = core::mem::take(&mut self.skipped).saturating_add(more);
        let fault = core::mem::replace(&mut self.fault, FramingFault::NotSip);
        (bytes > 0).then_some(Given::Skipped(bytes, fault))
    }
}

/// Whether the line is a start line of any version.
fn begins_a_message(line: &[u8]) -> bool {
    !matches!(StartLine::parse(line), Err(SipError::NotSip { .. }))
}

fn is_empty_line(line: &[u8]) -> bool {
    matches!(line, b"\n" | b"\r\n")
}

/// The length of the body after these lines, which may include the start line.
fn with_headers(mut length: ContentLength, lines: &[u8]) -> ContentLength {
    let mut lines = HeaderLines::new(lines);
    loop {
        match lines.next() {
            Ok(HeaderLine::Header(Header::ContentLength, value)) => length = length.and(value),
            Ok(HeaderLine::Header(..) | HeaderLine::Other | HeaderLine::Bad(_)) | Err(_) => {}
            Ok(HeaderLine::Body(_)) => return length,
        }
    }
}

fn body_length(length: ContentLength) -> u64 {
    match length {
        ContentLength::Bytes(bytes) => bytes as u64,
        ContentLength::Absent | ContentLength::Unusable => 0,
    }
}
