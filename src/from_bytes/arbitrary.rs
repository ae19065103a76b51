//! `Arbitrary`, the trait for fuzzers, for every type with [`FromBytes`].

use super::{Bytes, FromBytes};
use crate::decode::Form;
use crate::event::{ConnId, Event, EventName, KeyValueList, Value};
use crate::machine::{CallEvent, DataEvent, Operation, Operations, SessionEvent, State};
use crate::resource::Participant;
use crate::session::Limits;
use crate::testing::{Fault, History, Log, Step};

/// Each type with the minimum and the maximum number of bytes that it consumes.
macro_rules! arbitrary {
    ($($type:ty: $least:literal, $most:expr;)*) => {$(
        impl<'a> arbitrary::Arbitrary<'a> for $type {
            fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
                let all = u.peek_bytes(u.len()).unwrap_or_default();
                let mut bytes = Bytes::new(all);
                let value = <$type>::from_bytes(&mut bytes);
                u.bytes(all.len() - bytes.rest().len())?;
                Ok(value)
            }

            fn size_hint(_: usize) -> (usize, Option<usize>) {
                ($least, $most)
            }
        }
    )*};
}

arbitrary! {
    State: 1, Some(1);
    CallEvent: 1, Some(1);
    DataEvent: 1, Some(1);
    SessionEvent: 1, Some(1);
    Operation: 1, Some(1);
    Operations: 1, Some(1);
    Form: 1, Some(1);
    ConnId: 1, Some(9);
    Limits: 11, Some(11);
    Fault: 1, Some(19);
    EventName<'static>: 1, None;
    Participant<'static>: 1, None;
    Value<'static>: 1, None;
    KeyValueList<'static>: 1, None;
    Event<'static>: 1, None;
    Step: 1, None;
    Log: 1, None;
    History: 0, None;
}
