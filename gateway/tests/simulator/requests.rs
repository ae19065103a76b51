//! Requests in the JSON form that bridges read.

use im_session::{Event, Request};
use im_session_gateway::simulator::{Simulator, SimulatorSettings};
use serde_json::{Value, json};
use std::time::Duration;

pub(crate) const START: Duration = Duration::from_secs(1_763_000_000);

/// A server with the DNs 3001 to 3004. 3004 is busy.
pub(crate) fn server(answer_after: Duration) -> Simulator {
    let settings =
        SimulatorSettings { seed: 1, answer_after, busy: ["3004".to_owned()].into(), ..SimulatorSettings::default() };
    let mut simulator = Simulator::new(settings, START);
    simulator.set_dns(["3001", "3002", "3003", "3004"].map(str::to_owned));
    simulator
}

/// Carries out requests that all arrive at the same time.
pub(crate) struct Requests {
    pub(crate) simulator: Simulator,
    pub(crate) now: Duration,
    offset: u64,
}

impl Requests {
    pub(crate) fn new(simulator: Simulator) -> Self {
        Requests { simulator, now: START, offset: 0 }
    }

    /// Carries out a request whose ReferenceID is its offset plus 100.
    pub(crate) fn carry_out(&mut self, name: &str, more: Value) -> Vec<Event<'static>> {
        self.offset += 1;
        let mut request = json!({"Request": name, "RequestNumber": 0, "ReferenceID": 100 + self.offset});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let request: Request = serde_json::from_value(request).unwrap();
        self.simulator.carry_out(self.now, self.offset, &request);
        self.simulator.due(self.now)
    }

    pub(crate) fn make_call(&mut self, from: &str, to: &str) -> Vec<Event<'static>> {
        self.carry_out("RequestMakeCall", json!({"ThisDN": from, "OtherDN": to}))
    }

    /// A request of a DN on its call.
    pub(crate) fn of(&mut self, event: &Event<'_>, name: &str, more: Value) -> Vec<Event<'static>> {
        let mut attributes = json!({"ThisDN": event.this_dn(), "ConnID": event.conn_id.unwrap().to_string()});
        attributes.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.carry_out(name, attributes)
    }
}

/// The name and the ThisDN of each event.
pub(crate) fn names(events: &[Event<'_>]) -> Vec<(String, String)> {
    events.iter().map(|event| (event.name.as_str().to_owned(), event.this_dn().unwrap().to_owned())).collect()
}

pub(crate) fn are(events: &[Event<'_>], expected: &[(&str, &str)]) {
    let expected: Vec<_> = expected.iter().map(|(name, dn)| (format!("Event{name}"), (*dn).to_owned())).collect();
    assert_eq!(names(events), expected);
}
