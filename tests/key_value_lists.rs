//! Key-value lists where random ones hardly go: long, with repeated keys, and deep.

use im_session::{KeyValueList, Value};

/// Lists in lists, with one integer in the innermost.
fn nested(depth: usize, innermost: i64) -> KeyValueList<'static> {
    let leaf = KeyValueList::from_iter([("n", innermost)]);
    (1..depth).fold(leaf, |list, _| KeyValueList::from_iter([("list", list)]))
}

/// Comparing once looked at each inner list twice, and so at the innermost of these 2⁹⁹ times.
#[test]
fn deep_lists_that_differ_in_the_innermost_are_compared() {
    assert_eq!(nested(100, 1).depth(), 100);
    assert!(nested(100, 1).same_view(&nested(100, 1)));
    assert!(!nested(100, 1).same_view(&nested(100, 2)));
}

/// Short lists are searched for repeated keys, long ones are sorted: both hide all but the last.
#[test]
fn repeated_keys_are_hidden_in_lists_of_every_length() {
    for length in 0..100_i64 {
        let list: KeyValueList<'_> = (0..length).map(|n| (format!("key {}", n % 10), n)).collect();
        let shown: Vec<_> = list.view().map(|pair| pair.value.clone()).collect();
        let expected: Vec<_> = ((length - 10).max(0)..length).map(Value::from).collect();
        assert_eq!(shown, expected, "of {length}");

        let mut reversed: Vec<_> = list.view().cloned().collect();
        reversed.reverse();
        let reversed: KeyValueList<'_> = reversed.into_iter().map(|pair| (pair.key, pair.value)).collect();
        assert!(list.same_view(&reversed) && reversed.same_view(&list), "of {length}");
    }
}

#[cfg(feature = "json")]
#[test]
fn lists_nested_deeper_than_a_hundred_are_refused_in_words() {
    let json = |depth: usize| format!("{}1{}", "{\"k\":".repeat(depth), "}".repeat(depth));
    for depth in [1, 2, 99, 100] {
        let list: KeyValueList<'_> = serde_json::from_str(&json(depth)).expect("not too deep");
        assert_eq!(list.depth(), depth);
    }
    for depth in [101, 102, 1000] {
        let error = serde_json::from_str::<KeyValueList<'_>>(&json(depth)).expect_err("too deep").to_string();
        assert!(error.starts_with("expected lists nested at most 100 deep"), "{depth}: {error}");
    }
}

/// What JSON cannot hold but another format can.
#[cfg(feature = "json")]
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
