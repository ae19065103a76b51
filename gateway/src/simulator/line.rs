//! The line between the server and the gateway: when an event arrives. What can go wrong with events goes wrong here: each is on
//! its way with a time of its own, which a fault may change, or take away, or double.

use std::time::Duration;

use im_session::Event;
use serde::{Deserialize, Deserializer, Serialize};

/// Events on their way.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Line(Vec<OnItsWay>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct OnItsWay {
    at: Duration,
    #[serde(deserialize_with = "owned")]
    event: Event<'static>,
}

impl Line {
    /// Events set out now. Without faults they arrive at once, in order.
    pub(super) fn send(&mut self, now: Duration, events: Vec<Event<'static>>) {
        self.0.extend(events.into_iter().map(|event| OnItsWay { at: now, event }));
    }

    /// Takes the events that have arrived, those that arrived first before the rest.
    pub(super) fn arrived(&mut self, now: Duration) -> Vec<Event<'static>> {
        let all = std::mem::take(&mut self.0).into_iter();
        let (mut arrived, rest): (Vec<OnItsWay>, Vec<OnItsWay>) = all.partition(|one| one.at <= now);
        self.0 = rest;
        // Stable: what arrives together stays in order.
        arrived.sort_by_key(|one| one.at);
        arrived.into_iter().map(|one| one.event).collect()
    }

    /// When the next one arrives.
    pub(super) fn next_arrival(&self) -> Option<Duration> {
        self.0.iter().map(|one| one.at).min()
    }
}

/// An event with all its text copied.
fn owned<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Event<'static>, D::Error> {
    Event::deserialize(deserializer).map(Event::into_owned)
}
