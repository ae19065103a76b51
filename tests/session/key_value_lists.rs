//! Do key-value lists work in cases that random tests hardly reach: long, deep, and with repeated keys?

use im_session::{KeyValueList, Value};

/// Nested lists with one integer in the innermost one.
fn nested(depth: usize, innermost: i64) -> KeyValueList<'static> {
    let leaf = KeyValueList::from_iter([("n", innermost)]);
    (1..depth).fold(leaf, |list, _| KeyValueList::try_from_iter([("list", list)]).expect("not too deep"))
}

/// The comparison once visited each inner list twice, so it visited the innermost one 2⁹⁹ times.
#[test]
fn deep_lists_that_differ_in_the_innermost_are_compared() {
    assert_eq!(nested(100, 1).depth(), 100);
    assert!(nested(100, 1).same_view(&nested(100, 1)));
    assert!(!nested(100, 1).same_view(&nested(100, 2)));
}

#[test]
fn no_list_can_be_built_deeper_than_a_hundred() {
    let mut deepest = nested(KeyValueList::DEEPEST, 1);
    assert_eq!(deepest.depth(), 100);
    assert_eq!(deepest.pair_count(), 100);
    assert!(KeyValueList::try_from_iter([("list", deepest.clone())]).is_err());
    let mut outer = KeyValueList::from_iter([("k", "v")]);
    assert!(outer.try_push("list", deepest.clone()).is_err());
    assert_eq!(outer, KeyValueList::from_iter([("k", "v")]), "nothing is added");
    assert_eq!(outer.depth(), 1);
    // After the deepest list is removed, the depth is computed anew.
    deepest.push("beside", 1);
    deepest.retain(|pair| pair.key != "list");
    assert_eq!((deepest.depth(), deepest.len()), (1, 1));
    outer.append(nested(7, 1));
    assert_eq!((outer.depth(), outer.len()), (7, 2));
}

/// Short lists are searched for repeated keys, and long lists are sorted. Both hide all but the last pair of a key.
#[test]
fn repeated_keys_are_hidden_in_lists_of_every_length() {
    for length in 0..100_i64 {
        let list: KeyValueList<'_> = (0..length).map(|n| (format!("key {}", n % 10), n)).collect();
        let shown: Vec<_> = list.view().map(|pair| pair.value.clone()).collect();
        let expected: Vec<_> = ((length - 10).max(0)..length).map(Value::from).collect();
        assert_eq!(shown, expected, "of {length}");

        let mut reversed: Vec<_> = list.view().cloned().collect();
        reversed.reverse();
        let reversed = KeyValueList::try_from_iter(reversed.into_iter().map(|pair| (pair.key, pair.value))).unwrap();
        assert!(list.same_view(&reversed) && reversed.same_view(&list), "of {length}");
    }
}

#[test]
fn lists_nested_deeper_than_a_hundred_are_refused_in_words() {
    let json = |depth: usize| format!("{}1{}", "{\"k\":".repeat(depth), "}".repeat(depth));
    for depth in [1, 2, 99, 100] {
        let list: KeyValueList<'_> = serde_json::from_str(&json(depth)).expect("not too deep");
        assert_eq!(list.depth(), depth);
    }
    for depth in [101, 102, 127] {
        let error = serde_json::from_str::<KeyValueList<'_>>(&json(depth)).expect_err("too deep").to_string();
        assert!(error.starts_with("expected lists nested at most 100 deep"), "{depth}: {error}");
    }
    // Far beyond the limit, the JSON reader refuses first.
    assert!(serde_json::from_str::<KeyValueList<'_>>(&json(1000)).is_err());
}

/// Values that JSON cannot hold but another format can.
#[test]
fn bytes_and_keys_that_are_numbers_are_refused_with_what_was_expected() {
    use serde::de::Deserialize;
    use serde::de::value::{BytesDeserializer, Error, MapDeserializer};

    let bytes = KeyValueList::deserialize(BytesDeserializer::<Error>::new(b"v")).expect_err("bytes");
    assert_eq!(bytes.to_string(), "invalid type: byte array, expected a string, an integer of 64 bits or an object");
    let pairs = MapDeserializer::<_, Error>::new([(1_u8, "v")].into_iter());
    let key = KeyValueList::deserialize(pairs).expect_err("a number as a key");
    assert_eq!(key.to_string(), "invalid type: integer `1`, expected a string");
}
