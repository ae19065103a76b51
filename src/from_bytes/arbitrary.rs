//! `Arbitrary`, the trait for fuzzers, for every type with [`FromBytes`].

use super::{Bytes, FromBytes};
use crate::decode::Form;
use crate::event::{ConnId, Event, EventName, KeyValueList, Value};
use crate::machine::{CallEvent, DataEvent, Operation, Operations, SessionEvent, State};
use crate::resource::Participant;
use crate::session::Limits;
use crate::testing::{Fault, History, Log, Step};

/// Types with the minimum and the maximum number of bytes that a value consumes.
macro_rules! arbitrary {
    ($($($type:ty),+: $least:literal, $most:expr;)*) => {$($(
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
    )+)*};
}

arbitrary! {
    State, CallEvent, DataEvent, SessionEvent, Operation, Operations, Form: 1, Some(1);
    ConnId: 1, Some(9);
    Limits: 11, Some(11);
    Fault: 1, Some(19);
    EventName<'static>, Participant<'static>, Value<'static>, KeyValueList<'static>, Event<'static>, Step, Log: 1, None;
    History: 0, None;
}
