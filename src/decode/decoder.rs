//! The public interface of the decoder. A message that is complete in the given bytes is read in place, without a copy.
//! One that is cut, in an envelope or coloured is collected first (`collected`).

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

use super::collected::{Pending, Piece, Skipped};
use super::file::File;
use super::files::Boundary;
use super::lines::{LineBuffer, first_edge};
use super::message_reader::{MessageReader, text};
use super::open_message::OpenMessage;
use super::shape::Shape;
use super::streams::OtherStream;
use super::syntax::LogSyntax;
use super::time::time_at_start;
use super::warning::{DecodeWarning, WarningKind, Warnings};
use super::{DecodeError, DecodeErrorKind, DecodeResult, Decoded, Finished, Tally};
use crate::event::Event;

/// The default limit for the size of a message: 1 MiB.
pub const MESSAGE_LIMIT: usize = 1024 * 1024;

pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Turns the bytes of a log into events, incrementally.
///
/// The results do not depend on how the bytes are split. Memory is bounded by the largest single message, which in turn
/// is bounded by the limit. Lines end in LF or CRLF, bytes that are not UTF-8 are replaced, and a byte order mark is
/// skipped.
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
    /// The rest of a byte order mark that may still come; empty once the first line has begun.
    pub(super) mark: &'static [u8],
    pub(super) file: File,
    pub(super) boundary: Boundary,
    /// The current line, as far as it has been collected.
    pub(super) line: LineBuffer,
    /// Whether the current line is complete.
    pub(super) line_is_complete: bool,
    /// The lines that a raw line carried and that are not processed yet.
    pub(super) pending: Pending,
    /// A line that is split over several raw lines.
    pub(super) piece: Option<Box<Piece>>,
    /// The open message.
    pub(super) message: Option<OpenMessage>,
    /// The SIP message that is being skipped.
    pub(super) sip_message: Option<Box<Skipped>>,
    /// What is open on a container's other stream.
    pub(super) other_stream: Option<Box<OtherStream>>,
    /// The beginning of the previous line, for its time: an indented header has that time.
    pub(super) line_before: Vec<u8>,
    /// Results to be returned before any other.
    pub(super) queued: VecDeque<DecodeResult<'static>>,
    pub(super) warnings: Warnings,
    /// The index of the last file with replaced bytes.
    pub(super) replaced_in: Option<usize>,
    pub(super) tally: Tally,
}

/// The settings of a decoder.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    pub(super) limit: usize,
    /// Whether the ConnID replaces a missing CallUUID.
    pub(super) conn_ids: bool,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// A decoder for all forms.
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
            other_stream: None,
            line_before: Vec::new(),
            queued: VecDeque::new(),
            warnings: Warnings::default(),
            replaced_in: None,
            tally: Tally::default(),
        }
    }

    /// Sets the limit for one message, in bytes including line ends. The line feed of a JSON line does not count.
    ///
    /// ```
    /// use im_session::Decoder;
    /// use im_session::decode::DecodeErrorKind;
    ///
    /// let mut decoder = Decoder::new().with_limit(100);
    /// let mut errors = Vec::new();
    /// let log = format!("message EventRinging\n\tAttributeThisDN\t'{}'\n", "3".repeat(200));
    /// decoder.push(log.as_bytes(), |result| errors.extend(result.err()));
    /// errors.extend(decoder.finish().filter_map(Result::err));
    /// assert!(matches!(errors[0].kind, DecodeErrorKind::TooLong { limit: 100 }));
    /// ```
    #[must_use]
    pub fn with_limit(mut self, limit: usize) -> Self {
        self.settings.limit = limit;
        self.line = LineBuffer::new(limit);
        self
    }

    /// Uses the ConnID as the id of the call for events without a CallUUID, as in logs of older T-Servers.
    /// [Specification 2][2].
    ///
    /// ```
    /// use im_session::Decoder;
    ///
    /// let log = b"message EventRinging\n\tAttributeConnID\t0077028a809f7004\n\tAttributeThisDN\t'3002'\n";
    /// let mut decoder = Decoder::new().with_conn_ids();
    /// assert!(decoder.next_event(&mut &log[..]).is_none(), "the message can go on");
    /// let event = decoder.finish().next().unwrap()?.event;
    /// assert_eq!(event.call_uuid(), Some("0077028a809f7004"));
    /// # Ok::<(), im_session::decode::DecodeError>(())
    /// ```
    ///
    /// [2]: crate::guide::specification#2-events-and-identity
    #[must_use]
    pub fn with_conn_ids(mut self) -> Self {
        self.settings.conn_ids = true;
        self
    }

    /// Consumes bytes from the front of `bytes` until an event or an error is complete. `None` once all bytes are
    /// consumed.
    ///
    /// The result borrows from the bytes, not from the decoder, so the decoder can be used while it is alive.
    pub fn next_event<'b>(&mut self, bytes: &mut &'b [u8]) -> Option<DecodeResult<'b>> {
        let mut given = None;
        // Written in place, since an event is large.
        while given.is_none() && self.advance(bytes, &mut given) {}
        given
    }

    /// Consumes the next bytes. `sink` receives every event and every error that they complete, in order.
    pub fn push(&mut self, bytes: &[u8], mut sink: impl FnMut(DecodeResult<'_>)) {
        let mut rest = bytes;
        loop {
            let mut given = None;
            while given.is_none() && self.advance(&mut rest, &mut given) {}
            match given {
                Some(result) => sink(result),
                None => return,
            }
        }
    }

    /// Consumes the next line, or a part of one, of a log in another encoding that the caller has converted to UTF-8.
    /// `length` is its number of bytes in the file, which the announced length of a SIP message counts.
    ///
    /// ```
    /// use im_session::Decoder;
    ///
    /// let mut decoder = Decoder::new();
    /// let log = b"10:00:00 Received [0,UDP] 3 bytes from 192.0.2.1:5060 <<<<<\n\xfc\n\
    ///     {\"Event\":\"EventRinging\",\"ThisDN\":\"3002\",\"CallUUID\":\"A\"}\n";
    /// let mut events = 0;
    /// for line in log.split_inclusive(|&byte| byte == b'\n') {
    ///     let text: String = line.iter().copied().map(char::from).collect();
    ///     decoder.push_transcoded(text.as_bytes(), line.len(), |_| events += 1);
    /// }
    /// assert_eq!(events, 1);
    /// ```
    pub fn push_transcoded(&mut self, text: &[u8], length: usize, sink: impl FnMut(DecodeResult<'_>)) {
        let signed = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
        if let Some(line) = self.coming_line() {
            line.add_surplus(signed(text.len()).saturating_sub(signed(length)));
        }
        self.push(text, sink);
        // If the line was read in place, only its surplus is left to clear.
        match self.coming_line() {
            Some(line) if line.is_empty() && !text.is_empty() => line.clear(),
            Some(_) | None => {}
        }
    }

    /// Ends the input: reads a last line without a line end, and the last message.
    #[must_use]
    pub fn finish(mut self) -> Finished {
        let mut results = VecDeque::new();
        self.end(|result| results.push_back(result));
        let Tally { other_json_lines, sip_messages, .. } = self.tally;
        let tally = Tally { other_json_lines, sip_messages, warnings: self.warnings.count };
        Finished { results, warnings: self.warnings.kept, tally }
    }

    /// Returns the warnings since the last call. At most the first 10 000 are kept, so that memory stays bounded if
    /// nobody takes them.
    ///
    /// ```
    /// use im_session::Decoder;
    /// use im_session::decode::WarningKind;
    ///
    /// let log = b"message EventRinging\n\tAttributeThisDN\t'30\xff02'\n\tAttributeCallUUID\t'007'\n\n";
    /// let mut decoder = Decoder::new();
    /// let event = decoder.next_event(&mut &log[..]).unwrap()?.event;
    /// assert_eq!(event.this_dn(), Some("30\u{fffd}02"));
    /// let warnings = decoder.take_warnings();
    /// assert_eq!((warnings[0].line, warnings[0].kind), (1, WarningKind::NotUtf8));
    /// assert_eq!(decoder.tally().warnings, 1);
    /// # Ok::<(), im_session::decode::DecodeError>(())
    /// ```
    pub fn take_warnings(&mut self) -> Vec<DecodeWarning> {
        core::mem::take(&mut self.warnings.kept)
    }

    /// The tally so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        Tally { warnings: self.warnings.count, ..self.tally }
    }

    /// Processes what was collected before, or consumes bytes. Returns `false` if there is nothing left to do.
    fn advance<'b>(&mut self, bytes: &mut &'b [u8], given: &mut Option<DecodeResult<'b>>) -> bool {
        if !self.is_between_lines() && self.work_off(given) {
            return true;
        }
        if bytes.is_empty() {
            return false;
        }
        if !self.mark.is_empty() {
            self.byte_order_mark(bytes);
        } else if self.is_in_the_plain() {
            self.read_in_place(bytes, given);
        } else {
            self.collect(bytes);
        }
        true
    }

    /// The line to which the next bytes belong.
    pub(super) fn coming_line(&mut self) -> Option<&mut LineBuffer> {
        if self.boundary.is_collecting() { self.boundary.first_line() } else { Some(&mut self.line) }
    }

    /// Whether all earlier lines and results are processed.
    fn is_between_lines(&self) -> bool {
        !self.line_is_complete && !self.pending.has_lines() && self.queued.is_empty() && !self.boundary.is_decided()
    }

    /// Whether no message, line or piece of a line is open.
    fn is_in_the_plain(&self) -> bool {
        self.message.is_none()
            && self.line.is_empty()
            // Three pointers, which are compared as one.
            && (self.piece.is_none() & self.sip_message.is_none() & self.other_stream.is_none())
            && !self.boundary.is_collecting()
    }

    fn byte_order_mark(&mut self, bytes: &mut &[u8]) {
        let ([expected, mark @ ..], Some((first, rest))) = (self.mark, bytes.split_first()) else {
            return;
        };
        if first == expected {
            self.mark = mark;
            *bytes = rest;
        } else {
            self.begin_without_mark();
        }
    }

    /// Puts back the bytes that looked like the beginning of a byte order mark: they begin the first line.
    pub(super) fn begin_without_mark(&mut self) {
        let missing = core::mem::take(&mut self.mark);
        let begun = BYTE_ORDER_MARK.strip_suffix(missing).filter(|_| !missing.is_empty());
        self.collect(&mut begun.unwrap_or_default());
    }

    /// Remembers a line, in case an indented header follows and needs its time.
    pub(super) fn remember(&mut self, line: &[u8]) {
        self.line_before.clear();
        self.line_before.extend_from_slice(first_edge(line));
    }

    /// The time at the start of the previous line.
    pub(super) fn time_before(&self) -> Option<Cow<'static, str>> {
        let time: String = text(time_at_start(&self.line_before)?).into_owned();
        Some(Cow::Owned(time))
    }

    /// Takes over the warnings of a message that has ended.
    #[inline]
    pub(super) fn end_of_shape(&mut self, shape: &mut Shape) {
        self.line_before.clear();
        if shape.warnings.count > 0 {
            self.warnings.take_over(&mut shape.warnings, self.file.index);
        }
    }

    /// Warns of replaced bytes that are not UTF-8, once for each file.
    pub(super) fn replaced(&mut self, file: usize, line: u64) {
        if self.replaced_in.is_none_or(|last| last < file) {
            self.replaced_in = Some(file);
            self.warnings.add(DecodeWarning { file, line, kind: WarningKind::NotUtf8 });
        }
    }

    pub(super) fn warn(&mut self, line: u64, kind: WarningKind) {
        self.warnings.add(DecodeWarning { file: self.file.index, line, kind });
    }
}

impl Settings {
    /// The event from a reader whose message has ended.
    #[inline(always)]
    pub(super) fn finish<'a, S: LogSyntax>(self, reader: &mut MessageReader<'a>) -> Result<Event<'a>, DecodeErrorKind> {
        let mut event = reader.finish::<S>();
        if self.conn_ids {
            if let Ok(event) = &mut event {
                event.conn_id = event.conn_id.or_else(|| reader.conn_id());
            }
            if let Ok(event) = &mut event {
                self.give_id(event);
            }
        }
        event
    }

    /// Sets the id of the event according to the settings.
    pub(super) fn give_id(self, event: &mut Event<'_>) {
        if self.conn_ids {
            event.use_conn_id_as_call_uuid();
        }
    }

    /// Writes the result for an event, which must have the required attributes.
    #[inline(always)]
    pub(super) fn give<'a>(
        self,
        file: usize,
        line: u64,
        time: Option<Cow<'a, str>>,
        event: Event<'a>,
        given: &mut Option<DecodeResult<'a>>,
    ) {
        *given = Some(match event.route() {
            Ok(_) => Ok(Decoded { file, line, time, event }),
            Err(unreadable) => Err(DecodeError { file, line, kind: unreadable.into() }),
        });
    }

    /// The result for an event or an error.
    pub(super) fn result<'a>(
        self,
        file: usize,
        line: u64,
        time: Option<Cow<'a, str>>,
        event: Result<Event<'a>, DecodeErrorKind>,
    ) -> DecodeResult<'a> {
        let readable = event.and_then(|event| match event.route() {
            Ok(_) => Ok(event),
            Err(unreadable) => Err(unreadable.into()),
        });
        match readable {
            Ok(event) => Ok(Decoded { file, line, time, event }),
            Err(kind) => Err(DecodeError { file, line, kind }),
        }
    }
}
