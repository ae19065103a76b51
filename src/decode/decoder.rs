//! The decoder as it is used. A message that lies whole in the bytes handed over is read in place, without a copy; what is cut,
//! carried in an envelope or coloured is collected first (`collected`).

use alloc::borrow::Cow;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

use super::collected::{Pending, Piece};
use super::envelope::{Envelope, ends_in_colour};
use super::file::File;
use super::files::Boundary;
use super::header::{Header, HeaderKind, LineView};
use super::interest::{Interest, interest};
use super::lines::{LineBuffer, first_edge, split_line};
use super::message_reader::{MessageReader, Place, text};
use super::open_message::OpenMessage;
use super::platform_sdk_log::PlatformSdkLog;
use super::shape::{Role, Shape};
use super::sip_message::SipMessage;
use super::syntax::LogSyntax;
use super::time::time_at_start;
use super::tserver_log::TServerLog;
use super::warning::{DecodeWarning, WarningKind, Warnings};
use super::{DecodeError, DecodeErrorKind};
use crate::event::Event;

/// The most bytes that one message may have unless another limit is given: 1 MiB.
pub const MESSAGE_LIMIT: usize = 1024 * 1024;

pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// An event and where it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decoded<'a> {
    /// Which of the files given together, from 0; 0 where there is one.
    pub file: usize,
    /// The line of the event's first line, from 1.
    pub line: u64,
    /// When it was, as the log writes it: what its header begins with, else what the envelope says. Specification 6.5.
    pub time: Option<Cow<'a, str>>,
    /// The event.
    pub event: Event<'a>,
}

impl Decoded<'_> {
    /// The same with all text copied.
    #[must_use]
    pub fn into_owned(self) -> Decoded<'static> {
        Decoded {
            file: self.file,
            line: self.line,
            time: self.time.map(|time| Cow::Owned(time.into_owned())),
            event: self.event.into_owned(),
        }
    }
}

/// What a decoder gives for each message: an event, or what was wrong with it.
pub type DecodeResult<'a> = Result<Decoded<'a>, DecodeError>;

/// What a decoder passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Tally {
    /// Lines that begin like a JSON object and are neither an event nor carry a line.
    pub other_json_lines: u64,
    /// SIP messages in the log.
    pub sip_messages: u64,
    /// Warnings, taken or not.
    pub warnings: u64,
}

/// Turns bytes of a log into events, as they come.
///
/// Any split of the same bytes gives the same results. Memory is bounded by the largest single message, and that by the
/// limit. Lines end in LF or CRLF, bytes that are not UTF-8 are replaced, a byte order mark is skipped.
///
/// Results are pulled with [`next_event`](Self::next_event), or pushed with [`push`](Self::push):
///
/// ```
/// use im_session::Decoder;
///
/// let log = b"11:49:08.388 Trc 04542 received from 65200(SIPTS)host:7007(fd=12) message EventRinging\n\
///     \tAttributeCallUUID\t'QK59HK4FS927D7FUU41G6IE468000004'\n\
///     \tAttributeThisDN\t'3020'\n";
/// let mut times = Vec::new();
/// let mut decoder = Decoder::new();
/// for mut bytes in log.chunks(8) {
///     while let Some(result) = decoder.next_event(&mut bytes) {
///         times.push(result?.into_owned().time);
///     }
/// }
/// for result in decoder.finish() {
///     times.push(result?.time);
/// }
/// assert_eq!(times, [Some("11:49:08.388".into())]);
/// # Ok::<(), im_session::decode::DecodeError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Decoder {
    pub(super) settings: Settings,
    /// What could still come of a byte order mark; empty once the first line has begun.
    pub(super) mark: &'static [u8],
    pub(super) file: File,
    pub(super) boundary: Boundary,
    /// The line that is coming, if some of it has come.
    pub(super) line: LineBuffer,
    /// Whether its end has come.
    pub(super) line_is_complete: bool,
    /// The lines that a line carried and that are still to be looked at.
    pub(super) pending: Pending,
    /// A line that comes in pieces.
    pub(super) piece: Option<Piece>,
    /// The message whose lines are coming.
    pub(super) message: Option<OpenMessage>,
    /// The SIP message whose lines are skipped, and the envelope that they are in.
    pub(super) sip_message: Option<(SipMessage, Envelope)>,
    /// The line before, as far as its time could be: a header that is indented has it.
    pub(super) line_before: Vec<u8>,
    /// What is to be given before anything else.
    pub(super) queued: VecDeque<DecodeResult<'static>>,
    pub(super) warnings: Warnings,
    pub(super) tally: Tally,
}

/// What a decoder was told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    pub(super) limit: usize,
    /// Whether a ConnID stands in for a CallUUID that is not there.
    pub(super) conn_ids: bool,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

/// What came of some bytes.
pub(super) enum Progress<'b> {
    /// They are used up.
    Wants,
    /// Something was taken, and nothing is to be given for it.
    Goes,
    /// An event or an error.
    Gives(DecodeResult<'b>),
}

impl Decoder {
    /// A decoder of all forms.
    #[must_use]
    pub fn new() -> Self {
        Decoder {
            settings: Settings { limit: MESSAGE_LIMIT, conn_ids: false },
            mark: BYTE_ORDER_MARK,
            file: File::new(0),
            boundary: Boundary::None,
            line: LineBuffer::new(MESSAGE_LIMIT),
            line_is_complete: false,
            pending: Pending::default(),
            piece: None,
            message: None,
            sip_message: None,
            line_before: Vec::new(),
            queued: VecDeque::new(),
            warnings: Warnings::default(),
            tally: Tally::default(),
        }
    }

    /// The same decoder with another limit for one message, in bytes, the ends of lines counted; of a JSON line all but its
    /// line feed.
    #[must_use]
    pub fn with_limit(mut self, limit: usize) -> Self {
        self.settings.limit = limit;
        self.line = LineBuffer::new(limit);
        self
    }

    /// The same decoder, but that an event without CallUUID has its ConnID as the id of its call: for logs of older T-Servers.
    /// Specification 2.
    #[must_use]
    pub fn with_conn_ids(mut self) -> Self {
        self.settings.conn_ids = true;
        self
    }

    /// Takes bytes from the front of `bytes` until they complete an event or an error; `None` once all are taken.
    ///
    /// What is given borrows from the bytes, not from the decoder: between two calls anything may be done with it.
    pub fn next_event<'b>(&mut self, bytes: &mut &'b [u8]) -> Option<DecodeResult<'b>> {
        loop {
            match self.advance(bytes) {
                Progress::Gives(result) => return Some(result),
                Progress::Goes => {}
                Progress::Wants => return None,
            }
        }
    }

    /// Takes the next bytes; `sink` gets every event and every error that they complete, in order.
    pub fn push(&mut self, bytes: &[u8], mut sink: impl FnMut(DecodeResult<'_>)) {
        let mut rest = bytes;
        while let Some(result) = self.next_event(&mut rest) {
            sink(result);
        }
    }

    /// There are no more bytes: reads the last line if it had no end, and the last message.
    #[must_use]
    pub fn finish(mut self) -> Finished {
        let mut results = VecDeque::new();
        self.end(|result| results.push_back(result));
        let Tally { other_json_lines, sip_messages, .. } = self.tally;
        let tally = Tally { other_json_lines, sip_messages, warnings: self.warnings.count };
        Finished { results, warnings: self.warnings.kept, tally }
    }

    /// The warnings since they were last taken: at most the first 10 000, so that a decoder that nobody asks keeps no more.
    pub fn take_warnings(&mut self) -> Vec<DecodeWarning> {
        core::mem::take(&mut self.warnings.kept)
    }

    /// What was passed over so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        Tally { warnings: self.warnings.count, ..self.tally }
    }

    fn advance<'b>(&mut self, bytes: &mut &'b [u8]) -> Progress<'b> {
        if !self.is_between_lines() {
            if let Some(progress) = self.work_off() {
                return progress;
            }
        }
        if bytes.is_empty() {
            return Progress::Wants;
        }
        if !self.mark.is_empty() {
            return self.byte_order_mark(bytes);
        }
        if self.is_in_the_plain() {
            return self.read_in_place(bytes);
        }
        self.collect(bytes);
        Progress::Goes
    }

    /// Whether nothing is left of lines that came before.
    fn is_between_lines(&self) -> bool {
        !self.line_is_complete && !self.pending.has_lines() && self.queued.is_empty() && !self.boundary.is_decided()
    }

    /// Whether no message, line or piece of a line has begun.
    fn is_in_the_plain(&self) -> bool {
        self.message.is_none()
            && self.line.is_empty()
            && self.piece.is_none()
            && self.sip_message.is_none()
            && !self.boundary.is_collecting()
    }

    fn byte_order_mark<'b>(&mut self, bytes: &mut &'b [u8]) -> Progress<'b> {
        let ([expected, mark @ ..], Some((first, rest))) = (self.mark, bytes.split_first()) else {
            return Progress::Goes;
        };
        if first == expected {
            self.mark = mark;
            *bytes = rest;
        } else {
            self.begin_without_mark();
        }
        Progress::Goes
    }

    /// What may have begun a byte order mark, and has come already, begins the first line.
    pub(super) fn begin_without_mark(&mut self) {
        let missing = core::mem::take(&mut self.mark);
        let begun = BYTE_ORDER_MARK.strip_suffix(missing).filter(|_| !missing.is_empty());
        self.collect(&mut begun.unwrap_or_default());
    }

    /// Reads as many lines as it can in place.
    fn read_in_place<'b>(&mut self, bytes: &mut &'b [u8]) -> Progress<'b> {
        let mut rest = *bytes;
        self.file.has_lines = true;
        // The line before, if it is in these bytes.
        let mut before: Option<&'b [u8]> = None;
        while let Some((line, after)) = split_line(rest) {
            if line.len() >= self.settings.limit {
                break;
            }
            let found = interest(LineView::of_line(line));
            match found {
                Interest::None => {
                    if !self.file.has_event {
                        self.file.note(self.file.line, LineView::of_line(line));
                    }
                    self.file.line += 1;
                    before = Some(line);
                    rest = after;
                }
                Interest::Header(header) => {
                    let time = time_at_start(line);
                    // A time at its beginning leaves no place for an envelope, but for those that begin with one themselves.
                    let is_plain = time.is_some() && line.get(10) != Some(&b'T');
                    if !is_plain && !Envelope::of_line(line).is_none() {
                        break;
                    }
                    let is_indented = line.first().is_some_and(u8::is_ascii_whitespace);
                    let time = match before {
                        Some(before) if is_indented => time_at_start(before).map(text),
                        None if is_indented => self.time_before(),
                        Some(_) | None => time.map(text),
                    };
                    *bytes = rest;
                    return match header.kind {
                        HeaderKind::TServer => self.message_in_place::<TServerLog>(bytes, line, after, header, time),
                        HeaderKind::PlatformSdkJava | HeaderKind::PlatformSdkNet { .. } => {
                            self.message_in_place::<PlatformSdkLog>(bytes, line, after, header, time)
                        }
                    };
                }
                #[cfg(feature = "json")]
                Interest::Json => {
                    let Some(result) = self.json_in_place(line) else {
                        break;
                    };
                    self.file.line += 1;
                    self.line_before.clear();
                    *bytes = after;
                    return Progress::Gives(result);
                }
                #[cfg(not(feature = "json"))]
                Interest::Json => break,
                Interest::Look => break,
            }
        }
        if let Some(before) = before {
            self.remember(before);
        }
        *bytes = rest;
        self.collect(bytes);
        Progress::Goes
    }

    /// The event that a line is. `None` for a line of another kind, or that is to be looked at more closely.
    #[cfg(feature = "json")]
    fn json_in_place<'b>(&mut self, line: &'b [u8]) -> Option<DecodeResult<'b>> {
        let text = core::str::from_utf8(super::json_line::object(line)?).ok()?;
        let event = Event::from_json_line(text).ok()?;
        self.file.has_event = true;
        Some(self.settings.result(self.file.index, self.file.line, None, self.settings.with_id(Ok(event))))
    }

    /// Reads the message at the start of `bytes` in place, or keeps it if it is cut.
    fn message_in_place<'b, S: LogSyntax>(
        &mut self,
        bytes: &mut &'b [u8],
        header_line: &'b [u8],
        after_header: &'b [u8],
        header: Header<'b>,
        time: Option<Cow<'b, str>>,
    ) -> Progress<'b> {
        let text = *bytes;
        let limit = self.settings.limit;
        let number = self.file.line;
        let fits = |rest: &[u8]| text.len() - rest.len() <= limit;
        let is_event = header.is_event();
        // None once the message is over the limit, and of a request: what is not given is not read.
        let mut reader = (is_event && fits(after_header)).then(|| MessageReader::new(header.name));
        let mut shape = Shape::new(header.kind, number);
        let mut rest = after_header;
        while let Some((line, after)) = split_line(rest) {
            let is_over = !fits(after);
            let role = if is_over && rest.len() - after.len() - 1 > limit {
                shape.line_over_limit::<S>(line)
            } else if matches!(line.last(), Some(b'm' | b'K')) && ends_in_colour(line) {
                Role::Coloured
            } else {
                shape.line::<S>(line)
            };
            match role {
                Role::Ends => {
                    *bytes = rest;
                    self.file.line = shape.number;
                    self.end_of_shape(&mut shape);
                    if !is_event {
                        self.file.note_request(number, header_line, &header);
                        return Progress::Goes;
                    }
                    self.file.has_event = true;
                    let event = match &mut reader {
                        Some(reader) => self.settings.finish::<S>(reader),
                        None => Err(DecodeErrorKind::TooLong { limit }),
                    };
                    if reader.is_some_and(|reader| reader.has_replaced()) {
                        self.replaced(number);
                    }
                    return Progress::Gives(self.settings.result(self.file.index, number, time, event));
                }
                Role::NoMessage => {
                    *bytes = after_header;
                    if !self.file.has_event {
                        self.file.note(number, LineView::of_line(header_line));
                    }
                    self.file.line += 1;
                    self.remember(header_line);
                    return Progress::Goes;
                }
                Role::Coloured => break,
                Role::Skipped
                | Role::Odd
                | Role::Attribute { .. }
                | Role::Pair { .. }
                | Role::ValueGoesOn
                | Role::ValueCloses { .. } => {}
            }
            if is_over {
                reader = None;
            } else if let Some(reader) = &mut reader {
                let start = text.len() - rest.len();
                reader.take::<S>(Place { text, start, end: start + line.len() }, role);
            }
            shape.number += 1;
            rest = after;
        }
        self.keep(bytes, rest, header, time, shape, reader.is_some());
        Progress::Goes
    }

    /// Keeps a message that the end of the bytes cuts through, or in which a line is to be looked at more closely.
    #[cold]
    fn keep<'b>(
        &mut self,
        bytes: &mut &'b [u8],
        rest: &'b [u8],
        header: Header<'_>,
        time: Option<Cow<'_, str>>,
        shape: Shape,
        is_kept: bool,
    ) {
        let number = self.file.line;
        let mut message = OpenMessage::new(&header, self.file.index, number);
        let text = bytes.get(..bytes.len() - rest.len()).unwrap_or_default();
        message.text = is_kept.then(|| text.to_vec());
        message.time = time.map(Cow::into_owned);
        self.file.line = shape.number;
        message.shape = shape;
        if !message.is_event {
            let line = split_line(bytes).map_or(&[][..], |(line, _)| line);
            self.file.note_request(number, line, &header);
        }
        self.message = Some(message);
        *bytes = rest;
        self.collect(bytes);
    }

    /// Remembers a line for the time of an indented header after it.
    pub(super) fn remember(&mut self, line: &[u8]) {
        self.line_before.clear();
        self.line_before.extend_from_slice(first_edge(line));
    }

    /// The time that the line before begins with.
    pub(super) fn time_before(&self) -> Option<Cow<'static, str>> {
        let time: String = text(time_at_start(&self.line_before)?).into_owned();
        Some(Cow::Owned(time))
    }

    /// Takes over what the shape of a message that has ended has to say.
    pub(super) fn end_of_shape(&mut self, shape: &mut Shape) {
        self.line_before.clear();
        for warning in shape.warnings.drain(..) {
            self.warnings.add(DecodeWarning { file: self.file.index, ..warning });
        }
    }

    /// Bytes in a line were replaced because they are not UTF-8: said once a file.
    pub(super) fn replaced(&mut self, number: u64) {
        if !self.file.has_replaced {
            self.file.has_replaced = true;
            self.warn(number, WarningKind::NotUtf8);
        }
    }

    pub(super) fn warn(&mut self, line: u64, kind: WarningKind) {
        self.warnings.add(DecodeWarning { file: self.file.index, line, kind });
    }
}

impl Settings {
    /// The event that a reader has read, once its message has ended.
    pub(super) fn finish<'a, S: LogSyntax>(self, reader: &mut MessageReader<'a>) -> Result<Event<'a>, DecodeErrorKind> {
        let mut event = reader.finish::<S>();
        if self.conn_ids {
            if let Ok(event) = &mut event {
                event.conn_id = event.conn_id.or_else(|| reader.conn_id());
            }
        }
        self.with_id(event)
    }

    /// The event with the id that the settings give it.
    pub(super) fn with_id<'a>(self, event: Result<Event<'a>, DecodeErrorKind>) -> Result<Event<'a>, DecodeErrorKind> {
        event.map(|mut event| {
            if self.conn_ids {
                event.use_conn_id_as_call_uuid();
            }
            event
        })
    }

    /// What is given for an event that was read: it must have what every event of a session has.
    pub(super) fn result<'a>(
        self,
        file: usize,
        line: u64,
        time: Option<Cow<'a, str>>,
        event: Result<Event<'a>, DecodeErrorKind>,
    ) -> DecodeResult<'a> {
        let event = event.and_then(|event| match event.route() {
            Ok(_) => Ok(event),
            Err(unreadable) => Err(unreadable.into()),
        });
        match event {
            Ok(event) => Ok(Decoded { file, line, time, event }),
            Err(kind) => Err(DecodeError { file, line, kind }),
        }
    }
}

/// What [`Decoder::finish`] gives: the last events and errors, in order, and what else there is to say.
#[derive(Debug, Clone)]
pub struct Finished {
    results: VecDeque<DecodeResult<'static>>,
    warnings: Vec<DecodeWarning>,
    tally: Tally,
}

impl Finished {
    /// The warnings that were not taken before.
    #[must_use]
    pub fn warnings(&self) -> &[DecodeWarning] {
        &self.warnings
    }

    /// What was passed over in all.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.tally
    }
}

impl Iterator for Finished {
    type Item = DecodeResult<'static>;

    fn next(&mut self) -> Option<Self::Item> {
        self.results.pop_front()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.results.len(), Some(self.results.len()))
    }
}

impl ExactSizeIterator for Finished {}
