//! Key-value lists: the JSON view, the size and the depth, against naive recursion.

use im_session::{KeyValueList, Value};
use proptest::prelude::*;

use crate::config;
use crate::generate::pairs;
use crate::reference::{convert, pairs as plain};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_json_view(list in pairs()) {
        let crates = convert::list(&list);
        prop_assert_eq!(serde_json::to_value(&crates).ok(), Some(plain::json(&list)));
        // Each key once, at the place of its last pair.
        let mut expected = Vec::new();
        for (at, (key, _)) in list.iter().enumerate() {
            if list[at + 1..].iter().all(|(later, _)| later != key) {
                expected.push(key.as_str());
            }
        }
        prop_assert_eq!(crates.view().map(|pair| &*pair.key).collect::<Vec<_>>(), expected);
        for (key, _) in &list {
            let last = crates.pairs().iter().rfind(|pair| pair.key == key.as_str()).map(|pair| &pair.value);
            prop_assert_eq!(crates.get(key), last);
        }
        prop_assert_eq!(crates.get("no such key"), None);
    }

    #[test]
    fn the_same_view(one in pairs(), other in pairs(), at in any::<prop::sample::Index>(), rotate in 0..4_usize) {
        let same = |one: &plain::Pairs, other: &plain::Pairs| {
            let found = convert::list(one).same_view(&convert::list(other));
            prop_assert_eq!(found, plain::view(one) == plain::view(other), "{:?} {:?}", one, other);
            prop_assert_eq!(convert::list(other).same_view(&convert::list(one)), found);
            Ok(())
        };
        same(&one, &other)?;
        same(&one, &one)?;
        // Close to each other: in another order, with a pair less, with a pair twice, written once as JSON.
        let mut turned = one.clone();
        turned.rotate_left(rotate.min(one.len()));
        same(&one, &turned)?;
        if !one.is_empty() {
            let at = at.index(one.len());
            let mut less = one.clone();
            less.remove(at);
            same(&one, &less)?;
            let mut twice = one.clone();
            twice.insert(0, one[at].clone());
            same(&one, &twice)?;
            twice.push(one[at].clone());
            same(&one, &twice)?;
        }
    }

    #[test]
    fn json_and_back(list in pairs()) {
        let crates = convert::list(&list);
        let json = serde_json::to_string(&crates).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let again: KeyValueList<'_> =
            serde_json::from_str(&json).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert!(again.same_view(&crates));
        prop_assert_eq!(serde_json::to_string(&again).ok(), Some(json), "the order is kept as well");
    }

    #[test]
    fn size_and_depth(list in pairs()) {
        let crates = convert::list(&list);
        prop_assert_eq!(crates.size(), plain::size(&list));
        prop_assert_eq!(crates.depth(), plain::depth(&list));
        prop_assert_eq!((crates.len(), crates.is_empty()), (list.len(), list.is_empty()));
        let mut pushed = KeyValueList::new();
        for pair in crates.pairs() {
            pushed.push(pair.key.clone(), pair.value.clone());
        }
        prop_assert_eq!(&pushed, &crates);
        prop_assert_eq!(crates.clone().into_owned(), crates);
    }

    #[test]
    fn one_level_more(list in pairs(), levels in 1..40_usize) {
        let mut nested = convert::list(&list).into_owned();
        for _ in 0..levels {
            nested = KeyValueList::from_iter([("key", Value::List(nested))]);
        }
        prop_assert_eq!(nested.depth(), plain::depth(&list) + levels);
        prop_assert_eq!(nested.size(), plain::size(&list) + 3 * levels);
    }
}
