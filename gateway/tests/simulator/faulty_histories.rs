//! Sessions stay legal under any faults. If nothing is lost, they end as they would without faults.

use std::cell::Cell;
use std::time::Duration;

use im_session::{Agent, BaseUri, Handled, Query, RejectReason, Request, Sessions, State, Target};
use im_session_gateway::simulator::{Fault, FaultSettings, LikelyFault, Simulator, SimulatorSettings};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::histories::{DNS, Step, body, step};
use crate::requests::START;

fn simulator(seed: u64, faults: &FaultSettings) -> (Simulator, SimulatorSettings) {
    let settings = SimulatorSettings { seed, faults: faults.clone(), ..SimulatorSettings::default() };
    let mut simulator = Simulator::new(settings.clone(), START);
    simulator.set_dns(DNS.map(str::to_owned));
    (simulator, settings)
}

fn faults(of: &'static [Fault]) -> impl Strategy<Value = FaultSettings> {
    let likely = prop::collection::vec((prop::sample::select(of), 0..500_000_u32), 1..5);
    (likely, 1..9_u64).prop_map(|(likely, delay)| FaultSettings {
        likely: likely.into_iter().map(|(fault, in_a_million)| LikelyFault { fault, in_a_million }).collect(),
        delay: Duration::from_secs(delay),
    })
}

/// The request that the agents make at this step, if it is allowed.
fn request(sessions: &mut Sessions, step: &Step) -> Option<Request> {
    match *step {
        Step::Initiate { from, to } => {
            let to = DNS.get(to).copied().unwrap_or("unknown");
            let body = json!({"operationName": "InitiateIMSession", "destination": {"phoneNumber": to}});
            let me = Agent::new().with_device("/devices/1", DNS[from]);
            sessions.post(&me, Target::Sessions, body.to_string().as_bytes()).ok()
        }
        Step::OnSession { who, operation, key } => {
            let me = Agent::new().with_device("/devices/1", DNS[who]);
            let open = sessions.of_dn(DNS[who]).find(|session| session.state().is_open())?;
            let (other, id) = (open.participants().next()?.to_owned(), open.id().to_owned());
            sessions.post(&me, Target::Session(&id), body(operation, key, &other).as_bytes()).ok()
        }
        Step::Wait(_) => None,
    }
}

/// The sessions as the agents see them.
fn seen(sessions: &Sessions) -> Vec<Value> {
    let list = |dn: &&str| sessions.list(&Agent::new().with_device("/devices/1", *dn), &Query::parse("fields=*"));
    let mut seen: Vec<Value> = DNS.iter().map(|dn| serde_json::to_value(list(dn)).unwrap()).collect();
    for list in &mut seen {
        // Sorted, because the order depends on which call was reported first.
        let sessions = list["imSessions"].as_array_mut().unwrap();
        sessions.sort_by_key(|session| session["id"].as_str().unwrap().to_owned());
    }
    seen
}

/// Whether the transition table contains a change. A session opens, talks, and ends, in this order.
fn is_legal(handled: &Handled<'_>) -> bool {
    let rank = |state: Option<State>| match state {
        None => 0,
        Some(State::Initiating | State::Alerting) => 1,
        Some(State::Talking) => 2,
        Some(State::Completed) => 3,
    };
    match (handled.from(), handled.to()) {
        (Some(State::Completed), to) => to == Some(State::Completed),
        (from @ Some(State::Initiating | State::Alerting), to) if rank(to) == 1 => from == to,
        (from, to) => rank(to) >= rank(from),
    }
}

fn config() -> Config {
    Config { cases: 256, failure_persistence: None, ..Config::default() }
}

#[test]
fn sessions_stay_legal() {
    let rejected = Cell::new(0);
    let steps = prop::collection::vec(step(), 1..40);
    TestRunner::new(config())
        .run(&(steps, faults(&Fault::ALL), any::<u64>()), |(steps, faults, seed)| {
            let (mut simulator, settings) = simulator(seed, &faults);
            let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
            let (mut now, mut offset) = (START, 0);
            for step in steps {
                if let Step::Wait(seconds) = step {
                    now += Duration::from_secs(seconds);
                }
                // A server restored from its note continues as the original would have.
                let mut restored = Simulator::restore(settings.clone(), &simulator.note()).unwrap();
                restored.set_dns(DNS.map(str::to_owned));
                if let Some(request) = request(&mut sessions, &step) {
                    offset += 1;
                    simulator.carry_out(now, offset, &request);
                    restored.carry_out(now, offset, &request);
                }
                let events = simulator.due(now);
                prop_assert_eq!(&events, &restored.due(now));
                prop_assert_eq!(simulator.note(), restored.note());
                for event in events {
                    let handled = sessions.handle_event(&event).unwrap();
                    prop_assert!(is_legal(&handled), "{event:?}: {:?} to {:?}", handled.from(), handled.to());
                }
            }
            let refused = RejectReason::ALL.into_iter().map(|reason| sessions.counters().rejected(reason));
            rejected.set(rejected.get() + refused.sum::<u64>());
            Ok(())
        })
        .unwrap();
    assert!(rejected.get() > 50, "faults are not seen: {} events were rejected", rejected.get());
}

#[test]
fn where_nothing_is_lost_they_end_as_without_faults() {
    const HARMLESS: [Fault; 3] = [Fault::Delay, Fault::Repeat, Fault::Reorder];
    let (stale, differed, sessions_there) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let steps = prop::collection::vec(step(), 1..40);
    TestRunner::new(config())
        .run(&(steps, faults(&HARMLESS), any::<u64>()), |(steps, faults, seed)| {
            let (mut right, _) = simulator(seed, &FaultSettings::default());
            let (mut wrong, _) = simulator(seed, &faults);
            let mut gateway = Sessions::new(BaseUri::new("http://localhost:8090"));
            let mut faulty_gateway = Sessions::new(BaseUri::new("http://localhost:8090"));
            let (mut now, mut offset) = (START, 0);
            // In the end, everything has arrived.
            for step in steps.into_iter().chain([Step::Wait(1_000)]) {
                if let Step::Wait(seconds) = step {
                    now += Duration::from_secs(seconds);
                }
                if let Some(request) = request(&mut gateway, &step) {
                    offset += 1;
                    right.carry_out(now, offset, &request);
                    wrong.carry_out(now, offset, &request);
                }
                for event in right.due(now) {
                    let _handled = gateway.handle_event(&event).unwrap();
                }
                for event in wrong.due(now) {
                    let _handled = faulty_gateway.handle_event(&event).unwrap();
                }
                differed.set(differed.get() + usize::from(seen(&gateway) != seen(&faulty_gateway)));
            }
            prop_assert_eq!(seen(&gateway), seen(&faulty_gateway));
            prop_assert_eq!(wrong.next_due(), right.next_due());
            stale.set(stale.get() + faulty_gateway.counters().rejected(RejectReason::Stale));
            sessions_there.set(sessions_there.get() + gateway.iter().count());
            Ok(())
        })
        .unwrap();
    let counted = (stale.get(), differed.get(), sessions_there.get());
    assert!(
        counted.0 > 100 && counted.1 > 500 && counted.2 > 500,
        "too few of (stale, differed, sessions): {counted:?}"
    );
}
