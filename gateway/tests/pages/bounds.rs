//! Are the remembered and displayed observations bounded?

use std::time::Duration;

use im_session_gateway::engine::inspection::{DNS_A_SHARD, OBSERVATIONS_A_DN, OPEN_LONGEST, ObservationKind};
use im_session_gateway::engine::{Entry, Shard};

use super::support::{NOW, demo, event, happen, shard_settings};

#[test]
fn the_last_observations_of_a_dn() {
    let (mut shard, agents) = (Shard::new(&shard_settings()).unwrap(), demo());
    for number in 0..OBSERVATIONS_A_DN + 5 {
        happen(&mut shard, &agents, [event("EventReleased", "3001", &format!("{number}"))]);
    }
    let timeline = shard.timeline("3001", &agents).timeline;
    assert_eq!(timeline.len(), OBSERVATIONS_A_DN);
    let newest = (OBSERVATIONS_A_DN + 4).to_string();
    assert_eq!(timeline.first().unwrap().id.as_deref(), Some("5"));
    assert_eq!(timeline.last().unwrap().id.as_deref(), Some(newest.as_str()));
}

#[test]
fn the_dns_where_something_happened_last() {
    let (mut shard, agents) = (Shard::new(&shard_settings()).unwrap(), demo());
    happen(&mut shard, &agents, (0..DNS_A_SHARD).map(|dn| event("EventReleased", &dn.to_string(), "A")));
    // The first DN is now the newest, so the second one is dropped.
    happen(&mut shard, &agents, [event("EventReleased", "0", "B"), event("EventReleased", "new", "A")]);
    let known = |dn: &str| shard.timeline(dn, &agents).timeline.len();
    assert_eq!((known("0"), known("1"), known("2"), known("new")), (2, 0, 1, 1));
}

#[test]
fn long_names_are_cut() {
    let (mut shard, agents) = (Shard::new(&shard_settings()).unwrap(), demo());
    let long: &'static str = Box::leak(format!("Event{}", "ü".repeat(1_000)).into_boxed_str());
    happen(&mut shard, &agents, [event(long, "3001", "A")]);
    let timeline = shard.timeline("3001", &agents).timeline;
    assert_eq!(timeline.first().unwrap().name.chars().count(), 64);
}

#[test]
fn the_sessions_that_are_open_longest() {
    let (mut shard, agents) = (Shard::new(&shard_settings()).unwrap(), demo());
    for number in 0..2 * OPEN_LONGEST {
        let _time = shard.decide(Entry::Time(NOW + Duration::from_secs(number as u64)), &agents);
        happen(&mut shard, &agents, [event("EventRinging", &format!("{}", 5_000 + number), "A")]);
    }
    let overview = shard.overview(&agents);
    let dns: Vec<&str> = overview.open_longest.iter().map(|one| one.this_dn.as_str()).collect();
    let expected: Vec<String> = (0..OPEN_LONGEST).map(|number| format!("{}", 5_000 + number)).collect();
    assert_eq!(dns, expected);
    // The overviews of two shards are merged in order.
    let merged = overview.clone().and(overview);
    assert_eq!(merged.open_longest.len(), OPEN_LONGEST);
    assert!(merged.open_longest.is_sorted());
    assert_eq!(merged.counters["sessions"]["Alerting"], 4 * OPEN_LONGEST as u64);
}

#[test]
fn a_session_that_expired_is_not_open_and_leaves_a_trace() {
    let (mut shard, agents) = (Shard::new(&shard_settings()).unwrap(), demo());
    let _time = shard.decide(Entry::Time(NOW), &agents);
    happen(&mut shard, &agents, [event("EventRinging", "3001", "A")]);
    assert_eq!(shard.overview(&agents).open_longest.len(), 1);
    let _time = shard.decide(Entry::Time(NOW + Duration::from_secs(61)), &agents);
    assert_eq!(shard.overview(&agents).open_longest.len(), 0);
    let timeline = shard.timeline("3001", &agents).timeline;
    assert_eq!(timeline.last().unwrap().kind, ObservationKind::Expiry);
}

#[test]
fn after_a_restart_open_sessions_are_older_than_that() {
    let (mut shard, agents) = (Shard::new(&shard_settings()).unwrap(), demo());
    let _time = shard.decide(Entry::Time(NOW), &agents);
    let events = vec![event("EventRinging", "3001", "A"), event("EventReleased", "3002", "B")];
    let decision = shard.decide(Entry::Events { feed: None, events }, &agents);
    let records: Vec<(Vec<u8>, Vec<u8>)> =
        decision.changed.iter().filter_map(|key| Some((key.to_bytes(), shard.record(key)?))).collect();
    let records = records.iter().map(|(key, value)| (key.as_slice(), value.as_slice()));
    let (again, _) = Shard::restore(&shard_settings(), records).unwrap();
    let overview = again.overview(&agents);
    let one = overview.open_longest.first().unwrap();
    assert_eq!((one.since, one.earlier, one.this_dn.as_str()), (NOW, true, "3001"));
    // Earlier observations are gone.
    assert_eq!(again.timeline("3001", &agents).timeline.len(), 0);
}
