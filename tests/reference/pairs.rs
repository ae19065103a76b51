//! Key-value pairs as specification 2.3 has them, the naive way: plain recursion and a map.

use std::collections::BTreeMap;

/// An ordered list in which keys can repeat.
pub(crate) type Pairs = Vec<(String, Pair)>;

/// A value of such a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Pair {
    Text(String),
    Integer(i64),
    /// The text that was printed for something binary.
    Binary(String),
    List(Pairs),
}

/// What a reader of the JSON sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    Text(String),
    Integer(i64),
    Object(BTreeMap<String, Seen>),
}

/// The JSON view: on repeated keys the last value wins.
pub(crate) fn view(pairs: &Pairs) -> BTreeMap<String, Seen> {
    let mut map = BTreeMap::new();
    for (key, value) in pairs {
        let seen = match value {
            Pair::Text(text) | Pair::Binary(text) => Seen::Text(text.clone()),
            Pair::Integer(number) => Seen::Integer(*number),
            Pair::List(pairs) => Seen::Object(view(pairs)),
        };
        map.insert(key.clone(), seen);
    }
    map
}

/// The view as JSON.
pub(crate) fn json(pairs: &Pairs) -> serde_json::Value {
    fn value(seen: Seen) -> serde_json::Value {
        match seen {
            Seen::Text(text) => text.into(),
            Seen::Integer(number) => number.into(),
            Seen::Object(map) => map.into_iter().map(|(key, seen)| (key, value(seen))).collect(),
        }
    }
    value(Seen::Object(view(pairs)))
}

/// The UTF-8 length of keys and strings, 4 for an integer, a list its key and its pairs, binary as the text kept.
pub(crate) fn size(pairs: &Pairs) -> usize {
    let mut total = 0;
    for (key, value) in pairs {
        total += key.len();
        total += match value {
            Pair::Text(text) | Pair::Binary(text) => text.len(),
            Pair::Integer(_) => 4,
            Pair::List(pairs) => size(pairs),
        };
    }
    total
}

/// The outermost list has depth 1.
pub(crate) fn depth(pairs: &Pairs) -> usize {
    let mut deepest = 0;
    for (_, value) in pairs {
        if let Pair::List(pairs) = value {
            deepest = deepest.max(depth(pairs));
        }
    }
    1 + deepest
}
