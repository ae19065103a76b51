//! Numbers that a store accepts: from 1 up, of one server start.

use crate::event::Event;

/// When the server started that numbers the events: seconds since 1970.
const SERVER_START_TIME: u64 = 1_420_640_000;

pub(crate) fn number_from_one(events: &mut [Event<'static>]) {
    for (number, event) in (1..).zip(events) {
        event.event_sequence_number = Some(number);
        event.server_start_time = Some(SERVER_START_TIME);
    }
}
