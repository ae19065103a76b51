//! Lines that cannot be read in place, because they are cut by the end of the bytes, in an envelope, or coloured. They
//! are collected, taken out of their envelope, and assembled into messages.
//!
//! A line passes three stages. A *raw* line still has its envelope and its colours. The lines that it carries, one or
//! several, are *pending*. A pending line then belongs to the open message, or may begin another.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::DecodeResult;
use super::decoder::Decoder;
use super::envelope::{
    Envelope, Opened, is_coloured, one_line, without_all_colours, without_colours, without_only_line_end,
};
use super::header::LineView;
use super::interest::{Interest, interest};
use super::lines::{ESCAPE, LineBuffer, first, line_feed, without_carriage_return};
use super::message_reader::text;
use super::open_message::{Given, OpenMessage};
use super::shape::Belongs;
use super::sip_message::{OfSipMessage, SipMessage};

/// The lines that a raw line carried.
#[derive(Debug, Clone, Default)]
pub(super) struct Pending {
    /// Each with its line end.
    pub(super) lines: Vec<u8>,
    /// The position of the next one.
    pub(super) at: usize,
    /// The number of the raw line.
    pub(super) number: u64,
    /// The time in the envelope.
    pub(super) time: Option<String>,
    pub(super) envelope: Envelope,
    /// Whether the raw line was coloured.
    pub(super) is_coloured: bool,
    /// How many bytes longer the raw line is here than in its file.
    pub(super) surplus: i64,
    /// The raw line, if it may only look as if it had this envelope.
    pub(super) raw: Option<Vec<u8>>,
}

impl Pending {
    pub(super) fn has_lines(&self) -> bool {
        self.at < self.lines.len()
    }
}

/// A SIP message that is being skipped.
#[derive(Debug, Clone)]
pub(super) struct Skipped {
    pub(super) sip_message: SipMessage,
    /// The index of the file with the line that announced it.
    pub(super) file: usize,
    /// The envelope of its lines.
    pub(super) envelope: Envelope,
    /// Whether the line that announced it is coloured.
    pub(super) is_coloured: bool,
}

/// A line that is split over several raw lines.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// The pieces so far.
    line: LineBuffer,
    number: u64,
    time: Option<String>,
    pub(super) envelope: Envelope,
    /// How many layers of the envelope have been removed.
    opened: usize,
}

/// The result of processing a line.
pub(super) enum Step {
    /// The line was processed, perhaps with a result.
    Taken(Option<DecodeResult<'static>>),
    /// The line has to be processed again: something ended before it, perhaps with a result.
    Before(Option<DecodeResult<'static>>),
}

impl Decoder {
    /// Collects bytes of the current line, up to its end.
    pub(super) fn collect(&mut self, bytes: &mut &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let Some(line) = self.coming_line() else {
            return;
        };
        let (part, rest) = match line_feed(bytes).and_then(|end| bytes.split_at_checked(end)) {
            Some((part, rest)) => (part, rest.get(1..)),
            None => (*bytes, None),
        };
        line.push(part);
        *bytes = rest.unwrap_or_default();
        if rest.is_some() {
            self.end_line();
        }
    }

    /// Marks the current line as complete.
    pub(super) fn end_line(&mut self) {
        if self.boundary.is_collecting() {
            self.decide_boundary();
        } else {
            self.line_is_complete = true;
        }
    }

    /// Processes what was collected before. Returns `false` if there was nothing to do.
    #[cold]
    pub(super) fn work_off(&mut self, given: &mut Option<DecodeResult<'_>>) -> bool {
        if let Some(result) = self.queued.pop_front() {
            *given = Some(result);
            return true;
        }
        *given = if self.pending.has_lines() {
            self.pending_line()
        } else if self.line_is_complete {
            self.file.has_lines = true;
            self.raw_line()
        } else if self.boundary.is_decided() {
            self.cross_boundary();
            None
        } else {
            return false;
        };
        true
    }

    /// Processes the complete line.
    fn raw_line(&mut self) -> Option<DecodeResult<'static>> {
        if self.line.is_too_long() {
            let step = self.line_over_limit();
            return self.after_raw_line(step);
        }
        let line = self.line.take();
        self.line_is_complete = false;
        let step = self.line(&line);
        let given = self.after_raw_line(step);
        if self.line_is_complete {
            self.line.push(&line);
        }
        given
    }

    /// Moves on to the next line, unless this one has to be processed again.
    fn after_raw_line(&mut self, step: Step) -> Option<DecodeResult<'static>> {
        match step {
            Step::Taken(given) => {
                self.line.clear();
                self.line_is_complete = false;
                self.file.line += 1;
                given
            }
            Step::Before(given) => {
                self.line_is_complete = true;
                given
            }
        }
    }

    /// A line without its colours. It keeps its carriage return, if any.
    pub(super) fn without_colours<'l>(&self, raw: &'l [u8]) -> Cow<'l, [u8]> {
        if first(raw, ESCAPE).is_none() {
            return raw.into();
        }
        let line = without_carriage_return(raw);
        let mut stripped = match (&self.sip_message, &self.message) {
            // The announced length of a SIP message counts all its bytes, also those of colours, unless the whole log
            // is coloured.
            (Some(skipped), _) if !skipped.is_coloured => return raw.into(),
            (None, Some(message)) if !message.has_colours(line) => return raw.into(),
            (Some(_), _) | (None, Some(_)) => without_colours(line).into_owned(),
            (None, None) => without_all_colours(line),
        };
        stripped.extend_from_slice(raw.get(line.len()..).unwrap_or_default());
        stripped.into()
    }

    /// Processes a raw line. It still has its carriage return, if any.
    fn line(&mut self, raw: &[u8]) -> Step {
        self.pending.is_coloured = is_coloured(without_carriage_return(raw));
        self.resume_other_stream(raw);
        let line = &*self.without_colours(raw);
        let number = self.file.line;
        if self.piece.is_some() {
            return self.next_piece(line);
        }
        if let Some(skipped) = &self.sip_message {
            let envelope = skipped.envelope.clone();
            let (content, time) = match envelope.open_layers(line.into(), 0..envelope.len()) {
                (Opened::OfAnother, _) => return Step::Taken(None),
                (Opened::OfOtherStream, _) => return self.turn_to_other_stream(line),
                (Opened::Line { content, time, is_piece: true }, opened) => {
                    // The message counts the whole line.
                    self.begin_piece(number, &content, time, envelope, opened);
                    return Step::Taken(None);
                }
                (Opened::Line { content, time, is_piece: false }, _) => (content, time),
                (Opened::Without { .. }, _) => (line.into(), None),
            };
            let Some(one) = one_line(&content) else {
                self.put(number, time, envelope, content);
                return Step::Taken(None);
            };
            if self.is_of_sip_message(number, one, self.line.surplus()) {
                return Step::Taken(None);
            }
        }
        if let Some(message) = &mut self.message {
            let envelope = message.envelope.clone();
            if let Some(opened) = message.layers_by_chance(line, self.settings.limit) {
                message.envelope.truncate(opened);
                return Step::Before(None);
            }
            match envelope.open_layers(line.into(), 0..envelope.len()) {
                (Opened::Line { content, time, is_piece: true }, opened) => {
                    self.begin_piece(number, &content, time, envelope, opened);
                    return Step::Taken(None);
                }
                (Opened::Line { content, time, is_piece: false }, _) => {
                    let Some(one) = one_line(&content) else {
                        self.put(number, time, envelope, content);
                        return Step::Taken(None);
                    };
                    if let Some(step) = self.line_of_message(number, one) {
                        return step;
                    }
                }
                (Opened::OfAnother, _) => return Step::Taken(None),
                (Opened::OfOtherStream, _) => return self.turn_to_other_stream(line),
                (Opened::Without { .. }, _) => return Step::Before(self.close_message()),
            }
        }
        self.line_between(number, line)
    }

    /// Processes a raw line between messages.
    fn line_between(&mut self, number: u64, line: &[u8]) -> Step {
        // A line that ended a SIP message still has its colours.
        let line = &*self.without_colours(line);
        let view = LineView::of_line(without_carriage_return(line));
        if let Interest::None = interest(view) {
            self.note_other(number, view);
            return Step::Taken(None);
        }
        let envelope = Envelope::of_line(line);
        match envelope.open_layers(line.into(), 0..envelope.len()) {
            (Opened::Line { content, time, is_piece: true }, opened) => {
                self.begin_piece(number, &content, time, envelope, opened);
            }
            (Opened::Line { content, time, is_piece: false }, _) => {
                let raw = envelope.is_unsure().then(|| line.to_vec());
                self.put(number, time, envelope, content);
                self.pending.raw = raw;
            }
            (Opened::OfAnother | Opened::OfOtherStream | Opened::Without { .. }, _) => {
                self.put(number, None, Envelope::default(), line.into());
            }
        }
        Step::Taken(None)
    }

    /// Notes a line of another kind.
    pub(super) fn note_other(&mut self, number: u64, line: LineView<'_>) {
        if !self.file.has_event {
            self.file.note(number, line);
        }
        self.remember(line.start);
    }

    /// Makes the content of a raw line pending.
    pub(super) fn put(&mut self, number: u64, time: Option<Cow<'_, [u8]>>, envelope: Envelope, content: Cow<'_, [u8]>) {
        let pending = &mut self.pending;
        pending.lines.clear();
        pending.lines.extend_from_slice(&content);
        if pending.lines.last() != Some(&b'\n') {
            pending.lines.push(b'\n');
        }
        pending.at = 0;
        pending.number = number;
        pending.time = time.map(|time| text(&time).into_owned());
        pending.envelope = envelope;
        pending.surplus = self.line.surplus();
        pending.raw = None;
    }

    pub(super) fn begin_piece(
        &mut self,
        number: u64,
        content: &[u8],
        time: Option<Cow<'_, [u8]>>,
        envelope: Envelope,
        opened: usize,
    ) {
        let time = time.map(|time| text(&time).into_owned());
        let mut line = LineBuffer::new(self.settings.limit);
        line.push(without_carriage_return(content));
        self.piece = Some(Box::new(Piece { line, number, time, envelope, opened }));
    }

    /// Processes the next piece of a line.
    fn next_piece(&mut self, line: &[u8]) -> Step {
        let Some(mut piece) = self.piece.take() else {
            return Step::Before(None);
        };
        let (opened, _) = piece.envelope.open_layers(without_carriage_return(line).into(), 0..piece.opened);
        let (content, is_piece) = match opened {
            Opened::Line { content, is_piece, .. } => (content, is_piece),
            Opened::OfOtherStream => {
                self.piece = Some(piece);
                return self.turn_to_other_stream(line);
            }
            Opened::OfAnother | Opened::Without { .. } => {
                self.end_piece(*piece);
                return Step::Before(None);
            }
        };
        piece.line.push(&content);
        if is_piece {
            self.piece = Some(piece);
        } else {
            self.end_piece(*piece);
        }
        Step::Taken(None)
    }

    /// Makes a line pending after its last piece.
    pub(super) fn end_piece(&mut self, piece: Piece) {
        let Piece { mut line, number, time, mut envelope, opened } = piece;
        if line.is_too_long() {
            // Without the inner layers removed the content is unknown.
            self.end_piece_over_limit(number, &line, Some(&envelope).filter(|envelope| opened == envelope.len()));
            return;
        }
        let joined = line.take();
        let joined = without_only_line_end(&joined);
        if self.message.is_none() && self.sip_message.is_none() {
            // The first piece did not show what else is around the line.
            envelope.add_layers(joined);
        }
        let time = time.map(|time| Cow::Owned(time.into_bytes()));
        match envelope.open_layers(Cow::Borrowed(joined), opened..envelope.len()).0 {
            Opened::Line { content, time: inner, .. } => self.put(number, inner.or(time), envelope, content),
            Opened::OfAnother | Opened::OfOtherStream | Opened::Without { .. } => {
                self.put(number, time, envelope, Cow::Borrowed(joined));
            }
        }
    }

    /// The same for a line over the limit.
    #[cold]
    fn end_piece_over_limit(&mut self, number: u64, line: &LineBuffer, envelope: Option<&Envelope>) {
        loop {
            match self.over_limit(number, line, envelope) {
                Step::Before(given) => self.queued.extend(given),
                Step::Taken(given) => return self.queued.extend(given),
            }
        }
    }

    /// Processes a raw line over the limit.
    fn line_over_limit(&mut self) -> Step {
        if let Some(piece) = self.piece.take() {
            self.end_piece(*piece);
            return Step::Before(None);
        }
        if self.is_of_other_stream(self.line.start()) {
            return Step::Taken(None);
        }
        let line = core::mem::take(&mut self.line);
        let step = self.over_limit(self.file.line, &line, None);
        self.line = line;
        step
    }

    /// Processes a line over the limit, of which only the beginning and the end are kept. `envelope` is its envelope,
    /// if that is known.
    fn over_limit(&mut self, number: u64, line: &LineBuffer, envelope: Option<&Envelope>) -> Step {
        let view = LineView { start: line.start(), end: line.tail() };
        if let Some(Skipped { sip_message, file, .. }) = self.sip_message.as_deref_mut() {
            let has_return = line.ends_in_carriage_return();
            let whole = line.len().saturating_add_signed(line.surplus().saturating_neg());
            let length = whole.saturating_sub(u64::from(has_return));
            if sip_message.line(view, length, has_return) != OfSipMessage::No {
                self.file.continues_from(*file);
                return Step::Taken(None);
            }
            self.sip_message = None;
        }
        if let Some(message) = &mut self.message {
            // The content of a line that is not kept is unknown, so the line counts as part of the message.
            let is_hidden = envelope.is_none() && !message.envelope.is_none();
            match if is_hidden { Belongs::Yes } else { message.line_over_limit(view.start) } {
                Belongs::No => return Step::Before(self.close_message()),
                Belongs::NoMessage => {
                    if message.is_event {
                        self.file.note_name(message.number, &message.header);
                    }
                    self.line_before.clone_from(&message.header);
                    self.message = None;
                }
                Belongs::Yes => {
                    message.text = None;
                    message.may_announce = None;
                    return Step::Taken(None);
                }
            }
        }
        match interest(view) {
            Interest::Header(header) => {
                let mut message = OpenMessage::new(&header, view.start, self.file.index, number);
                message.envelope = envelope.cloned().unwrap_or_default();
                message.text = None;
                self.message = Some(message);
            }
            #[cfg(feature = "json")]
            Interest::Json if super::json_line::mentions_an_event(view.start) => {
                use super::{DecodeError, DecodeErrorKind};
                let kind = DecodeErrorKind::TooLong { limit: self.settings.limit };
                self.file.has_event = true;
                return Step::Taken(Some(Err(DecodeError { file: self.file.index, line: number, kind })));
            }
            Interest::Json | Interest::Look | Interest::None => {}
        }
        Step::Taken(None)
    }

    /// Ends the open message, and returns its result.
    pub(super) fn close_message(&mut self) -> Option<DecodeResult<'static>> {
        let mut message = self.message.take()?;
        message.shape.end();
        self.end_of_shape(&mut message.shape);
        self.note_open_request(&message);
        if !message.is_event || message.given != Given::No {
            return None;
        }
        self.give(&message)
    }

    /// Notes the header of a request, in case the file has no event and this is the line that comes nearest to one.
    pub(super) fn note_open_request(&mut self, message: &OpenMessage) {
        if !message.is_event && !message.shape.is_unsure() && message.file == self.file.index {
            self.file.note_request(message.number, &message.header, message.kind);
        }
    }

    /// The result of a message.
    pub(super) fn give(&mut self, message: &OpenMessage) -> Option<DecodeResult<'static>> {
        if message.shape.is_unsure() {
            return None;
        }
        if message.file == self.file.index {
            self.file.has_event = true;
        }
        let mut replaced = false;
        let result = message.read(self.settings, &mut replaced);
        if replaced {
            self.replaced(message.file, message.number);
        }
        Some(result)
    }
}
