//! `any::<T>()` for every type that has bytes.

use alloc::vec::Vec;

use proptest::arbitrary::Arbitrary;
use proptest::prelude::*;

use super::{any_event, fault, history, log, of_bytes, step, user_data};
use crate::decode::Form;
use crate::event::{ConnId, Event, EventName, KeyValueList, Value};
use crate::from_bytes::{Bytes, FromBytes, participant};
use crate::machine::{CallEvent, DataEvent, Operation, Operations, SessionEvent, State};
use crate::resource::Participant;
use crate::session::Limits;
use crate::testing::{Fault, History, Log, Step};

/// Small types: by bytes of which all are as likely.
fn small<T: FromBytes + core::fmt::Debug>(count: usize) -> impl Strategy<Value = T> {
    proptest::collection::vec(any::<u8>(), count).prop_map(|bytes: Vec<u8>| T::from_bytes(&mut Bytes::new(&bytes)))
}

/// `any` of a type is this strategy.
macro_rules! any_is {
    ($($type:ty => $strategy:expr, $words:literal;)*) => {$(
        #[doc = $words]
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
    State => small(1), "Shrinks to `Initiating`.";
    CallEvent => small(1), "Shrinks to EventDialing.";
    DataEvent => small(1), "Shrinks to EventDestinationBusy.";
    SessionEvent => small(1), "Shrinks to EventDialing.";
    Operation => small(1), "Shrinks to `InitiateIMSession`.";
    Operations => small(1), "Any set. Shrinks to the empty one.";
    Form => small(1), "Shrinks to JSON lines.";
    ConnId => any::<u64>().prop_map(ConnId), "Shrinks to 0.";
    Limits => small(11), "Some of them small, so that they are soon met. Shrinks to [`Limits::DEFAULT`].";
    EventName<'static> => of_bytes(20, EventName::from_bytes), "As [`event_name`](super::event_name).";
    Event<'static> => any_event(), "As [`any_event`].";
    KeyValueList<'static> => user_data(&Limits::DEFAULT), "As [`user_data`] within [`Limits::DEFAULT`].";
    Value<'static> => of_bytes(20, Value::from_bytes), "Of each of the four kinds. Shrinks to the string `v`.";
    Participant<'static> => of_bytes(20, participant), "With number analysis and without. Shrinks to the number 3001.";
    Log => log(), "As [`log()`].";
    Fault => fault(), "As [`fault`].";
    Step => step(), "As [`step`].";
    History => history(), "As [`history`].";
}
