//! Do the JSON view, the size, the depth and the number of pairs of a list agree with naive recursion?

use std::collections::BTreeMap;

use im_session::from_bytes::loggable_user_data;
use im_session::strategies::made_by;
use im_session::testing::Reached;
use im_session::{KeyValueList, Value};
use proptest::prelude::*;
use proptest::sample::Index;

/// The values that a reader of the JSON gets.
#[derive(Debug, PartialEq)]
enum Seen {
    Text(String),
    Integer(i64),
    Object(BTreeMap<String, Seen>),
}

/// The JSON view. The last value of a repeated key wins.
fn view(list: &KeyValueList<'_>) -> BTreeMap<String, Seen> {
    let mut map = BTreeMap::new();
    for pair in list {
        let seen = match &pair.value {
            Value::String(text) | Value::Binary(text) => Seen::Text(text.to_string()),
            Value::Integer(number) => Seen::Integer(*number),
            Value::List(list) => Seen::Object(view(list)),
        };
        map.insert(pair.key.to_string(), seen);
    }
    map
}

/// The view as JSON.
fn json(map: BTreeMap<String, Seen>) -> serde_json::Value {
    let value = |seen| match seen {
        Seen::Text(text) => text.into(),
        Seen::Integer(number) => number.into(),
        Seen::Object(map) => json(map),
    };
    map.into_iter().map(|(key, seen)| (key, value(seen))).collect()
}

/// The size in bytes: the UTF-8 length of keys and strings, 4 for an integer, and the stored text for binary. A list
/// counts its key and its pairs.
fn size(list: &KeyValueList<'_>) -> usize {
    let mut total = 0;
    for pair in list {
        total += pair.key.len();
        total += match &pair.value {
            Value::String(text) | Value::Binary(text) => text.len(),
            Value::Integer(_) => 4,
            Value::List(list) => size(list),
        };
    }
    total
}

/// The outermost list has depth 1.
fn depth(list: &KeyValueList<'_>) -> usize {
    let mut deepest = 0;
    for pair in list {
        if let Value::List(list) = &pair.value {
            deepest = deepest.max(depth(list));
        }
    }
    1 + deepest
}

/// The number of pairs, including those in nested lists.
fn pair_count(list: &KeyValueList<'_>) -> usize {
    let mut count = 0;
    for pair in list {
        count += 1;
        if let Value::List(list) = &pair.value {
            count += pair_count(list);
        }
    }
    count
}

/// Lists nested to a few levels, with repeated keys.
fn list() -> impl Strategy<Value = KeyValueList<'static>> {
    prop_oneof![any::<KeyValueList<'static>>(), made_by(loggable_user_data)]
}

/// The number of lists per property. A failure becomes a named regression test and is not saved to a file.
fn config() -> ProptestConfig {
    ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() }
}

fn of_pairs<'a>(pairs: impl IntoIterator<Item = im_session::event::Pair<'a>>) -> KeyValueList<'a> {
    KeyValueList::try_from_iter(pairs.into_iter().map(|pair| (pair.key, pair.value))).expect("not too deep")
}

#[test]
fn the_json_view() {
    let repeated = Reached::new();
    proptest!(config(), |(list in list())| {
        repeated.case();
        prop_assert_eq!(serde_json::to_value(&list).ok(), Some(json(view(&list))));
        // Every key appears once, at the position of its last pair.
        let pairs = list.pairs();
        let is_last = |at: usize| pairs[at + 1..].iter().all(|later| later.key != pairs[at].key);
        let expected: Vec<&str> = (0..pairs.len()).filter(|&at| is_last(at)).map(|at| &*pairs[at].key).collect();
        prop_assert_eq!(list.view().map(|pair| &*pair.key).collect::<Vec<_>>(), expected);
        for pair in &list {
            let last = pairs.iter().rfind(|other| other.key == pair.key).map(|pair| &pair.value);
            prop_assert_eq!(list.get(&pair.key), last);
        }
        prop_assert_eq!(list.get("no such key"), None);
        if list.view().count() < list.len() {
            repeated.end();
        }
    });
    repeated.at_least(20).expect("keys repeat");
}

#[test]
fn the_same_view() {
    let (same_at_all, different) = (Reached::new(), Reached::new());
    let same = |one: &KeyValueList<'_>, other: &KeyValueList<'_>| {
        let found = one.same_view(other);
        prop_assert_eq!(found, view(one) == view(other), "{:?} {:?}", one, other);
        prop_assert_eq!(other.same_view(one), found);
        same_at_all.case();
        different.case();
        if found {
            same_at_all.end()
        } else {
            different.end()
        }
        Ok(())
    };
    proptest!(config(), |(one in list(), other in list(), at in any::<Index>(), rotate in 0..4_usize)| {
        same(&one, &other)?;
        same(&one, &one.clone())?;
        // Similar lists: in another order, with one pair removed, or with one pair repeated.
        let pairs = one.pairs();
        let mut turned = pairs.to_vec();
        turned.rotate_left(rotate.min(one.len()));
        same(&one, &of_pairs(turned))?;
        if !one.is_empty() {
            let at = at.index(one.len());
            let mut less = pairs.to_vec();
            less.remove(at);
            same(&one, &of_pairs(less))?;
            let mut twice = pairs.to_vec();
            twice.insert(0, pairs[at].clone());
            same(&one, &of_pairs(twice.clone()))?;
            twice.push(pairs[at].clone());
            same(&one, &of_pairs(twice))?;
        }
    });
    same_at_all.at_least(20).expect("some are the same");
    different.at_least(20).expect("some differ");
}

#[test]
fn json_and_back() {
    let reached = Reached::new();
    proptest!(config(), |(list in list())| {
        reached.case();
        let json = serde_json::to_string(&list).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let again: KeyValueList<'_> =
            serde_json::from_str(&json).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert!(again.same_view(&list));
        prop_assert_eq!(serde_json::to_string(&again).ok(), Some(json), "the order is kept as well");
        if !list.is_empty() {
            reached.end();
        }
    });
    reached.at_least(50).unwrap();
}

#[test]
fn size_depth_and_number_of_pairs() {
    let nested = Reached::new();
    proptest!(config(), |(list in list())| {
        nested.case();
        prop_assert_eq!(list.size(), size(&list));
        prop_assert_eq!(list.depth(), depth(&list));
        prop_assert_eq!(list.pair_count(), pair_count(&list));
        prop_assert_eq!((list.len(), list.is_empty()), (list.pairs().len(), list.pairs().is_empty()));
        let mut pushed = KeyValueList::new();
        for pair in &list {
            prop_assert_eq!(pushed.try_push(pair.key.clone(), pair.value.clone()), Ok(()));
            prop_assert_eq!(pushed.depth(), depth(&pushed));
        }
        prop_assert_eq!(&pushed, &list);
        prop_assert_eq!(list.clone().into_owned(), list.clone());
        let mut appended = list.clone();
        appended.append(pushed);
        prop_assert_eq!((appended.depth(), appended.size()), (list.depth(), 2 * list.size()));
        appended.retain(|pair| pair.value.as_list().is_none());
        prop_assert_eq!(appended.depth(), 1);
        if list.depth() > 1 {
            nested.end();
        }
    });
    nested.at_least(20).expect("lists nest");
}

#[test]
fn one_level_more() {
    let reached = Reached::new();
    proptest!(config(), |(list in list(), levels in 1..40_usize)| {
        reached.case();
        let mut nested = list.clone();
        for _ in 0..levels {
            nested = KeyValueList::try_from_iter([("key", nested)]).expect("not too deep");
        }
        prop_assert_eq!(nested.depth(), depth(&list) + levels);
        prop_assert_eq!(nested.size(), size(&list) + 3 * levels);
        prop_assert_eq!(nested.pair_count(), pair_count(&list) + levels);
        reached.end();
    });
    reached.at_least(100).unwrap();
}
