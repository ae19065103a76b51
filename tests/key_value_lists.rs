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
