//! The resource as others write it: published samples and other servers, not this crate.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::names::{asked_id, few};
use super::participants::participants;
use super::user_data::few_pairs;
use crate::machine::{Capabilities, Operation, State};

/// An imSession as others write it: fields left out or `null`, unknown ones, white space around the state, capabilities in any
/// order, participants with number analysis or with one number alone.
///
/// Every one can be read as an [`ImSession`](crate::ImSession); now and then its id is one that no session can have. Shrinks to
/// `{"id":"A","state":"Initiating"}`.
pub fn resource() -> impl Strategy<Value = Value> {
    let state = (select(&State::ALL[..]), few(&["", " ", "\t"])).prop_map(|(state, before)| format!("{before}{state}"));
    let shape = prop_oneof![
        3 => Just(Shape::Whole),
        1 => Just(Shape::PhoneNumberAlone),
        1 => Just(Shape::DigitsAlone),
    ];
    let participants = of((participants(), shape).prop_map(|(participants, shape)| {
        participants.iter().map(|participant| shape.of(&json!(participant))).collect::<Vec<_>>()
    }));
    let user_data = prop_oneof![
        1 => Just(None),
        1 => Just(Some(Value::Null)),
        3 => few_pairs().prop_map(|list| Some(json!(list))),
    ];
    let capabilities = of(any_order().prop_map(|operations| json!(operations)));
    let others = (any::<bool>(), weighted(0.3, select(alloc::vec![json!(1), json!(null), json!({"a": [true]})])));
    (asked_id(), state, participants, user_data, capabilities, others).prop_map(
        |(id, state, participants, user_data, capabilities, (with_path, unknown))| {
            let mut fields = Map::new();
            if with_path {
                fields.insert("path".into(), json!(format!("/im-sessions/{id}")));
                fields.insert("uri".into(), json!(format!("http://other.example/api/v2/im-sessions/{id}")));
            }
            fields.insert("id".into(), json!(id));
            fields.insert("state".into(), json!(state));
            let optional = [
                ("participants", participants.map(|participants| json!(participants))),
                ("userData", user_data),
                ("capabilities", capabilities),
                ("dnis", unknown),
            ];
            fields.extend(optional.into_iter().filter_map(|(name, value)| Some((String::from(name), value?))));
            Value::Object(fields)
        },
    )
}

/// How much of a participant is written.
#[derive(Debug, Clone, Copy)]
enum Shape {
    Whole,
    PhoneNumberAlone,
    DigitsAlone,
}

impl Shape {
    fn of(self, participant: &Value) -> Value {
        let alone = |name: &str| json!({name: participant.get(name)});
        match self {
            Shape::Whole => participant.clone(),
            Shape::PhoneNumberAlone => alone("phoneNumber"),
            Shape::DigitsAlone => alone("digits"),
        }
    }
}

/// A set of operations in any order.
fn any_order() -> impl Strategy<Value = Vec<Operation>> {
    let some = proptest::sample::subsequence(Capabilities::ALL.iter().collect::<Vec<_>>(), 0..=Operation::ALL.len());
    some.prop_shuffle()
}
