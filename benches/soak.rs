//! Does a store stay the same over years of use? Ten million events over a hundred thousand DNs, with completions,
//! expiry, forgetting and restarts, take minutes.
//!
//! `cargo bench --bench soak`, or fewer millions: `cargo bench --bench soak -- 3`. After each million it prints the
//! number of sessions, the memory of the process and the processor time per event. From the second million on both
//! should stay constant. (Linux only: it reads `/proc`.)

use std::time::Duration;

use im_session::{BaseUri, CallEvent, DataEvent, Event, KeyValueList, Limits, Sessions, Snapshot};

const DNS: u64 = 100_000;
const MILLION: u64 = 1_000_000;
/// Seconds between two events: a hundred events a second.
const EVENTS_PER_SECOND: u64 = 100;
const MINUTE: u64 = 60 * EVENTS_PER_SECOND;
/// A session without an event for this long expires; a completed one is forgotten after the same time.
const QUIET: Duration = Duration::from_secs(600);

/// The events of the feed, by number: each call has six events, and one call in a hundred loses its end.
fn event(number: u64) -> Event<'static> {
    // Sixty thousand calls at a time; consecutive events belong to different calls.
    const AT_A_TIME: u64 = 60_000;
    let (block, place) = (number / (AT_A_TIME * 6), number % (AT_A_TIME * 6));
    let (step, call) = (place / AT_A_TIME, block * AT_A_TIME + place % AT_A_TIME);
    let dn = call.wrapping_mul(7_919) % DNS;
    let at = |name: &str| {
        Event::new(name.to_owned())
            .with_this_dn(format!("{:06}", 200_000 + dn))
            .with_other_dn(format!("{:06}", 500_000 + dn))
            .with_call_uuid(format!("01C8M2R4T0BGL5E7PS6GK2{call:010}"))
            .with_server_start_time(1_763_000_000)
            .with_event_sequence_number(number + 1)
    };
    let user_data = || KeyValueList::from_iter([("ServiceType", "orders"), ("CustomerName", "K. Weber")]);
    match step {
        0 => at(CallEvent::Ringing.name()).with_user_data(user_data()),
        1 => at(CallEvent::Established.name()),
        2 => at(DataEvent::PartyAdded.name()).with_other_dn("3009"),
        3 => {
            let mut list = user_data();
            list.push("Step", 3);
            at(DataEvent::AttachedDataChanged.name()).with_user_data(list)
        }
        4 if call % 100 == 7 => at("EventHeld"),
        4 => at(CallEvent::Released.name()),
        // A late event, or a repeated one.
        _ => at(CallEvent::Established.name()).with_event_sequence_number(number.saturating_sub(4 * AT_A_TIME)),
    }
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

/// The processor time of this thread, which does not depend on other load.
fn processor_time() -> Duration {
    let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(schedule.split_whitespace().next().and_then(|time| time.parse().ok()).unwrap_or_default())
}

fn new_store() -> Sessions {
    Sessions::new(BaseUri::new("http://localhost:8090")).with_limits(Limits::DEFAULT)
}

fn main() {
    // Cargo passes `--bench` in addition to the arguments.
    let millions = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(10);
    let mut store = new_store();
    let start = Duration::from_secs(1_763_000_000);
    println!("| million | sessions | open | resident MiB | ns an event | notifications | expired | forgotten |");
    println!("|---|---|---|---|---|---|---|---|");
    for million in 0..millions {
        let (mut notifications, mut expired, mut forgotten) = (0, 0, 0);
        let mut spent = Duration::ZERO;
        let mut batch = Vec::with_capacity(1_000);
        for first in (million * MILLION..(million + 1) * MILLION).step_by(1_000) {
            batch.clear();
            batch.extend((first..first + 1_000).map(event));
            let began = processor_time();
            for event in &batch {
                notifications += store.handle_event(event).expect("a readable event").notifications().count();
            }
            if first % MINUTE == 0 {
                let now = start + Duration::from_secs(first / EVENTS_PER_SECOND);
                store.set_time(now).expect("a time");
                expired += store.expire(now - QUIET).expect("a cutoff").changed().count();
                forgotten += store.forget_completed(now - QUIET).expect("a cutoff").forgotten();
            }
            spent += processor_time() - began;
        }
        // The service is restarted from its snapshot.
        let text = serde_json::to_vec(&store.snapshot()).expect("JSON");
        store = new_store();
        let snapshot: Snapshot = serde_json::from_slice(&text).expect("a snapshot");
        store.restore(&snapshot).expect("a snapshot of this store");
        drop((snapshot, text));

        let open = store.iter().filter(|session| session.state().is_open()).count();
        println!(
            "| {} | {} | {open} | {} | {} | {notifications} | {expired} | {forgotten} |",
            million + 1,
            store.len(),
            resident_kib() / 1024,
            spent.as_nanos() / u128::from(MILLION),
        );
    }
}
