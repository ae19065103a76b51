//! Random histories for the properties. The crate's own `testing` carries them out on the store and on the model.

use std::collections::BTreeMap;
use std::sync::LazyLock;

pub(crate) use im_session::strategies::any_event;
use im_session::strategies::{self};
use im_session::testing::{self, Model, Setup, Step};
use im_session::{Agent, Event, Limits, Query, RejectReason, Sessions, StatusCode};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The agents of all histories. One has two DNs, and one has none.
pub(crate) fn agents() -> &'static [Agent] {
    static AGENTS: LazyLock<Vec<Agent>> = LazyLock::new(strategies::agents);
    &AGENTS
}

/// Whether the DN is one of the agent's.
pub(crate) fn is_mine(agent: &Agent, dn: &str) -> bool {
    agent.devices().iter().any(|device| device.dn == dn)
}

/// The setup that services use.
pub(crate) fn setup() -> Setup {
    let mut setup = Setup::default();
    setup.limits = Limits::DEFAULT;
    setup
}

pub(crate) fn new_store() -> Sessions {
    setup().sessions()
}

/// The answer of the store and its notifications, in order.
pub(crate) fn carry_out(store: &mut Sessions, step: &Step) -> Value {
    testing::carry_out(store, agents(), step)
}

/// The whole list of an agent.
pub(crate) fn list_of(sessions: &Sessions, agent: usize) -> Value {
    json!(sessions.list(&agents()[agent], &Query::parse("fields=*")))
}

/// The counters under the model's names.
pub(crate) fn counts(sessions: &Sessions) -> BTreeMap<String, u64> {
    let counters = sessions.counters();
    let mut counts = BTreeMap::from([
        ("changed".to_string(), counters.changed),
        ("unchanged".to_string(), counters.unchanged),
        ("message".to_string(), counters.messages),
        ("ignored".to_string(), counters.ignored),
        ("unreadable".to_string(), counters.unreadable),
    ]);
    for reason in RejectReason::ALL {
        counts.insert(format!("rejected {reason}"), counters.rejected(reason));
    }
    for status_code in StatusCode::ALL {
        counts.insert(format!("operation {}", status_code.code()), counters.operations(status_code));
    }
    counts.retain(|_, count| *count > 0);
    counts
}

/// Asserts that the sessions and counters of the store equal those of the model.
pub(crate) fn agree(store: &Sessions, model: &Model) {
    let resources: Vec<Value> = store.iter().map(|session| json!(store.resource(session))).collect();
    assert_eq!(resources, model.resources());
    assert_eq!(&counts(store), model.counts());
    for session in store.iter() {
        let last = session.last_event().map(|last| (last.server_start_time, last.event_sequence_number));
        let found = json!({
            "cause": session.cause(),
            "connID": session.conn_id().map(|conn_id| conn_id.to_string()),
            "lastEvent": last,
            "participants": session.participants().collect::<Vec<_>>(),
            "state": session.state(),
            "userData": session.user_data(),
        });
        assert_eq!(Some(found), model.inside(session.this_dn(), session.id()));
    }
}

/// A snapshot without the order in which sessions completed, ends were remembered and requests were sent. That order
/// matters only at a limit. A restored store also does not know the order of sessions that were heard at the same time.
pub(crate) fn without_order(store: &Sessions) -> Value {
    let mut snapshot = json!(store.snapshot());
    for (parts, order) in [("sessions", "completion"), ("ends", "order"), ("requests", "order")] {
        for part in snapshot[parts].as_array_mut().expect("a list of parts") {
            part[order] = json!(null);
        }
    }
    snapshot
}

/// Histories of up to `steps` steps.
pub(crate) fn history(steps: usize) -> impl Strategy<Value = Vec<Step>> {
    history_of(strategies::step(), steps)
}

/// Steps that are all events.
pub(crate) fn events(count: usize) -> impl Strategy<Value = Vec<Event<'static>>> {
    history_of(event().prop_map(Step::Event), count).prop_map(|steps| {
        let event = |step| match step {
            Step::Event(event) => Some(event),
            _ => None,
        };
        steps.into_iter().filter_map(event).collect()
    })
}

fn history_of(step: impl Strategy<Value = Step>, steps: usize) -> impl Strategy<Value = Vec<Step>> {
    strategies::history_of(step, 1..steps).prop_map(|history| history.steps)
}

/// Any event. Half of them are numbered by their position.
fn event() -> impl Strategy<Value = Event<'static>> {
    let number = prop_oneof![3 => Just(None), 5 => Just(Some(u64::MAX)), 2 => (0..40_u64).prop_map(Some)];
    (any_event(), number).prop_map(|(mut event, number)| {
        event.event_sequence_number = number;
        event
    })
}

/// A reordering of the same events that keeps the order within each session. At every position, `choices` selects one
/// of the events that may come next.
pub(crate) fn linear_extension(events: &[Event<'static>], choices: &[usize]) -> Vec<Event<'static>> {
    let mut left: Vec<&Event<'static>> = events.iter().collect();
    let mut ordered = Vec::new();
    for choice in choices.iter().cycle() {
        let may_come =
            |position: &usize| !left[..*position].iter().any(|before| share_a_session(before, left[*position]));
        let next: Vec<usize> = (0..left.len()).filter(may_come).collect();
        if next.is_empty() {
            break;
        }
        ordered.push(left.remove(next[choice % next.len()]).clone());
    }
    ordered
}

/// Whether both events can concern the same session: they have the same call, and the same DN or no DN.
fn share_a_session(one: &Event<'_>, other: &Event<'_>) -> bool {
    let (dn, other_dn) = (one.this_dn(), other.this_dn());
    one.call_uuid == other.call_uuid && (dn == other_dn || dn.is_none() || other_dn.is_none())
}
