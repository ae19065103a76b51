//! User data of the model: an ordered list of pairs. Specification 2.3.

use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use crate::event::{self, KeyValueList};
use crate::session::Limits;

/// Pairs in order; keys can repeat.
pub(super) type Pairs = Vec<(String, Data)>;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Data {
    /// A string, or what was printed of binary.
    Text(String),
    Integer(i64),
    List(Pairs),
}

/// The same pairs, of an event.
pub(super) fn pairs(list: &KeyValueList<'_>) -> Pairs {
    let data = |value: &event::Value<'_>| match value {
        event::Value::String(text) | event::Value::Binary(text) => Data::Text(text.clone().into_owned()),
        event::Value::Integer(number) => Data::Integer(*number),
        event::Value::List(list) => Data::List(pairs(list)),
    };
    list.iter().map(|pair| (pair.key.clone().into_owned(), data(&pair.value))).collect()
}

/// What JSON shows: of equal keys the last.
pub(super) fn view(pairs: &Pairs) -> Value {
    let mut object = Map::new();
    for (key, data) in pairs {
        let value = match data {
            Data::Text(text) => Value::from(text.as_str()),
            Data::Integer(number) => Value::from(*number),
            Data::List(list) => view(list),
        };
        object.insert(key.clone(), value);
    }
    Value::Object(object)
}

/// Whether it is over a limit: of its size, of the number of its pairs in all, or of its depth.
pub(super) fn is_over(pairs: &Pairs, limits: &Limits) -> bool {
    size(pairs) > limits.user_data_size
        || count(pairs) > limits.user_data_pairs
        || depth(pairs) > limits.user_data_depth
}

/// The UTF-8 length of keys and strings, 4 for an integer, a list its key and its pairs, binary as the text kept.
fn size(pairs: &Pairs) -> usize {
    let of = |data: &Data| match data {
        Data::Text(text) => text.len(),
        Data::Integer(_) => 4,
        Data::List(list) => size(list),
    };
    pairs.iter().map(|(key, data)| key.len() + of(data)).sum()
}

fn count(pairs: &Pairs) -> usize {
    pairs.len() + lists(pairs).map(count).sum::<usize>()
}

/// The outermost list has depth 1.
fn depth(pairs: &Pairs) -> usize {
    1 + lists(pairs).map(depth).max().unwrap_or(0)
}

fn lists(pairs: &Pairs) -> impl Iterator<Item = &Pairs> {
    pairs.iter().filter_map(|(_, data)| if let Data::List(list) = data { Some(list) } else { None })
}

/// The pairs of a JSON object; `None` where a value is none of user data.
pub(super) fn from_json(object: &Map<String, Value>) -> Option<Pairs> {
    let data = |value: &Value| match value {
        Value::String(text) => Some(Data::Text(text.clone())),
        Value::Number(number) => number.as_i64().map(Data::Integer),
        Value::Object(object) => from_json(object).map(Data::List),
        Value::Null => Some(Data::List(Pairs::new())),
        Value::Bool(_) | Value::Array(_) => None,
    };
    object.iter().map(|(key, value)| Some((key.clone(), data(value)?))).collect()
}
