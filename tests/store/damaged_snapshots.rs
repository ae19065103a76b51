//! Whatever stands in a snapshot, `restore` never panics and never half-applies; what it takes is a store.

#![cfg(feature = "json")]

mod store_steps;

use im_session::testing::Step;
use im_session::{Sessions, Snapshot};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use store_steps::{carry_out, history, new_store};

/// How a place of a snapshot is damaged. Places are numbered from front to back.
#[derive(Debug, Clone)]
enum Damage {
    Replace(usize, Value),
    Remove(usize),
    Swap(usize, usize),
    /// Only an element of an array can be there twice.
    Repeat(usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let values = vec![
        json!(null),
        json!(0),
        json!(-1),
        json!(1),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(1e300),
        json!(true),
        json!(""),
        json!("Talking"),
        json!("Completed"),
        json!("3001"),
        json!("a"),
        json!(".."),
        json!("ffffffffffffffff"),
        json!("x".repeat(20_000)),
        json!([]),
        json!({}),
        json!([{"key": "k", "value": {"list": [{"key": "k", "value": {"binary": "v"}}]}}]),
        json!({"key": "k", "value": {"string": "v", "integer": 1}}),
    ];
    prop_oneof![
        4 => (any::<usize>(), select(values)).prop_map(|(place, value)| Damage::Replace(place, value)),
        1 => any::<usize>().prop_map(Damage::Remove),
        3 => (any::<usize>(), any::<usize>()).prop_map(|(one, other)| Damage::Swap(one, other)),
        2 => any::<usize>().prop_map(Damage::Repeat),
    ]
}

/// The pointers to all places, from front to back.
fn places(value: &Value, at: &str, into: &mut Vec<String>) {
    into.push(at.to_string());
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(position, item)| places(item, &format!("{at}/{position}"), into));
        }
        Value::Object(object) => object.iter().for_each(|(key, item)| places(item, &format!("{at}/{key}"), into)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn damaged(mut snapshot: Value, damages: &[Damage]) -> Value {
    for damage in damages {
        let mut all = Vec::new();
        places(&snapshot, "", &mut all);
        let place = |number: &usize| all[number % all.len()].clone();
        match damage {
            Damage::Replace(number, value) => *snapshot.pointer_mut(&place(number)).unwrap() = value.clone(),
            Damage::Swap(one, other) => {
                let (one, other) = (place(one), place(other));
                // Of two places one inside the other, the outer becomes the inner.
                let (first, second) = (snapshot.pointer(&one).cloned(), snapshot.pointer(&other).cloned());
                *snapshot.pointer_mut(&one).unwrap() = second.unwrap();
                if let Some(place) = snapshot.pointer_mut(&other) {
                    *place = first.unwrap();
                }
            }
            Damage::Remove(number) | Damage::Repeat(number) => {
                let (place, remove) = (place(number), matches!(damage, Damage::Remove(_)));
                let Some((parent, key)) = place.rsplit_once('/') else { continue };
                match snapshot.pointer_mut(parent).unwrap() {
                    Value::Array(items) => {
                        let position: usize = key.parse().unwrap();
                        if remove {
                            items.remove(position);
                        } else {
                            items.push(items[position].clone());
                        }
                    }
                    Value::Object(object) if remove => {
                        object.remove(key);
                    }
                    _ => {}
                }
            }
        }
    }
    snapshot
}

fn after(history: &[Step]) -> Sessions {
    let mut store = new_store();
    for step in history {
        carry_out(&mut store, step);
    }
    store
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_snapshot_never_panics_and_never_half_applies(
        kept in history(40),
        there in history(20),
        damages in vec(damage(), 1..4),
        then in history(40),
    ) {
        let text = damaged(json!(after(&kept).snapshot()), &damages).to_string();
        let Ok(snapshot) = serde_json::from_str::<Snapshot>(&text) else { return Ok(()) };
        let mut store = after(&there);
        let before = store.snapshot();
        match store.restore(&snapshot) {
            Err(error) => {
                prop_assert_eq!(store.snapshot(), before);
                prop_assert!(error.to_string().contains(": "), "it names the place: {}", error);
            }
            Ok(()) => {
                // What was taken is a store: its own snapshot can be restored, and whatever happens next happens there too.
                let mut again = new_store();
                again.restore(&store.snapshot()).unwrap();
                for step in &then {
                    prop_assert_eq!(carry_out(&mut again, step), carry_out(&mut store, step), "{:?}", step);
                }
            }
        }
    }
}
