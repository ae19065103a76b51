//! Lines that were taken out of their envelope. Each belongs to the open message, or may begin another.

use alloc::borrow::Cow;
use alloc::boxed::Box;

use super::DecodeResult;
use super::collected::{Skipped, Step};
use super::decoder::Decoder;
use super::envelope::{Envelope, Opened, is_coloured};
use super::header::{Header, LineView};
use super::interest::{Interest, interest};
use super::lines::{line_feed, without_carriage_return};
use super::message_reader::text;
use super::open_message::{Given, OpenMessage};
use super::shape::Belongs;
use super::sip_message::{OfSipMessage, SipMessage, announced_length, may_announce};
use super::time::{time_at_start, time_of_header};
use super::warning::WarningKind;
#[cfg(feature = "json")]
use super::{DecodeErrorKind, json_line, message_reader::text_of};
#[cfg(feature = "json")]
use crate::event::{Event, EventJsonError};

impl Decoder {
    /// Processes the next of the lines that a raw line carried.
    pub(super) fn pending_line(&mut self) -> Option<DecodeResult<'static>> {
        let lines = core::mem::take(&mut self.pending.lines);
        let at = self.pending.at;
        let rest = lines.get(at..).unwrap_or_default();
        let end = line_feed(rest).unwrap_or(rest.len());
        let line = rest.get(..end).unwrap_or_default();
        // The line may itself carry lines, which then replace the pending ones.
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

    /// Processes a line without its envelope. It still has its carriage return, if any.
    fn carried_line(&mut self, raw: &[u8]) -> Step {
        let number = self.pending.number;
        // An escaped line inside an envelope can be coloured as well.
        self.pending.is_coloured |= is_coloured(without_carriage_return(raw));
        let raw = &*self.without_colours(raw);
        if self.is_of_sip_message(number, raw, self.pending.surplus) {
            return Step::Taken(None);
        }
        self.line_of_message(number, raw).unwrap_or_else(|| self.carried_line_between(raw))
    }

    /// Whether the line belongs to the SIP message that is being skipped. If not, that message ends. The line is
    /// `surplus` bytes shorter in its file.
    pub(super) fn is_of_sip_message(&mut self, number: u64, raw: &[u8], surplus: i64) -> bool {
        let Some(Skipped { sip_message, file, .. }) = self.sip_message.as_deref_mut() else {
            return false;
        };
        let began = *file;
        let line = without_carriage_return(raw);
        let length = (line.len() as u64).saturating_add_signed(surplus.saturating_neg());
        match sip_message.line(LineView::of_line(line), length, line.len() < raw.len()) {
            OfSipMessage::Yes => {
                self.file.continues_from(began);
                true
            }
            OfSipMessage::Perhaps => {
                self.file.continues_from(began);
                self.warn(number, WarningKind::HeaderAfterSipMessage);
                true
            }
            OfSipMessage::No => {
                self.sip_message = None;
                false
            }
        }
    }

    /// Processes a line that may belong to the open message. It still has its carriage return, if any. `None` if it
    /// belongs to no message.
    pub(super) fn line_of_message(&mut self, number: u64, raw: &[u8]) -> Option<Step> {
        let raw = &*self.without_colours(raw);
        let message = self.message.as_mut()?;
        match message.line(number, without_carriage_return(raw)) {
            Belongs::No => {
                let announced = message.may_announce.take();
                let length = announced.and_then(|last| message.shape.announced_at_end(&last));
                let envelope = message.envelope.clone();
                let given = self.close_message();
                if let Some(length) = length {
                    self.skip_sip_message(number.saturating_sub(1), length, envelope);
                }
                return Some(Step::Before(given));
            }
            Belongs::NoMessage => {
                let message = self.message.take()?;
                if message.is_event {
                    self.file.note_name(message.number, &message.header);
                }
                self.remember(&message.header);
                return None;
            }
            Belongs::Yes => {}
        }
        message.may_announce = may_announce(raw).map(<[u8]>::to_vec);
        message.unsure = None;
        self.file.continues_from(message.file);
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

    /// Processes a line that belongs to no message so far, but may begin one.
    fn carried_line_between(&mut self, raw: &[u8]) -> Step {
        let raw = &*self.without_colours(raw);
        let line = without_carriage_return(raw);
        let number = self.pending.number;
        let view = LineView::of_line(line);
        match interest(view) {
            Interest::Header(header) => {
                if let Some(step) = self.end_on_other_stream(header.is_event()) {
                    return step;
                }
                self.begin_message(raw, line, header);
            }
            #[cfg(feature = "json")]
            Interest::Json | Interest::Look if json_line::object(line).is_some() => {
                return self.json_line(number, line);
            }
            Interest::Json | Interest::Look | Interest::None => {
                if let Some(length) = announced_length(view) {
                    let envelope = self.pending.envelope.clone();
                    self.skip_sip_message(number, length, envelope);
                }
                self.note_other(number, view);
            }
        }
        Step::Taken(None)
    }

    pub(super) fn skip_sip_message(&mut self, number: u64, length: u64, envelope: Envelope) {
        self.tally.sip_messages += 1;
        let sip_message = SipMessage::new(number, length);
        let is_coloured = self.pending.is_coloured;
        let file = self.file.index;
        self.sip_message = Some(Box::new(Skipped { sip_message, file, envelope, is_coloured }));
    }

    fn begin_message(&mut self, raw: &[u8], line: &[u8], header: Header<'_>) {
        let number = self.pending.number;
        let mut message = OpenMessage::new(&header, line, self.file.index, number);
        let is_indented = line.first().is_some_and(u8::is_ascii_whitespace);
        let time = if is_indented {
            self.time_before().map(Cow::into_owned).or_else(|| {
                // The previous line may have the same envelope.
                let Opened::Line { content, .. } = self.pending.envelope.open(&self.line_before) else {
                    return None;
                };
                Some(text(time_at_start(&content)?).into_owned())
            })
        } else {
            time_of_header(line).map(|time| text(time).into_owned())
        };
        message.time = time.or_else(|| self.pending.time.clone());
        message.envelope = self.pending.envelope.clone();
        message.unsure = self.pending.raw.take();
        message.add(raw, self.settings.limit);
        self.line_before.clear();
        self.message = Some(message);
    }

    /// Processes a line that begins like a JSON object.
    #[cfg(feature = "json")]
    fn json_line(&mut self, number: u64, line: &[u8]) -> Step {
        let Some(object) = json_line::object(line) else {
            return Step::Taken(None);
        };
        let mut replaced = false;
        let json = text_of(object, &mut replaced);
        let mut read = Event::from_json_line(&json);
        let repaired;
        if let Err(EventJsonError::NotAnObject { .. }) = &read {
            repaired = json_line::repaired(&json);
            if let Some(text) = &repaired {
                read = Event::from_json_line(text);
            }
        }
        let mut event = match read {
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
                    Opened::OfAnother | Opened::OfOtherStream | Opened::Without { .. } => {}
                }
                return Step::Taken(None);
            }
            Err(EventJsonError::NotAnObject { .. }) if !json_line::mentions_an_event(object) => {
                self.tally.other_json_lines += 1;
                self.note_other(number, LineView::of_line(line));
                return Step::Taken(None);
            }
            event => event.map(Event::into_owned).map_err(DecodeErrorKind::from),
        };
        if let Some(step) = self.end_on_other_stream(true) {
            return step;
        }
        if replaced {
            self.replaced(self.file.index, number);
        }
        self.file.has_event = true;
        self.line_before.clear();
        let time = self.pending.time.clone().map(Cow::Owned);
        if let Ok(event) = &mut event {
            self.settings.give_id(event);
        }
        let result = self.settings.result(self.file.index, number, time, event);
        Step::Taken(Some(result))
    }
}
