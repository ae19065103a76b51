//! Logs in the three text forms with other lines in between, and events that every form can represent.

use alloc::borrow::Cow;

use super::bytes::counted;
use super::event::{event_of, spelled_out};
use super::small_types::FORMS;
use super::user_data::{Texts, list, pairs};
use super::{Bytes, FromBytes};
use crate::decode::Form;
use crate::event::{Event, KeyValueList, Value};
use crate::machine::CallEvent;
use crate::testing::Log;

/// A byte for the form and the line ends, then a byte for each line.
///
/// In the first byte bits 0 and 1 are the form: 0 JSON lines, 1 T-Server log, 2 Platform SDK log (3 is the same as 0).
/// Bit 2: lines end in CRLF. Bit 3: there is a byte order mark. Bit 6: the last line has no end. So `1` is a T-Server
/// log, and `u` the same with CRLF and without the last line end.
///
/// The other bytes are events by [`event_of`]. Those with the low half 0 are other lines, which are not events; the
/// high half selects which, from 1 and modulo their number. With the high half 0 or 15 it is a [`loggable_event`]
/// instead. If there is no event, `A` is added at the end. `1ACD` is a call in a T-Server log, `1A@C@D` the same with
/// other lines in between.
impl FromBytes for Log {
    fn from_bytes(bytes: &mut Bytes<'_>) -> Self {
        let form = counted(bytes.peek() & 3, &FORMS).copied().unwrap_or(Form::JsonLines);
        log_of(form, bytes)
    }
}

/// A log in this form, whatever the first byte says.
pub(crate) fn log_of(form: Form, bytes: &mut Bytes<'_>) -> Log {
    let (ends, mut log) = (bytes.byte(), Log::new(form));
    while !bytes.is_empty() {
        let byte = bytes.byte();
        match (event_of(byte), byte >> 4) {
            (Some(event), _) => log.add(&event),
            (None, 0 | 15) => log.add(&loggable_event(bytes)),
            (None, row) => {
                if let Some(&(lines, is_an_error)) = counted(row - 1, other_lines(form)) {
                    log.add_other(lines, is_an_error);
                }
            }
        }
    }
    if log.events.is_empty() {
        event_of(b'A').iter().for_each(|event| log.add(event));
    }
    if ends & 0x40 != 0 {
        log.text.pop();
    }
    if ends & 4 != 0 {
        log.text = log.text.replace('\n', "\r\n");
    }
    if ends & 8 != 0 {
        log.text.insert(0, '\u{feff}');
    }
    log
}

/// A readable event that concerns a session and that each of the three text forms can represent: its texts have one
/// line and are not empty, and its keys do not end early.
///
/// It is read as an event that is spelled out, see [`event_of`], then user data and extensions that may replace those
/// of the event, each after a byte that says whether it does.
#[must_use]
pub fn loggable_event(bytes: &mut Bytes<'_>) -> Event<'static> {
    let mut event = spelled_out(bytes);
    if event.name.session_event().is_none() {
        event.name = CallEvent::Dialing.into();
    }
    for text in [&mut event.this_dn, &mut event.other_dn, &mut event.error_message] {
        *text = text.take().filter(|text| !text.is_empty()).map(|text| one_line(&text));
    }
    for attribute in [&mut event.user_data, &mut event.extensions] {
        let own = attribute.list().map(carried).or_else(|| attribute.is_hidden().then(KeyValueList::new));
        *attribute = bytes.perhaps(loggable_user_data).or(own).into();
    }
    if event.route().is_err() {
        event = event.with_this_dn("3001").with_call_uuid("A");
    }
    event
}

/// User data that every text form can represent: its texts have one line, and its keys do not end early. It may contain
/// texts with a special meaning in logs: quotes, `(list)`, `KVList:`.
///
/// A binary reads back as a string from JSON: see [`read_back`](crate::testing::read_back).
#[must_use]
pub fn loggable_user_data(bytes: &mut Bytes<'_>) -> KeyValueList<'static> {
    carried(&pairs(bytes, 1, &Texts { keys: &LINES, texts: &LINES, binary: &BINARY }))
}

/// The list without parts that no log can represent: line ends, keys that end early, and binaries that do not read back
/// as one.
fn carried(whole: &KeyValueList<'_>) -> KeyValueList<'static> {
    let value = |value: &Value<'_>| match value {
        Value::String(text) => Value::String(one_line(text)),
        Value::Integer(number) => Value::Integer(*number),
        Value::Binary(text) if BINARY.contains(&&**text) => Value::Binary(text.clone().into_owned().into()),
        Value::Binary(_) => Value::Binary("00 01..".into()),
        Value::List(list) => Value::List(carried(list)),
    };
    let key = |key: &str| match one_line(key) {
        key if ends_early(&key) => key.replace(QUOTES, "_").into(),
        key => key,
    };
    list(whole.iter().map(|pair| (key(&pair.key), value(&pair.value))))
}

fn one_line(text: &str) -> Cow<'static, str> {
    Cow::Owned(text.replace('\n', " "))
}

/// The quotes that end a key in a log: a straight quote, and those that count as one.
const QUOTES: [char; 3] = ['\'', '\u{2018}', '\u{2019}'];

/// Whether a quote in the key is followed by white space or `(list)`, so that a log would end the key there.
fn ends_early(key: &str) -> bool {
    let ends = |after: &str| after.starts_with("(list)") || after.starts_with(|c: char| c.is_ascii_whitespace());
    key.split(QUOTES).skip(1).any(ends)
}

/// Texts of one line, many of which have a special meaning in logs.
const LINES: [&str; 18] = [
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
    "\0\u{1b}\u{7f}\u{a0}ß\u{301}\u{200b}\u{2018}",
    "\u{202e}\u{fffd}\u{e000}\u{1f600}\u{10ffff}",
];

/// Printed forms of binaries: without quotes, not a number, and without white space at the ends.
const BINARY: [&str; 8] =
    ["00 01 03 00..", "[3] 00 01 02", "5.5", "0x1F", "+5", "true", "9223372036854775808", "A0 B1F.."];

/// Lines, and whether a decoder reports an error for the first of them.
type Other = (&'static str, bool);

/// Lines that may follow any event of this form, or precede the first. None may become part of an event, and none may
/// indicate another form.
fn other_lines(form: Form) -> &'static [Other] {
    match form {
        Form::JsonLines => &JSON_LINES,
        Form::TServerLog => &TSERVER_LOG,
        Form::PlatformSdkLog => &PLATFORM_SDK_LOG,
    }
}

const JSON_LINES: [Other; 10] = [
    ("\n", false),
    (" \t\n", false),
    ("{\"Event\":\"EventRinging\"\n", true),
    ("{}\n", false),
    ("[1]\n", false),
    ("{\"Event\":\"Ringing\",\"ThisDN\":\"9999\"}\n", false),
    ("{\"Event\":\"EventRinging\",\"ThisDN\":9999,\"CallUUID\":\"A\"}\n", true),
    ("{\"Event\":\"EventRinging\",\"CallUUID\":\"A\"}\n", true),
    ("{\"Event\":\"EventRinging\",\"ThisDN\":\"9999\",\"CallUUID\":\"no id\"}\n", true),
    ("11:49:08.388 Std 05061 Initialization completed\n", false),
];

const TSERVER_LOG: [Other; 7] = [
    ("\n", false),
    ("11:49:08.388 Std 05061 Initialization completed\n", false),
    ("11:49:08.388 -- suspend\n\tAttributeThisDN\t'9999'\n\t\t'k'\t'v'\n", false),
    (
        "11:49:08.388 request to 65200(SIPTS) message RequestMakeCall\n\tAttributeThisDN\t'9999'\n\tAttributeUserData\t[10] 00..\n\t\t'k'\t'v'\n",
        false,
    ),
    ("Via: SIP/2.0/UDP 192.0.2.1:5060\n", false),
    ("\u{feff}11:49:08.388\n", false),
    ("@11:49:08.3880 [0] 8.5.2 send_to_client: message\n", false),
];

const PLATFORM_SDK_LOG: [Other; 6] = [
    ("\n", false),
    ("2015-03-11 11:49:08,388 INFO Client is up\n", false),
    (
        "2015-03-11 11:49:08,388 DEBUG Sending 'RequestMakeCall' ('16')\nmessage attributes:\nAttributeThisDN [str] = \"9999\"\nAttributeUserData [bstr] = KVList: \n    'k' [str] = \"v\"\n",
        false,
    ),
    ("2015-03-11 11:49:08,388 INFO\n    at Client.Main()\n    'k' [str] = \"v\"\n", false),
    ("Via: SIP/2.0/UDP 192.0.2.1:5060\n", false),
    ("--\n", false),
];
