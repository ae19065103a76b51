//! The resource as others write it: published samples and other servers, not this crate.

use alloc::format;
use alloc::vec::Vec;

use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::names::asked_id;
use super::participants::participants;
use super::user_data::few_pairs;
use crate::machine::{Operation, State};
use crate::testing::parts::{Resource, Shape, unknown_values};

/// An imSession as others write it: fields left out or `null`, unknown ones, white space around the state, capabilities in any
/// order, participants with number analysis or with one number alone.
///
/// Every one can be read as an [`ImSession`](crate::ImSession); now and then its id is one that no session can have. Shrinks to
/// `{"id":"A","state":"Initiating"}`.
pub fn resource() -> impl Strategy<Value = Value> {
    let around = select(&[("", ""), (" ", ""), ("\t", ""), ("", " "), (" ", "\t")][..]);
    let state =
        (select(&State::ALL[..]), around).prop_map(|(state, (before, after))| format!("{before}{state}{after}"));
    let shape = prop_oneof![
        3 => Just(Shape::Whole),
        1 => Just(Shape::PhoneNumberAlone),
        1 => Just(Shape::DigitsAlone),
    ];
    let user_data = prop_oneof![
        1 => Just(None),
        1 => Just(Some(Value::Null)),
        3 => few_pairs().prop_map(|list| Some(json!(list))),
    ];
    let others = (any::<bool>(), weighted(0.3, select(unknown_values().to_vec())));
    (asked_id(), state, of((participants(), shape)), user_data, of(any_order()), others).prop_map(
        |(id, state, participants, user_data, capabilities, (with_path, unknown))| {
            Resource { id, state, with_path, participants, user_data, capabilities, unknown }.json()
        },
    )
}

/// A set of operations in any order.
fn any_order() -> impl Strategy<Value = Vec<Operation>> {
    let some = proptest::sample::subsequence(Operation::ALL.to_vec(), 0..=Operation::ALL.len());
    some.prop_shuffle()
}
