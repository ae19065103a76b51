//! The line between the server and the gateway: when an event arrives. What can go wrong with events goes wrong here: each is on
//! its way with a time of its own, which a fault may change, or take away, or double.

use std::collections::BTreeMap;
use std::time::Duration;

use im_session::Event;
use serde::{Deserialize, Deserializer, Serialize};

use super::faults::{Fault, FaultSettings, Faults};

/// Events on their way.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Line {
    on_their_way: Vec<OnItsWay>,
    /// Nothing that sets out arrives before this.
    delayed_until: Duration,
    /// Nothing of these DNs that sets out arrives before this.
    overtaken_until: BTreeMap<String, Duration>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct OnItsWay {
    at: Duration,
    #[serde(deserialize_with = "owned")]
    event: Event<'static>,
}

impl Line {
    /// Events set out now. Without faults they arrive at once, in order; with faults those of a DN stay in order, too.
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

    /// Takes the events that have arrived, those that arrived first before the rest.
    pub(super) fn arrived(&mut self, now: Duration) -> Vec<Event<'static>> {
        let all = std::mem::take(&mut self.on_their_way).into_iter();
        let (mut arrived, rest): (Vec<OnItsWay>, Vec<OnItsWay>) = all.partition(|one| one.at <= now);
        self.on_their_way = rest;
        // Stable: what arrives together stays in order.
        arrived.sort_by_key(|one| one.at);
        arrived.into_iter().map(|one| one.event).collect()
    }

    /// When the next one arrives.
    pub(super) fn next_arrival(&self) -> Option<Duration> {
        self.on_their_way.iter().map(|one| one.at).min()
    }
}

/// An event with all its text copied.
fn owned<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Event<'static>, D::Error> {
    Event::deserialize(deserializer).map(Event::into_owned)
}
