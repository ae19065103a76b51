//! User data of the model: an ordered list of pairs. Specification 2.3.

use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use crate::event::{self, KeyValueList};

/// Pairs in order; keys can repeat.
pub(super) type Pairs = Vec<(String, Data)>;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Data {
    Text(String),
    Integer(i64),
    Binary(String),
    List(Pairs),
}

/// The same pairs, of an event.
pub(super) fn pairs(list: &KeyValueList<'_>) -> Pairs {
    let data = |value: &event::Value<'_>| match value {
        event::Value::String(text) => Data::Text(text.clone().into_owned()),
        event::Value::Integer(number) => Data::Integer(*number),
        event::Value::Binary(text) => Data::Binary(text.clone().into_owned()),
        event::Value::List(list) => Data::List(pairs(list)),
    };
    list.pairs().iter().map(|pair| (pair.key.clone().into_owned(), data(&pair.value))).collect()
}

/// What JSON shows: of equal keys the last.
pub(super) fn view(pairs: &Pairs) -> Value {
    let mut object = Map::new();
    for (key, data) in pairs {
        let value = match data {
            Data::Text(text) | Data::Binary(text) => Value::from(text.as_str()),
            Data::Integer(number) => Value::from(*number),
            Data::List(list) => view(list),
        };
        object.insert(key.clone(), value);
    }
    Value::Object(object)
}

/// The UTF-8 length of keys and strings, 4 for an integer, a list its key and its pairs, binary as the text kept.
pub(super) fn size(pairs: &Pairs) -> usize {
    let mut size = 0_usize;
    for (key, data) in pairs {
        size += key.len();
        size += match data {
            Data::Text(text) | Data::Binary(text) => text.len(),
            Data::Integer(_) => 4,
            Data::List(list) => self::size(list),
        };
    }
    size
}

/// The outermost list has depth 1.
pub(super) fn depth(pairs: &Pairs) -> usize {
    let mut deepest = 0;
    for (_, data) in pairs {
        if let Data::List(list) = data {
            deepest = deepest.max(depth(list));
        }
    }
    deepest + 1
}

/// The pairs of a JSON object; `None` where a value is none of user data.
pub(super) fn from_json(object: &Map<String, Value>) -> Option<Pairs> {
    let mut pairs = Pairs::new();
    for (key, value) in object {
        let data = match value {
            Value::String(text) => Data::Text(text.clone()),
            Value::Number(number) => Data::Integer(number.as_i64()?),
            Value::Object(object) => Data::List(from_json(object)?),
            Value::Null => Data::List(Pairs::new()),
            Value::Bool(_) | Value::Array(_) => return None,
        };
        pairs.push((key.clone(), data));
    }
    Some(pairs)
}
