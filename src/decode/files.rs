//! Several files as one log, and the end of the input. Specification 7.

use alloc::collections::VecDeque;

use super::DecodeResult;
use super::decoder::{BYTE_ORDER_MARK, Decoder};
use super::envelope::Envelope;
use super::file::File;
use super::header::{LineView, header};
use super::lines::LineBuffer;
use super::open_message::Given;
use super::platform_sdk_log::PlatformSdkLog;
use super::syntax::LogSyntax;
use super::time::begins_with_time;
use super::tserver_log::TServerLog;
use super::warning::{DecodeWarning, WarningKind};

/// The boundary after a file whose last line has no line end: that line and the first one of the next file may be one.
#[derive(Debug, Clone)]
pub(super) enum Boundary {
    /// There is no boundary.
    None,
    /// The first line of the next file is being collected.
    Collecting(LineBuffer),
    /// That line is a separate line.
    Own(LineBuffer),
    /// That line was the rest of the last one.
    Joined,
}

impl Boundary {
    pub(super) fn is_collecting(&self) -> bool {
        matches!(self, Boundary::Collecting(_))
    }

    pub(super) fn is_decided(&self) -> bool {
        matches!(self, Boundary::Own(_) | Boundary::Joined)
    }

    pub(super) fn first_line(&mut self) -> Option<&mut LineBuffer> {
        match self {
            Boundary::Collecting(line) => Some(line),
            Boundary::None | Boundary::Own(_) | Boundary::Joined => None,
        }
    }
}

impl Decoder {
    /// Starts the next file of the same log. Its lines are counted from 1, and a byte order mark is skipped again.
    ///
    /// A message that was cut by the end of the file continues if the next file begins with a line of it. A last line
    /// without a line end and the first line of the next file are joined, unless the latter begins like a separate
    /// line.
    ///
    /// ```
    /// use im_session::Decoder;
    ///
    /// let mut decoder = Decoder::new();
    /// decoder.push(b"10:00:00 message EventRinging\n\tAttributeCallUUID\t'A'\n\tAttributeTh", |_| ());
    /// decoder.next_file();
    /// decoder.push(b"isDN\t'3002'\n", |_| ());
    /// let events: Vec<_> = decoder.finish().map(|result| result.unwrap().event.to_string()).collect();
    /// assert_eq!(events, ["EventRinging 3002 A"]);
    /// ```
    pub fn next_file(&mut self) {
        self.begin_without_mark();
        if self.boundary.is_collecting() {
            // The file that ends here has no line end, so its only line is complete.
            self.decide_boundary();
        }
        let mut queued = VecDeque::new();
        self.work_off_all(&mut |result| queued.push_back(result));
        self.queued = queued;
        self.mark = BYTE_ORDER_MARK;
        if self.line.is_empty() {
            self.begin_file();
        } else {
            self.boundary = Boundary::Collecting(LineBuffer::new(self.settings.limit));
        }
    }

    /// Returns the event of the open message, although no later line has ended it yet. This is for a log that is read
    /// while it is written, after a pause. Later lines of the message are skipped with a warning.
    ///
    /// ```
    /// use im_session::Decoder;
    ///
    /// // A log that is being written. The next line may belong to the message as well.
    /// let log = b"message EventRinging\n\tAttributeThisDN\t'3002'\n\tAttributeCallUUID\t'007'\n";
    /// let mut decoder = Decoder::new();
    /// assert!(decoder.next_event(&mut &log[..]).is_none());
    /// // After a pause.
    /// let event = decoder.flush().unwrap()?.event;
    /// assert_eq!(event.call_uuid(), Some("007"));
    /// # Ok::<(), im_session::decode::DecodeError>(())
    /// ```
    pub fn flush(&mut self) -> Option<DecodeResult<'static>> {
        let given = self.flush_open();
        if given.is_some() || self.other_stream.is_none() {
            return given;
        }
        self.swap_streams();
        let given = self.flush_open();
        self.swap_streams();
        given
    }

    fn flush_open(&mut self) -> Option<DecodeResult<'static>> {
        let mut message = self.message.take()?;
        let is_new = message.is_event && message.given == Given::No;
        let given = if is_new { self.give(&message) } else { None };
        if given.is_some() {
            message.given = Given::Yes;
        }
        self.message = Some(message);
        given
    }

    /// Decides whether the first line of the next file continues the last line of the previous one.
    pub(super) fn decide_boundary(&mut self) {
        let boundary = core::mem::replace(&mut self.boundary, Boundary::None);
        let Boundary::Collecting(first) = boundary else {
            self.boundary = boundary;
            return;
        };
        self.boundary = if begins_like_a_line(&first) {
            Boundary::Own(first)
        } else {
            self.line.append(&first);
            Boundary::Joined
        };
        self.line_is_complete = true;
    }

    /// Begins the next file, after all lines of the previous one.
    pub(super) fn cross_boundary(&mut self) {
        match core::mem::replace(&mut self.boundary, Boundary::None) {
            Boundary::Own(first) => {
                self.begin_file();
                self.line = first;
                self.line_is_complete = true;
            }
            Boundary::Joined => {
                self.begin_file();
                self.file.continues = true;
                self.file.has_lines = true;
                self.file.line = 2;
            }
            boundary @ (Boundary::None | Boundary::Collecting(_)) => self.boundary = boundary,
        }
    }

    fn begin_file(&mut self) {
        self.end_file();
        let ended = self.file.index;
        let on_other_stream = self.other_stream.as_mut().and_then(|other| other.message.as_mut());
        for open in self.message.iter_mut().chain(on_other_stream) {
            open.shape.end_of_file(ended);
        }
        self.file = File::new(self.file.index + 1);
    }

    /// Adds the error of the whole file, if there is one.
    fn end_file(&mut self) {
        if let Some(message) = self.message.take() {
            self.note_open_request(&message);
            self.message = Some(message);
        }
        let file = self.file.index;
        let on_other_stream = self.other_stream.as_ref().and_then(|other| other.message.as_ref());
        let mut open = self.message.iter().chain(on_other_stream);
        if !open.any(|open| open.is_event && open.file == file && !open.shape.is_unsure()) {
            self.queued.extend(self.file.end().map(Err));
        }
    }

    /// Ends the input, and passes all remaining results to `sink`.
    pub(super) fn end(&mut self, mut sink: impl FnMut(DecodeResult<'static>)) {
        self.begin_without_mark();
        if self.boundary.is_collecting() || !self.line.is_empty() {
            self.end_line();
        }
        self.work_off_all(&mut sink);
        if self.began_later_than_other_stream() {
            self.swap_streams();
        }
        self.end_open(&mut sink);
        if self.other_stream.is_some() {
            self.swap_streams();
            self.end_open(&mut sink);
        }
        self.end_file();
        self.work_off_all(&mut sink);
    }

    /// Ends what is open.
    fn end_open(&mut self, sink: &mut impl FnMut(DecodeResult<'static>)) {
        if let Some(piece) = self.piece.take() {
            self.end_piece(*piece);
            self.work_off_all(sink);
        }
        if let Some(result) = self.close_message() {
            sink(result);
        }
        if let Some(skipped) = self.sip_message.take() {
            if !skipped.sip_message.is_complete() {
                let (file, line) = (skipped.file, skipped.sip_message.number);
                self.warnings.add(DecodeWarning { file, line, kind: WarningKind::SkipReachesEnd });
            }
        }
    }

    fn work_off_all(&mut self, sink: &mut impl FnMut(DecodeResult<'static>)) {
        let mut given = None;
        while self.work_off(&mut given) {
            if let Some(result) = given.take() {
                sink(result);
            }
        }
    }
}

/// Whether a line begins like a separate line: with white space, an attribute, a pair, a time of day, a header, `{` or
/// an envelope.
fn begins_like_a_line(line: &LineBuffer) -> bool {
    let view = LineView { start: line.start(), end: line.end_edge() };
    let Some(first) = view.start.first() else {
        return false;
    };
    first.is_ascii_whitespace()
        || *first == b'{'
        || TServerLog::attribute(view.start).as_ref().is_some_and(TServerLog::is_certain)
        || PlatformSdkLog::attribute(view.start).as_ref().is_some_and(PlatformSdkLog::is_certain)
        || TServerLog::pair(view.start).is_some()
        || PlatformSdkLog::pair(view.start).is_some()
        || begins_with_time(view.start)
        || header(view).is_some()
        || !Envelope::of_line(view.start).is_none()
}
