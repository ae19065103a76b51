//! The line between the server and the gateway, which determines when an event arrives. Faults of events happen here:
//! they change an event's arrival time, drop the event, or duplicate it.

use std::collections::BTreeMap;
use std::time::Duration;

use im_session::Event;
use serde::{Deserialize, Deserializer, Serialize};

use super::faults::{Fault, FaultSettings, Faults};

/// Events in transit.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Line {
    on_their_way: Vec<OnItsWay>,
    /// No event that is sent now arrives before this time.
    delayed_until: Duration,
    /// No event of these DNs that is sent now arrives before this time.
    overtaken_until: BTreeMap<String, Duration>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct OnItsWay {
    at: Duration,
    #[serde(deserialize_with = "owned")]
    event: Event<'static>,
}

impl Line {
    /// Sends events. Without faults they arrive at once and in order. With faults, events of one DN still stay in
    /// order.
    pub(super) fn send(
        &mut self,
        now: Duration,
        events: Vec<Event<'static>>,
        faults: &mut Faults,
        settings: &FaultSettings,
    ) {
        self.overtaken_until.retain(|_, until| *until > now);
        for event in events {
            if faults.strikes(Fault::Lose, settings) {
                continue;
            }
            let dn = event.this_dn().unwrap_or_default();
            let of_dn = self.overtaken_until.get(dn).copied().unwrap_or_default();
            let mut at = now.max(self.delayed_until).max(of_dn);
            if faults.strikes(Fault::Delay, settings) {
                at = at.saturating_add(settings.delay);
                self.delayed_until = at;
            }
            if faults.strikes(Fault::Reorder, settings) {
                at = at.saturating_add(settings.delay);
                self.overtaken_until.insert(dn.to_owned(), at);
            }
            if faults.strikes(Fault::Repeat, settings) {
                let again = at.saturating_add(settings.delay);
                self.on_their_way.push(OnItsWay { at: again, event: event.clone() });
            }
            self.on_their_way.push(OnItsWay { at, event });
        }
    }

    /// Takes the events that have arrived, in order of arrival.
    pub(super) fn arrived(&mut self, now: Duration) -> Vec<Event<'static>> {
        let all = std::mem::take(&mut self.on_their_way).into_iter();
        let (mut arrived, rest): (Vec<OnItsWay>, Vec<OnItsWay>) = all.partition(|one| one.at <= now);
        self.on_their_way = rest;
        // The sort is stable: events that arrive together stay in order.
        arrived.sort_by_key(|one| one.at);
        arrived.into_iter().map(|one| one.event).collect()
    }

    /// When the next event arrives.
    pub(super) fn next_arrival(&self) -> Option<Duration> {
        self.on_their_way.iter().map(|one| one.at).min()
    }
}

/// Reads an event and copies its text.
fn owned<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Event<'static>, D::Error> {
    Event::deserialize(deserializer).map(Event::into_owned)
}
