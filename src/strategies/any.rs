//! `any::<T>()` for the types that have one obvious strategy.

use proptest::arbitrary::Arbitrary;
use proptest::prelude::*;
use proptest::sample::select;

use super::limits::limits;
use super::log::form;
use super::participants::participant;
use super::user_data::value;
use super::{any_event, event_name, fault, history, log, step, user_data};
use crate::decode::Form;
use crate::event::{ConnId, Event, EventName, KeyValueList, Value};
use crate::machine::{CallEvent, DataEvent, Operation, Operations, SessionEvent, State};
use crate::resource::Participant;
use crate::session::Limits;
use crate::testing::{Fault, History, Log, Step};

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
    State => select(&State::ALL[..]), "Shrinks to `Initiating`.";
    CallEvent => select(&CallEvent::ALL[..]), "Shrinks to EventDialing.";
    DataEvent => select(&DataEvent::ALL[..]), "Shrinks to EventDestinationBusy.";
    SessionEvent => prop_oneof![any::<CallEvent>().prop_map(SessionEvent::Call), any::<DataEvent>().prop_map(SessionEvent::Data)],
        "Shrinks to EventDialing.";
    Operation => select(&Operation::ALL[..]), "Shrinks to `InitiateIMSession`.";
    Operations => proptest::sample::subsequence(&Operation::ALL[..], 0..=Operation::ALL.len()).prop_map(Operations::from_iter),
        "Any set. Shrinks to the empty one.";
    ConnId => any::<u64>().prop_map(ConnId), "Shrinks to 0.";
    EventName<'static> => event_name(), "As [`event_name`].";
    Event<'static> => any_event(), "As [`any_event`].";
    KeyValueList<'static> => user_data(&Limits::DEFAULT), "As [`user_data`] within [`Limits::DEFAULT`].";
    Value<'static> => value(), "Of each of the four kinds. Shrinks to the string `v`.";
    Participant<'static> => participant(), "With number analysis and without. Shrinks to the number 3001.";
    Limits => limits(), "Some of them small, so that they are soon met. Shrinks to [`Limits::DEFAULT`].";
    Form => form(), "Shrinks to JSON lines.";
    Log => log(), "As [`log()`].";
    Fault => fault(), "As [`fault`].";
    Step => step(), "As [`step`].";
    History => history(), "As [`history`].";
}
