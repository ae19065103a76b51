//! Operations with good and bad bodies.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::history::{AGENTS, agent};
use super::names::{asked_id, few};
use super::user_data::few_pairs;
use crate::testing::Step;

/// An operation that an agent posts: [`Step::Post`] with an [`operation_body`], nearly always where it belongs (initiating to
/// the list, all else to a session).
///
/// The agents are those of [`agents`](super::agents). Shrinks to `{}` posted to the list.
pub fn operation() -> impl Strategy<Value = Step> {
    let misplaced = prop::bool::weighted(0.06);
    (agent(), asked_id(), body(), misplaced).prop_map(|(agent, id, body, misplaced)| {
        let to_the_list = body.contains("Initiate") != misplaced;
        // The device that most of them name is one of the agent's own.
        let mine = AGENTS.get(agent).and_then(|devices| devices.last()).map_or("/devices/none", |&(path, _)| path);
        Step::Post { agent, target: Some(id).filter(|_| !to_the_list), body: body.replace("/devices/mine", mine) }
    })
}

/// The body of an operation: good, or with parameters missing, of the wrong type, unknown, or no JSON object at all.
///
/// The devices are `/devices/1` to `/devices/4`. Shrinks to `{}`.
pub fn operation_body() -> impl Strategy<Value = String> {
    (body(), few(&["/devices/1", "/devices/2", "/devices/3"]))
        .prop_map(|(body, mine)| body.replace("/devices/mine", &mine))
}

fn body() -> impl Strategy<Value = String> {
    prop_oneof![12 => object(), 1 => few(&["", "[]", "7", "{", "{}x", "null"])]
}

fn object() -> impl Strategy<Value = String> {
    const NAMES: [&str; 6] =
        ["InitiateIMSession", "SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"];
    let unknown = prop_oneof![Just(json!("Hold")), wrong()];
    let name = prop_oneof![20 => select(&NAMES[..]).prop_map(|name| json!(name)), 1 => unknown];
    let destination = weighted(
        0.95,
        prop_oneof![
            20 => few(&["3001", "3002", "+1 (916) 555-0104"]).prop_map(|number| json!({"phoneNumber": number})),
            1 => wrong().prop_map(|number| json!({"phoneNumber": number})),
            1 => wrong(),
        ],
    );
    let user_data = weighted(
        0.9,
        prop_oneof![12 => few_pairs().prop_map(|list| json!(list)), 1 => wrong(), 1 => wrong().prop_map(|value| json!({"k": value}))],
    );
    let device_path =
        weighted(0.8, text(&["/devices/mine", "/devices/mine", "/devices/mine", "/devices/2", "/devices/4"]));
    let parts =
        (weighted(0.97, name), text(&["hello", "größer"]), destination, user_data, text(&["k", "n", "text", "x"]));
    (parts, device_path, any::<bool>()).prop_map(|((name, text, destination, user_data, key), device_path, unknown)| {
        let parameters = [
            ("operationName", name),
            ("text", text),
            ("destination", destination),
            ("userData", user_data),
            ("key", key),
            ("devicePath", device_path.flatten()),
            ("unknown", unknown.then(|| json!([1]))),
        ];
        let there = parameters.into_iter().filter_map(|(key, value)| Some((key.to_string(), value?)));
        Value::Object(there.collect()).to_string()
    })
}

/// One of these texts, nearly always; else nothing, or something else.
fn text(good: &'static [&'static str]) -> impl Strategy<Value = Option<Value>> {
    weighted(0.95, prop_oneof![20 => few(good).prop_map(|text| json!(text)), 1 => wrong()])
}

/// A value that is of the wrong type nearly everywhere.
fn wrong() -> impl Strategy<Value = Value> {
    let values: Vec<Value> = alloc::vec![
        json!(null),
        json!(7),
        json!(-7),
        json!(1.5),
        json!(true),
        json!([1]),
        json!(""),
        json!({}),
        json!(u64::MAX),
    ];
    select(values)
}
