//! User data of the model: what is shown of it, and when it is too much. Specification 2.3.

use crate::event::{self, KeyValueList};
use crate::session::Limits;
use crate::testing::prelude::*;

/// What JSON shows: of equal keys the last.
pub(super) fn view(list: &KeyValueList<'_>) -> Value {
    let value = |value: &event::Value<'_>| match value {
        event::Value::String(text) | event::Value::Binary(text) => Value::from(&**text),
        event::Value::Integer(number) => Value::from(*number),
        event::Value::List(list) => view(list),
    };
    list.iter().map(|pair| (pair.key.to_string(), value(&pair.value))).collect()
}

/// Whether it is over a limit: of its size, of the number of its pairs in all, or of its depth.
pub(super) fn is_over(list: &KeyValueList<'_>, limits: &Limits) -> bool {
    let (size, pairs, depth) = measured(list);
    size > limits.user_data_size || pairs > limits.user_data_pairs || depth > limits.user_data_depth
}

/// The UTF-8 length of keys and strings, 4 for an integer, a list its key and its pairs, binary as the text kept; how many pairs in
/// all; the depth, of the outermost list 1.
fn measured(list: &KeyValueList<'_>) -> (usize, usize, usize) {
    let (mut size, mut pairs, mut deepest) = (0, 0, 0);
    for pair in list {
        pairs += 1;
        size += pair.key.len();
        match &pair.value {
            event::Value::String(text) | event::Value::Binary(text) => size += text.len(),
            event::Value::Integer(_) => size += 4,
            event::Value::List(list) => {
                let inner = measured(list);
                (size, pairs, deepest) = (size + inner.0, pairs + inner.1, deepest.max(inner.2));
            }
        }
    }
    (size, pairs, deepest + 1)
}

/// The pairs of a JSON object; `None` where a value is none of user data.
pub(super) fn from_json(object: &Map<String, Value>) -> Option<KeyValueList<'static>> {
    let value = |value: &Value| match value {
        Value::String(text) => Some(text.clone().into()),
        Value::Number(number) => number.as_i64().map(event::Value::Integer),
        Value::Object(object) => from_json(object).map(event::Value::List),
        Value::Null => Some(KeyValueList::new().into()),
        Value::Bool(_) | Value::Array(_) => None,
    };
    let pairs: Option<Vec<_>> = object.iter().map(|(key, data)| Some((key.clone(), value(data)?))).collect();
    KeyValueList::try_from_iter(pairs?).ok()
}
