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

/// Each type with its strategy.
macro_rules! any_is {
    ($($type:ty: $strategy:expr;)*) => {$(
        /// Shrinks to the first value of the type, which is the one without any bytes.
        impl Arbitrary for $type {
            type Parameters = ();
            type Strategy = BoxedStrategy<Self>;

            fn arbitrary_with((): ()) -> Self::Strategy {
                $strategy.boxed()
            }
        }
    )*};
}

any_is! {
    State: made_by(State::from_bytes);
    CallEvent: made_by(CallEvent::from_bytes);
    DataEvent: made_by(DataEvent::from_bytes);
    SessionEvent: made_by(SessionEvent::from_bytes);
    Operation: made_by(Operation::from_bytes);
    Operations: made_by(Operations::from_bytes);
    Form: made_by(Form::from_bytes);
    ConnId: made_by(ConnId::from_bytes);
    Limits: read_of(vec(any::<u8>(), 11), Limits::from_bytes);
    Fault: made_by(Fault::from_bytes);
    EventName<'static>: made_by(EventName::from_bytes);
    Participant<'static>: made_by(participant);
    Value<'static>: made_by(Value::from_bytes);
    KeyValueList<'static>: made_by(|bytes| user_data_within(bytes, &Limits::DEFAULT));
    Event<'static>: any_event();
    Step: step();
    Log: log();
    History: history();
}
