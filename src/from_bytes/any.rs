//! `Arbitrary` for every type that has bytes: fuzzers' own trait ([`::arbitrary`]), and proptest's, so that `any::<T>()` is there.

use super::FromBytes;
use crate::decode::Form;
use crate::event::{ConnId, Event, EventName, KeyValueList, Value};
use crate::machine::{CallEvent, DataEvent, Operation, Operations, SessionEvent, State};
use crate::resource::Participant;
use crate::session::Limits;
#[cfg(feature = "proptest")]
use crate::strategies::{any_event, history, log, made_by, read_of, step};
use crate::testing::{Fault, History, Log, Step};
#[cfg(feature = "proptest")]
use proptest::{arbitrary::any, collection::vec};

/// Each with how many bytes it takes, at least and at most, and with its strategy.
macro_rules! every_type {
    ($($type:ty: $least:literal, $most:expr, $strategy:expr;)*) => {$(
        #[cfg(feature = "arbitrary")]
        impl<'a> arbitrary::Arbitrary<'a> for $type {
            fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
                let all = u.peek_bytes(u.len()).unwrap_or_default();
                let mut bytes = super::Bytes::new(all);
                let value = <$type>::from_bytes(&mut bytes);
                u.bytes(all.len() - bytes.rest().len())?;
                Ok(value)
            }

            fn size_hint(_: usize) -> (usize, Option<usize>) {
                ($least, $most)
            }
        }

        /// Shrinks to the first of all, which no bytes are.
        #[cfg(feature = "proptest")]
        impl proptest::arbitrary::Arbitrary for $type {
            type Parameters = ();
            type Strategy = proptest::strategy::BoxedStrategy<Self>;

            fn arbitrary_with((): ()) -> Self::Strategy {
                proptest::strategy::Strategy::boxed($strategy)
            }
        }
    )*};
}

every_type! {
    State: 1, Some(1), made_by(State::from_bytes);
    CallEvent: 1, Some(1), made_by(CallEvent::from_bytes);
    DataEvent: 1, Some(1), made_by(DataEvent::from_bytes);
    SessionEvent: 1, Some(1), made_by(SessionEvent::from_bytes);
    Operation: 1, Some(1), made_by(Operation::from_bytes);
    Operations: 1, Some(1), made_by(Operations::from_bytes);
    Form: 1, Some(1), made_by(Form::from_bytes);
    ConnId: 1, Some(9), made_by(ConnId::from_bytes);
    Limits: 11, Some(11), read_of(vec(any::<u8>(), 11), Limits::from_bytes);
    Fault: 1, Some(19), made_by(Fault::from_bytes);
    EventName<'static>: 1, None, made_by(EventName::from_bytes);
    Participant<'static>: 1, None, made_by(super::resource::participant);
    Value<'static>: 1, None, made_by(Value::from_bytes);
    KeyValueList<'static>: 1, None, made_by(|bytes| super::user_data_within(bytes, &Limits::DEFAULT));
    Event<'static>: 1, None, any_event();
    Step: 1, None, step();
    Log: 1, None, log();
    History: 0, None, history();
}
