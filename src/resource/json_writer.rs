//! Writes resources, lists and notifications as JSON text directly: the same bytes as through serde, at a fraction of
//! the cost. Constant parts are copied, only text from outside is scanned for characters to escape, and only the growth
//! of the buffer allocates.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::ops::Range;

use super::json_fields::{LOG_UPDATE, NEW_MESSAGE, STATE_CHANGE};
use super::participant::digits_of;
use super::{BaseUri, Country, Field, Fields, ImSession, ListBody, Notification, Participant, SingleBody};
use crate::event::{KeyValueList, Value};
use crate::named::Named;

impl ImSession<'_> {
    /// Appends the resource as JSON text: the same bytes as its `Serialize` gives through serde_json.
    pub fn write_json(&self, output: &mut Vec<u8>) {
        write_fields(self, Fields::ALL, output);
    }
}

impl ListBody<'_> {
    /// Appends the body as JSON text: the same bytes as its `Serialize` gives through serde_json.
    pub fn write_json(&self, output: &mut Vec<u8>) {
        match self.fields {
            Some(fields) => {
                output.extend_from_slice(b"{\"imSessions\":[");
                write_separated(&self.im_sessions, output, |im_session, output| {
                    write_fields(im_session, fields, output)
                });
                output.extend_from_slice(b"],\"statusCode\":0}");
            }
            None => {
                output.extend_from_slice(b"{\"statusCode\":0,\"uris\":[");
                write_separated(&self.im_sessions, output, |im_session, output| {
                    write_address(im_session, Field::Uri, output);
                });
                output.extend_from_slice(b"]}");
            }
        }
    }
}

impl SingleBody<'_> {
    /// Appends the body as JSON text: the same bytes as its `Serialize` gives through serde_json.
    pub fn write_json(&self, output: &mut Vec<u8>) {
        output.extend_from_slice(b"{\"imSession\":");
        write_fields(&self.im_session, self.fields, output);
        output.extend_from_slice(b",\"statusCode\":0}");
    }
}

impl Notification<'_> {
    /// Appends the notification as JSON text: the same bytes as its `Serialize` gives through serde_json.
    ///
    /// ```
    /// use im_session::{BaseUri, CallEvent, Event, Sessions};
    ///
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    /// let handled = sessions.handle_event(&ringing).unwrap();
    /// let mut text = Vec::new();
    /// for (_, notification) in handled.notifications() {
    ///     text.clear();
    ///     notification.write_json(&mut text);
    ///     assert_eq!(text, serde_json::to_vec(&notification).unwrap());
    /// }
    /// ```
    pub fn write_json(&self, output: &mut Vec<u8>) {
        match self {
            Notification::SessionChanged { im_session, notification_type } => {
                output.extend_from_slice(b"{\"data\":{\"imSession\":");
                write_fields(im_session, Fields::ALL, output);
                write_kind(STATE_CHANGE, notification_type.name(), output);
            }
            Notification::NewMessage { id, message } => {
                output.extend_from_slice(b"{\"data\":{\"imSessionPath\":\"/im-sessions/");
                write_escaped(id.as_bytes(), output);
                output.extend_from_slice(b"\",\"message\":");
                write_string(message.as_bytes(), output);
                write_kind(LOG_UPDATE, NEW_MESSAGE, output);
            }
        }
    }
}

/// Writes the end of a notification.
fn write_kind(message_type: &str, notification_type: &str, output: &mut Vec<u8>) {
    output.extend_from_slice(b",\"messageType\":\"");
    output.extend_from_slice(message_type.as_bytes());
    output.extend_from_slice(b"\",\"notificationType\":\"");
    output.extend_from_slice(notification_type.as_bytes());
    output.extend_from_slice(b"\"}}");
}

fn write_separated<T>(items: &[T], output: &mut Vec<u8>, write: impl Fn(&T, &mut Vec<u8>)) {
    for (position, item) in items.iter().enumerate() {
        if position > 0 {
            output.push(b',');
        }
        write(item, output);
    }
}

/// Writes the fields of a resource that are requested and present.
fn write_fields(im_session: &ImSession<'_>, fields: Fields, output: &mut Vec<u8>) {
    let start = output.len();
    if fields.contains(Field::Capabilities) {
        write_key(Field::Capabilities, output);
        write_capabilities(im_session, output);
    }
    if fields.contains(Field::Id) {
        write_key(Field::Id, output);
        write_address(im_session, Field::Id, output);
    }
    if fields.contains(Field::Participants) {
        write_key(Field::Participants, output);
        write_participants(im_session, output);
    }
    if fields.contains(Field::Path) {
        write_key(Field::Path, output);
        write_address(im_session, Field::Path, output);
    }
    if fields.contains(Field::State) {
        write_key(Field::State, output);
        output.extend_from_slice(im_session.state().quoted().as_bytes());
    }
    if fields.contains(Field::Uri) {
        write_key(Field::Uri, output);
        write_address(im_session, Field::Uri, output);
    }
    if fields.contains(Field::UserData) && !im_session.user_data().is_empty() {
        write_key(Field::UserData, output);
        write_list(im_session.user_data(), output);
    }
    open_with(b'{', start, output);
    output.push(b'}');
}

/// Writes a comma and a key. [`open_with`] turns the comma before the first key into the bracket.
#[inline]
fn write_key(field: Field, output: &mut Vec<u8>) {
    output.push(b',');
    output.extend_from_slice(field.quoted().as_bytes());
    output.push(b':');
}

/// Replaces the comma at `start` by a bracket, or appends the bracket if nothing was written after `start`.
fn open_with(bracket: u8, start: usize, output: &mut Vec<u8>) {
    match output.get_mut(start) {
        Some(comma) => *comma = bracket,
        None => output.push(bracket),
    }
}

fn write_capabilities(im_session: &ImSession<'_>, output: &mut Vec<u8>) {
    let start = output.len();
    for operation in im_session.capabilities().iter() {
        output.push(b',');
        output.extend_from_slice(operation.quoted().as_bytes());
    }
    open_with(b'[', start, output);
    output.push(b']');
}

fn write_participants(im_session: &ImSession<'_>, output: &mut Vec<u8>) {
    let start = output.len();
    match im_session.numbers() {
        Some(numbers) => numbers.for_each(|(number, analysed)| {
            output.push(b',');
            match analysed {
                Some(analysed) => write_participant(&Participant::from_analysed(number, &analysed), output),
                None => write_unanalysed(number, output),
            }
        }),
        None => im_session.participants().for_each(|participant| {
            output.push(b',');
            write_participant(&participant, output);
        }),
    }
    open_with(b'[', start, output);
    output.push(b']');
}

/// Writes the id, the path or the full address as a JSON string.
fn write_address(im_session: &ImSession<'_>, field: Field, output: &mut Vec<u8>) {
    output.push(b'"');
    match (im_session.id_and_base_uri(), field) {
        (Some((id, base_uri)), Field::Uri) => {
            write_escaped(base_uri.as_str().as_bytes(), output);
            output.extend_from_slice(BaseUri::API_AND_PATH.as_bytes());
            // An id needs no escapes, since it has only characters that are allowed in a URL path.
            output.extend_from_slice(id);
        }
        (Some((id, _)), Field::Path) => {
            output.extend_from_slice(BaseUri::PATH.as_bytes());
            output.extend_from_slice(id);
        }
        (Some((id, _)), _) => output.extend_from_slice(id),
        (None, Field::Uri) => write_escaped(im_session.uri().as_bytes(), output),
        (None, Field::Path) => write_escaped(im_session.path().as_bytes(), output),
        (None, _) => write_escaped(im_session.id().as_bytes(), output),
    }
    output.push(b'"');
}

/// Writes the participant with this number, without number analysis. The number, which occurs up to four times, is
/// scanned once.
fn write_unanalysed(number: &str, output: &mut Vec<u8>) {
    output.extend_from_slice(b"{\"digits\":");
    let digits = digits_of(number);
    let mut written = write_string(digits.as_bytes(), output);
    output.extend_from_slice(b",\"e164Number\":");
    if matches!(digits, Cow::Borrowed(_)) {
        output.extend_from_within(written.clone());
    } else {
        written = write_string(number.as_bytes(), output);
    }
    output.extend_from_slice(b",\"formattedPhoneNumber\":");
    output.extend_from_within(written.clone());
    output.extend_from_slice(b",\"phoneNumber\":");
    output.extend_from_within(written);
    output.push(b'}');
}

fn write_participant(participant: &Participant<'_>, output: &mut Vec<u8>) {
    output.push(b'{');
    if let Some(Country { calling_code, code, name }) = &participant.country {
        output.extend_from_slice(b"\"country\":{\"callingCode\":");
        write_string(calling_code.as_bytes(), output);
        output.extend_from_slice(b",\"code\":");
        write_string(code.as_bytes(), output);
        output.extend_from_slice(b",\"name\":");
        write_string(name.as_bytes(), output);
        output.extend_from_slice(b"},");
    }
    let Participant { digits, e164_number, formatted_phone_number, location, phone_number, .. } = participant;
    output.extend_from_slice(b"\"digits\":");
    write_string(digits.as_bytes(), output);
    output.extend_from_slice(b",\"e164Number\":");
    write_string(e164_number.as_bytes(), output);
    output.extend_from_slice(b",\"formattedPhoneNumber\":");
    write_string(formatted_phone_number.as_bytes(), output);
    if let Some(location) = location {
        output.extend_from_slice(b",\"location\":");
        write_string(location.as_bytes(), output);
    }
    output.extend_from_slice(b",\"phoneNumber\":");
    write_string(phone_number.as_bytes(), output);
    output.push(b'}');
}

/// Writes user data as an object, with the last of several equal keys. The recursion is bounded by the maximum depth of
/// a list.
fn write_list(list: &KeyValueList<'_>, output: &mut Vec<u8>) {
    let start = output.len();
    for pair in list.view() {
        output.push(b',');
        write_string(pair.key.as_bytes(), output);
        output.push(b':');
        match &pair.value {
            Value::String(text) | Value::Binary(text) => {
                write_string(text.as_bytes(), output);
            }
            Value::Integer(number) => write_integer(*number, output),
            Value::List(list) => write_list(list, output),
        }
    }
    open_with(b'{', start, output);
    output.push(b'}');
}

fn write_integer(number: i64, output: &mut Vec<u8>) {
    if number < 0 {
        output.push(b'-');
    }
    let start = output.len();
    let mut rest = number.unsigned_abs();
    loop {
        // A digit fits into a byte.
        output.push(b'0' + (rest % 10) as u8);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if let Some(digits) = output.get_mut(start..) {
        digits.reverse();
    }
}

/// Writes a text as a JSON string. Returns its range in the output.
fn write_string(text: &[u8], output: &mut Vec<u8>) -> Range<usize> {
    let start = output.len();
    output.push(b'"');
    write_escaped(text, output);
    output.push(b'"');
    start..output.len()
}

/// Writes a text with the same escapes as serde_json.
fn write_escaped(text: &[u8], output: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(position) = first_to_escape(rest) {
        let (plain, from) = rest.split_at_checked(position).unwrap_or((rest, &[]));
        output.extend_from_slice(plain);
        let Some((&byte, after)) = from.split_first() else {
            return;
        };
        write_escape(byte, output);
        rest = after;
    }
    output.extend_from_slice(rest);
}

fn write_escape(byte: u8, output: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let short = match byte {
        b'"' => b'"',
        b'\\' => b'\\',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        other => {
            let digit = |value: u8| HEX.get(usize::from(value & 0xf)).copied().unwrap_or_default();
            output.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(other >> 4), digit(other)]);
            return;
        }
    };
    output.extend_from_slice(&[b'\\', short]);
}

/// The position of the first control character, quote or backslash, searching eight bytes at a time.
fn first_to_escape(text: &[u8]) -> Option<usize> {
    let mut rest = text;
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        if has_one_to_escape(u64::from_le_bytes(*word)) {
            break;
        }
        rest = after;
    }
    // If none was found, the rest is shorter than a word. It is checked together with the bytes before it.
    let last = match (text.last_chunk::<8>(), text.first_chunk::<4>(), text.last_chunk::<4>()) {
        (Some(word), _, _) => Some(u64::from_le_bytes(*word)),
        (None, Some(first), Some(last)) => {
            Some(u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32)
        }
        (None, _, _) => None,
    };
    if rest.len() < 8 && last.is_some_and(|word| !has_one_to_escape(word)) {
        return None;
    }
    let is_one = |byte: &u8| *byte < b' ' || matches!(*byte, b'"' | b'\\');
    rest.iter().position(is_one).map(|position| text.len() - rest.len() + position)
}

/// Whether a byte of the word is a control character, a quote or a backslash.
fn has_one_to_escape(word: u64) -> bool {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    let below_space = word.wrapping_sub(ONES * 0x20);
    let quote = (word ^ (ONES * b'"' as u64)).wrapping_sub(ONES);
    let backslash = (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
    // A borrow can only come from a lower byte that needs an escape itself. Bytes from 0x80 on need none.
    (below_space | quote | backslash) & !word & HIGH != 0
}
