//! What can happen to a store: made at random by `generate`, carried out by the crate's own `testing` at the store and at the
//! model. `client` follows the notifications alone.

#![allow(dead_code, unused_imports, reason = "every test that includes this uses another part of it")]

mod client;
mod generate;

use std::collections::BTreeMap;

use im_session::testing::{self, Agent, Model, Setup, Step};
use im_session::{Limits, Query, RejectReason, Sessions, StatusCode};
use serde_json::{Value, json};

pub(crate) use client::Client;
pub(crate) use generate::{event, history, history_of, linear_extension};

/// The agents: devicePath and DN of each device. One has two DNs, one none.
pub(crate) const AGENTS: [&[(&str, &str)]; 4] =
    [&[("/devices/1", "3001")], &[("/devices/2", "3003"), ("/devices/3", "3002")], &[("/devices/1", "VQ_4")], &[]];

/// The DNs of all agents, and one of nobody.
pub(crate) const DNS: [&str; 5] = ["3001", "3002", "3003", "VQ_4", "9"];

/// The ids that all of them share.
pub(crate) const IDS: [&str; 4] = ["A", "B", "007MDF3D0KAHL93L807GK2LAES000001", "~._-"];

pub(crate) fn agents() -> Vec<Agent> {
    AGENTS.iter().map(|devices| Agent::new(devices.iter().copied())).collect()
}

/// As services are set up.
pub(crate) fn setup() -> Setup {
    let mut setup = Setup::default();
    setup.limits = Limits::DEFAULT;
    setup
}

pub(crate) fn new_store() -> Sessions {
    setup().sessions()
}

/// What the store answers, and what it notifies, in order.
pub(crate) fn carry_out(store: &mut Sessions, step: &Step) -> Value {
    testing::carry_out(store, &agents(), step)
}

/// The whole list of an agent's DNs.
pub(crate) fn list_of(sessions: &Sessions, agent: usize) -> Value {
    json!(sessions.list(&agents()[agent].me(), &Query::parse("fields=*")))
}

/// The counters in the words of the model.
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

/// The store holds and has counted what the model has.
pub(crate) fn agree(store: &Sessions, model: &Model) {
    let resources: Vec<Value> = store.iter().map(|session| json!(store.resource(session))).collect();
    assert_eq!(resources, model.resources());
    assert_eq!(&counts(store), model.counts());
    for session in store.iter() {
        let last = session.last_event().map(|last| (last.server_start_time, last.event_sequence_number));
        let found = json!({
            "connID": session.conn_id().map(|conn_id| conn_id.to_string()),
            "lastEvent": last,
            "participants": session.participants().collect::<Vec<_>>(),
            "state": session.state(),
            "userData": session.user_data(),
        });
        assert_eq!(Some(found), model.inside(session.this_dn(), session.id()));
    }
}
