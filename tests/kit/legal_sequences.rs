//! The legal sequences of specification 2, copied by hand.

use im_session::{DataEvent, Event, EventName};

pub(crate) const LEGAL: [&[&str]; 7] = [
    &["EventDialing", "EventEstablished", "EventReleased"],
    &["EventDialing", "EventReleased"],
    &["EventDialing", "EventDestinationBusy", "EventReleased"],
    &["EventRinging", "EventEstablished", "EventReleased"],
    &["EventRinging", "EventReleased"],
    &["EventRinging", "EventAbandoned"],
    &["EventEstablished", "EventReleased"],
];

/// Whether these names form one of the sequences or a prefix of one.
pub(crate) fn is_legal(names: &[&str]) -> bool {
    LEGAL.iter().any(|legal| legal.starts_with(names))
}

/// Whether an event is part of the sequences.
pub(crate) fn moves(event: &Event<'_>) -> bool {
    matches!(event.name, EventName::Call(_)) || event.name == DataEvent::DestinationBusy.into()
}
