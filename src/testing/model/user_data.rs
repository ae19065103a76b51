//! User data of the model: its JSON view, and when it exceeds a limit. Specification 2.3.

use crate::event::{self, KeyValueList};
use crate::session::Limits;
use crate::testing::prelude::*;

/// The JSON view: the last of several equal keys.
pub(super) fn view(list: &KeyValueList<'_>) -> Value {
    let value = |value: &event::Value<'_>| match value {
        event::Value::String(text) | event::Value::Binary(text) => Value::from(&**text),
        event::Value::Integer(number) => Value::from(*number),
        event::Value::List(list) => view(list),
    };
    list.iter().map(|pair| (pair.key.to_string(), value(&pair.value))).collect()
}

/// Whether its size, the number of all its pairs, or its depth exceeds a limit.
pub(super) fn is_over(list: &KeyValueList<'_>, limits: &Limits) -> bool {
    let (size, pairs, depth) = measured(list);
    size > limits.user_data_size || pairs > limits.user_data_pairs || depth > limits.user_data_depth
}

/// The size (the UTF-8 length of keys, strings and kept texts of binaries, and 4 for each integer), the number of all
/// pairs, and the depth (1 for the outermost list).
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

/// The pairs of a JSON object. `None` if a value cannot be user data.
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
