//! The small types: one byte each.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::primitives::{counted, number, text};
use crate::decode::Form;
use crate::event::{ConnId, EventName};
use crate::machine::{CallEvent, DataEvent, Operation, Operations, SessionEvent, State};
use crate::resource::Participant;
use crate::session::Limits;
use crate::testing::parts::{FORMS, all_limits};

/// One byte, counted modulo, chooses one of all.
macro_rules! one_of_all {
    ($($type:ty, $all:expr;)*) => {$(
        impl<'a> Arbitrary<'a> for $type {
            fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
                counted(u.arbitrary()?, &$all).copied().ok_or(arbitrary::Error::EmptyChoose)
            }

            fn size_hint(_: usize) -> (usize, Option<usize>) {
                (1, Some(1))
            }
        }
    )*};
}

one_of_all! {
    State, State::ALL;
    CallEvent, CallEvent::ALL;
    DataEvent, DataEvent::ALL;
    Operation, Operation::ALL;
    Form, FORMS;
}

/// One byte: the five that move, then the six that touch data.
impl<'a> Arbitrary<'a> for SessionEvent {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let at = usize::from(u.arbitrary::<u8>()?) % (CallEvent::ALL.len() + DataEvent::ALL.len());
        let call = CallEvent::ALL.get(at).map(|&event| SessionEvent::Call(event));
        let data = || DataEvent::ALL.get(at - CallEvent::ALL.len()).map(|&event| SessionEvent::Data(event));
        call.or_else(data).ok_or(arbitrary::Error::EmptyChoose)
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        (1, Some(1))
    }
}

/// One byte, but for names that are spelled out.
impl<'a> Arbitrary<'a> for EventName<'_> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let name = text(
            u,
            &[
                "EventDialing",
                "EventRinging",
                "EventEstablished",
                "EventReleased",
                "EventAbandoned",
                "EventDestinationBusy",
                "EventPartyChanged",
                "EventPartyAdded",
                "EventPartyDeleted",
                "EventAttachedDataChanged",
                "EventPrivateInfo",
                "EventHeld",
                "EventRetrieved",
                "EventNetworkReached",
                "EventError",
                "EventACK",
            ],
        )?;
        Ok(EventName::from(name))
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        (1, None)
    }
}

/// One byte: its six low bits.
impl<'a> Arbitrary<'a> for Operations {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let bits = u.arbitrary::<u8>()?;
        let is_in = |&operation: &Operation| bits >> (operation as u8) & 1 == 1;
        Ok(Operation::ALL.into_iter().filter(is_in).collect())
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        (1, Some(1))
    }
}

impl<'a> Arbitrary<'a> for ConnId {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        number(u).map(ConnId)
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        (1, Some(9))
    }
}

/// From a number, without number analysis; [`participants`](super::participants) has others.
impl<'a> Arbitrary<'a> for Participant<'_> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Participant::from_number(&text(u, &NUMBERS)?).into_owned())
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        (1, None)
    }
}

/// The defaults, or small ones that are soon met.
impl<'a> Arbitrary<'a> for Limits {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut limits = Limits::DEFAULT;
        for limit in all_limits(&mut limits) {
            // Half of the bytes leave the default.
            let byte = u.arbitrary::<u8>()?;
            if byte >= 0x80 {
                *limit = usize::from(byte - 0x80);
            }
        }
        Ok(limits)
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        (8, Some(8))
    }
}

/// The DNs that meet, and others.
pub(super) const NUMBERS: [&str; 7] = ["3001", "3002", "3003", "VQ_4", "", "+1 (916) 555-0104", "9"];

/// The ids that meet, one that nobody has, and what cannot be an id.
pub(super) const IDS: [&str; 8] = ["A", "B", "007MDF3D0KAHL93L807GK2LAES000001", "~._-", "unknown", "", "..", "no id"];
