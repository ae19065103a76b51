//! The legal sequences of specification 2, typed in by hand.

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

/// Whether these are one of the sequences, or its beginning.
pub(crate) fn is_legal(names: &[&str]) -> bool {
    LEGAL.iter().any(|legal| legal.starts_with(names))
}

/// Whether an event is part of the sequences.
pub(crate) fn moves(event: &Event<'_>) -> bool {
    matches!(event.name, EventName::Call(_)) || event.name == DataEvent::DestinationBusy.into()
}
