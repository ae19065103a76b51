//! An event as an object of the JSON lines form. Specification 6.1.

use alloc::string::ToString;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::json_reader::ObjectReader;
use super::{Event, KeyValueList, Value};

/// Writes one object of the JSON lines form. The decoder reads the same event from it, with two exceptions, because the
/// form has neither: a binary becomes a string, and a hidden list becomes absent. Repeated keys of user data are all
/// written, in order, so a reader that keeps the last one sees the JSON view.
///
/// ```
/// # #[cfg(feature = "json")] {
/// use im_session::{CallEvent, Event};
///
/// let event = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
/// let json = r#"{"Event":"EventRinging","ThisDN":"3002","CallUUID":"007"}"#;
/// assert_eq!(serde_json::to_string(&event).unwrap(), json);
/// # }
/// ```
impl Serialize for Event<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("Event", self.name.as_str())?;
        entry(&mut object, "ThisDN", self.this_dn.as_deref())?;
        entry(&mut object, "OtherDN", self.other_dn.as_deref())?;
        entry(&mut object, "CallUUID", self.call_uuid.as_deref())?;
        entry(&mut object, "ConnID", self.conn_id.map(|conn_id| conn_id.to_string()))?;
        entry(&mut object, "EventSequenceNumber", self.event_sequence_number)?;
        entry(&mut object, "ServerStartTime", self.server_start_time)?;
        entry(&mut object, "UserData", self.user_data.list().map(AllPairs))?;
        entry(&mut object, "Extensions", self.extensions.list().map(AllPairs))?;
        entry(&mut object, "ReferenceID", self.reference_id)?;
        entry(&mut object, "ErrorCode", self.error_code)?;
        entry(&mut object, "ErrorMessage", self.error_message.as_deref())?;
        object.end()
    }
}

fn entry<M: SerializeMap, T: Serialize>(object: &mut M, key: &str, value: Option<T>) -> Result<(), M::Error> {
    match value {
        Some(value) => object.serialize_entry(key, &value),
        None => Ok(()),
    }
}

/// A list with its repeated keys.
struct AllPairs<'l>(&'l KeyValueList<'l>);

impl Serialize for AllPairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.0.len()))?;
        for pair in self.0 {
            match &pair.value {
                Value::List(list) => object.serialize_entry(&pair.key, &AllPairs(list))?,
                Value::String(_) | Value::Integer(_) | Value::Binary(_) => {
                    object.serialize_entry(&pair.key, &pair.value)?;
                }
            }
        }
        object.end()
    }
}

/// Reads one object of the JSON lines form, with any spelling of its keys.
///
/// For numbers in user data that are not 64-bit integers, `from_json_line` keeps the digits of the text, while this
/// keeps the value from the parser of the format.
///
/// ```
/// # #[cfg(feature = "json")] {
/// use im_session::{CallEvent, Event};
///
/// let json = r#"{"messageName":"EventRinging","thisDN":"3002","callUuid":"007"}"#;
/// let event: Event<'_> = serde_json::from_str(json).unwrap();
/// assert_eq!(event, Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007"));
/// # }
/// ```
impl<'de: 'a, 'a> Deserialize<'de> for Event<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut reader = ObjectReader::new();
        deserializer.deserialize_map(&mut reader)?;
        match reader.finish() {
            Ok(Some(event)) => Ok(event),
            Ok(None) => Err(D::Error::custom("expected the key Event with a name that begins with Event, found none")),
            Err(wrong) => Err(D::Error::custom(wrong)),
        }
    }
}
