//! What the two logs have in common: a header, attributes, and lists by indentation.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::DecodeErrorKind;
use super::lines::is_of_word;
use crate::event::{AttributeName as Known, BadAttribute, ConnId, Event, EventName, KeyValueList, Value, hex_number};
use crate::excerpt::excerpt;

/// In which base a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Digits {
    Decimal,
    Hex,
}

/// How one of the logs writes things.
pub(super) trait LogSyntax {
    /// What stands around strings.
    const QUOTE: u8;
    /// In which base EventSequenceNumber and ServerStartTime are written.
    const NUMBERS: Digits;

    /// The header that an unindented line with this end is, if it is one.
    fn header(end: &[u8]) -> Option<Header<'_>>;

    /// Whether a line that starts so goes on with the message, of which it would be the `index`th line after the header.
    fn belongs(start: &[u8], index: u64) -> bool;

    /// Whether a line's content only says that attributes follow: they may stand deeper and are not part of it.
    fn is_title(content: &[u8]) -> bool;

    /// The attribute that a line's content is.
    fn attribute(content: &[u8]) -> Option<Attribute<'_>>;

    /// The key and the value that a line of a list is.
    fn pair(content: &[u8]) -> Option<(&[u8], PairValue<'_>)>;
}

/// The header of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Header<'a> {
    /// An event of this name.
    Event(&'a [u8]),
    /// A request: to be skipped with all its attributes.
    Request,
}

/// An attribute as it is written.
#[derive(Debug)]
pub(super) struct Attribute<'a> {
    pub(super) name: &'a [u8],
    /// With the white space around it: most attributes are not looked at any further.
    pub(super) value: &'a [u8],
    /// Whether deeper lines are pairs, if the attribute is one that holds pairs.
    pub(super) opens_list: bool,
}

/// The value of a pair as it is written.
#[derive(Debug)]
pub(super) enum PairValue<'a> {
    Text(&'a [u8]),
    Integer(i64),
    Binary(&'a [u8]),
    List,
}

/// The header that this name makes: letters, digits and `_` after `Event` or `Request`.
pub(super) fn is_message_name(name: &[u8]) -> Option<Header<'_>> {
    let one_word = |rest: &[u8]| !rest.is_empty() && rest.iter().all(is_of_word);
    if name.strip_prefix(b"Event").is_some_and(one_word) {
        Some(Header::Event(name))
    } else if name.strip_prefix(b"Request").is_some_and(one_word) {
        Some(Header::Request)
    } else {
        None
    }
}

/// What stands between the first quote, which must come first, and the last quote of the line.
pub(super) fn between_quotes(value: &[u8], quote: u8) -> Option<&[u8]> {
    let inner = value.strip_prefix(&[quote])?;
    inner.get(..inner.iter().rposition(|&byte| byte == quote)?)
}

/// A value without quotes: a number, else binary, kept as the text printed.
pub(super) fn plain_value(value: &[u8]) -> PairValue<'_> {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    let number = || core::str::from_utf8(value).ok()?.parse().ok();
    if digits.iter().all(u8::is_ascii_digit) {
        number().map_or(PairValue::Binary(value), PairValue::Integer)
    } else {
        PairValue::Binary(value)
    }
}

/// What the names of all attributes begin with.
const PREFIX: &[u8; 9] = b"Attribute";

/// Reads one message, line by line.
#[derive(Debug)]
pub(super) struct MessageReader<'a> {
    name: EventName<'a>,
    /// The last value of each attribute, as it is written.
    written: Written<'a>,
    user_data: Option<KeyValueList<'a>>,
    extensions: Option<KeyValueList<'a>>,
    /// How far the attribute is indented that deeper lines belong to.
    indentation: Option<usize>,
    /// Its list, if it is one that holds pairs.
    list: Option<(Known, ListReader<'a>)>,
}

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

impl<'a> MessageReader<'a> {
    pub(super) fn new(name: &'a [u8]) -> Self {
        MessageReader {
            name: text(name).into(),
            written: Written::default(),
            user_data: None,
            extensions: None,
            indentation: None,
            list: None,
        }
    }

    /// Reads the next line, without its end.
    pub(super) fn line<S: LogSyntax>(&mut self, line: &'a [u8]) {
        let content = line.trim_ascii_start();
        let indentation = line.len() - content.len();
        if content.is_empty() {
            return;
        }
        if self.indentation.is_some_and(|attribute| indentation > attribute) {
            if let Some((_, list)) = &mut self.list {
                if let Some((key, value)) = S::pair(content) {
                    list.pair(indentation, key, value);
                }
            }
            return;
        }
        self.close_list();
        if S::is_title(content) {
            return;
        }
        // Whatever this line is, deeper ones belong to it.
        self.indentation = Some(indentation);
        let Some(attribute) = S::attribute(content) else {
            return;
        };
        let known = strip_prefix_ignore_case(attribute.name, PREFIX).and_then(Known::from_name);
        if let Some(known @ (Known::UserData | Known::Extensions)) = known.filter(|_| attribute.opens_list) {
            self.list = Some((known, ListReader::new()));
        }
        if let Some(slot) = known.and_then(|known| self.written.slot(known)) {
            *slot = attribute.value.trim_ascii();
        }
    }

    /// The event, once the message has ended.
    pub(super) fn finish<S: LogSyntax>(&mut self) -> Result<Event<'a>, DecodeErrorKind> {
        self.close_list();
        let written = &self.written;
        let name = &self.name;
        let string_of = |known, value| string::<S>(value).map_err(|expected| bad(name, known, expected, value));
        let number_of = |known, value| number(value, S::NUMBERS).map_err(|expected| bad(name, known, expected, value));

        let mut event = Event::new(self.name.clone());
        if let EventName::Error | EventName::Ack | EventName::Other(_) = self.name {
            // Ignored whatever its attributes, so those that cannot be read are not there.
            event.this_dn = string::<S>(written.this_dn).ok().flatten();
            event.other_dn = string::<S>(written.other_dn).ok().flatten();
            event.call_uuid = string::<S>(written.call_uuid).ok().flatten();
        } else {
            event.this_dn = string_of(Known::ThisDN, written.this_dn)?;
            event.other_dn = string_of(Known::OtherDN, written.other_dn)?;
            event.call_uuid = string_of(Known::CallUUID, written.call_uuid)?;
            event.conn_id =
                conn_id(written.conn_id).map_err(|expected| bad(name, Known::ConnID, expected, written.conn_id))?;
            event.event_sequence_number = number_of(Known::EventSequenceNumber, written.event_sequence_number)?;
            event.server_start_time = number_of(Known::ServerStartTime, written.server_start_time)?;
        }
        event.reference_id = decimal(written.reference_id);
        event.error_code = decimal(written.error_code);
        event.error_message = string::<S>(written.error_message).ok().flatten();
        event.user_data = self.user_data.take().into();
        event.extensions = self.extensions.take().into();
        Ok(event)
    }

    fn close_list(&mut self) {
        match self.list.take() {
            Some((Known::UserData, list)) => self.user_data = Some(list.finish()),
            Some((_, list)) => self.extensions = Some(list.finish()),
            None => {}
        }
    }
}

impl<'a> Written<'a> {
    /// Where the value of an attribute is kept; the last of a repeated one counts.
    fn slot(&mut self, known: Known) -> Option<&mut &'a [u8]> {
        match known {
            Known::ThisDN => Some(&mut self.this_dn),
            Known::OtherDN => Some(&mut self.other_dn),
            Known::CallUUID => Some(&mut self.call_uuid),
            Known::ConnID => Some(&mut self.conn_id),
            Known::EventSequenceNumber => Some(&mut self.event_sequence_number),
            Known::ServerStartTime => Some(&mut self.server_start_time),
            Known::ReferenceID => Some(&mut self.reference_id),
            Known::ErrorCode => Some(&mut self.error_code),
            Known::ErrorMessage => Some(&mut self.error_message),
            Known::UserData | Known::Extensions => None,
        }
    }
}

/// Builds nested lists from pairs and how far each is indented.
#[derive(Debug)]
struct ListReader<'a> {
    root: KeyValueList<'a>,
    /// The lists that are open, the innermost last.
    open: Vec<OpenList<'a>>,
}

#[derive(Debug)]
struct OpenList<'a> {
    indentation: usize,
    key: Cow<'a, str>,
    list: KeyValueList<'a>,
}

impl<'a> ListReader<'a> {
    fn new() -> Self {
        ListReader { root: KeyValueList::new(), open: Vec::new() }
    }

    fn pair(&mut self, indentation: usize, key: &'a [u8], value: PairValue<'a>) {
        while self.open.last().is_some_and(|open| open.indentation >= indentation) {
            self.close();
        }
        let value = match value {
            PairValue::Text(written) => Value::String(text(written)),
            PairValue::Integer(number) => Value::Integer(number),
            PairValue::Binary(written) => Value::Binary(text(written)),
            PairValue::List => {
                self.open.push(OpenList { indentation, key: text(key), list: KeyValueList::new() });
                return;
            }
        };
        let _ = self.innermost().try_push(text(key), value);
    }

    fn innermost(&mut self) -> &mut KeyValueList<'a> {
        self.open.last_mut().map_or(&mut self.root, |open| &mut open.list)
    }

    fn close(&mut self) {
        if let Some(OpenList { key, list, .. }) = self.open.pop() {
            let _ = self.innermost().try_push(key, list);
        }
    }

    fn finish(mut self) -> KeyValueList<'a> {
        while !self.open.is_empty() {
            self.close();
        }
        self.root
    }
}

/// Bytes that are not UTF-8 are replaced.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    // The check alone is several times faster than the replacing of what is hardly ever there.
    core::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// A string attribute; nothing written is no string.
fn string<S: LogSyntax>(value: &[u8]) -> Result<Option<Cow<'_, str>>, &'static str> {
    match between_quotes(value, S::QUOTE) {
        Some(inner) => Ok(Some(inner)),
        None if value.first() == Some(&S::QUOTE) => Err("a string with a closing quote"),
        None => Ok(Some(value)),
    }
    .map(|inner| inner.filter(|inner| !inner.is_empty()).map(text))
}

/// A number of 64 bits; nothing written is no number.
fn number(value: &[u8], digits: Digits) -> Result<Option<u64>, &'static str> {
    if value.is_empty() {
        return Ok(None);
    }
    match digits {
        Digits::Hex => hex_number(value).ok_or("hex digits of at most 64 bits"),
        Digits::Decimal => decimal_number(value).ok_or("a number from 0 to 18446744073709551615"),
    }
    .map(Some)
}

fn decimal_number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0, |number: u64, &digit| {
        let digit = char::from(digit).to_digit(10)?;
        number.checked_mul(10)?.checked_add(digit.into())
    })
}

fn conn_id(value: &[u8]) -> Result<Option<ConnId>, &'static str> {
    Ok(number(value, Digits::Hex)?.map(ConnId))
}

/// A number that nothing depends on: what cannot be read is not there.
fn decimal<N: core::str::FromStr>(value: &[u8]) -> Option<N> {
    core::str::from_utf8(value).ok()?.parse().ok()
}

/// The name without the prefix, however that is spelled.
fn strip_prefix_ignore_case<'a, const N: usize>(name: &'a [u8], prefix: &[u8; N]) -> Option<&'a [u8]> {
    let (start, rest) = name.split_first_chunk::<N>()?;
    (start == prefix || start.eq_ignore_ascii_case(prefix)).then_some(rest)
}

fn bad(event: &EventName<'_>, known: Known, expected: &'static str, found: &[u8]) -> DecodeErrorKind {
    DecodeErrorKind::BadAttribute(BadAttribute {
        event: excerpt(event.as_str()),
        attribute: known.name(),
        expected,
        // As the JSON lines form shows it: in quotes, and safe to print.
        found: format!("{:?}", excerpt(&text(found))),
    })
}
