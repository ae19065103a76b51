//! The other parties of a session, as resources show them.

use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::*;

use super::names::number;
use crate::resource::Participant;
use crate::testing::parts::{extension, public, public_without_place};

/// Up to three participants: without number analysis as this crate makes them, or with it as other servers do.
///
/// Shrinks to none.
pub fn participants() -> impl Strategy<Value = Vec<Participant<'static>>> {
    vec(participant(), 0..4)
}

pub(super) fn participant() -> impl Strategy<Value = Participant<'static>> {
    let plain = number().prop_map(|number| Participant::from_number(&number).into_owned());
    let public = prop_oneof![1 => Just(public()), 1 => Just(public_without_place())];
    let extension = number().prop_map(|number| extension(&number));
    prop_oneof![4 => plain, 1 => extension, 1 => public]
}
