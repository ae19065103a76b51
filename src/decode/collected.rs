//! Lines that cannot be read in place: cut by the end of the bytes, in an envelope, or coloured. They are collected, opened, and
//! put together to messages.
//!
//! A line comes in three stages. As a *raw* line it has its envelope and its colours; what it carries, one line or several, is
//! *pending*; and a pending line belongs to the open message, or is looked at as the beginning of another.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::DecodeResult;
use super::decoder::{Decoder, Progress};
use super::envelope::{Envelope, Opened, is_coloured, without_colours};
use super::header::{Header, LineView};
use super::interest::{Interest, interest};
use super::lines::{line_feed, without_carriage_return};
use super::message_reader::text;
use super::open_message::{Given, OpenMessage};
use super::shape::Role;
use super::sip_message::{OfSipMessage, SipMessage, announced_length};
use super::time::time_at_start;
use super::warning::WarningKind;

/// The lines that a raw line carried.
#[derive(Debug, Clone, Default)]
pub(super) struct Pending {
    /// Each with its end.
    lines: Vec<u8>,
    /// Where the next one begins.
    at: usize,
    /// The number of the raw line.
    number: u64,
    /// The time that the envelope says.
    time: Option<String>,
    envelope: Envelope,
    /// The raw line, where its envelope is one that it could have by chance.
    raw: Option<Vec<u8>>,
}

impl Pending {
    pub(super) fn has_lines(&self) -> bool {
        self.at < self.lines.len()
    }
}

/// A line that comes in pieces.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// What has come of it.
    text: Vec<u8>,
    number: u64,
    time: Option<String>,
    envelope: Envelope,
    /// How many layers of the envelope are taken off.
    opened: usize,
}

/// What came of a line.
enum Step {
    /// It was taken; there may be something to give.
    Taken(Option<DecodeResult<'static>>),
    /// It was not taken yet: something ended before it.
    Before(Option<DecodeResult<'static>>),
}

impl Decoder {
    /// Collects the line that is coming, up to its end.
    pub(super) fn collect(&mut self, bytes: &mut &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let line = if self.boundary.is_collecting() { self.boundary.first_line() } else { Some(&mut self.line) };
        let Some(line) = line else {
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

    /// The end of the line that is coming has come.
    pub(super) fn end_line(&mut self) {
        if self.boundary.is_collecting() {
            self.decide_boundary();
        } else {
            self.line_is_complete = true;
        }
    }

    /// Goes on with what has come already; `None` where that is all done.
    #[cold]
    pub(super) fn work_off(&mut self) -> Option<Progress<'static>> {
        if let Some(result) = self.queued.pop_front() {
            return Some(Progress::Gives(result));
        }
        let given = if self.pending.has_lines() {
            self.pending_line()
        } else if self.line_is_complete {
            self.file.has_lines = true;
            self.raw_line()
        } else if self.boundary.is_decided() {
            self.cross_boundary();
            None
        } else {
            return None;
        };
        Some(given.map_or(Progress::Goes, Progress::Gives))
    }

    /// Takes the line that is complete.
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

    /// Notes whether the raw line was taken.
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

    /// Takes a raw line, with its carriage return if it has one.
    fn line(&mut self, raw: &[u8]) -> Step {
        let plain = without_carriage_return(raw);
        let stripped;
        let line = if is_coloured(plain) {
            let mut line = without_colours(plain).into_owned();
            line.extend_from_slice(raw.get(plain.len()..).unwrap_or_default());
            stripped = line;
            &*stripped
        } else {
            raw
        };
        let number = self.file.line;
        if self.piece.is_some() {
            return self.next_piece(line);
        }
        if let Some((_, envelope)) = &self.sip_message {
            let envelope = envelope.clone();
            let (content, time) = match envelope.open(line) {
                Opened::OfAnother => return Step::Taken(None),
                Opened::Line { content, time, .. } => (content, time),
                Opened::Without { .. } => (line.into(), None),
            };
            if content.contains(&b'\n') {
                self.put(number, time, envelope, content);
                return Step::Taken(None);
            }
            if self.is_of_sip_message(number, &content) {
                return Step::Taken(None);
            }
        }
        if let Some(message) = &mut self.message {
            let envelope = message.envelope.clone();
            if let Some(opened) = message.layers_by_chance(line, self.settings.limit) {
                message.envelope.truncate(opened);
                return Step::Before(None);
            }
            return match envelope.open_layers(line.into(), 0..envelope.len()) {
                (Opened::Line { content, time, is_piece: true }, opened) => {
                    self.begin_piece(number, &content, time, envelope, opened);
                    Step::Taken(None)
                }
                (Opened::Line { content, time, is_piece: false }, _) => {
                    self.put(number, time, envelope, content);
                    Step::Taken(None)
                }
                (Opened::OfAnother, _) => Step::Taken(None),
                (Opened::Without { .. }, _) => Step::Before(self.close_message()),
            };
        }
        self.line_between(number, line)
    }

    /// Takes a raw line that stands between messages.
    fn line_between(&mut self, number: u64, line: &[u8]) -> Step {
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
            (Opened::OfAnother | Opened::Without { .. }, _) => {
                self.put(number, None, Envelope::default(), line.into());
            }
        }
        Step::Taken(None)
    }

    /// A line of another kind.
    fn note_other(&mut self, number: u64, line: LineView<'_>) {
        if !self.file.has_event {
            self.file.note(number, line);
        }
        self.remember(line.start);
    }

    /// Puts what a raw line carries where it waits to be looked at.
    fn put(&mut self, number: u64, time: Option<Cow<'_, [u8]>>, envelope: Envelope, content: Cow<'_, [u8]>) {
        let pending = &mut self.pending;
        pending.lines.clear();
        if envelope.is_none() {
            pending.lines.extend_from_slice(&content);
        } else {
            // What an envelope escapes can be coloured, too.
            for (at, line) in content.split(|&byte| byte == b'\n').enumerate() {
                if at > 0 {
                    pending.lines.push(b'\n');
                }
                let is_coloured = is_coloured(line);
                pending.lines.extend_from_slice(&if is_coloured { without_colours(line) } else { line.into() });
            }
        }
        if pending.lines.last() != Some(&b'\n') {
            pending.lines.push(b'\n');
        }
        pending.at = 0;
        pending.number = number;
        pending.time = time.map(|time| text(&time).into_owned());
        pending.envelope = envelope;
        pending.raw = None;
    }

    fn begin_piece(
        &mut self,
        number: u64,
        content: &[u8],
        time: Option<Cow<'_, [u8]>>,
        envelope: Envelope,
        opened: usize,
    ) {
        let time = time.map(|time| text(&time).into_owned());
        let text = without_carriage_return(content).to_vec();
        self.piece = Some(Piece { text, number, time, envelope, opened });
    }

    /// Goes on with a line that comes in pieces.
    fn next_piece(&mut self, line: &[u8]) -> Step {
        let Some(mut piece) = self.piece.take() else {
            return Step::Before(None);
        };
        let (opened, _) = piece.envelope.open_layers(without_carriage_return(line).into(), 0..piece.opened);
        let Opened::Line { content, is_piece, .. } = opened else {
            self.end_piece(piece);
            return Step::Before(None);
        };
        // Over the limit the rest is cut off: it would be skipped all the same.
        let room = self.settings.limit.saturating_sub(piece.text.len());
        piece.text.extend(content.iter().take(room));
        if is_piece {
            self.piece = Some(piece);
        } else {
            self.end_piece(piece);
        }
        Step::Taken(None)
    }

    /// All pieces of a line have come: what it carries is looked at.
    pub(super) fn end_piece(&mut self, piece: Piece) {
        let Piece { text: joined, number, time, envelope, opened } = piece;
        let time = time.map(|time| Cow::Owned(time.into_bytes()));
        match envelope.open_layers(Cow::Borrowed(&joined), opened..envelope.len()).0 {
            Opened::Line { content, time: inner, .. } => self.put(number, inner.or(time), envelope, content),
            Opened::OfAnother | Opened::Without { .. } => self.put(number, time, envelope, Cow::Borrowed(&joined)),
        }
    }

    /// Takes the next line of those that a raw line carried.
    fn pending_line(&mut self) -> Option<DecodeResult<'static>> {
        let lines = core::mem::take(&mut self.pending.lines);
        let at = self.pending.at;
        let rest = lines.get(at..).unwrap_or_default();
        let end = line_feed(rest).unwrap_or(rest.len());
        let line = rest.get(..end).unwrap_or_default();
        // What is looked at may put other lines in their place.
        self.pending.at = usize::MAX;
        let step = self.carried_line(line);
        let has_others = self.pending.at != usize::MAX;
        if !has_others {
            self.pending.lines = lines;
            self.pending.at = at;
        }
        match step {
            Step::Taken(given) => {
                if !has_others {
                    self.pending.at = at + end + 1;
                }
                given
            }
            Step::Before(given) => given,
        }
    }

    /// Takes a line that is out of its envelope, with its carriage return if it has one.
    fn carried_line(&mut self, raw: &[u8]) -> Step {
        let line = without_carriage_return(raw);
        let number = self.pending.number;
        if self.is_of_sip_message(number, raw) {
            return Step::Taken(None);
        }
        if let Some(message) = &mut self.message {
            let role = message.role(number, line);
            if let Some(step) = self.line_of_message(number, raw, &role) {
                return step;
            }
        }
        self.carried_line_between(line)
    }

    /// Takes a line of the SIP message that is skipped, or ends that.
    fn is_of_sip_message(&mut self, number: u64, raw: &[u8]) -> bool {
        let Some((sip_message, _)) = &mut self.sip_message else {
            return false;
        };
        let line = without_carriage_return(raw);
        match sip_message.line(LineView::of_line(line), line.len() as u64, line.len() < raw.len()) {
            OfSipMessage::Yes => true,
            OfSipMessage::Perhaps => {
                self.warn(number, WarningKind::HeaderAfterSipMessage);
                true
            }
            OfSipMessage::No => {
                self.sip_message = None;
                false
            }
        }
    }

    /// Takes a line by its role in the open message; `None` where it is of no message.
    fn line_of_message(&mut self, number: u64, raw: &[u8], role: &Role<'_>) -> Option<Step> {
        let message = self.message.as_mut()?;
        match role {
            Role::Ends => return Some(Step::Before(self.close_message())),
            Role::NoMessage => {
                let header = message.text.take();
                let number = message.number;
                self.message = None;
                let line = header.as_deref().and_then(|text| text.split(|&byte| byte == b'\n').next());
                if let Some(line) = line {
                    self.note_other(number, LineView::of_line(without_carriage_return(line)));
                }
                return None;
            }
            Role::Skipped
            | Role::Odd
            | Role::Attribute { .. }
            | Role::Pair { .. }
            | Role::ValueGoesOn
            | Role::ValueCloses { .. }
            | Role::Coloured => {}
        }
        message.unsure = None;
        if message.file != self.file.index && self.file.line <= 2 {
            self.file.continues = true;
        }
        match message.given {
            Given::No => message.add(raw, self.settings.limit),
            Given::Yes => {
                message.given = Given::WithLinesAfter;
                self.warn(number, WarningKind::AfterFlush);
            }
            Given::WithLinesAfter => {}
        }
        Some(Step::Taken(None))
    }

    /// Looks at a line as the beginning of a message.
    fn carried_line_between(&mut self, line: &[u8]) -> Step {
        let number = self.pending.number;
        let view = LineView::of_line(line);
        match interest(view) {
            Interest::Header(header) => self.begin_message(line, header),
            #[cfg(feature = "json")]
            Interest::Json | Interest::Look if super::json_line::object(line).is_some() => {
                return self.json_line(number, line);
            }
            Interest::Json | Interest::Look | Interest::None => {
                if let Some(length) = announced_length(view) {
                    self.tally.sip_messages += 1;
                    let envelope = self.pending.envelope.clone();
                    self.sip_message = Some((SipMessage::new(number, length), envelope));
                }
                self.note_other(number, view);
            }
        }
        Step::Taken(None)
    }

    fn begin_message(&mut self, line: &[u8], header: Header<'_>) {
        let number = self.pending.number;
        let mut message = OpenMessage::new(&header, self.file.index, number);
        let is_indented = line.first().is_some_and(u8::is_ascii_whitespace);
        let time = if is_indented {
            self.time_before().map(Cow::into_owned)
        } else {
            time_at_start(line).map(|time| text(time).into_owned())
        };
        message.time = time.or_else(|| self.pending.time.clone());
        message.envelope = self.pending.envelope.clone();
        message.unsure = self.pending.raw.take();
        message.add(line, self.settings.limit);
        if !message.is_event {
            self.file.note_request(number, line, &header);
        }
        self.line_before.clear();
        self.message = Some(message);
    }

    /// Takes a line that begins like a JSON object.
    #[cfg(feature = "json")]
    fn json_line(&mut self, number: u64, line: &[u8]) -> Step {
        use super::{DecodeError, DecodeErrorKind};
        use crate::event::{Event, EventJsonError};

        let Some(object) = super::json_line::object(line) else {
            return Step::Taken(None);
        };
        let mut replaced = false;
        let json = super::message_reader::text_of(object, &mut replaced);
        let event = match Event::from_json_line(&json) {
            Err(EventJsonError::NamesNoEvent) => {
                let Some(envelope) = self.pending.envelope.with_json(object) else {
                    self.tally.other_json_lines += 1;
                    self.note_other(number, LineView::of_line(line));
                    return Step::Taken(None);
                };
                let (opened, layers) = envelope.open_layers(object.into(), envelope.len() - 1..envelope.len());
                let outer = self.pending.time.clone().map(|time| Cow::Owned(time.into_bytes()));
                match opened {
                    Opened::Line { content, time, is_piece: true } => {
                        self.begin_piece(number, &content, time.or(outer), envelope, layers);
                    }
                    Opened::Line { content, time, is_piece: false } => {
                        self.put(number, time.or(outer), envelope, content);
                    }
                    Opened::OfAnother | Opened::Without { .. } => {}
                }
                return Step::Taken(None);
            }
            Err(EventJsonError::NotAnObject { .. }) if !super::json_line::mentions_an_event(object) => {
                self.tally.other_json_lines += 1;
                self.note_other(number, LineView::of_line(line));
                return Step::Taken(None);
            }
            event => event.map(Event::into_owned).map_err(DecodeErrorKind::from),
        };
        if replaced {
            self.replaced(number);
        }
        self.file.has_event = true;
        self.line_before.clear();
        let time = self.pending.time.clone().map(Cow::Owned);
        let event = self.settings.with_id(event);
        let result: Result<_, DecodeError> = self.settings.result(self.file.index, number, time, event);
        Step::Taken(Some(result))
    }

    /// Takes a raw line over the limit, of which only the beginning and the end are kept.
    fn line_over_limit(&mut self) -> Step {
        let number = self.file.line;
        if let Some(piece) = self.piece.take() {
            self.end_piece(piece);
            return Step::Before(None);
        }
        if let Some((sip_message, _)) = &mut self.sip_message {
            let has_return = self.line.ends_in_carriage_return();
            let length = self.line.len() - u64::from(has_return);
            let view = LineView { start: self.line.start(), end: self.line.tail() };
            if sip_message.line(view, length, has_return) != OfSipMessage::No {
                return Step::Taken(None);
            }
            self.sip_message = None;
        }
        if let Some(message) = &mut self.message {
            // What a line that is not kept carries cannot be looked at: it counts as one of the message.
            let is_carried = !message.envelope.is_none();
            let role = if is_carried { Role::Skipped } else { message.role_over_limit(number, self.line.start()) };
            match role {
                Role::Ends => return Step::Before(self.close_message()),
                Role::NoMessage => self.message = None,
                Role::Skipped
                | Role::Odd
                | Role::Attribute { .. }
                | Role::Pair { .. }
                | Role::ValueGoesOn
                | Role::ValueCloses { .. }
                | Role::Coloured => {
                    message.text = None;
                    return Step::Taken(None);
                }
            }
        }
        let view = LineView { start: self.line.start(), end: self.line.tail() };
        match interest(view) {
            Interest::Header(header) => {
                let mut message = OpenMessage::new(&header, self.file.index, number);
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

    /// The open message has ended: what is given for it.
    pub(super) fn close_message(&mut self) -> Option<DecodeResult<'static>> {
        let mut message = self.message.take()?;
        message.shape.end();
        self.end_of_shape(&mut message.shape);
        if !message.is_event || message.given != Given::No {
            return None;
        }
        self.give(&message)
    }

    /// What is given for a message.
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
            self.replaced(message.number);
        }
        Some(result)
    }
}
