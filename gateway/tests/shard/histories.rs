//! Arbitrary histories that are interrupted at every point.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use im_session::testing::{History, Step};
use im_session::{BaseUri, Limits, Operation, strategies};
use im_session_gateway::config::Agents;
use im_session_gateway::engine::{
    Answer, Decision, Entry, FeedPosition, OutgoingKind, OwnedTarget, Shard, ShardSettings, Times,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use crate::agents::{directory, record, records, rights};

fn settings() -> ShardSettings {
    let mut limits = Limits::DEFAULT;
    // Low enough that histories reach the limits.
    limits.requests = 2;
    limits.sessions_per_dn = 4;
    limits.remembered_ends = 5;
    let (expire_after, time_out_after, forget_after) = (300, 60, 120);
    let times = Times {
        expire_after: Duration::from_secs(expire_after),
        time_out_after: Duration::from_secs(time_out_after),
        forget_after: Duration::from_secs(forget_after),
    };
    ShardSettings { number: 3, shards: 8, limits, times, ..ShardSettings::new(BaseUri::new("http://localhost:8090")) }
}

/// The committed records.
#[derive(Default)]
struct Disk(Records);

type Records = BTreeMap<Vec<u8>, Vec<u8>>;

impl Disk {
    fn commit(&mut self, shard: &Shard, decision: &Decision) {
        for key in &decision.changed {
            match shard.record(key) {
                Some(value) => self.0.insert(key.to_bytes(), value),
                None => self.0.remove(&key.to_bytes()),
            };
        }
    }

    /// Restores the committed shard. Also returns the number of obsolete records.
    fn restore(&self) -> (Shard, usize) {
        let records = self.0.iter().map(|(key, value)| (&**key, &**value));
        let (shard, surplus) = Shard::restore(&settings(), records).unwrap();
        (shard, surplus.len())
    }
}

/// The entries of a history: events in batches of a feed with positions, operations, time.
fn entries(history: &History, batches: &[usize]) -> Vec<Entry> {
    let agents = records(&history.agents);
    let (mut entries, mut now, mut position) = (Vec::new(), Duration::from_secs(1_000), 0);
    let mut sizes = batches.iter().cycle();
    for step in &history.steps {
        match step {
            Step::Event(event) => {
                let is_full = |events: &[_], size: usize| events.len() > size;
                match (entries.last_mut(), sizes.clone().next()) {
                    (Some(Entry::Events { events, .. }), Some(&size)) if !is_full(events, size) => {
                        events.push(event.clone());
                    }
                    _ => {
                        sizes.next();
                        position += 10;
                        let feed = Some(FeedPosition::new("feed", position));
                        entries.push(Entry::Events { feed, events: vec![event.clone()] });
                    }
                }
            }
            Step::Post { agent, target, body } => {
                let target = target.clone().map_or(OwnedTarget::Sessions, OwnedTarget::Session);
                let nobody = || Arc::new(record(*agent, &im_session::Agent::new()));
                let agent = agents.get(*agent).cloned().unwrap_or_else(nobody);
                entries.push(Entry::Operation { agent, target, body: body.clone().into_bytes() });
            }
            Step::Time(by) => {
                now += Duration::from_secs(*by);
                entries.push(Entry::Time(now));
            }
            _ => {}
        }
    }
    entries
}

/// Checks that two shards answer every question in the same way.
fn same(one: &Shard, other: &Shard) -> Result<(), TestCaseError> {
    prop_assert_eq!(one.sessions().snapshot(), other.sessions().snapshot());
    prop_assert_eq!(one.notified(), other.notified());
    prop_assert_eq!(one.feed("feed"), other.feed("feed"));
    Ok(())
}

/// Checks that notifications are numbered without gaps, and show nothing that the agent may not do.
fn outgoing_is_right(before: u64, decision: &Decision, agents: &Agents) -> Result<(), TestCaseError> {
    for (number, outgoing) in (before + 1..).zip(&decision.outgoing) {
        prop_assert_eq!(outgoing.position, number);
        prop_assert_eq!(&outgoing.id, &format!("3-{number}"));
        let data: Value = serde_json::from_slice(&outgoing.data).unwrap();
        let message_type = match outgoing.kind {
            OutgoingKind::Session => "IMSessionStateChangeMessage",
            OutgoingKind::Message => "IMLogUpdateMessage",
            OutgoingKind::Error => "ErrorMessage",
        };
        prop_assert_eq!(&data["messageType"], message_type);
        for capability in data["imSession"]["capabilities"].as_array().into_iter().flatten() {
            let operation: Operation = capability.as_str().unwrap().parse().unwrap();
            prop_assert!(rights(agents, &outgoing.agent).contains(operation), "{outgoing:?}");
        }
    }
    Ok(())
}

#[test]
fn what_was_committed_is_the_state_at_every_prefix() {
    let counted: [Cell<usize>; 5] = Default::default();
    let [prefixes, notifications, requests, errors, repeated] = &counted;
    let count = |counter: &Cell<usize>, more: usize| counter.set(counter.get() + more);
    let strategy = (strategies::history(), prop::collection::vec(0..5_usize, 1..8));
    let config = Config { cases: 256, failure_persistence: None, max_shrink_iters: 2_000, ..Config::default() };
    TestRunner::new(config)
        .run(&strategy, |(history, batches)| {
            let agents = directory(&history.agents);
            let (mut shard, mut disk) = (Shard::new(&settings()).unwrap(), Disk::default());
            let mut in_flight = std::collections::BTreeSet::new();
            for entry in entries(&history, &batches) {
                let (mut restored, _) = disk.restore();
                let before = shard.notified();
                let decision = shard.decide(entry.clone(), &agents);
                // The process ended before the commit, so the entry is decided again, with the same result.
                prop_assert_eq!(&restored.decide(entry.clone(), &agents), &decision);
                outgoing_is_right(before, &decision, &agents)?;
                disk.commit(&shard, &decision);
                let (again, surplus) = disk.restore();
                same(&shard, &again)?;
                prop_assert_eq!(surplus, 0, "records that say nothing are left");

                // The process ended after the commit but before the answer, so the feed sends the batch again.
                if let (Entry::Events { events, .. }, Answer::Events(answers)) = (&entry, &decision.answer) {
                    prop_assert_eq!(events.len(), answers.len());
                    let again = shard.decide(entry.clone(), &agents);
                    prop_assert!(again.changed.is_empty() && again.outgoing.is_empty() && again.settled.is_empty());
                    same(&shard, &disk.restore().0)?;
                    count(repeated, 1);
                }
                for request in &decision.requests {
                    prop_assert!(in_flight.insert(request.reference_id), "given twice: {}", request.reference_id);
                }
                count(prefixes, 1);
                count(notifications, decision.outgoing.len());
                count(requests, decision.requests.len());
                count(errors, decision.outgoing.iter().filter(|one| one.kind == OutgoingKind::Error).count());
            }
            Ok(())
        })
        .unwrap();
    let counted = counted.each_ref().map(Cell::get);
    let enough = [2_000, 1_000, 50, 20, 1_000];
    let names = "prefixes, notifications, requests, errors, batches sent again";
    assert!(counted.iter().zip(enough).all(|(found, enough)| *found > enough), "too few of {names}: {counted:?}");
    println!("{names}: {counted:?}");
}

#[test]
fn a_record_that_is_damaged_is_refused_by_name() {
    let agents = Agents::default();
    let mut shard = Shard::new(&settings()).unwrap();
    let ringing = im_session::Event::new(im_session::CallEvent::Ringing).with_this_dn("1").with_call_uuid("A");
    let decision = shard.decide(Entry::Events { feed: None, events: vec![ringing] }, &agents);
    let mut disk = Disk::default();
    disk.commit(&shard, &decision);
    let refused = |change: &dyn Fn(&mut Records)| {
        let mut records = disk.0.clone();
        change(&mut records);
        let restored = Shard::restore(&settings(), records.iter().map(|(key, value)| (&**key, &**value)));
        restored.unwrap_err().to_string()
    };
    let store = br#"{"part":"store"}"#.to_vec();
    assert!(
        disk.0.contains_key(&store),
        "{:?}",
        disk.0.keys().map(|key| String::from_utf8_lossy(key)).collect::<Vec<_>>()
    );
    assert!(refused(&|records| drop(records.remove(&store))).contains("the part of the store"));
    assert!(refused(&|records| drop(records.insert(store.clone(), b"{".to_vec()))).contains("Store"));
    assert!(refused(&|records| drop(records.insert(b"what".to_vec(), Vec::new()))).contains("what"));
}
