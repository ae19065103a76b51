//! More flows, written by hand in the form of the recorded ones: the races, retries, refusals and repetitions that issue 5 names,
//! with what each message gives at each endpoint. Through the observer message by message, and through `sip_watch`.

#![cfg(feature = "sip")]

#[path = "../examples/sip_watch/trace.rs"]
mod trace;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use im_session::sip::{Direction, Observer};
use im_session::{Event, Limits, Outcome, Session};
use serde_json::Value;
use trace::{Trace, TracedMessage};

const DIRECTORY: &str = "tests/data/sip-more";

/// The names of events, and a text in quotation marks for a message; and the number of the message where it stood.
type Events = Vec<(String, u64)>;

fn flows() -> Vec<Value> {
    let flows: Vec<Value> = serde_json::from_str(include_str!("data/sip-more/expected.json")).expect("JSON");
    assert_eq!(flows.len(), 38);
    flows
}

fn name(flow: &Value) -> &str {
    flow["flow"].as_str().expect("a name")
}

fn file(flow: &Value) -> String {
    format!("{DIRECTORY}/{}.txt", name(flow))
}

fn messages(flow: &Value) -> Vec<TracedMessage> {
    let text = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(file(flow))).expect("a flow");
    let mut trace = Trace::new(text.as_slice());
    let mut messages = Vec::new();
    while let Some(message) = trace.next().expect("bytes in memory") {
        messages.push(message.expect("a head"));
    }
    messages
}

fn expected(events: &Value) -> Events {
    let event = |event: &Value| (event[0].as_str().expect("a name").to_owned(), event[1].as_u64().expect("a number"));
    events.as_array().expect("events").iter().map(event).collect()
}

fn shown(name: &str, text: Option<&str>) -> String {
    text.map_or_else(|| name.to_owned(), |text| format!("“{text}”"))
}

/// An observer and its sessions, which must take every event.
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
            assert!(matches!(outcome, Outcome::Changed(_) | Outcome::Message(_)), "{place}: {outcome:?}");
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

fn watch(arguments: &[&str]) -> Output {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--example", "sip_watch", "--"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && errors.is_empty(), "{arguments:?}: {errors}");
    output
}

fn objects(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

#[test]
fn sip_watch_shows_each_event_at_its_endpoint_with_the_line_of_its_message() {
    for flow in flows() {
        let all = messages(&flow);
        let objects = objects(&watch(&["--format", "jsonl", &file(&flow)]));
        let (list, events) = objects.split_last().expect("a list");
        let mut sessions = 0;
        for (endpoint, expects) in flow["endpoints"].as_object().expect("endpoints") {
            let of_endpoint: Vec<&Value> = events.iter().filter(|event| event["endpoint"] == **endpoint).collect();
            let seen: Vec<(String, u64)> = of_endpoint
                .iter()
                .map(|event| {
                    let text = event["notifications"][0]["data"]["message"].as_str();
                    (shown(event["event"].as_str().expect("a name"), text), event["line"].as_u64().expect("a line"))
                })
                .collect();
            let steps = expects["steps"].as_array().expect("steps").iter().map(|step| &step["events"]);
            let wanted: Vec<(String, u64)> = steps
                .chain([&expects["at_end"]])
                .flat_map(expected)
                .map(|(name, number)| (name, all[usize::try_from(number).expect("small") - 1].line))
                .collect();
            assert_eq!(seen, wanted, "{} at {endpoint}", name(&flow));
            let states: BTreeMap<String, &Value> =
                of_endpoint.iter().map(|event| (event["id"].to_string(), &event["to"])).collect();
            for session in list["imSessions"].as_array().expect("sessions") {
                if session["endpoint"] == **endpoint {
                    assert_eq!(states.get(&session["id"].to_string()), Some(&&session["state"]), "{}", name(&flow));
                    sessions += 1;
                }
            }
        }
        assert_eq!(list["imSessions"].as_array().map(Vec::len), Some(sessions), "{}: no other endpoint", name(&flow));
    }
}

/// All in one run: the endpoints are shared, the calls are not.
#[test]
fn all_flows_in_one_run_come_to_the_same_in_every_form() {
    let flows = flows();
    let files: Vec<String> = flows.iter().map(file).collect();
    let all = |format| {
        let mut arguments = vec!["--format", format];
        arguments.extend(files.iter().map(String::as_str));
        watch(&arguments)
    };
    let together = objects(&all("jsonl")).len() - 1;
    let count = |endpoint: &Value| {
        let steps = endpoint["steps"].as_array().expect("steps").iter().map(|step| &step["events"]);
        steps.chain([&endpoint["at_end"]]).map(|events| expected(events).len()).sum::<usize>()
    };
    let wanted = flows.iter().flat_map(|flow| flow["endpoints"].as_object().expect("endpoints").values()).map(count);
    assert_eq!(together, wanted.sum::<usize>());

    let text = String::from_utf8(all("text").stdout).expect("UTF-8");
    assert!(text.contains("carol at 127.0.0.1:5063") && text.contains("[::1]:5061"), "{text}");
    assert!(text.contains("0 ignored, 0 refused."), "{text}");
    let mermaid = String::from_utf8(all("mermaid").stdout).expect("UTF-8");
    assert!(mermaid.starts_with("sequenceDiagram\n") && !mermaid.contains("server-x"), "{mermaid}");
}
