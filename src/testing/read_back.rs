//! What a text form can carry of an event.

use alloc::string::ToString;

use crate::decode::Form;
use crate::event::{Event, KeyValueList, Value};

/// The event as it comes back from this form: JSON knows no binary, it is a string there; of an event that is ignored by name
/// the logs' numbers and ConnID are not read. Specification 6.
#[must_use]
pub fn read_back(form: Form, event: &Event<'_>) -> Event<'static> {
    fn without_binary(list: &KeyValueList<'_>) -> KeyValueList<'static> {
        let value = |value: &Value<'_>| match value {
            Value::String(text) | Value::Binary(text) => Value::from(text.to_string()),
            Value::Integer(number) => Value::Integer(*number),
            Value::List(list) => Value::List(without_binary(list)),
        };
        let pairs = list.iter().map(|pair| (pair.key.to_string(), value(&pair.value)));
        // As deep as the list that it is made of.
        KeyValueList::try_from_iter(pairs).unwrap_or_default()
    }
    let mut event = event.clone().into_owned();
    match form {
        Form::JsonLines => {
            for attribute in [&mut event.user_data, &mut event.extensions] {
                if let Some(list) = attribute.list() {
                    *attribute = without_binary(list).into();
                }
            }
        }
        Form::TServerLog | Form::PlatformSdkLog if event.name.session_event().is_none() => {
            (event.conn_id, event.event_sequence_number, event.server_start_time) = (None, None, None);
        }
        Form::TServerLog | Form::PlatformSdkLog => {}
    }
    event
}
