//! User data of the reference store: an ordered list of pairs. Specification 2.3.

use im_session::KeyValueList;
use serde_json::{Map, Value};

/// Pairs in order; keys can repeat.
pub(crate) type Pairs = Vec<(String, Data)>;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Data {
    Text(String),
    Integer(i64),
    Binary(String),
    List(Pairs),
}

/// What JSON shows: of equal keys the last.
pub(crate) fn view(pairs: &Pairs) -> Value {
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
pub(crate) fn size(pairs: &Pairs) -> usize {
    let mut size = 0;
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
pub(crate) fn depth(pairs: &Pairs) -> usize {
    let mut deepest = 0;
    for (_, data) in pairs {
        if let Data::List(list) = data {
            deepest = deepest.max(depth(list));
        }
    }
    deepest + 1
}

/// The pairs of a JSON object; `None` where a value is none of user data.
pub(crate) fn from_json(object: &Map<String, Value>) -> Option<Pairs> {
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

/// The same for the crate.
pub(crate) fn list(pairs: &Pairs) -> KeyValueList<'static> {
    let mut list = KeyValueList::new();
    for (key, data) in pairs {
        let value = match data {
            Data::Text(text) => im_session::Value::String(text.clone().into()),
            Data::Integer(number) => im_session::Value::Integer(*number),
            Data::Binary(text) => im_session::Value::Binary(text.clone().into()),
            Data::List(pairs) => im_session::Value::List(self::list(pairs)),
        };
        list.push(key.clone(), value);
    }
    list
}
