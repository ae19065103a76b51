//! What does `restore` do with a damaged snapshot? It never panics and never restores only a part. A snapshot that it
//! accepts gives a valid store.
//!
//! There are two kinds of damage. One keeps the form of a snapshot, so that `restore` sees it. The other does not, and
//! the JSON reader refuses nearly all of it.

use im_session::testing::{Reached, Step};
use im_session::{Sessions, Snapshot};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::check::check;
use crate::steps::{self, carry_out, history, without_order};

/// A place in the snapshot and its replacement.
#[derive(Debug, Clone)]
struct Damage {
    /// The part of the snapshot. Most of the important fields are in the sessions and the requests.
    part: &'static str,
    place: Index,
    becomes: Index,
}

fn damage() -> impl Strategy<Value = Damage> {
    let part = prop_oneof![6 => Just("/sessions"), 3 => Just("/requests"), 2 => Just("/ends"), 1 => Just("")];
    (part, any::<Index>(), any::<Index>()).prop_map(|(part, place, becomes)| Damage { part, place, becomes })
}

/// The pointers to `at` and all places below it, from front to back.
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

fn is_position(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// The kind of a place: its pointer without list positions. Values of the same kind have the same form. A pair of user
/// data is an array of three elements, and those differ in kind.
fn kind(place: &str) -> String {
    let mut kind: Vec<&str> = Vec::new();
    for part in place.split('/') {
        kind.push(if is_position(part) && kind.last() != Some(&"#") { "#" } else { part });
    }
    kind.join("/")
}

/// The values that can stand at a place without changing the form of the snapshot.
fn candidates(snapshot: &Value, place: &str) -> Vec<Value> {
    let mut all = Vec::new();
    places(snapshot, "", &mut all);
    let same_kind = all.iter().filter(|other| *other != place && kind(other) == kind(place));
    let mut candidates: Vec<Value> = same_kind.filter_map(|other| snapshot.pointer(other).cloned()).collect();
    let own = snapshot.pointer(place).expect("a place of the snapshot");
    match own {
        // A pair of user data.
        Value::Array(_) if kind(place).ends_with("/userData/#") => {}
        Value::Array(items) => {
            candidates.push(json!([]));
            candidates.push(items.iter().rev().cloned().collect());
            for position in 0..items.len() {
                let (mut less, mut twice) = (items.clone(), items.clone());
                less.remove(position);
                twice.push(items[position].clone());
                candidates.extend([json!(less), json!(twice)]);
            }
        }
        Value::Number(_) if place.ends_with("/version") || place.ends_with("/lastReferenceId") => {
            candidates.extend([0, 1, 3, 1 << 31, u32::MAX].map(|number| json!(number)));
        }
        Value::Number(_) if place.ends_with("/integer") => {
            candidates.extend([0, -1, i64::MAX, i64::MIN].map(|number| json!(number)));
        }
        Value::Number(_) => candidates.extend([0, 1, 40, u64::MAX / 2, u64::MAX].map(|number| json!(number))),
        // The value of a pair.
        Value::String(_) | Value::Object(_) if kind(place).ends_with("/userData/#/2") => {
            candidates.extend([json!("list"), json!({"integer": 7}), json!({"string": "x".repeat(20_000)})]);
        }
        Value::String(_) => {
            let long = "x".repeat(20_000);
            let texts =
                ["", "..", "a b", "A", "3001", "3003", "Talking", "Completed", "Complete", "ffffffffffffffff", &long];
            candidates.extend(texts.map(|text| json!(text)));
        }
        Value::Null | Value::Bool(_) | Value::Object(_) => {}
    }
    // These may be absent.
    match place.rsplit('/').next() {
        Some("cause") => candidates.extend([json!(null), json!("busy"), json!("none")]),
        Some("connID") => candidates.extend([json!(null), json!("7")]),
        Some("id") if place.starts_with("/requests") => candidates.extend([json!(null), json!("A")]),
        Some("lastEvent") => {
            candidates.push(json!({"serverStartTime": 1, "eventSequenceNumber": u64::MAX}));
            // A remembered end always has a `lastEvent`. Without it, the text is no snapshot.
            if place.starts_with("/sessions") {
                candidates.push(json!(null));
            }
        }
        Some("serverStartTime") => candidates.extend([json!(null), json!(1)]),
        _ => {}
    }
    candidates.retain(|candidate| candidate != own);
    candidates
}

fn damaged(mut snapshot: Value, damages: &[Damage]) -> Value {
    for Damage { part, place, becomes } in damages {
        let mut all = Vec::new();
        places(snapshot.pointer(part).unwrap_or(&snapshot), part, &mut all);
        // An empty part has only one place, itself. Then any place of the whole snapshot is chosen.
        if all.len() == 1 {
            places(&snapshot, "", &mut all);
        }
        let place = place.get(&all);
        let candidates = candidates(&snapshot, place);
        if let (false, Some(value)) = (candidates.is_empty(), snapshot.pointer_mut(place)) {
            *value = becomes.get(&candidates).clone();
        }
    }
    snapshot
}

/// A store without a gap in the ReferenceIDs after a restore, so that it continues exactly like the original.
fn new_store() -> Sessions {
    steps::new_store().with_reference_id_gap(0)
}

fn after(history: &[Step]) -> Sessions {
    let mut store = new_store();
    for step in history {
        carry_out(&mut store, step);
    }
    store
}

/// Restores into a store that already has sessions. Returns whether the snapshot was accepted. A refused snapshot
/// changes nothing. An accepted one gives a valid store: its own snapshot can be restored, and both stores continue
/// alike.
fn restores(snapshot: &Snapshot, there: &[Step], then: &[Step]) -> Result<bool, TestCaseError> {
    let mut store = after(there);
    let before = store.snapshot();
    if let Err(error) = store.restore(snapshot) {
        prop_assert_eq!(store.snapshot(), before);
        prop_assert!(error.to_string().contains(": "), "it names the place: {}", error);
        return Ok(false);
    }
    let mut again = new_store();
    again.restore(&store.snapshot()).unwrap();
    for step in then {
        prop_assert_eq!(carry_out(&mut again, step), carry_out(&mut store, step), "{:?}", step);
    }
    prop_assert_eq!(without_order(&again), without_order(&store));
    Ok(true)
}

#[test]
fn a_damaged_snapshot_never_panics_and_never_half_applies() {
    let (taken, refused) = (Reached::new(), Reached::new());
    let values = (history(40), history(20), vec(damage(), 1..4), history(40));
    check(400, 99, values, |(kept, there, damages, then)| {
        let text = damaged(json!(after(&kept).snapshot()), &damages).to_string();
        let Ok(snapshot) = serde_json::from_str::<Snapshot>(&text) else { return Ok(false) };
        taken.case();
        refused.case();
        if restores(&snapshot, &there, &then)? {
            taken.end()
        } else {
            refused.end()
        }
        Ok(true)
    });
    taken.at_least(20).expect("many are stores all the same");
    refused.at_least(20).expect("many are refused");
}

/// Damage that ignores the form of the snapshot. Places are numbered from front to back.
#[derive(Debug, Clone)]
enum WildDamage {
    Replace(Index, Value),
    Remove(Index),
    Swap(Index, Index),
    /// Only an element of an array can be repeated.
    Repeat(Index),
}

fn wild_damage() -> impl Strategy<Value = WildDamage> {
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
        json!([[1, "k", "list"], [2, "k", {"binary": "v"}]]),
        json!([1, "k", {"string": "v", "integer": 1}]),
    ];
    prop_oneof![
        4 => (any::<Index>(), select(values)).prop_map(|(place, value)| WildDamage::Replace(place, value)),
        1 => any::<Index>().prop_map(WildDamage::Remove),
        3 => (any::<Index>(), any::<Index>()).prop_map(|(one, other)| WildDamage::Swap(one, other)),
        2 => any::<Index>().prop_map(WildDamage::Repeat),
    ]
}

fn wildly_damaged(mut snapshot: Value, damages: &[WildDamage]) -> Value {
    for damage in damages {
        let mut all = Vec::new();
        places(&snapshot, "", &mut all);
        let place = |index: &Index| index.get(&all).clone();
        match damage {
            WildDamage::Replace(index, value) => *snapshot.pointer_mut(&place(index)).unwrap() = value.clone(),
            WildDamage::Swap(one, other) => {
                let (one, other) = (place(one), place(other));
                // If one place lies inside the other, the outer one is replaced by the inner one.
                let (first, second) = (snapshot.pointer(&one).cloned(), snapshot.pointer(&other).cloned());
                *snapshot.pointer_mut(&one).unwrap() = second.unwrap();
                if let Some(place) = snapshot.pointer_mut(&other) {
                    *place = first.unwrap();
                }
            }
            WildDamage::Remove(index) | WildDamage::Repeat(index) => {
                let (place, remove) = (place(index), matches!(damage, WildDamage::Remove(_)));
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

/// Nearly all of these are no longer snapshots, and the JSON reader refuses them.
#[test]
fn a_wildly_damaged_snapshot_is_refused_by_its_form_or_like_any_other() {
    let values = (history(40), history(20), vec(wild_damage(), 1..4), history(40));
    check(400, 5, values, |(kept, there, damages, then)| {
        let text = wildly_damaged(json!(after(&kept).snapshot()), &damages).to_string();
        let Ok(snapshot) = serde_json::from_str::<Snapshot>(&text) else { return Ok(false) };
        restores(&snapshot, &there, &then)?;
        Ok(true)
    });
}
