//! Reads messages in place, without a copy, if they are complete in the given bytes.

use alloc::borrow::Cow;

use super::decoder::Decoder;
use super::envelope::Envelope;
use super::header::{Header, HeaderKind, LineView};
use super::interest::{Interest, interest};
use super::lines::split_line_with_escape;
use super::message_reader::{MessageReader, Reading, text};
use super::open_message::OpenMessage;
use super::platform_sdk_log::PlatformSdkLog;
use super::shape::{Belongs, Shape};
use super::sip_message::may_announce;
use super::syntax::LogSyntax;
use super::time::{time_at_start, time_of_header};
use super::tserver_log::TServerLog;
use super::{DecodeError, DecodeErrorKind, DecodeResult};
#[cfg(feature = "json")]
use crate::event::Event;

impl Decoder {
    /// Reads as many lines in place as possible.
    pub(super) fn read_in_place<'b>(&mut self, bytes: &mut &'b [u8], given: &mut Option<DecodeResult<'b>>) {
        let mut rest = *bytes;
        self.file.has_lines = true;
        // The previous line, if it is in these bytes.
        let mut before: Option<&'b [u8]> = None;
        while let Some((line, after, has_escape)) = split_line_with_escape(rest) {
            if has_escape || line.len() >= self.settings.limit {
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
                    // A line that begins with a time has no envelope, unless it is an envelope that begins with one.
                    let is_plain = time.is_some() && line.get(10) != Some(&b'T');
                    if !is_plain && !Envelope::of_line(line).is_none() {
                        break;
                    }
                    let is_indented = line.first().is_some_and(u8::is_ascii_whitespace);
                    let time = match before {
                        Some(before) if is_indented => time_at_start(before).map(text),
                        None if is_indented => self.time_before(),
                        Some(_) | None => time.or_else(|| time_of_header(line)).map(text),
                    };
                    *bytes = rest;
                    match header.kind {
                        HeaderKind::TServer => {
                            self.message_in_place::<TServerLog>(bytes, line, after, header, time, given);
                        }
                        HeaderKind::PlatformSdkJava | HeaderKind::PlatformSdkNet { .. } => {
                            self.message_in_place::<PlatformSdkLog>(bytes, line, after, header, time, given);
                        }
                    }
                    return;
                }
                #[cfg(feature = "json")]
                Interest::Json => {
                    self.json_in_place(line, given);
                    if given.is_none() {
                        break;
                    }
                    self.file.line += 1;
                    self.line_before.clear();
                    *bytes = after;
                    return;
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
    }

    /// Reads a line as an event. Does nothing if it is of another kind, or needs a closer look.
    #[cfg(feature = "json")]
    #[inline(always)]
    fn json_in_place<'b>(&mut self, line: &'b [u8], given: &mut Option<DecodeResult<'b>>) {
        let Some(Ok(text)) = super::json_line::object(line).map(core::str::from_utf8) else {
            return;
        };
        if let Ok(mut event) = Event::from_json_line(text) {
            self.settings.give_id(&mut event);
            self.file.has_event = true;
            self.settings.give(self.file.index, self.file.line, None, event, given);
        }
    }

    /// Reads the message at the start of `bytes` in place, or opens it if it is cut.
    fn message_in_place<'b, S: LogSyntax>(
        &mut self,
        bytes: &mut &'b [u8],
        header_line: &'b [u8],
        after_header: &'b [u8],
        header: Header<'b>,
        time: Option<Cow<'b, str>>,
        given: &mut Option<DecodeResult<'b>>,
    ) {
        let text = *bytes;
        let limit = self.settings.limit;
        let number = self.file.line;
        let is_event = header.is_event();
        // A message without a result is not read: a request, or a message over the limit.
        let is_read = is_event && text.len() - after_header.len() <= limit;
        let mut reading = Reading { reader: MessageReader::new(header.name), is_read, text };
        let mut shape = Shape::new(header.kind);
        let mut next = number + 1;
        // The number of bytes left when the message exceeds the limit.
        let left_over = text.len().saturating_sub(limit);
        let mut rest = after_header;
        while let Some((line, after, has_escape)) = split_line_with_escape(rest) {
            let is_over = after.len() < left_over;
            let belongs = if is_over && rest.len() - after.len() - 1 > limit {
                shape.line_over_limit::<S>(line)
            } else if has_escape && shape.has_colours::<S>(line) {
                break;
            } else {
                shape.line::<S>(next, line, &mut reading)
            };
            match belongs {
                Belongs::No => {
                    *bytes = rest;
                    self.file.line = next;
                    let end = text.len() - rest.len();
                    // The byte before the line feed, perhaps a carriage return.
                    if let Some(b'<' | b'>' | b'\r') = text.get(end.wrapping_sub(2)) {
                        self.announced_at_end(&shape, text.get(..end).unwrap_or_default());
                    }
                    self.end_of_shape(&mut shape);
                    if !is_event {
                        self.file.note_request(number, header_line, header.kind);
                        return;
                    }
                    self.file.has_event = true;
                    let event = if reading.is_read {
                        self.settings.finish::<S>(&mut reading.reader)
                    } else {
                        Err(DecodeErrorKind::TooLong { limit })
                    };
                    // How much of a message over the limit was read depends on the split of the bytes, so replaced
                    // bytes in it do not count.
                    let has_replaced = reading.is_read && reading.reader.has_replaced();
                    let file = self.file.index;
                    match event {
                        Ok(event) => self.settings.give(file, number, time, event, given),
                        Err(kind) => *given = Some(Err(DecodeError { file, line: number, kind })),
                    }
                    if has_replaced {
                        self.replaced(file, number);
                    }
                    return;
                }
                Belongs::NoMessage => {
                    *bytes = after_header;
                    if is_event {
                        self.file.note_name(number, header_line);
                    }
                    self.file.line += 1;
                    self.remember(header_line);
                    return;
                }
                Belongs::Yes => {}
            }
            if is_over {
                reading.is_read = false;
            }
            next += 1;
            rest = after;
        }
        let mut message = OpenMessage::new(&header, header_line, self.file.index, number);
        message.text = reading.is_read.then(|| text.get(..text.len() - rest.len()).unwrap_or_default().to_vec());
        message.time = time.map(Cow::into_owned);
        message.shape = shape;
        message.may_announce =
            last_line(text.get(..text.len() - rest.len()).unwrap_or_default(), limit).map(<[u8]>::to_vec);
        self.file.line = next;
        *bytes = rest;
        self.message = Some(message);
        self.collect(bytes);
    }
    /// Skips the SIP message that the last line of a message announces, if it does.
    #[cold]
    fn announced_at_end(&mut self, shape: &Shape, read: &[u8]) {
        let last = last_line(read, self.settings.limit);
        if let Some(length) = last.and_then(|last| shape.announced_at_end(last)) {
            self.pending.is_coloured = false;
            self.skip_sip_message(self.file.line - 1, length, Envelope::default());
        }
    }
}

/// The last of these lines, if it may announce a SIP message and is not over the limit.
fn last_line(read: &[u8], limit: usize) -> Option<&[u8]> {
    let lines = read.strip_suffix(b"\n")?;
    let at = memchr::memrchr(b'\n', lines).map_or(0, |at| at + 1);
    lines.get(at..).filter(|line| line.len() <= limit).and_then(may_announce)
}
