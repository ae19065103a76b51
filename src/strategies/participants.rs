//! The other parties of a session, as resources show them.

use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::*;

use super::names::number;
use crate::resource::{Country, Participant};

/// Up to three participants: without number analysis as this crate makes them, or with it as other servers do.
///
/// Shrinks to none.
pub fn participants() -> impl Strategy<Value = Vec<Participant<'static>>> {
    vec(participant(), 0..4)
}

fn participant() -> impl Strategy<Value = Participant<'static>> {
    let plain = number().prop_map(|number| Participant::from_number(&number).into_owned());
    // *Call Resource*: what a server with number analysis makes of 9165550104, and of an extension.
    let public = prop_oneof![1 => Just(public()), 1 => Just(Participant { country: None, location: None, ..public() })];
    let extension = number()
        .prop_map(|number| Participant { e164_number: "".into(), ..Participant::from_number(&number).into_owned() });
    prop_oneof![4 => plain, 1 => extension, 1 => public]
}

fn public() -> Participant<'static> {
    Participant {
        country: Some(Country { calling_code: "1".into(), code: "US".into(), name: "United States".into() }),
        digits: "9165550104".into(),
        e164_number: "+19165550104".into(),
        formatted_phone_number: "(916) 555-0104".into(),
        location: Some("California".into()),
        phone_number: "9165550104".into(),
    }
}
