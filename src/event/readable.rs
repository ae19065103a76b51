//! `Debug` that a person reads: what a failing property prints is made of these.

use core::fmt;

use super::{Event, KeyValueList};

/// The attributes that are there, and no others: `Event { name: EventRinging, this_dn: "3002" }`.
impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn field<T: fmt::Debug>(event: &mut fmt::DebugStruct<'_, '_>, name: &str, value: &Option<T>) {
            if let Some(value) = value {
                event.field(name, value);
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
        field(&mut event, "user_data", &self.user_data);
        field(&mut event, "extensions", &self.extensions);
        field(&mut event, "reference_id", &self.reference_id);
        field(&mut event, "error_code", &self.error_code);
        field(&mut event, "error_message", &self.error_message);
        event.finish()
    }
}

/// The pairs in order, repeated keys too: `{"k": String("v"), "n": Integer(1)}`.
impl fmt::Debug for KeyValueList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.pairs().iter().map(|pair| (&pair.key, &pair.value))).finish()
    }
}
