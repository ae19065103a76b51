//! `Debug` and `Display` for people. Failing property tests print these.

use core::fmt;

use super::{Event, KeyValueList, ListAttribute};
use crate::excerpt::{excerpt, shortened};

/// One short line: the name, ThisDN, the beginning of the id, the other party and the sequence number, as far as the
/// event has them.
///
/// ```
/// use im_session::{CallEvent, Event};
///
/// let event = Event::new(CallEvent::Ringing).with_this_dn("3002").with_other_dn("3001");
/// let event = event.with_call_uuid("007MDF3D0KAHL93L807GK2LAES000001").with_event_sequence_number(4711);
/// assert_eq!(event.to_string(), "EventRinging 3002 007MDF… with 3001 #4711");
/// ```
impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&excerpt(self.name.as_str()))?;
        if let Some(this_dn) = self.this_dn() {
            write!(f, " {}", excerpt(this_dn).escape_debug())?;
        }
        if let Some(call_uuid) = self.call_uuid() {
            write!(f, " {}", shortened(call_uuid, 6).escape_debug())?;
        }
        if let Some(other) = self.other_party() {
            write!(f, " with {}", excerpt(other).escape_debug())?;
        }
        match self.event_sequence_number {
            Some(number) => write!(f, " #{number}"),
            None => Ok(()),
        }
    }
}

/// Only the attributes that the event has: `Event { name: EventRinging, this_dn: "3002" }`.
impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn field<T: fmt::Debug>(event: &mut fmt::DebugStruct<'_, '_>, name: &str, value: &Option<T>) {
            if let Some(value) = value {
                event.field(name, value);
            }
        }
        fn list_field(event: &mut fmt::DebugStruct<'_, '_>, name: &str, value: &ListAttribute<'_>) {
            match value {
                ListAttribute::Absent => {}
                ListAttribute::Hidden => {
                    event.field(name, &format_args!("hidden"));
                }
                ListAttribute::Present(list) => {
                    event.field(name, list);
                }
            }
        }
        let mut event = f.debug_struct("Event");
        event.field("name", &format_args!("{}", self.name));
        field(&mut event, "this_dn", &self.this_dn);
        field(&mut event, "other_dn", &self.other_dn);
        field(&mut event, "call_uuid", &self.call_uuid);
        field(&mut event, "conn_id", &self.conn_id);
        field(&mut event, "event_sequence_number", &self.event_sequence_number);
        field(&mut event, "server_start_time", &self.server_start_time);
        list_field(&mut event, "user_data", &self.user_data);
        list_field(&mut event, "extensions", &self.extensions);
        field(&mut event, "reference_id", &self.reference_id);
        field(&mut event, "error_code", &self.error_code);
        field(&mut event, "error_message", &self.error_message);
        event.finish()
    }
}

/// The pairs in order, including repeated keys: `{"k": String("v"), "n": Integer(1)}`.
impl fmt::Debug for KeyValueList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.pairs().iter().map(|pair| (&pair.key, &pair.value))).finish()
    }
}
