//! `any::<T>()` for the types that have one obvious strategy.

use proptest::arbitrary::Arbitrary;
use proptest::prelude::*;
use proptest::sample::select;

use super::{any_event, event_name, history, step, user_data};
use crate::event::{ConnId, Event, EventName, KeyValueList};
use crate::machine::{CallEvent, Capabilities, DataEvent, Operation, State};
use crate::session::Limits;
use crate::testing::{History, Step};

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
    Operation => select(&Operation::ALL[..]), "Shrinks to `SendMessage`.";
    Capabilities => proptest::sample::subsequence(&Operation::ALL[..], 0..=Operation::ALL.len()).prop_map(Capabilities::from_iter),
        "Any set. Shrinks to the empty one.";
    ConnId => any::<u64>().prop_map(ConnId), "Shrinks to 0.";
    EventName<'static> => event_name(), "As [`event_name`].";
    Event<'static> => any_event(), "As [`any_event`].";
    KeyValueList<'static> => user_data(&Limits::DEFAULT), "As [`user_data`] within [`Limits::DEFAULT`].";
    Step => step(), "As [`step`].";
    History => history(), "As [`history`].";
}
