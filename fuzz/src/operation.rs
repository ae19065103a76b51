//! What the bytes of the target `machine` mean: one byte an event, a second one where the data is to be chosen freely.
//!
//! | bits | meaning |
//! |---|---|
//! | 0-3 | the event: 0-4 [`CallEvent`], 5-10 [`DataEvent`], 11 EventHeld, 12 EventAttachedDataChanged without ThisDN, 13 EventRinging at another DN, 14 EventEstablished of another call, 15 no event: the server starts anew |
//! | 4-5 | its number: 0 none, 1 the next, 2 the last again, 3 the one before the last |
//! | 6-7 | its data: 0 none, 1 OtherDN, 2 UserData, 3 see the next byte (of EventPrivateInfo: the kind of its text) |

use im_session::{CallEvent, ConnId, DataEvent, Event, EventName, KeyValueList, Value};

const THIS_DN: &str = "3002";
const CALL_UUID: &str = "007MDF3D0KAHL93L807GK2LAES000001";
/// The limits that the target sets.
pub(crate) const USER_DATA_SIZE: usize = 40;
pub(crate) const USER_DATA_DEPTH: usize = 3;
pub(crate) const PARTICIPANTS: usize = 2;
pub(crate) const DN_LENGTH: usize = 12;
pub(crate) const TEXT_LENGTH: usize = 5;

const OTHER_DNS: [Option<&str>; 8] = [
    None,
    Some(""),
    Some("3001"),
    Some("3004"),
    Some(THIS_DN),
    Some("+14155550100"),
    Some("3 005"),
    Some("VQ_Sales_Weekend"),
];

/// User data to choose from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UserData {
    /// As JSON sees it; written by hand, not by the library.
    pub(crate) json: &'static str,
    /// Whether it keeps to the limits.
    pub(crate) allowed: bool,
    /// As the library has it.
    pub(crate) list: fn() -> KeyValueList<'static>,
}

const USER_DATA: [UserData; 10] = [
    UserData { json: "{}", allowed: true, list: KeyValueList::new },
    UserData { json: r#"{"k":"v"}"#, allowed: true, list: || list([("k", "v".into())]) },
    UserData { json: r#"{"k":"w"}"#, allowed: true, list: || list([("k", "v".into()), ("k", "w".into())]) },
    UserData { json: r#"{"k":"v","n":1}"#, allowed: true, list: || list([("k", "v".into()), ("n", 1.into())]) },
    UserData { json: r#"{"k":"v","n":1}"#, allowed: true, list: || list([("n", 1.into()), ("k", "v".into())]) },
    UserData { json: r#"{"k":"v"}"#, allowed: true, list: || list([("k", Value::Binary("v".into()))]) },
    // 1 + 1 + 1 + 37: to the byte.
    UserData {
        json: r#"{"a":{"b":"0123456789012345678901234567890123456"},"c":""}"#,
        allowed: true,
        list: || list([("a", list([("b", "0123456789012345678901234567890123456".into())]).into()), ("c", "".into())]),
    },
    UserData {
        json: r#"{"a":{"b":"0123456789012345678901234567890123456"},"cc":""}"#,
        allowed: false,
        list: || list([("a", list([("b", "0123456789012345678901234567890123456".into())]).into()), ("cc", "".into())]),
    },
    UserData {
        json: r#"{"a":{"b":{}}}"#,
        allowed: true,
        list: || list([("a", list([("b", list([]).into())]).into())]),
    },
    UserData {
        json: r#"{"a":{"b":{"c":{}}}}"#,
        allowed: false,
        list: || list([("a", list([("b", list([("c", list([]).into())]).into())]).into())]),
    },
];

fn list<const N: usize>(pairs: [(&'static str, Value<'static>); N]) -> KeyValueList<'static> {
    pairs.into_iter().collect()
}

/// One event, in the terms of the model.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) this_dn: Option<&'static str>,
    pub(crate) call_uuid: &'static str,
    pub(crate) other_dn: Option<&'static str>,
    pub(crate) user_data: Option<UserData>,
    pub(crate) text: Text,
    pub(crate) number: Option<u64>,
    pub(crate) server_start_time: Option<u64>,
    pub(crate) conn_id: Option<u64>,
}

/// What EventPrivateInfo has in its Extensions under `text`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Text {
    Absent,
    Is(&'static str),
    Number(i64),
    List,
}

impl Operation {
    /// The event as the library takes it.
    pub(crate) fn event(&self) -> Event<'static> {
        let mut event = Event::new(EventName::from(self.name)).with_call_uuid(self.call_uuid);
        event.this_dn = self.this_dn.map(Into::into);
        event.other_dn = self.other_dn.map(Into::into);
        event.user_data = self.user_data.map(|user_data| (user_data.list)());
        event.event_sequence_number = self.number;
        event.server_start_time = self.server_start_time;
        event.conn_id = self.conn_id.map(ConnId);
        let text = match self.text {
            Text::Absent => return event,
            Text::Is(text) => text.into(),
            Text::Number(number) => number.into(),
            Text::List => list([]).into(),
        };
        event.with_extensions(list([("text", "the last of a name counts".into()), ("text", text)]))
    }
}

/// Reads operations from bytes.
pub(crate) struct Operations<'a> {
    bytes: std::slice::Iter<'a, u8>,
    number: u64,
    server_start_time: Option<u64>,
}

impl<'a> Operations<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Operations { bytes: bytes.iter(), number: 10, server_start_time: Some(1_420_640_000) }
    }

    fn restart(&mut self) {
        self.number = 10;
        self.server_start_time = match self.server_start_time {
            None => Some(1_420_640_000),
            Some(1_420_640_000) => Some(1_420_640_001),
            Some(_) => None,
        };
    }
}

impl Iterator for Operations<'_> {
    type Item = Operation;

    fn next(&mut self) -> Option<Operation> {
        loop {
            let byte = *self.bytes.next()?;
            let event = usize::from(byte & 0xf);
            let number = match byte >> 4 & 3 {
                0 => None,
                1 => {
                    self.number += 1;
                    Some(self.number)
                }
                2 => Some(self.number),
                3.. => Some(self.number - 1),
            };
            let (name, this_dn, call_uuid) = match event {
                0..=4 => (CallEvent::ALL[event].name(), Some(THIS_DN), CALL_UUID),
                5..=10 => (DataEvent::ALL[event - 5].name(), Some(THIS_DN), CALL_UUID),
                11 => ("EventHeld", Some(THIS_DN), CALL_UUID),
                12 => ("EventAttachedDataChanged", None, CALL_UUID),
                13 => ("EventRinging", Some("3003"), CALL_UUID),
                14 => ("EventEstablished", Some(THIS_DN), "007MDF3D0KAHL93L807GK2LAES000002"),
                15.. => {
                    self.restart();
                    continue;
                }
            };
            let mut operation = Operation {
                name,
                this_dn,
                call_uuid,
                other_dn: None,
                user_data: None,
                text: Text::Absent,
                number,
                server_start_time: self.server_start_time,
                conn_id: number.filter(|number| number % 4 != 0),
            };
            match (name, byte >> 6) {
                (_, 0) => {}
                ("EventPrivateInfo", 1) => operation.text = Text::Is("hello"),
                ("EventPrivateInfo", 2) => operation.text = Text::Number(-7),
                ("EventPrivateInfo", 3..) if number.is_none() => operation.text = Text::List,
                ("EventPrivateInfo", 3..) => operation.text = Text::Is("too long"),
                (_, 1) => operation.other_dn = Some("3001"),
                (_, 2) => operation.user_data = Some(USER_DATA[1]),
                (_, 3..) => {
                    let choice = usize::from(*self.bytes.next()?);
                    operation.other_dn = OTHER_DNS[choice % OTHER_DNS.len()];
                    operation.user_data = USER_DATA.get(choice / OTHER_DNS.len()).copied();
                }
            }
            return Some(operation);
        }
    }
}
