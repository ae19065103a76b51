//! The cost of an event, an operation and a read in a store of a thousand, a hundred thousand and a million sessions.
//!
//! `cargo bench --bench store`. There are ten sessions per DN and two per call, accessed in scattered order, as in a
//! service. The cost grows with the store only because a larger store does not fit into the caches.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion};
use im_session::store::PartKey;
use im_session::{Agent, BaseUri, CallEvent, DataEvent, Event, KeyValueList, Limits, Query, Sessions, Target};

const SIZES: [usize; 3] = [1_000, 100_000, 1_000_000];
const SESSIONS_PER_DN: usize = 10;
/// The number of sessions among which the measured calls alternate.
const TOUCHED: usize = 10_000;

/// The DN and the id of a session, by number.
fn key(number: usize) -> (String, String) {
    (format!("{:06}", number / SESSIONS_PER_DN), id(number))
}

/// Two sessions have this id, at different DNs.
fn id(number: usize) -> String {
    let (dn, place) = (number / SESSIONS_PER_DN, number % SESSIONS_PER_DN);
    format!("007MDF3D0KAHL93L807GK2LAES{:06}", dn / 2 * SESSIONS_PER_DN + place)
}

fn event<'a>(name: CallEvent, (this_dn, id): &'a (String, String)) -> Event<'a> {
    Event::new(name).with_this_dn(this_dn.as_str()).with_call_uuid(id.as_str())
}

/// A store with this many sessions, all Talking and with user data.
fn store(sessions: usize) -> Sessions {
    let mut limits = Limits::DEFAULT;
    limits.sessions = sessions + 1;
    let mut store = Sessions::new(BaseUri::new("http://localhost:8090")).with_limits(limits);
    for number in 0..sessions {
        let key = key(number);
        let event = event(CallEvent::Established, &key).with_other_dn("3001").with_user_data(user_data("gold"));
        let handled = store.handle_event(&event).expect("readable");
        assert_eq!(handled.outcome().name(), "changed");
    }
    assert_eq!(store.len(), sessions);
    store
}

fn user_data(service_type: &'static str) -> KeyValueList<'static> {
    [("ServiceType", service_type)].into_iter().collect()
}

fn agent(dn: &str) -> Agent {
    Agent::new().with_device("/devices/1", dn)
}

/// Numbers of sessions that are far apart.
fn touched(sessions: usize) -> Vec<usize> {
    (0..TOUCHED.min(sessions)).map(|step| step * 7_919 % sessions).collect()
}

fn bench(criterion: &mut Criterion) {
    for sessions in SIZES {
        let mut store = store(sessions);
        let keys: Vec<(String, String)> = touched(sessions).into_iter().map(key).collect();
        let mut group = criterion.benchmark_group("store");
        let name = |name: &str| BenchmarkId::new(name, sessions);

        let change = |(this_dn, id): &(String, String), service_type| {
            let event = Event::new(DataEvent::AttachedDataChanged).with_this_dn(this_dn.clone());
            event.with_call_uuid(id.clone()).with_user_data(user_data(service_type))
        };
        let rounds = ["silver", "gold"].into_iter();
        let changing: Vec<Event<'static>> =
            rounds.flat_map(|service_type| keys.iter().map(move |key| change(key, service_type))).collect();
        let mut events = changing.iter().cycle();
        group.bench_function(name("event"), |bencher| {
            bencher.iter(|| {
                let handled = store.handle_event(events.next().expect("a cycle")).expect("readable");
                handled.notifications().count()
            });
        });

        let to_the_whole_call = |event: &Event<'static>| {
            let mut event = event.clone();
            event.this_dn = None;
            event
        };
        let whole_calls: Vec<Event<'_>> = changing.iter().map(to_the_whole_call).collect();
        let mut events = whole_calls.iter().cycle();
        group.bench_function(name("event to the whole call"), |bencher| {
            bencher.iter(|| {
                let handled = store.handle_event(events.next().expect("a cycle")).expect("readable");
                handled.notifications().count()
            });
        });

        let new = ("000000".to_string(), "new".to_string());
        group.bench_function(name("open, end and forget"), |bencher| {
            bencher.iter(|| {
                for name in [CallEvent::Ringing, CallEvent::Released] {
                    let handled = store.handle_event(&event(name, &new)).expect("readable");
                    black_box(handled.notifications().count());
                }
                store.forget(&new.0, &new.1).forgotten()
            });
        });

        // No session is old enough to expire. The cost must not depend on the number of sessions.
        store.set_time(Duration::from_secs(1)).expect("a time");
        group.bench_function(name("expire and forget none"), |bencher| {
            bencher.iter(|| {
                let expired = store.expire(Duration::ZERO).expect("a cutoff").changed().count();
                expired + store.forget_completed(Duration::ZERO).expect("a cutoff").forgotten()
            });
        });
        group.bench_function(name("the parts that an event changed"), |bencher| {
            let key = keys.first().expect("a session");
            bencher.iter(|| {
                let handled = store.handle_event(&event(CallEvent::Established, key)).expect("readable");
                let changed: Vec<PartKey> = handled.parts().collect();
                changed.iter().filter_map(|key| store.part(key)).count()
            });
        });

        let body = br#"{"operationName":"AttachUserData","userData":{"PegAG":1}}"#;
        let mut asked = keys.iter().cycle();
        // Includes the event that settles the request, because at most `Limits::requests` can be in flight.
        group.bench_function(name("operation and its event"), |bencher| {
            bencher.iter(|| {
                let key = asked.next().expect("a cycle");
                let request = store.post(&agent(&key.0), Target::Session(&key.1), body).expect("a request");
                let answer = event(CallEvent::Established, key).with_reference_id(request.reference_id);
                let settled = store.handle_event(&answer).expect("readable").settled().len();
                assert_eq!(settled, 1, "requests in flight are bounded");
            });
        });

        let query = Query::parse("fields=*");
        let mut asked = keys.iter().cycle();
        group.bench_function(name("list of ten"), |bencher| {
            bencher.iter(|| {
                let (dn, _) = asked.next().expect("a cycle");
                black_box(store.list(&agent(dn), &query))
            });
        });

        let mut asked = keys.iter().cycle();
        group.bench_function(name("read"), |bencher| {
            bencher.iter(|| {
                let (dn, id) = asked.next().expect("a cycle");
                black_box(store.read(&agent(dn), id, &query)).expect("a session")
            });
        });
        group.finish();
    }
}

fn short() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800))
        .without_plots()
}

fn main() {
    let mut criterion = short().configure_from_args();
    bench(&mut criterion);
    criterion.final_summary();
}
