//! `Arbitrary` of proptest, so that `any::<T>()` works for every type with `FromBytes`.

use proptest::arbitrary::{Arbitrary, any};
use proptest::collection::vec;
use proptest::strategy::{BoxedStrategy, Strategy};

use super::{any_event, history, log, made_by, read_of, step};
use crate::decode::Form;
use crate::event::{ConnId, Event, EventName, KeyValueList, Value};
use crate::from_bytes::{FromBytes, participant, user_data_within};
use crate::machine::{CallEvent, DataEvent, Operation, Operations, SessionEvent, State};
use crate::resource::Participant;
use crate::session::Limits;
use crate::testing::{Fault, History, Log, Step};

/// Types with their strategy.
macro_rules! any_is {
    ($($($type:ty),+: $strategy:expr;)*) => {$($(
        /// Shrinks to the first value of the type, which is the one without any bytes.
        impl Arbitrary for $type {
            type Parameters = ();
            type Strategy = BoxedStrategy<Self>;

            fn arbitrary_with((): ()) -> Self::Strategy {
                $strategy.boxed()
            }
        }
    )+)*};
}

any_is! {
    State, CallEvent, DataEvent, SessionEvent, Operation, Operations, Form, ConnId, Fault: made_by(FromBytes::from_bytes);
    EventName<'static>, Value<'static>: made_by(FromBytes::from_bytes);
    Limits: read_of(vec(any::<u8>(), 11), Limits::from_bytes);
    Participant<'static>: made_by(participant);
    KeyValueList<'static>: made_by(|bytes| user_data_within(bytes, &Limits::DEFAULT));
    Event<'static>: any_event();
    Step: step();
    Log: log();
    History: history();
}
