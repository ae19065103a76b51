//! A message whose lines are kept until it ends.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::decoder::Settings;
use super::envelope::{Envelope, Opened};
use super::header::{Header, HeaderKind, LineView, header};
use super::lines::{first_edge, split_line, without_carriage_return};
use super::message_reader::{MessageReader, Reading, text};
use super::platform_sdk_log::PlatformSdkLog;
use super::shape::{Belongs, Shape};
use super::syntax::LogSyntax;
use super::time::time_of_header;
use super::tserver_log::TServerLog;
use super::{DecodeErrorKind, DecodeResult};
use crate::event::{Event, EventName};

/// A message that has begun and not ended yet.
#[derive(Debug, Clone)]
pub(super) struct OpenMessage {
    pub(super) kind: HeaderKind,
    pub(super) is_event: bool,
    /// The index of the file of its header.
    pub(super) file: usize,
    /// The number of the line of its header.
    pub(super) number: u64,
    /// The beginning of that line.
    pub(super) header: Vec<u8>,
    /// The time in the log.
    pub(super) time: Option<String>,
    pub(super) envelope: Envelope,
    /// The line of the header with its envelope, until the next line has shown that it is really an envelope.
    pub(super) unsure: Option<Vec<u8>>,
    pub(super) shape: Shape,
    /// Its lines with their ends; `None` once they exceed the limit, and for a request.
    pub(super) text: Option<Vec<u8>>,
    pub(super) given: Given,
    /// Its last line, if that may announce a SIP message.
    pub(super) may_announce: Option<Vec<u8>>,
}

/// Whether the event was returned before the message ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    No,
    Yes,
    /// Yes, and more lines of it followed.
    WithLinesAfter,
}

impl OpenMessage {
    /// A message with this header, which is in this line. No lines are kept yet.
    pub(super) fn new(header: &Header<'_>, line: &[u8], file: usize, number: u64) -> Self {
        OpenMessage {
            kind: header.kind,
            is_event: header.is_event(),
            file,
            number,
            header: first_edge(line).to_vec(),
            time: None,
            envelope: Envelope::default(),
            unsure: None,
            shape: Shape::new(header.kind),
            text: header.is_event().then(Vec::new),
            given: Given::No,
            may_announce: None,
        }
    }

    /// Whether the next line belongs to it.
    pub(super) fn line(&mut self, number: u64, line: &[u8]) -> Belongs {
        match self.kind {
            HeaderKind::TServer => self.shape.line::<TServerLog>(number, line, &mut ()),
            HeaderKind::PlatformSdkJava | HeaderKind::PlatformSdkNet { .. } => {
                self.shape.line::<PlatformSdkLog>(number, line, &mut ())
            }
        }
    }

    /// Whether the escape characters of the next line are colours, which have to be removed.
    pub(super) fn has_colours(&self, line: &[u8]) -> bool {
        match self.kind {
            HeaderKind::TServer => self.shape.has_colours::<TServerLog>(line),
            HeaderKind::PlatformSdkJava | HeaderKind::PlatformSdkNet { .. } => {
                self.shape.has_colours::<PlatformSdkLog>(line)
            }
        }
    }

    /// Whether a line over the limit belongs to it, judged by its first bytes.
    pub(super) fn line_over_limit(&mut self, line: &[u8]) -> Belongs {
        match self.kind {
            HeaderKind::TServer => self.shape.line_over_limit::<TServerLog>(line),
            HeaderKind::PlatformSdkJava | HeaderKind::PlatformSdkNet { .. } => {
                self.shape.line_over_limit::<PlatformSdkLog>(line)
            }
        }
    }

    /// Checks with the line after the header whether all layers of its envelope were real. If not, returns the number
    /// of real layers, and reads the header again with only these.
    pub(super) fn layers_by_chance(&mut self, line: &[u8], limit: usize) -> Option<usize> {
        let raw = self.unsure.as_ref()?;
        let Opened::Without { opened } = self.envelope.open(line) else {
            return None;
        };
        let mut envelope = self.envelope.clone();
        envelope.truncate(opened);
        let content = |line| match envelope.open(line) {
            Opened::Line { content, time, .. } => {
                let time = time.map(|time| text(&time).into_owned());
                Some((without_carriage_return(&content).to_vec(), time))
            }
            Opened::OfAnother | Opened::OfOtherStream | Opened::Without { .. } => None,
        };
        let ((header_line, own_time), (content, _)) = (content(raw)?, content(line)?);
        let header = header(LineView::of_line(&header_line))?;
        let mut shape = Shape::new(header.kind);
        let belongs = match header.kind {
            HeaderKind::TServer => shape.line::<TServerLog>(0, &content, &mut ()),
            HeaderKind::PlatformSdkJava | HeaderKind::PlatformSdkNet { .. } => {
                shape.line::<PlatformSdkLog>(0, &content, &mut ())
            }
        };
        if belongs != Belongs::Yes {
            return None;
        }
        self.shape = Shape::new(header.kind);
        self.unsure = None;
        self.time = time_of_header(&header_line).map(|time| text(time).into_owned()).or(own_time);
        self.text = header.is_event().then(Vec::new);
        self.add(&header_line, limit);
        Some(opened)
    }

    /// Adds a line, unless it exceeds the limit.
    pub(super) fn add(&mut self, line: &[u8], limit: usize) {
        self.text = self.text.take().filter(|text| text.len() + line.len() < limit).map(|mut text| {
            text.extend_from_slice(line);
            text.push(b'\n');
            text
        });
    }

    /// Reads the lines so far.
    pub(super) fn read(&self, settings: Settings, replaced: &mut bool) -> DecodeResult<'static> {
        let event = match (&self.text, self.kind) {
            (None, _) => Err(DecodeErrorKind::TooLong { limit: settings.limit }),
            (Some(text), HeaderKind::TServer) => read::<TServerLog>(text, self.number, settings, replaced),
            (Some(text), HeaderKind::PlatformSdkJava | HeaderKind::PlatformSdkNet { .. }) => {
                read::<PlatformSdkLog>(text, self.number, settings, replaced)
            }
        };
        let time = self.time.clone().map(Cow::Owned);
        settings.result(self.file, self.number, time, event.map(Event::into_owned))
    }
}

/// The event from these lines, of which the first is the header.
fn read<'a, S: LogSyntax>(
    text: &'a [u8],
    number: u64,
    settings: Settings,
    replaced: &mut bool,
) -> Result<Event<'a>, DecodeErrorKind> {
    let (line, mut rest) = split_line(text).unwrap_or((text, &[]));
    let Some(header) = header(LineView::of_line(line)) else {
        // Cannot happen: a message is opened only with a header, and this is the same line.
        return Ok(Event::new(EventName::from("")));
    };
    let mut shape = Shape::new(header.kind);
    let mut reading = Reading { reader: MessageReader::new(header.name), is_read: true, text };
    while let Some((line, after)) = split_line(rest) {
        shape.line::<S>(number, line, &mut reading);
        rest = after;
    }
    let event = settings.finish::<S>(&mut reading.reader);
    *replaced |= reading.reader.has_replaced();
    event
}
