//! Logs in the three text forms, other lines in between, and events that every form can carry.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::mem;

use super::bytes::counted;
use super::event::{IDS, event_of, spelled_out};
use super::small_types::FORMS;
use super::user_data::list;
use super::{Bytes, FromBytes};
use crate::decode::Form;
use crate::event::{ConnId, Event, KeyValueList, Value};
use crate::machine::{CallEvent, SessionEvent};
use crate::testing::{Ends, Log, Noise, Pieces, put_together};

/// A byte for the form and the ends of lines, then a byte a line: see [`from_bytes`](crate::from_bytes#logs).
impl FromBytes for Log {
    fn from_bytes(bytes: &mut Bytes<'_>) -> Self {
        let byte = bytes.peek();
        log_of(bytes, counted(byte & 3, &FORMS).copied().unwrap_or(Form::JsonLines))
    }
}

/// The same in this form, whatever the first byte says of it.
fn log_of(bytes: &mut Bytes<'_>, form: Form) -> Log {
    let ends = ends(bytes.byte());
    let mut pieces = Pieces { events: Vec::new(), end: Vec::new() };
    while !bytes.is_empty() {
        add_line(&mut pieces, bytes, form);
    }
    whole(form, pieces, ends)
}

/// A log of these lines, each with bytes of its own.
#[cfg(feature = "proptest")]
pub(crate) fn log_of_lines(form: Form, end: u8, lines: &[Vec<u8>]) -> Log {
    let mut pieces = Pieces { events: Vec::new(), end: Vec::new() };
    for line in lines {
        add_line(&mut pieces, &mut Bytes::new(line), form);
    }
    whole(form, pieces, ends(end))
}

fn ends(byte: u8) -> Ends {
    Ends { crlf: byte & 4 != 0, mark: byte & 8 != 0, without_the_last: byte & 0x40 != 0 }
}

/// An event with what stands before it, or another line.
fn add_line(pieces: &mut Pieces, bytes: &mut Bytes<'_>, form: Form) {
    let byte = bytes.byte();
    let event = match (event_of(byte), byte >> 4) {
        (Some(event), _) => event,
        (None, 0) => carried(spelled_out(bytes)),
        (None, 15) => loggable_event(bytes),
        (None, row @ 1..) => {
            pieces.end.extend(counted(row - 1, Noise::of(form)));
            return;
        }
    };
    pieces.events.push((mem::take(&mut pieces.end), event));
}

/// Where none of the lines is an event, one comes at the end.
fn whole(form: Form, mut pieces: Pieces, ends: Ends) -> Log {
    if pieces.events.is_empty() {
        pieces.events.extend(event_of(b'A').map(|event| (mem::take(&mut pieces.end), event)));
    }
    put_together(form, pieces, ends)
}

/// The event with what no log can carry taken out or replaced: a name that does not concern sessions, the end of a line, a text that
/// is empty, a key with a quote, binary that is none.
fn carried(mut event: Event<'static>) -> Event<'static> {
    if event.name.session_event().is_none() {
        event.name = CallEvent::Dialing.into();
    }
    for text in [&mut event.this_dn, &mut event.other_dn, &mut event.error_message] {
        *text = text.take().filter(|text| !text.is_empty()).map(|text| one_line(&text));
    }
    for attribute in [&mut event.user_data, &mut event.extensions] {
        if let Some(carried) = attribute.list().map(carried_list) {
            *attribute = carried.into();
        } else if attribute.is_hidden() {
            *attribute = KeyValueList::new().into();
        }
    }
    if event.route().is_err() {
        event = event.with_this_dn("3001").with_call_uuid("A");
    }
    event
}

fn one_line(text: &str) -> Cow<'static, str> {
    Cow::Owned(text.replace('\n', " "))
}

fn carried_list(carried: &KeyValueList<'_>) -> KeyValueList<'static> {
    let value = |value: &Value<'_>| match value {
        Value::String(text) => Value::String(one_line(text)),
        Value::Integer(number) => Value::Integer(*number),
        Value::Binary(_) => Value::Binary("00 01..".into()),
        Value::List(list) => Value::List(carried_list(list)),
    };
    let key = |key: &str| -> String { key.replace('\n', " ").replace(QUOTES, "_") };
    list(carried.iter().map(|pair| (key(&pair.key), value(&pair.value))))
}

/// What a text of one line may be: often with what the logs give a meaning to.
const LINES: [&str; 16] = [
    "v",
    "",
    "hello",
    "größer",
    "(list)",
    "KVList:",
    "[3] 00 01..",
    "12",
    "-7",
    "'",
    "\"",
    "\u{feff}",
    "a 'b' \"c\"\t(list)",
    "\\{}[]=:",
    "café\u{2028}\u{85}",
    "'k'\t'v'",
];

/// What binary is printed as: neither quoted nor a number, nor white space at its ends.
const BINARY: [&str; 8] =
    ["00 01 03 00..", "[3] 00 01 02", "5.5", "0x1F", "+5", "true", "9223372036854775808", "A0 B1F.."];

/// Characters that are more than a byte, or mean something somewhere.
const CHARACTERS: [char; 16] = [
    '\0',
    '\u{1b}',
    '\u{7f}',
    '\u{85}',
    '\u{a0}',
    'ß',
    '\u{301}',
    '\u{200b}',
    '\u{2018}',
    '\u{2028}',
    '\u{202e}',
    '\u{feff}',
    '\u{fffd}',
    '\u{e000}',
    '\u{1f600}',
    '\u{10ffff}',
];

/// A readable event that concerns a session and that each of the three text forms can carry: texts of one line, none of them
/// empty, keys that end where they should; DNs, ids, numbers and lists of any shape.
#[must_use]
pub fn loggable_event(bytes: &mut Bytes<'_>) -> Event<'static> {
    let name = SessionEvent::from_bytes(bytes);
    let mut event = Event::new(name).with_this_dn(line_or(bytes, "3001")).with_call_uuid(id(bytes));
    event.other_dn = bytes.perhaps(|bytes| line_or(bytes, "3002").into());
    event.conn_id = bytes.perhaps(Bytes::number).map(ConnId);
    event.event_sequence_number = bytes.perhaps(Bytes::number);
    event.server_start_time = bytes.perhaps(Bytes::number);
    event.user_data = bytes.perhaps(loggable_user_data).into();
    event.extensions = bytes.perhaps(loggable_user_data).into();
    event.reference_id = bytes.perhaps(Bytes::number);
    event.error_code = bytes.perhaps(Bytes::integer);
    event.error_message = bytes.perhaps(|bytes| line_or(bytes, "Invalid DN").into());
    event
}

/// User data that every text form can carry: texts of one line, keys that end where they should. It may have what the
/// logs give a meaning to: quotes, `(list)`, `KVList:`.
///
/// Binary reads back as a string from JSON: see [`read_back`](crate::testing::read_back).
#[must_use]
pub fn loggable_user_data(bytes: &mut Bytes<'_>) -> KeyValueList<'static> {
    loggable_pairs(bytes, 1)
}

fn loggable_pairs(bytes: &mut Bytes<'_>, depth: usize) -> KeyValueList<'static> {
    list(bytes.several(|bytes| {
        let key = line(bytes);
        let key = if ends_early(&key) { key.replace(QUOTES, "_") } else { key };
        let value = match bytes.byte() % 4 {
            0 => Value::String(line(bytes).into()),
            1 => Value::Integer(bytes.integer()),
            2 => Value::Binary(bytes.one_of(&BINARY).into()),
            3.. if depth < 5 => Value::List(loggable_pairs(bytes, depth + 1)),
            3.. => Value::List(KeyValueList::new()),
        };
        (key, value)
    }))
}

/// What ends a key in a log: a straight quote, or one that counts as such.
const QUOTES: [char; 3] = ['\'', '\u{2018}', '\u{2019}'];

/// Whether a quote in the key is followed by white space or `(list)`: a log ends the key there.
fn ends_early(key: &str) -> bool {
    let ends = |after: &str| after.starts_with("(list)") || after.starts_with(|c: char| c.is_ascii_whitespace());
    key.split(QUOTES).skip(1).any(ends)
}

/// A text of one line: one of those that are known, or up to 15 characters.
fn line(bytes: &mut Bytes<'_>) -> String {
    match bytes.byte() {
        byte @ 0..0xc0 => counted(byte, &LINES).map_or_else(String::new, ToString::to_string),
        byte => (0..byte & 0xf).map(|_| character(bytes.byte())).collect(),
    }
}

fn character(byte: u8) -> char {
    match byte {
        b'\n' => ' ',
        ascii @ 0..0x80 => char::from(ascii),
        other => counted(other, &CHARACTERS).copied().unwrap_or_default(),
    }
}

/// The same, but not empty.
fn line_or(bytes: &mut Bytes<'_>, other: &str) -> String {
    Some(line(bytes)).filter(|line| !line.is_empty()).unwrap_or_else(|| other.to_string())
}

/// An id that can be one: known, or of up to 64 characters.
fn id(bytes: &mut Bytes<'_>) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_~-";
    let [known @ .., _, _, _, _] = IDS;
    match bytes.byte() {
        byte @ 0..0xc0 => counted(byte, &known).map_or_else(String::new, ToString::to_string),
        byte => (0..=byte & 0x3f).map(|_| char::from(bytes.one_of(LETTERS))).collect(),
    }
}
