//! The driver: collects lines into messages and hands each to the reader of its form.
//!
//! Where a message lies whole in the bytes handed over it is read in place, without a copy. Only what the end of these
//! bytes cuts through is kept for the next ones.

use alloc::borrow::Cow;
use alloc::vec::Vec;

#[cfg(feature = "json")]
use super::lines::without_carriage_return;
use super::lines::{LineBuffer, last_edge, line_feed, split_line};
use super::log_message::{Header, LogSyntax, MessageReader, text};
use super::platform_sdk_log::PlatformSdkLog;
use super::tserver_log::TServerLog;
use super::{DecodeError, DecodeErrorKind, Form};
use crate::event::Event;

/// The most bytes that one message may have unless another limit is given: 1 MiB.
pub const MESSAGE_LIMIT: usize = 1024 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Of how many lines before the first event the decoder remembers that they were not empty.
#[cfg(feature = "json")]
const REMEMBERED_LINES: usize = 65_536;

/// An event and where it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decoded<'a> {
    /// The line of the event's first line, from 1.
    pub line: u64,
    /// That line: of a log the header, which often begins with the time; of JSON lines the whole event.
    pub header: Cow<'a, str>,
    /// The event.
    pub event: Event<'a>,
}

/// What a decoder gives for each message: an event, or what was wrong with it.
pub type DecodeResult<'a> = Result<Decoded<'a>, DecodeError>;

/// Turns bytes of a log into events, as they come.
///
/// Any split of the same bytes gives the same results. Memory is bounded by the largest single message, and that by the
/// limit. Lines end in LF or CRLF, bytes that are not UTF-8 are replaced, a byte order mark is skipped.
///
/// ```
/// use im_session::{Decoder, State};
///
/// let log = b"11:49:08.388 Trc 04542 received from 65200(SIPTS)host:7007(fd=12) message EventRinging\n\
///     \tAttributeCallUUID\t'QK59HK4FS927D7FUU41G6IE468000004'\n\
///     \tAttributeThisDN\t'3020'\n";
/// let mut names = Vec::new();
/// let mut decoder = Decoder::new();
/// for bytes in log.chunks(8) {
///     decoder.push(bytes, |result| names.push(result.unwrap().event.name.to_string()));
/// }
/// decoder.finish(|result| names.push(result.unwrap().event.name.to_string()));
/// assert_eq!(names, ["EventRinging"]);
/// ```
#[derive(Debug, Clone)]
pub struct Decoder {
    form: Option<Form>,
    limit: usize,
    /// What could still come of a byte order mark; empty once the first line has begun.
    mark: &'static [u8],
    /// The number of the line that comes next or is coming.
    line_number: u64,
    /// The line that is coming, if some of it has come.
    line: LineBuffer,
    /// The log message whose lines are coming.
    message: Option<OpenMessage>,
    /// The lines before the form was known that would be errors if it is JSON lines.
    #[cfg(feature = "json")]
    not_empty: Vec<u64>,
    #[cfg(feature = "json")]
    last_not_empty: u64,
}

/// A log message that the end of the bytes cut through.
#[derive(Debug, Clone)]
struct OpenMessage {
    /// The line of its header.
    line_number: u64,
    /// How many lines it has, the header counted.
    lines: u64,
    /// These lines with their ends; `None` once they are over the limit.
    bytes: Option<Vec<u8>>,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// A decoder that recognises the form by itself.
    #[must_use]
    pub fn new() -> Self {
        Decoder {
            form: None,
            limit: MESSAGE_LIMIT,
            mark: BYTE_ORDER_MARK,
            line_number: 1,
            line: LineBuffer::new(MESSAGE_LIMIT),
            message: None,
            #[cfg(feature = "json")]
            not_empty: Vec::new(),
            #[cfg(feature = "json")]
            last_not_empty: 0,
        }
    }

    /// A decoder of this form.
    #[must_use]
    pub fn of_form(form: Form) -> Self {
        Decoder { form: Some(form), ..Self::new() }
    }

    /// The same decoder with another limit for one message, in bytes, the ends of lines counted; of a JSON line all but its
    /// line feed.
    #[must_use]
    pub fn with_limit(self, limit: usize) -> Self {
        Decoder { limit, line: LineBuffer::new(limit), ..self }
    }

    /// The form, once it is known.
    #[must_use]
    pub fn form(&self) -> Option<Form> {
        self.form
    }

    /// Takes the next bytes; `sink` gets every event and every error that they complete, in order.
    pub fn push(&mut self, bytes: &[u8], mut sink: impl FnMut(DecodeResult<'_>)) {
        let mut rest = bytes;
        while let ([expected, mark @ ..], [first, after @ ..]) = (self.mark, rest) {
            if first == expected {
                self.mark = mark;
                rest = after;
            } else {
                self.begin_without_mark(&mut sink);
            }
        }
        self.lines(rest, &mut sink);
    }

    /// What may have begun a byte order mark, and has come already, begins the first line.
    fn begin_without_mark(&mut self, sink: &mut impl FnMut(DecodeResult<'_>)) {
        let missing = core::mem::take(&mut self.mark);
        let begun = BYTE_ORDER_MARK.strip_suffix(missing).filter(|_| !missing.is_empty());
        self.lines(begun.unwrap_or_default(), sink);
    }

    /// Takes the next bytes, the byte order mark apart.
    fn lines(&mut self, bytes: &[u8], sink: &mut impl FnMut(DecodeResult<'_>)) {
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = match self.form {
                None => self.recognise(rest, sink),
                #[cfg(feature = "json")]
                Some(Form::JsonLines) => self.json_lines(rest, sink),
                Some(Form::TServerLog) => self.log::<TServerLog>(rest, sink),
                Some(Form::PlatformSdkLog) => self.log::<PlatformSdkLog>(rest, sink),
            };
        }
    }

    /// There are no more bytes: reads the last line if it had no end, and the last message.
    pub fn finish(mut self, mut sink: impl FnMut(DecodeResult<'_>)) {
        self.begin_without_mark(&mut sink);
        if !self.line.is_empty() {
            self.lines(b"\n", &mut sink);
        }
        match self.form {
            None => sink(Err(DecodeError { line: 1, kind: DecodeErrorKind::NoForm })),
            #[cfg(feature = "json")]
            Some(Form::JsonLines) => {}
            Some(Form::TServerLog) => self.close_message::<TServerLog>(&mut sink),
            Some(Form::PlatformSdkLog) => self.close_message::<PlatformSdkLog>(&mut sink),
        }
    }

    /// Collects the line that is coming; what follows its end, once it has come.
    fn collect_line<'b>(&mut self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let Some((line, rest)) = line_feed(bytes).and_then(|end| bytes.split_at_checked(end)) else {
            self.line.push(bytes);
            return None;
        };
        self.line.push(line);
        rest.get(1..)
    }

    /// How the collected line begins and how it ends.
    fn line_edges(&self) -> (&[u8], &[u8]) {
        let start = self.line.start();
        (start, if self.line.is_too_long() { self.line.tail() } else { last_edge(start) })
    }

    /// Looks at one line for the form.
    fn recognise<'b>(&mut self, bytes: &'b [u8], sink: &mut impl FnMut(DecodeResult<'_>)) -> &'b [u8] {
        let Some(rest) = self.collect_line(bytes) else {
            return &[];
        };
        let (start, end) = self.line_edges();
        let form = Form::of_edges(start, end);
        #[cfg(feature = "json")]
        let empty = start.trim_ascii().is_empty() && !self.line.is_too_long();
        self.form = form;
        match form {
            None => {
                #[cfg(feature = "json")]
                self.remember(empty);
                self.line.clear();
                self.line_number += 1;
            }
            #[cfg(feature = "json")]
            Some(Form::JsonLines) => {
                self.report_remembered(sink);
                self.end_json_line(sink);
            }
            Some(Form::TServerLog) => self.end_log_line::<TServerLog>(sink),
            Some(Form::PlatformSdkLog) => self.end_log_line::<PlatformSdkLog>(sink),
        }
        rest
    }

    #[cfg(feature = "json")]
    fn remember(&mut self, empty: bool) {
        if !empty {
            self.last_not_empty = self.line_number;
            if self.not_empty.len() < REMEMBERED_LINES {
                self.not_empty.push(self.line_number);
            }
        }
    }

    /// The form is JSON lines after all: the lines before were none.
    #[cfg(feature = "json")]
    fn report_remembered(&mut self, sink: &mut impl FnMut(DecodeResult<'_>)) {
        let mut since = 0;
        for line in core::mem::take(&mut self.not_empty) {
            let kind = DecodeErrorKind::Json(crate::event::EventJsonError::NotAnObject {
                reason: "a line of another kind".into(),
            });
            sink(Err(DecodeError { line, kind }));
            since = line + 1;
        }
        if self.last_not_empty >= since && since > 0 {
            sink(Err(DecodeError { line: self.last_not_empty, kind: DecodeErrorKind::MoreNotJson { since } }));
        }
    }

    #[cfg(feature = "json")]
    fn json_lines<'b>(&mut self, bytes: &'b [u8], sink: &mut impl FnMut(DecodeResult<'_>)) -> &'b [u8] {
        if self.line.is_empty() {
            if let Some((line, rest)) = split_line(bytes) {
                let raw = bytes.len() - rest.len() - 1;
                self.json_line(line, raw > self.limit, sink);
                return rest;
            }
        }
        match self.collect_line(bytes) {
            Some(rest) => {
                self.end_json_line(sink);
                rest
            }
            None => &[],
        }
    }

    /// The collected line is complete.
    #[cfg(feature = "json")]
    fn end_json_line(&mut self, sink: &mut impl FnMut(DecodeResult<'_>)) {
        let too_long = self.line.is_too_long();
        let line = self.line.take();
        self.json_line(without_carriage_return(&line), too_long, sink);
    }

    #[cfg(feature = "json")]
    fn json_line(&mut self, line: &[u8], too_long: bool, sink: &mut impl FnMut(DecodeResult<'_>)) {
        let number = self.line_number;
        self.line_number += 1;
        if too_long {
            sink(Err(DecodeError { line: number, kind: DecodeErrorKind::TooLong { limit: self.limit } }));
        } else if !line.trim_ascii().is_empty() {
            let header = text(line);
            sink(decoded(
                number,
                Cow::Borrowed(&header),
                Event::from_json_line(&header).map_err(DecodeErrorKind::from),
            ));
        }
    }

    /// Reads as many lines as it can in place.
    fn log<'b, S: LogSyntax>(&mut self, bytes: &'b [u8], sink: &mut impl FnMut(DecodeResult<'_>)) -> &'b [u8] {
        if !self.line.is_empty() || self.message.is_some() {
            return match self.collect_line(bytes) {
                Some(rest) => {
                    self.end_log_line::<S>(sink);
                    rest
                }
                None => &[],
            };
        }
        let mut rest = bytes;
        while let Some((line, after)) = split_line(rest) {
            match header::<S>(line, last_edge(line)) {
                Some(Header::Event(name)) => match self.message_in_place::<S>(rest, line, name, after, sink) {
                    Some(after) => rest = after,
                    None => return &[],
                },
                Some(Header::Request) | None => {
                    self.line_number += 1;
                    rest = after;
                }
            }
        }
        self.line.push(rest);
        &[]
    }

    /// Reads the message at the start of `bytes` in place; what follows it, or `None` if it is cut and kept.
    fn message_in_place<'b, S: LogSyntax>(
        &mut self,
        bytes: &'b [u8],
        header: &'b [u8],
        name: &'b [u8],
        after_header: &'b [u8],
        sink: &mut impl FnMut(DecodeResult<'_>),
    ) -> Option<&'b [u8]> {
        let limit = self.limit;
        let fits = |rest: &[u8]| bytes.len() - rest.len() <= limit;
        // None once the message is over the limit: what is not given is not collected.
        let mut reader = fits(after_header).then(|| MessageReader::new(name));
        let mut rest = after_header;
        let mut lines = 1;
        loop {
            match split_line(rest) {
                Some((line, after)) if S::belongs(line, lines - 1) => {
                    if !fits(after) {
                        reader = None;
                    }
                    if let Some(reader) = &mut reader {
                        reader.line::<S>(line);
                    }
                    lines += 1;
                    rest = after;
                }
                Some(_) => {
                    let line = self.line_number;
                    self.line_number += lines;
                    let event = reader.as_mut().map_or_else(|| self.too_long(), MessageReader::finish::<S>);
                    sink(decoded(line, text(header), event));
                    return Some(rest);
                }
                None => {
                    let complete = bytes.get(..bytes.len() - rest.len()).filter(|_| reader.is_some());
                    self.message =
                        Some(OpenMessage { line_number: self.line_number, lines, bytes: complete.map(<[u8]>::to_vec) });
                    self.line_number += lines;
                    self.line.push(rest);
                    return None;
                }
            }
        }
    }

    /// The collected line is complete: it goes on with the message, or ends it and perhaps begins the next.
    fn end_log_line<S: LogSyntax>(&mut self, sink: &mut impl FnMut(DecodeResult<'_>)) {
        if let Some(message) = &mut self.message {
            if S::belongs(self.line.start(), message.lines - 1) {
                message.lines += 1;
                message.add(&self.line, self.limit);
                self.line.clear();
                self.line_number += 1;
                return;
            }
        }
        self.close_message::<S>(sink);
        let (start, end) = self.line_edges();
        if let Some(Header::Event(_)) = header::<S>(start, end) {
            let mut message = OpenMessage { line_number: self.line_number, lines: 1, bytes: Some(Vec::new()) };
            message.add(&self.line, self.limit);
            self.message = Some(message);
        }
        self.line.clear();
        self.line_number += 1;
    }

    /// The kept message has ended, if there is one.
    fn close_message<S: LogSyntax>(&mut self, sink: &mut impl FnMut(DecodeResult<'_>)) {
        let Some(message) = self.message.take() else {
            return;
        };
        let bytes = message.bytes.unwrap_or_default();
        let Some((header_line, mut rest)) = split_line(&bytes) else {
            return sink(decoded(message.line_number, Cow::Borrowed(""), self.too_long()));
        };
        let Some(Header::Event(name)) = S::header(last_edge(header_line)) else {
            return;
        };
        let mut reader = MessageReader::new(name);
        while let Some((line, after)) = split_line(rest) {
            reader.line::<S>(line);
            rest = after;
        }
        sink(decoded(message.line_number, text(header_line), reader.finish::<S>()));
    }

    /// What comes of a message over the limit.
    fn too_long<'a>(&self) -> Result<Event<'a>, DecodeErrorKind> {
        Err(DecodeErrorKind::TooLong { limit: self.limit })
    }
}

impl OpenMessage {
    fn add(&mut self, line: &LineBuffer, limit: usize) {
        let fits = |bytes: &Vec<u8>| bytes.len() as u64 + line.len() < limit as u64;
        self.bytes = self.bytes.take().filter(fits).map(|mut bytes| {
            bytes.extend_from_slice(line.raw());
            bytes.push(b'\n');
            bytes
        });
    }
}

/// The header that a line is. Headers are not indented.
fn header<'a, S: LogSyntax>(start: &[u8], end: &'a [u8]) -> Option<Header<'a>> {
    if super::form::is_indented(start) { None } else { S::header(end) }
}

/// What is given for an event that was read: it must have what every event of a session has.
fn decoded<'a>(line: u64, header: Cow<'a, str>, event: Result<Event<'a>, DecodeErrorKind>) -> DecodeResult<'a> {
    match event {
        Ok(event) => match event.route() {
            Ok(_) => Ok(Decoded { line, header, event }),
            Err(unreadable) => Err(DecodeError { line, kind: unreadable.into() }),
        },
        Err(kind) => Err(DecodeError { line, kind }),
    }
}
