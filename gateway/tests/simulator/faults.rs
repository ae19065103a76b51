//! What is the effect of each single fault?

use std::time::Duration;

use im_session::Event;
use im_session_gateway::simulator::{Fault, FaultSettings, LikelyFault, Simulator, SimulatorSettings};
use serde_json::json;

use crate::requests::{Requests, START, are, server};

/// A server with an answered call from 3001 to 3002, and the events of the call.
fn talking() -> (Requests, Vec<Event<'static>>) {
    let mut requests = Requests::new(server(Duration::ZERO));
    let events = requests.make_call("3001", "3002");
    assert_eq!(events.len(), 4);
    (requests, events)
}

fn text(requests: &mut Requests, of: &Event<'_>) -> Vec<Event<'static>> {
    requests.of(of, "RequestPrivateService", json!({"OtherDN": "3002", "Extensions": {"text": "hello"}}))
}

/// The events that arrive a second later.
fn later(requests: &mut Requests) -> Vec<Event<'static>> {
    requests.now += Duration::from_secs(1);
    requests.simulator.due(requests.now)
}

fn inject(requests: &mut Requests, fault: Fault) {
    requests.simulator.inject(requests.now, fault);
}

#[test]
fn a_lost_event_never_arrives() {
    let (mut requests, events) = talking();
    inject(&mut requests, Fault::Lose);
    are(&text(&mut requests, &events[0]), &[("PrivateInfo", "3002")]);
    are(&later(&mut requests), &[]);
    // The fault happens only once.
    are(&text(&mut requests, &events[0]), &[("PrivateInfo", "3001"), ("PrivateInfo", "3002")]);
}

#[test]
fn a_delayed_event_holds_up_those_after_it() {
    let (mut requests, events) = talking();
    inject(&mut requests, Fault::Delay);
    are(&text(&mut requests, &events[0]), &[]);
    let release = requests.of(&events[0], "RequestReleaseCall", json!({}));
    are(&release, &[]);
    let all = [("PrivateInfo", "3001"), ("PrivateInfo", "3002"), ("Released", "3001"), ("Released", "3002")];
    are(&later(&mut requests), &all);
}

#[test]
fn a_repeated_event_arrives_again_as_it_was() {
    let (mut requests, events) = talking();
    inject(&mut requests, Fault::Repeat);
    let first = text(&mut requests, &events[0]);
    are(&first, &[("PrivateInfo", "3001"), ("PrivateInfo", "3002")]);
    assert_eq!(later(&mut requests), first[..1]);
}

#[test]
fn a_reordered_event_is_overtaken_by_other_dns_alone() {
    let (mut requests, events) = talking();
    inject(&mut requests, Fault::Reorder);
    are(&text(&mut requests, &events[0]), &[("PrivateInfo", "3002")]);
    are(&requests.of(&events[0], "RequestReleaseCall", json!({})), &[("Released", "3002")]);
    are(&later(&mut requests), &[("PrivateInfo", "3001"), ("Released", "3001")]);
}

#[test]
fn a_server_that_restarts_has_forgotten_its_calls_and_starts_later() {
    let (mut requests, events) = talking();
    for times in 1..=2 {
        inject(&mut requests, Fault::Restart);
        assert_eq!(requests.simulator.open_calls(), 0);
        let refused = text(&mut requests, &events[0]);
        are(&refused, &[("Error", "3001")]);
        // Two restarts within a second have different start times.
        assert_eq!(refused[0].server_start_time, Some(START.as_secs() + times));
        assert_eq!(refused[0].event_sequence_number, Some(1));
    }
    let again = requests.make_call("3001", "3002");
    assert_ne!(again[0].call_uuid(), events[0].call_uuid());
}

#[test]
fn a_callee_is_busy_once() {
    let mut requests = Requests::new(server(Duration::ZERO));
    inject(&mut requests, Fault::Busy);
    let busy = [("Dialing", "3001"), ("DestinationBusy", "3001"), ("Released", "3001")];
    are(&requests.make_call("3001", "3002"), &busy);
    assert_eq!(requests.make_call("3001", "3002").len(), 4);
}

#[test]
fn a_callee_does_not_answer_and_the_caller_gives_up() {
    let mut requests = Requests::new(server(Duration::ZERO));
    inject(&mut requests, Fault::NoAnswer);
    let events = requests.make_call("3001", "3002");
    are(&events, &[("Dialing", "3001"), ("Ringing", "3002")]);
    requests.now += Duration::from_secs(3 * 3_600);
    are(&requests.simulator.due(requests.now), &[]);
    are(&requests.of(&events[0], "RequestReleaseCall", json!({})), &[("Released", "3001"), ("Abandoned", "3002")]);
}

#[test]
fn a_refused_request_changes_nothing() {
    let (mut requests, events) = talking();
    inject(&mut requests, Fault::Refuse);
    let refused = requests.of(&events[0], "RequestReleaseCall", json!({}));
    are(&refused, &[("Error", "3001")]);
    assert_eq!((refused[0].reference_id, requests.simulator.open_calls()), (Some(102), 1));
}

#[test]
fn shots_are_in_the_note() {
    let (mut requests, events) = talking();
    inject(&mut requests, Fault::Lose);
    let settings = SimulatorSettings { seed: 1, ..SimulatorSettings::default() };
    requests.simulator = Simulator::restore(settings, &requests.simulator.note()).unwrap();
    are(&text(&mut requests, &events[0]), &[("PrivateInfo", "3002")]);
}

/// The events of 60 calls with faults of all kinds.
fn run(seed: u64) -> Vec<Event<'static>> {
    let likely = Fault::ALL.map(|fault| LikelyFault { fault, in_a_million: 200_000 }).to_vec();
    let faults = FaultSettings { likely, ..FaultSettings::default() };
    let mut simulator = Simulator::new(SimulatorSettings { seed, faults, ..SimulatorSettings::default() }, START);
    simulator.set_dns(["3001", "3002", "3003", "3004"].map(str::to_owned));
    let mut requests = Requests::new(simulator);
    let mut events = Vec::new();
    for _ in 0..60 {
        let made = requests.make_call("3001", "3002");
        events.extend(made.clone());
        if let Some(event) = made.iter().find(|event| event.conn_id.is_some()) {
            events.extend(requests.of(event, "RequestReleaseCall", json!({})));
        }
        events.extend(later(&mut requests));
    }
    events
}

#[test]
fn with_the_same_seed_a_run_repeats() {
    assert_eq!(run(7), run(7));
    let without_ids = |events: Vec<Event<'static>>| crate::requests::names(&events);
    assert_ne!(without_ids(run(7)), without_ids(run(8)));
}

#[test]
fn a_likely_fault_is_read_from_its_option() {
    let fault = "no-answer=0.25".parse::<LikelyFault>().unwrap();
    assert_eq!(fault, LikelyFault { fault: Fault::NoAnswer, in_a_million: 250_000 });
    for (wrong, why) in [
        ("lose", "expected FAULT=PROBABILITY with a probability from 0 to 1, as lose=0.01, found \"lose\""),
        ("lose=1.1", "expected FAULT=PROBABILITY with a probability from 0 to 1, as lose=0.01, found \"lose=1.1\""),
        ("lose=NaN", "expected FAULT=PROBABILITY with a probability from 0 to 1, as lose=0.01, found \"lose=NaN\""),
        (
            "burn=0.1",
            "expected one of lose, delay, repeat, reorder, restart, busy, no-answer and refuse, found \"burn\"",
        ),
    ] {
        assert_eq!(wrong.parse::<LikelyFault>().unwrap_err().to_string(), why);
    }
    for fault in Fault::ALL {
        assert_eq!(fault.name().parse(), Ok(fault));
        assert_eq!(serde_json::to_value(fault).unwrap(), fault.name());
    }
}
