//! Which lines belong to a message, and what each line is. Specification 6.2 and 6.3.
//!
//! A shape keeps no text, so it also works for a message whose text is not kept, and for one that arrives in pieces.

use super::envelope::{is_coloured, without_colours};
use super::header::{HeaderKind, LineView, header, platform_sdk};
use super::lines::{first, first_edge};
use super::quotes::{Quote, Quoted, opening_length};
use super::sip_message::{announced_length, is_announcement};
use super::syntax::{Attribute, LogSyntax, without_prefix};
use super::time::begins_with_time;
use super::warning::{CURRENT_FILE, DecodeWarning, WarningKind, Warnings};

/// The maximum length of a multi-line value, in bytes.
const LONGEST_VALUE: usize = 65_535;

/// Whether a line belongs to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Belongs {
    Yes,
    /// The message ends before it.
    No,
    /// It does not belong to a message, and shows that the header was not one.
    NoMessage,
}

/// Receives the contents of the lines of a message.
pub(super) trait Takes<'l> {
    /// An attribute. Its name still has the prefix `Attribute`, if any. A value that does not end in its line is passed
    /// from its quote to the end of the line.
    fn attribute<S: LogSyntax>(&mut self, name: &'l [u8], value: &'l [u8], is_open: bool);

    /// A pair in the list of the last attribute. Without an indentation it is not deeper than the attribute, as in a
    /// pasted log. A value that does not end in its line is passed from its quote to the end of the line.
    fn pair<S: LogSyntax>(&mut self, indentation: Option<usize>, key: &'l [u8], value: &'l [u8], is_open: bool);

    /// A line that is not an attribute, but to which deeper lines belong.
    fn odd(&mut self);

    /// The open value ends with this line, which includes the closing quote.
    fn value_closes<S: LogSyntax>(&mut self, last: &'l [u8]);

    /// The open value is never closed, so only its first line counts.
    fn value_stops<S: LogSyntax>(&mut self);
}

/// Ignores the contents, for when only the shape matters.
impl Takes<'_> for () {
    fn attribute<S: LogSyntax>(&mut self, _: &[u8], _: &[u8], _: bool) {}
    fn pair<S: LogSyntax>(&mut self, _: Option<usize>, _: &[u8], _: &[u8], _: bool) {}
    fn odd(&mut self) {}
    fn value_closes<S: LogSyntax>(&mut self, _: &[u8]) {}
    fn value_stops<S: LogSyntax>(&mut self) {}
}

/// The state of a message, without its text.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    /// Whether the next line needs special treatment: a value is open, or the header is not certain yet.
    is_special: bool,
    /// What the line after the header must be.
    first_line: FirstLine,
    /// The indentation of the attribute to which deeper lines belong.
    attribute: Option<usize>,
    /// The indentations of pairs so far, one bit for each.
    pairs: u64,
    /// The open multi-line value.
    value: Option<OpenValue>,
    pub(super) warnings: Warnings,
}

/// What must follow the header, or it is not a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FirstLine {
    Any,
    Title,
    TitleOrAttribute,
}

#[derive(Debug, Clone)]
struct OpenValue {
    quote: Quote,
    /// The number of its first line, and the file.
    number: u64,
    file: usize,
    /// Its length so far, in bytes.
    length: usize,
    /// The number of its first line that looks like the header of an event, and the file.
    header: Option<(u64, usize)>,
}

impl Shape {
    /// The shape of a message with this kind of header.
    pub(super) fn new(header: HeaderKind) -> Self {
        let first_line = match header {
            HeaderKind::TServer | HeaderKind::PlatformSdkJava => FirstLine::Any,
            HeaderKind::PlatformSdkNet { at_end: true } => FirstLine::TitleOrAttribute,
            HeaderKind::PlatformSdkNet { at_end: false } => FirstLine::Title,
        };
        Shape {
            is_special: first_line != FirstLine::Any,
            first_line,
            attribute: None,
            pairs: 0,
            value: None,
            warnings: Warnings::default(),
        }
    }

    /// Whether it is still uncertain that the header is a header.
    pub(super) fn is_unsure(&self) -> bool {
        self.first_line != FirstLine::Any
    }

    /// Whether a multi-line value is open.
    pub(super) fn has_open_value(&self) -> bool {
        self.value.is_some()
    }

    /// Whether the escape characters of the next line are colours, which have to be removed. In the middle of a line
    /// that continues a value they belong to the value.
    #[cold]
    pub(super) fn has_colours<S: LogSyntax>(&self, line: &[u8]) -> bool {
        self.value.is_none() || is_coloured(line) || self.stops_value::<S>(&without_colours(line))
    }

    /// Whether the next line, without its line end, belongs to the message. `taker` receives its contents. `number` is
    /// the line number.
    #[inline(always)]
    pub(super) fn line<'l, S: LogSyntax>(
        &mut self,
        number: u64,
        line: &'l [u8],
        taker: &mut impl Takes<'l>,
    ) -> Belongs {
        let content = line.trim_ascii_start();
        let indentation = line.len() - content.len();
        if self.is_special {
            if let Some(belongs) = self.special_line::<S>(number, line, content, taker) {
                return belongs;
            }
        }
        let is_deeper = self.attribute.is_some_and(|attribute| indentation > attribute);
        match content.first() {
            Some(b'A'..=b'Z' | b'a'..=b'z' | b'_') if !is_deeper => {
                // Lines of the other log are too many for this; there `announced_at_end` is enough.
                if S::HAS_TYPES && indentation > 0 && !content.starts_with(b"A") && ends_message(content) {
                    return Belongs::No;
                }
                self.attribute_line::<S>(number, content, indentation, taker)
            }
            Some(b'\'') if is_deeper => match S::pair(content) {
                Some((key, value)) => self.pair::<S>(number, content, indentation, (key, value), taker),
                None if ends_message(content) => Belongs::No,
                None => self.deeper::<S>(number, content),
            },
            Some(_) | None => self.other_line::<S>(number, line, content, indentation, taker),
        }
    }

    /// A line that begins with a letter and is not deeper than the attribute before.
    #[inline(always)]
    fn attribute_line<'l, S: LogSyntax>(
        &mut self,
        number: u64,
        content: &'l [u8],
        indentation: usize,
        taker: &mut impl Takes<'l>,
    ) -> Belongs {
        let attribute = S::attribute(content);
        if indentation == 0 && !attribute.as_ref().is_some_and(S::is_certain) {
            return Belongs::No;
        }
        let Some(Attribute { name, value, .. }) = attribute else {
            return self.odd(indentation, taker);
        };
        let value = value.trim_ascii_start();
        self.attribute = Some(indentation);
        if opening_length(value, S::QUOTE).is_some() {
            if let Quoted::Open(quote, rest) = Quoted::of(value.trim_ascii_end(), S::QUOTE) {
                if without_prefix(name).is_some() {
                    self.open(number, quote, rest, value);
                    taker.attribute::<S>(name, value, true);
                    return Belongs::Yes;
                }
            }
        }
        taker.attribute::<S>(name, value, false);
        Belongs::Yes
    }

    /// A line that belongs to the message, but is not understood. Deeper lines belong to it.
    #[cold]
    fn odd<'l>(&mut self, indentation: usize, taker: &mut impl Takes<'l>) -> Belongs {
        self.attribute = Some(indentation);
        taker.odd();
        Belongs::Yes
    }

    /// A line that does not begin like an attribute, or that is deeper than one and does not begin like a pair.
    fn other_line<'l, S: LogSyntax>(
        &mut self,
        number: u64,
        line: &'l [u8],
        content: &'l [u8],
        indentation: usize,
        taker: &mut impl Takes<'l>,
    ) -> Belongs {
        let Some(&first) = content.first() else {
            return if indentation > 0 { Belongs::Yes } else { Belongs::No };
        };
        if indentation > 0 && first == b':' && header(LineView::of_line(line)).is_some() {
            return Belongs::No;
        }
        let pair = if is_quote(content) { S::pair(content) } else { None };
        match (self.attribute, pair) {
            (Some(_), Some(pair)) => self.pair::<S>(number, content, indentation, pair, taker),
            (_, _) if indentation == 0 => Belongs::No,
            (_, None) if ends_message(content) => Belongs::No,
            (Some(attribute), None) if indentation > attribute => self.deeper::<S>(number, content),
            (_, _) => self.odd(indentation, taker),
        }
    }

    /// A line that is deeper than the attribute and not a pair.
    fn deeper<S: LogSyntax>(&mut self, number: u64, content: &[u8]) -> Belongs {
        // An attribute in a group can have a multi-line value as well.
        if first(content, S::QUOTE).is_some() {
            let value = S::attribute(content).map(|attribute| attribute.value.trim_ascii());
            if let Some(Quoted::Open(quote, rest)) = value.map(|value| Quoted::of(value, S::QUOTE)) {
                self.open(number, quote, rest, content);
            }
        }
        Belongs::Yes
    }

    #[inline(always)]
    fn pair<'l, S: LogSyntax>(
        &mut self,
        number: u64,
        content: &'l [u8],
        indentation: usize,
        (key, value): (&'l [u8], &'l [u8]),
        taker: &mut impl Takes<'l>,
    ) -> Belongs {
        let quoted = Quoted::of(value, S::QUOTE);
        // In a pasted log a pair may not be deeper than the attribute; then it has no indentation of its own.
        let own = self.attribute.is_some_and(|attribute| indentation > attribute).then_some(indentation);
        self.pairs |= bit(indentation);
        if let Quoted::Open(quote, rest) = quoted {
            self.open(number, quote, rest, content);
            // Include the white space at the end of the line, since it is part of the value.
            let trailing = content.len() - content.trim_ascii_end().len();
            let value = content.get(content.len() - trailing - value.len()..).unwrap_or(value);
            taker.pair::<S>(own, key, value, true);
        } else {
            taker.pair::<S>(own, key, value, false);
        }
        Belongs::Yes
    }

    /// Opens a multi-line value. `rest` is the part of `line` after the quote, without white space at the end.
    #[cold]
    fn open(&mut self, number: u64, quote: Quote, rest: &[u8], line: &[u8]) {
        let length = rest.len() + line.len() - line.trim_ascii_end().len();
        self.is_special = true;
        self.value = Some(OpenValue { quote, number, file: CURRENT_FILE, length, header: None });
    }

    /// Whether a line belongs to the message after an uncertain header, or while a value is open. `None` if it needs no
    /// special treatment.
    #[cold]
    fn special_line<'l, S: LogSyntax>(
        &mut self,
        number: u64,
        line: &'l [u8],
        content: &[u8],
        taker: &mut impl Takes<'l>,
    ) -> Option<Belongs> {
        self.is_special = false;
        match self.value.take() {
            Some(value) => self.value_line::<S>(value, number, line, taker),
            None => self.first_line::<S>(content),
        }
    }

    /// Whether a line belongs to the message while a value is open. `None` if the value stops before it.
    fn value_line<'l, S: LogSyntax>(
        &mut self,
        mut value: OpenValue,
        number: u64,
        line: &'l [u8],
        taker: &mut impl Takes<'l>,
    ) -> Option<Belongs> {
        let end = line.trim_ascii_end();
        let closed = value.quote.strip_closing(end);
        value.length += 1 + closed.map_or(line.len(), <[u8]>::len);
        if self.stops_value::<S>(line) || value.length > LONGEST_VALUE {
            self.warn(value.file, value.number, WarningKind::ValueNotClosed);
            taker.value_stops::<S>();
            return None;
        }
        if is_event_header(line) {
            value.header.get_or_insert((number, CURRENT_FILE));
        }
        if closed.is_some() {
            if let Some((number, file)) = value.header {
                self.warn(file, number, WarningKind::HeaderInValue);
            }
            taker.value_closes::<S>(end);
        } else {
            self.value = Some(value);
            self.is_special = true;
        }
        Some(Belongs::Yes)
    }

    /// Whether an open value stops before a line.
    fn stops_value<S: LogSyntax>(&self, line: &[u8]) -> bool {
        let content = line.trim_ascii_start();
        let indentation = line.len() - content.len();
        (if indentation == 0 { begins_with_time(line) } else { content.starts_with(b":") && is_event_header(line) })
            || (self.attribute == Some(indentation) && is_own_attribute::<S>(content))
            || (self.pairs & bit(indentation) != 0 && is_quote(content) && S::pair(content).is_some())
    }

    /// Whether the line after an uncertain header shows that it is one: it must be a title or, if allowed, an
    /// attribute.
    fn first_line<S: LogSyntax>(&mut self, content: &[u8]) -> Option<Belongs> {
        let expected = core::mem::replace(&mut self.first_line, FirstLine::Any);
        if S::is_title(content) {
            return Some(Belongs::Yes);
        }
        if expected == FirstLine::TitleOrAttribute && is_certain::<S>(content) {
            return None;
        }
        Some(Belongs::NoMessage)
    }

    /// The length of the SIP message that `last`, the last line of a message that ends, announces. An indented line
    /// that does so looks like an attribute until the SIP message follows.
    #[cold]
    pub(super) fn announced_at_end(&self, last: &[u8]) -> Option<u64> {
        let content = last.trim_ascii_start();
        let may_announce = content.len() < last.len() && self.warnings.count == 0 && self.value.is_none();
        if !may_announce || has_value(content) || first(content, b'\'').is_some() {
            return None;
        }
        announced_length(LineView::of_line(content))
    }

    /// Whether a line over the limit belongs to the message, judged by its first bytes. Its contents are not read.
    pub(super) fn line_over_limit<S: LogSyntax>(&mut self, line: &[u8]) -> Belongs {
        let line = first_edge(line);
        let content = line.trim_ascii_start();
        self.is_special = false;
        self.end();
        if self.first_line != FirstLine::Any {
            if let Some(belongs) = self.first_line::<S>(content) {
                return belongs;
            }
        }
        if content.len() == line.len() && !is_certain::<S>(content) { Belongs::No } else { Belongs::Yes }
    }

    /// Ends the message.
    pub(super) fn end(&mut self) {
        if let Some(value) = self.value.take() {
            self.warn(value.file, value.number, WarningKind::ValueNotClosed);
        }
    }

    /// Notes the end of a file. The message may continue in the next one, so the line numbers so far are those of the
    /// file that ended.
    pub(super) fn end_of_file(&mut self, ended: usize) {
        self.warnings.end_of_file(ended);
        if let Some(OpenValue { file, header, .. }) = &mut self.value {
            let header = header.as_mut().map(|(_, file)| file);
            for file in core::iter::once(file).chain(header).filter(|file| **file == CURRENT_FILE) {
                *file = ended;
            }
        }
    }

    fn warn(&mut self, file: usize, line: u64, kind: WarningKind) {
        self.warnings.add(DecodeWarning { file, line, kind });
    }
}

/// Whether the content begins with a single quote, which keys have in both logs.
fn is_quote(content: &[u8]) -> bool {
    opening_length(content, b'\'').is_some()
}

/// Whether a line is certainly an attribute, even if it is not indented.
fn is_certain<S: LogSyntax>(content: &[u8]) -> bool {
    S::attribute(content).as_ref().is_some_and(S::is_certain)
}

fn is_own_attribute<S: LogSyntax>(content: &[u8]) -> bool {
    without_prefix(content).is_some() && S::attribute(content).is_some()
}

/// Whether an indented line ends a message all the same: it announces a SIP message, whose body must not be read as
/// lines of the log, or is the header of another message.
#[inline]
fn ends_message(content: &[u8]) -> bool {
    matches!(content.last(), Some(b'<' | b'>' | b':' | b')' | b' ')) && certainly_ends_message(content)
}

#[cold]
fn certainly_ends_message(content: &[u8]) -> bool {
    if has_value(content) {
        return false;
    }
    (is_announcement(content) && first(content, b'\'').is_none()) || platform_sdk(LineView::of_line(content)).is_some()
}

/// Whether a line may have a value. A value can contain any text, since users write it.
fn has_value(content: &[u8]) -> bool {
    content.trim_ascii_end().iter().any(|byte| matches!(byte, b'=' | b'"' | b'\t'))
}

fn is_event_header(line: &[u8]) -> bool {
    header(LineView::of_line(line)).is_some_and(|header| header.is_event())
}

/// The bit of an indentation; all from 63 on share one.
fn bit(indentation: usize) -> u64 {
    1 << indentation.min(63)
}
