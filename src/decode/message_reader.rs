//! Turns the lines of a message into an event: attributes and lists. Specification 6.2 and 6.3.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;

use super::DecodeErrorKind;
use super::list_reader::ListReader;
use super::quotes::Quoted;
use super::shape::Takes;
use super::syntax::{Digits, LogSyntax, without_prefix};
use crate::event::{
    AttributeName, BadAttribute, ConnId, Event, EventName, ListAttribute, PlainValue, TooDeep, hex_number,
};
use crate::excerpt::excerpt;

/// Reads one message line by line.
#[derive(Debug)]
pub(super) struct MessageReader<'a> {
    name: EventName<'a>,
    /// The last value of each attribute, as it is written.
    written: Written<'a>,
    user_data: ReadList<'a>,
    extensions: ReadList<'a>,
    /// The list that the next pairs belong to, if the last attribute has pairs.
    list: Option<(AttributeName, ListReader<'a>)>,
    /// The open multi-line value.
    open: Option<OpenValue<'a>>,
    /// Whether a value has several lines, so that its line ends have to be normalised.
    has_several_lines: bool,
    not_utf8: bool,
}

type ReadList<'a> = Result<ListAttribute<'a>, TooDeep>;

#[derive(Debug, Default)]
struct Written<'a> {
    this_dn: &'a [u8],
    other_dn: &'a [u8],
    call_uuid: &'a [u8],
    conn_id: &'a [u8],
    event_sequence_number: &'a [u8],
    server_start_time: &'a [u8],
    reference_id: &'a [u8],
    error_code: &'a [u8],
    error_message: &'a [u8],
}

/// A multi-line value that is not closed yet.
#[derive(Debug)]
struct OpenValue<'a> {
    target: Target<'a>,
    /// The position of its quote in the text of the message.
    at: usize,
    /// Its first line, from the quote on.
    first_line: &'a [u8],
}

#[derive(Debug)]
enum Target<'a> {
    Attribute(AttributeName),
    Pair { indentation: Option<usize>, key: &'a [u8] },
}

impl<'a> MessageReader<'a> {
    pub(super) fn new(name: &'a [u8]) -> Self {
        MessageReader {
            name: text(name).into(),
            written: Written::default(),
            user_data: Ok(ListAttribute::Absent),
            extensions: Ok(ListAttribute::Absent),
            list: None,
            open: None,
            has_several_lines: false,
            not_utf8: false,
        }
    }

    #[inline(always)]
    fn pair<S: LogSyntax>(&mut self, indentation: Option<usize>, key: &'a [u8], value: &'a [u8]) {
        let Some((_, list)) = &mut self.list else {
            return;
        };
        if let Quoted::Closed(inner) = Quoted::of(value, S::QUOTE) {
            let value = PlainValue::String(text_of(inner, &mut self.not_utf8));
            list.pair(indentation, text_of(key, &mut self.not_utf8), value);
        } else if S::opens_list(value) {
            list.list(indentation, text_of(key, &mut self.not_utf8));
        } else {
            let value = plain_value(value, &mut self.not_utf8);
            list.pair(indentation, text_of(key, &mut self.not_utf8), value);
        }
    }

    /// Stores the open value: the whole value, or only its first line if it was not closed.
    #[cold]
    fn close_value<S: LogSyntax>(&mut self, whole: &'a [u8]) {
        let Some(open) = self.open.take() else {
            return;
        };
        let written = if whole.is_empty() { open.first_line } else { whole };
        match open.target {
            Target::Attribute(known) => {
                if let Some(slot) = self.written.slot(known) {
                    *slot = written;
                }
            }
            Target::Pair { indentation, key } => {
                if let Some((_, list)) = &mut self.list {
                    let inner = match Quoted::of(written, S::QUOTE) {
                        Quoted::Closed(inner) | Quoted::Open(_, inner) => inner,
                        Quoted::No => written,
                    };
                    let value = PlainValue::String(with_line_feeds(text_of(inner, &mut self.not_utf8)));
                    list.pair(indentation, text_of(key, &mut self.not_utf8), value);
                }
            }
        }
    }

    /// The event, once the message has ended.
    #[inline]
    pub(super) fn finish<S: LogSyntax>(&mut self) -> Result<Event<'a>, DecodeErrorKind> {
        if self.open.is_some() {
            self.close_value::<S>(&[]);
        }
        self.close_list();
        let is_of_a_session = self.name.session_event().is_some();
        let mut event = Event::new(self.name.clone());
        if is_of_a_session {
            let written = &self.written;
            event.conn_id = self.number(AttributeName::ConnID, written.conn_id, Digits::Hex)?.map(ConnId);
            event.event_sequence_number =
                self.number(AttributeName::EventSequenceNumber, written.event_sequence_number, S::NUMBERS)?;
            event.server_start_time =
                self.number(AttributeName::ServerStartTime, written.server_start_time, S::NUMBERS)?;
        }
        event.this_dn = self.string::<S>(self.written.this_dn);
        event.other_dn = self.string::<S>(self.written.other_dn);
        event.call_uuid = self.string::<S>(self.written.call_uuid);
        event.reference_id = decimal(self.written.reference_id);
        event.error_code = decimal(self.written.error_code);
        event.error_message = self.string::<S>(self.written.error_message);
        event.user_data = self.finished_list(AttributeName::UserData, is_of_a_session)?;
        event.extensions = self.finished_list(AttributeName::Extensions, is_of_a_session)?;
        Ok(event)
    }

    /// The ConnID of an event that concerns no session; `None` if it cannot be read.
    pub(super) fn conn_id(&self) -> Option<ConnId> {
        number(self.written.conn_id, Digits::Hex).ok().flatten().map(ConnId)
    }

    /// Whether bytes were replaced because they are not UTF-8.
    pub(super) fn has_replaced(&self) -> bool {
        self.not_utf8
    }

    fn close_list(&mut self) {
        match self.list.take() {
            Some((AttributeName::UserData, list)) => self.user_data = list.finish(),
            Some((_, list)) => self.extensions = list.finish(),
            None => {}
        }
    }

    /// The list of an attribute. Events that concern no session are not checked further, so a list that is too deep
    /// counts as absent there.
    fn finished_list(&mut self, known: AttributeName, checked: bool) -> Result<ListAttribute<'a>, DecodeErrorKind> {
        let list = if known == AttributeName::UserData { &mut self.user_data } else { &mut self.extensions };
        match core::mem::replace(list, Ok(ListAttribute::Absent)) {
            Ok(list) => Ok(list),
            Err(TooDeep) if checked => Err(self.bad(known, "lists nested at most 100 deep", "deeper ones".into())),
            Err(TooDeep) => Ok(ListAttribute::Absent),
        }
    }

    #[inline(always)]
    fn number(&self, known: AttributeName, value: &[u8], digits: Digits) -> Result<Option<u64>, DecodeErrorKind> {
        number(value, digits).map_err(|expected| {
            // Quoted and escaped, so that it is safe to print.
            self.bad(known, expected, format!("{:?}", excerpt(&text(value))))
        })
    }

    /// A string attribute. An empty value is `None`.
    #[inline(always)]
    fn string<S: LogSyntax>(&mut self, value: &'a [u8]) -> Option<Cow<'a, str>> {
        if value.is_empty() {
            return None;
        }
        let inner = match Quoted::of(value, S::QUOTE) {
            Quoted::Closed(inner) | Quoted::Open(_, inner) => inner,
            Quoted::No => value,
        };
        if inner.is_empty() {
            return None;
        }
        let text = text_of(inner, &mut self.not_utf8);
        Some(if self.has_several_lines { with_line_feeds(text) } else { text })
    }

    fn bad(&self, known: AttributeName, expected: &'static str, found: String) -> DecodeErrorKind {
        BadAttribute { event: excerpt(self.name.as_str()), attribute: known.name(), expected, found }.into()
    }
}

/// A message that is being read.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    pub(super) reader: MessageReader<'a>,
    /// Whether the attributes are read: not for a request, nor over the limit.
    pub(super) is_read: bool,
    /// The text of the message; more text may follow.
    pub(super) text: &'a [u8],
}

impl<'a> Reading<'a> {
    /// The position of a part of the text.
    fn at(&self, part: &[u8]) -> usize {
        part.as_ptr().addr().wrapping_sub(self.text.as_ptr().addr())
    }
}

impl<'a> Takes<'a> for Reading<'a> {
    #[inline(always)]
    fn attribute<S: LogSyntax>(&mut self, name: &'a [u8], value: &'a [u8], is_open: bool) {
        if !self.is_read {
            return;
        }
        let at = if is_open { self.at(value) } else { 0 };
        let reader = &mut self.reader;
        if reader.list.is_some() {
            reader.close_list();
        }
        let Some(known) = without_prefix(name).and_then(AttributeName::from_name) else {
            return;
        };
        if let AttributeName::UserData | AttributeName::Extensions = known {
            if S::holds_pairs(value) {
                reader.list = Some((known, ListReader::new(value)));
            }
        } else if is_open {
            reader.open = Some(OpenValue { target: Target::Attribute(known), at, first_line: value });
        } else if let Some(slot) = reader.written.slot(known) {
            *slot = value.trim_ascii_end();
        }
    }

    #[inline(always)]
    fn pair<S: LogSyntax>(&mut self, indentation: Option<usize>, key: &'a [u8], value: &'a [u8], is_open: bool) {
        if !self.is_read {
            return;
        }
        let at = if is_open { self.at(value) } else { 0 };
        let reader = &mut self.reader;
        if is_open {
            reader.open = Some(OpenValue { target: Target::Pair { indentation, key }, at, first_line: value });
        } else {
            reader.pair::<S>(indentation, key, value);
        }
    }

    fn odd(&mut self) {
        self.reader.close_list();
    }

    fn value_closes<S: LogSyntax>(&mut self, last: &'a [u8]) {
        let end = self.at(last) + last.len();
        self.reader.has_several_lines = true;
        let whole = self.reader.open.as_ref().and_then(|open| self.text.get(open.at..end));
        self.reader.close_value::<S>(whole.unwrap_or_default());
    }

    fn value_stops<S: LogSyntax>(&mut self) {
        self.reader.close_value::<S>(&[]);
    }
}

impl<'a> Written<'a> {
    /// The place for the value of an attribute. The last value of a repeated attribute counts.
    #[inline]
    fn slot(&mut self, known: AttributeName) -> Option<&mut &'a [u8]> {
        match known {
            AttributeName::ThisDN => Some(&mut self.this_dn),
            AttributeName::OtherDN => Some(&mut self.other_dn),
            AttributeName::CallUUID => Some(&mut self.call_uuid),
            AttributeName::ConnID => Some(&mut self.conn_id),
            AttributeName::EventSequenceNumber => Some(&mut self.event_sequence_number),
            AttributeName::ServerStartTime => Some(&mut self.server_start_time),
            AttributeName::ReferenceID => Some(&mut self.reference_id),
            AttributeName::ErrorCode => Some(&mut self.error_code),
            AttributeName::ErrorMessage => Some(&mut self.error_message),
            AttributeName::UserData | AttributeName::Extensions => None,
        }
    }
}

/// The bytes as text; those that are not UTF-8 are replaced.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    text_of(bytes, &mut false)
}

/// The bytes as text; sets `replaced` if some are not UTF-8 and were replaced.
#[inline]
pub(super) fn text_of<'a>(bytes: &'a [u8], replaced: &mut bool) -> Cow<'a, str> {
    // Checking alone is several times faster than `from_utf8_lossy`, and there is hardly ever anything to replace.
    match core::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            *replaced = true;
            String::from_utf8_lossy(bytes)
        }
    }
}

/// A text with LF instead of CRLF.
fn with_line_feeds(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains("\r\n") { Cow::Owned(text.replace("\r\n", "\n")) } else { text }
}

/// A value without quotes: an integer, else a binary, kept as the printed text.
fn plain_value<'a>(value: &'a [u8], not_utf8: &mut bool) -> PlainValue<'a> {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) {
        if let Some(number) = decimal(value) {
            return PlainValue::Integer(number);
        }
    }
    PlainValue::Binary(text_of(value, not_utf8))
}

/// A 64-bit number. A time in brackets may follow. An empty value is `None`.
fn number(value: &[u8], digits: Digits) -> Result<Option<u64>, &'static str> {
    if value.is_empty() {
        return Ok(None);
    }
    let read = |value: &[u8]| match digits {
        Digits::Hex => hex_number(value),
        Digits::Decimal => decimal_number(value),
    };
    match read(value).or_else(|| read(without_clock(value)?)) {
        Some(number) => Ok(Some(number)),
        None => Err(match digits {
            Digits::Hex => "hex digits of at most 64 bits",
            Digits::Decimal => "a number from 0 to 18446744073709551615",
        }),
    }
}

/// The text before white space and a bracket.
fn without_clock(value: &[u8]) -> Option<&[u8]> {
    let (number, clock) = value.split_at_checked(value.iter().position(u8::is_ascii_whitespace)?)?;
    (!number.is_empty() && clock.trim_ascii_start().starts_with(b"(")).then_some(number)
}

fn decimal_number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0, |number: u64, &digit| {
        let digit = char::from(digit).to_digit(10)?;
        number.checked_mul(10)?.checked_add(digit.into())
    })
}

/// A number that no session depends on: `None` if it cannot be read.
#[inline]
fn decimal<N: core::str::FromStr>(value: &[u8]) -> Option<N> {
    if value.is_empty() {
        return None;
    }
    core::str::from_utf8(value).ok()?.parse().ok()
}
