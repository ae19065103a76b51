//! Do further flows, written by hand in the form of the recorded ones, give the expected events at each endpoint?
//! Races, retries, refusals and repetitions.

use std::collections::BTreeMap;
use std::time::Duration;

use im_session::sip::{Direction, Observer};
use im_session::{Event, Limits, Outcome, Session};
use serde_json::Value;

use crate::support::trace::{self, TracedMessage};

/// The name of an event, or the text of a chat message in quotation marks, with the number of the SIP message.
type Events = Vec<(String, u64)>;

fn flows() -> Vec<Value> {
    let flows: Vec<Value> = serde_json::from_str(include_str!("../data/sip-more/expected.json")).expect("JSON");
    assert_eq!(flows.len(), 38);
    flows
}

fn name(flow: &Value) -> &str {
    flow["flow"].as_str().expect("a name")
}

fn messages(flow: &Value) -> Vec<TracedMessage> {
    trace::flow(&format!("sip-more/{}.txt", name(flow)))
}

fn expected(events: &Value) -> Events {
    let event = |event: &Value| (event[0].as_str().expect("a name").to_owned(), event[1].as_u64().expect("a number"));
    events.as_array().expect("events").iter().map(event).collect()
}

fn shown(name: &str, text: Option<&str>) -> String {
    text.map_or_else(|| name.to_owned(), |text| format!("“{text}”"))
}

/// An observer and its sessions, which must accept every event.
#[derive(Default)]
struct End {
    observer: Observer,
    sessions: BTreeMap<(String, String), Option<Session>>,
}

impl End {
    fn take(&mut self, events: Vec<Event<'static>>, place: &str) -> Vec<String> {
        let mut names = Vec::new();
        for event in events {
            let key = (event.this_dn().expect("a DN").to_owned(), event.call_uuid().expect("an id").to_owned());
            let outcome = Session::apply(self.sessions.entry(key).or_default(), &event, &Limits::DEFAULT);
            assert!(matches!(outcome, Outcome::Changed { .. } | Outcome::Message(_)), "{place}: {outcome:?}");
            names.push(shown(event.name.as_str(), event.text().as_deref()));
        }
        names
    }
}

#[test]
fn the_observer_gives_at_every_endpoint_what_every_message_stands_for() {
    let mut compared = 0;
    for flow in flows() {
        let all = messages(&flow);
        for (endpoint, expects) in flow["endpoints"].as_object().expect("endpoints") {
            let mut end = End::default();
            let mut steps = expects["steps"].as_array().expect("steps").iter();
            for (number, message) in (1_u64..).zip(&all) {
                let place = format!("{} #{number} at {endpoint}", name(&flow));
                let direction = match (message.source == *endpoint, message.destination == *endpoint) {
                    (true, false) => Direction::Sent,
                    (false, true) => Direction::Received,
                    (false, false) => continue,
                    (true, true) => panic!("{place}: to itself"),
                };
                let step = steps.next().expect("a step");
                assert_eq!(step["message"].as_u64(), Some(number), "{place}");
                assert!(message.bytes.starts_with(step["start"].as_str().expect("a line").as_bytes()), "{place}");
                let events = end.observer.observe(direction, &message.bytes, message.at).expect("a readable message");
                let wanted: Vec<String> = expected(&step["events"]).into_iter().map(|(name, _)| name).collect();
                assert_eq!(end.take(events, &place), wanted, "{place}: {}", step["start"]);
                compared += 1;
            }
            assert!(steps.next().is_none());
            let place = format!("the end of {} at {endpoint}", name(&flow));
            let events = end.observer.finish();
            let wanted: Vec<String> = expected(&expects["at_end"]).into_iter().map(|(name, _)| name).collect();
            assert_eq!(end.take(events, &place), wanted, "{place}");
            let later = end.observer.advance(Duration::from_secs(3600));
            assert_eq!(end.take(later, &place), Vec::<String>::new(), "{place}");
        }
    }
    assert!(compared > 700, "{compared}");
}
