//! Logs in the three text forms, other lines in between.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

use arbitrary::{Arbitrary, Error, Result, Unstructured};

use super::event::{event_of, spelled_out};
use super::primitives::counted;
use crate::decode::Form;
use crate::event::{Event, KeyValueList, Value};
use crate::machine::CallEvent;
use crate::testing::parts::FORMS;
use crate::testing::{Ends, Log, Noise, Pieces, put_together};

/// A byte for the form and the ends of lines, then a byte a line: see [`from_bytes`](crate::from_bytes#logs).
impl<'a> Arbitrary<'a> for Log {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let byte = u.arbitrary::<u8>()?;
        let form = counted(byte & 3, &FORMS).copied().ok_or(Error::EmptyChoose)?;
        let ends = Ends { crlf: byte & 4 != 0, mark: byte & 8 != 0, without_the_last: byte & 0x40 != 0 };
        Ok(put_together(form, pieces(u, form)?, ends))
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        (1, None)
    }
}

/// All bytes; where none is an event, one that is comes at the end.
fn pieces(u: &mut Unstructured<'_>, form: Form) -> Result<Pieces> {
    let mut pieces = Pieces { events: Vec::new(), end: Vec::new() };
    while !u.is_empty() {
        let byte = u.arbitrary::<u8>()?;
        let event = match (event_of(byte), byte >> 4) {
            (Some(event), _) => event,
            (None, 0) => carried(spelled_out(u)?),
            (None, row @ 1..) => {
                pieces.end.extend(counted(row - 1, Noise::of(form)));
                continue;
            }
        };
        pieces.events.push((mem::take(&mut pieces.end), event));
    }
    if pieces.events.is_empty() {
        pieces.events.extend(event_of(b'A').map(|event| (mem::take(&mut pieces.end), event)));
    }
    Ok(pieces)
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
    for list in [&mut event.user_data, &mut event.extensions] {
        if let Some(carried) = list.list().map(carried_list) {
            *list = carried.into();
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

fn carried_list(list: &KeyValueList<'_>) -> KeyValueList<'static> {
    let value = |value: &Value<'_>| match value {
        Value::String(text) => Value::String(one_line(text)),
        Value::Integer(number) => Value::Integer(*number),
        Value::Binary(_) => Value::Binary("00 01..".into()),
        Value::List(list) => Value::List(carried_list(list)),
    };
    let key = |key: &str| -> String { key.replace('\n', " ").replace('\'', "_") };
    KeyValueList::try_from_iter(list.iter().map(|pair| (key(&pair.key), value(&pair.value)))).unwrap_or_default()
}
