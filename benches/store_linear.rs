//! Checks that the cost of the store is linear, with the limits lifted: `cargo bench --bench store_linear`.
//! `scripts/costs` prints all tables of this kind.

mod growth;

use std::collections::hash_map::DefaultHasher;
use std::hash::BuildHasherDefault;
use std::process::ExitCode;
use std::time::Duration;

use growth::{Work, measured};
use im_session::event::check_call_uuid;
use im_session::resource::{ImSessionList, ListBody, OperationBody};
use im_session::store::{PartKey, shard};
use im_session::{
    Agent, BaseUri, CallEvent, DataEvent, Event, ImSession, KeyValueList, Limits, Operation, Query, Snapshot, State,
    Target,
};

/// A hasher without a random key, so that the figures repeat.
type Sessions = im_session::store::Sessions<BuildHasherDefault<DefaultHasher>>;

const DN: &str = "3002";
const HOUR: Duration = Duration::from_secs(3_600);

const fn count(entry: &'static str, input: &'static str, run: fn(usize)) -> Work {
    Work { entry, input, n: 1_000, run }
}

/// Work of n log n steps. It needs a larger n, because for a small n twice the input takes more than 2.2 times as many.
const fn at_least(n: usize, entry: &'static str, input: &'static str, run: fn(usize)) -> Work {
    Work { entry, input, n, run }
}

const WORKS: &[Work] = &[
    count("Sessions::handle_event", "sessions of one DN", |n| {
        let mut store = store();
        measured(|| (0..n).for_each(|id| ring(&mut store, DN, &id.to_string())));
    }),
    count("Sessions::handle_event", "sessions of one call", |n| {
        let mut store = store();
        measured(|| (0..n).for_each(|dn| ring(&mut store, &dn.to_string(), "007")));
    }),
    count("Sessions::handle_event", "sessions that make room at a full DN", |n| {
        let mut store = limited(|limits| limits.sessions_per_dn = n);
        (0..n).for_each(|id| complete(&mut store, DN, &id.to_string()));
        measured(|| (n..2 * n).for_each(|id| ring(&mut store, DN, &id.to_string())));
    }),
    // Making room in a full call visits all its sessions, of which `Limits::sessions_per_call` allows a thousand.
    // Keeping them ordered, as for a DN, would cost one more hash for every event that ends a session.
    count("Sessions::handle_event", "sessions that make room in full calls", |n| {
        let mut store = limited(|limits| limits.sessions_per_call = 100);
        (0..n).for_each(|dn| complete(&mut store, &dn.to_string(), &(dn / 100).to_string()));
        measured(|| (n..2 * n).for_each(|dn| ring(&mut store, &dn.to_string(), &((dn - n) / 100).to_string())));
    }),
    count("Sessions::handle_event", "sessions that make room in a full store", |n| {
        let mut store = limited(|limits| limits.sessions = n);
        (0..n).for_each(|id| complete(&mut store, DN, &id.to_string()));
        measured(|| (n..2 * n).for_each(|id| ring(&mut store, DN, &id.to_string())));
    }),
    count("Sessions::handle_event", "PartyAdded", |n| {
        let mut store = with_sessions(1);
        measured(|| (0..n).for_each(|number| party(&mut store, DataEvent::PartyAdded, number)));
    }),
    at_least(2_000, "Sessions::handle_event", "PartyDeleted, the first", |n| {
        let mut store = with_sessions(1);
        (0..n).for_each(|number| party(&mut store, DataEvent::PartyAdded, number));
        measured(|| (0..n).for_each(|number| party(&mut store, DataEvent::PartyDeleted, number)));
    }),
    count("Sessions::handle_event", "PartyDeleted, the last", |n| {
        let mut store = with_sessions(1);
        (0..n).for_each(|number| party(&mut store, DataEvent::PartyAdded, number));
        measured(|| (0..n).rev().for_each(|number| party(&mut store, DataEvent::PartyDeleted, number)));
    }),
    count("Sessions::handle_event", "user data in another order", |n| {
        let mut store = with_sessions(1);
        let event = |user_data| Event::new(DataEvent::AttachedDataChanged).with_this_dn(DN).with_user_data(user_data);
        let first = event(pairs(n)).with_call_uuid("0");
        let second = event((0..n).rev().map(|at| (format!("k{at}"), "v")).collect()).with_call_uuid("0");
        measured(|| (handled(&mut store, &first), handled(&mut store, &second)));
    }),
    count("Sessions::handle_event", "user data for every session of a call", |n| {
        let mut store = store();
        (0..n).for_each(|dn| ring(&mut store, &dn.to_string(), "007"));
        let event = Event::new(DataEvent::AttachedDataChanged).with_call_uuid("007").with_user_data(pairs(10));
        measured(|| store.handle_event(&event).expect("readable").notifications().count());
    }),
    count("Sessions::handle_event", "ends beyond those remembered", |n| {
        let mut store = limited(|limits| (limits.remembered_ends, limits.sessions) = (n, 1));
        measured(|| (0..2 * n).for_each(|id| complete(&mut store, DN, &id.to_string())));
    }),
    at_least(4_000, "Sessions::handle_event", "answers to requests, newest first", |n| {
        let mut store = with_sessions(1);
        let ids = post_all(&mut store, n);
        let error = |id: u64| {
            Event::new(im_session::EventName::from_message_number(52).expect("EventError"))
                .with_reference_id(id)
                .with_error(1, "no")
        };
        measured(|| ids.iter().rev().for_each(|&id| handled(&mut store, &error(id))));
    }),
    count("Query::parse", "filters on one field", |n| query(&"state=Talking&".repeat(n))),
    count("Query::parse", "fields", |n| query(&format!("fields={}", "id,state,".repeat(n)))),
    count("Query::parse", "fields again and again", |n| query(&"fields=id&".repeat(n))),
    count("Query::parse", "escapes", |n| query(&format!("state={}&{}", "%41".repeat(n), "%".repeat(n)))),
    count("Sessions::list", "filters, of 100 sessions", |n| {
        let store = with_sessions(100);
        let query = "state=Alerting&".repeat(n);
        measured(|| store.list(&me(), &Query::parse(&query)).im_sessions.len());
    }),
    at_least(8_000, "Sessions::list", "sessions of a DN, written", |n| {
        let store = with_sessions(n);
        let mut json = Vec::new();
        measured(|| store.list(&me(), &Query::parse("fields=*")).write_json(&mut json));
    }),
    count("Sessions::list", "devices with one DN each", |n| {
        let mut store = store();
        let mut me = Agent::new();
        for dn in 0..n {
            ring(&mut store, &dn.to_string(), "007");
            me = me.with_device(format!("/devices/{dn}"), dn.to_string());
        }
        measured(|| store.list(&me, &Query::parse("")).im_sessions.len());
    }),
    count("ListBody::merged, uris", "lists", |n| {
        let store = with_sessions(n);
        let lists: Vec<ListBody<'_>> = (0..4).map(|_| store.list(&me(), &Query::parse(""))).collect();
        measured(|| ListBody::merged(lists).uris().count());
    }),
    count("Sessions::read", "devices with the session", |n| {
        let mut store = store();
        let mut me = Agent::new();
        for dn in 0..n {
            ring(&mut store, &dn.to_string(), "007");
            me = me.with_device(format!("/devices/{dn}"), dn.to_string());
        }
        let query = format!("devicePath=/devices/{}", n - 1);
        measured(|| store.read(&me, "007", &Query::parse(&query)).is_ok());
    }),
    count("Sessions::read", "an id that is none", |n| {
        let (store, id) = (with_sessions(1), "x".repeat(n));
        measured(|| store.read(&me(), &id, &Query::parse("")).is_err());
    }),
    count("ImSession::write_json", "user data with repeated keys", |n| {
        let mut store = with_sessions(1);
        let user_data = (0..2 * n).map(|at| (format!("k{}", at % n), "v")).collect();
        let event = Event::new(DataEvent::AttachedDataChanged).with_this_dn(DN).with_call_uuid("0");
        handled(&mut store, &event.with_user_data(user_data));
        write(&store);
    }),
    count("ImSession::write_json", "user data with escapes", |n| {
        let mut store = with_sessions(1);
        let user_data = [("k", "\u{1}\"\\".repeat(n))].into_iter().collect();
        let event = Event::new(DataEvent::AttachedDataChanged).with_this_dn(DN).with_call_uuid("0");
        handled(&mut store, &event.with_user_data(user_data));
        write(&store);
    }),
    count("ImSession::write_json", "participants", |n| {
        let mut store = with_sessions(1);
        (0..n).for_each(|number| party(&mut store, DataEvent::PartyAdded, number));
        write(&store);
    }),
    count("Notification::write_json", "a long text", |n| {
        let mut store = with_sessions(1);
        let talking = Event::new(CallEvent::Established).with_this_dn(DN).with_call_uuid("0");
        handled(&mut store, &talking);
        let text = [("text", "x\n".repeat(n))].into_iter().collect::<KeyValueList<'_>>();
        let event = Event::new(DataEvent::PrivateInfo).with_this_dn(DN).with_call_uuid("0").with_extensions(text);
        measured(|| {
            let mut json = Vec::new();
            if let Ok(handled) = store.handle_event(&event) {
                handled.notifications().for_each(|(_, notification)| notification.write_json(&mut json));
            }
            json
        });
    }),
    count("Sessions::post", "AttachUserData, pairs", |n| {
        post(&format!(r#"{{"operationName":"AttachUserData","userData":{{{}}}}}"#, json_pairs(n)), 1);
    }),
    count("Sessions::post", "UpdateUserData, all pairs there are", |n| {
        post(&format!(r#"{{"operationName":"UpdateUserData","userData":{{{}}}}}"#, json_pairs(n)), n);
    }),
    count("Sessions::post", "DeleteUserData, the first of the pairs", |n| {
        post(r#"{"operationName":"DeleteUserData","key":"k0"}"#, n);
    }),
    count("Sessions::post", "members again and again", |n| {
        post(&format!("{{{}}}", [r#""operationName":"Complete""#].repeat(n).join(",")), 1);
    }),
    count("Sessions::post", "arrays in arrays", |n| {
        post(&format!(r#"{{"operationName":"Complete","x":{}{}}}"#, "[".repeat(n), "]".repeat(n)), 1);
    }),
    count("Sessions::post", "objects in the user data", |n| {
        post(&format!(r#"{{"operationName":"AttachUserData","userData":{}"#, r#"{"k":"#.repeat(n)), 1);
    }),
    count("Sessions::post", "escapes in a text", |n| {
        let text = r"\u00e9\n".repeat(n);
        post(&format!(r#"{{"operationName":"SendMessage","text":"{text}","destination":{{"phoneNumber":"1"}}}}"#), 1);
    }),
    count("Sessions::post", "operations, none answered", |n| {
        let mut store = with_sessions(1);
        measured(|| post_all(&mut store, n).len());
    }),
    count("OperationBody::from_json", "destinations", |n| {
        let body = format!("{{{}}}", [r#""destination":{"phoneNumber":"1"}"#].repeat(n).join(","));
        measured(|| OperationBody::from_json(body.as_bytes()).is_ok());
    }),
    count("Sessions::why_not", "devices", |n| {
        let store = with_sessions(n);
        let me = (0..n).fold(Agent::new(), |me, at| me.with_device(format!("/devices/{at}"), format!("9{at}")));
        let me = me.with_device("/devices/last", DN);
        measured(|| store.why_not(&me, "0", None, Operation::SendMessage).is_ok());
    }),
    count("Sessions::reconcile", "sessions that are new", |n| {
        let (mut store, list) = (store(), resources(0..n));
        measured(|| reconcile(&mut store, &list));
    }),
    count("Sessions::reconcile", "sessions that are the same", |n| {
        let (mut store, list) = (with_sessions(n), resources(0..n));
        reconcile(&mut store, &list);
        measured(|| reconcile(&mut store, &list));
    }),
    count("Sessions::reconcile", "sessions that vanish and make room", |n| {
        let mut store = limited(|limits| (limits.sessions, limits.sessions_per_dn) = (n, n));
        (0..n).for_each(|id| ring(&mut store, DN, &id.to_string()));
        let list = resources(n..2 * n);
        measured(|| reconcile(&mut store, &list));
    }),
    count("Sessions::reconcile", "sessions in full calls", |n| {
        let mut store = limited(|limits| limits.sessions_per_call = 10);
        (0..n).for_each(|id| (0..10).for_each(|dn| complete(&mut store, &dn.to_string(), &id.to_string())));
        let list = resources(0..n);
        measured(|| reconcile(&mut store, &list));
    }),
    count("Sessions::reconcile", "participants and pairs of one session", |n| {
        let numbers: Vec<String> = (0..n).map(|number| number.to_string()).collect();
        let participants = numbers.iter().map(|number| im_session::Participant::from_number(number));
        let session = ImSession::new("0", State::Talking).with_participants(participants).with_user_data(pairs(n));
        let mut store = store();
        measured(|| reconcile(&mut store, &[session]));
    }),
    count("ImSessionList, serde", "sessions", |n| {
        let store = with_sessions(n);
        let json = serde_json::to_string(&store.list(&me(), &Query::parse("fields=*"))).expect("JSON");
        measured(|| serde_json::from_str::<ImSessionList>(&json).is_ok());
    }),
    count("Sessions::snapshot, serde", "sessions", |n| {
        let store = with_sessions(n);
        measured(|| serde_json::to_string(&store.snapshot()).map(|json| json.len()).ok());
    }),
    count("Snapshot, serde", "sessions", |n| {
        let json = serde_json::to_string(&with_sessions(n).snapshot()).expect("JSON");
        measured(|| serde_json::from_str::<Snapshot>(&json).is_ok());
    }),
    count("Sessions::restore", "open sessions of one DN", |n| {
        let (mut restarted, snapshot) = (store(), with_sessions(n).snapshot());
        measured(|| restarted.restore(&snapshot).expect("a snapshot"));
    }),
    count("Sessions::restore", "completed sessions", |n| {
        let mut store = with_sessions(n);
        (0..n).rev().for_each(|id| complete(&mut store, DN, &id.to_string()));
        let snapshot = store.snapshot();
        measured(|| store.restore(&snapshot).expect("a snapshot"));
    }),
    count("Sessions::restore", "ends", |n| {
        let mut store = with_ends(n);
        let snapshot = store.snapshot();
        measured(|| store.restore(&snapshot).expect("a snapshot"));
    }),
    count("Sessions::restore", "requests", |n| {
        let mut store = with_sessions(1);
        post_all(&mut store, n);
        let snapshot = store.snapshot();
        measured(|| store.restore(&snapshot).expect("a snapshot"));
    }),
    count("Sessions::restore", "participants of one session", |n| {
        let mut store = with_sessions(1);
        (0..n).for_each(|number| party(&mut store, DataEvent::PartyAdded, number));
        let snapshot = store.snapshot();
        measured(|| store.restore(&snapshot).expect("a snapshot"));
    }),
    count("…::restore_what_fits", "sessions, nearly none fits", |n| {
        let mut store = with_sessions(n);
        (0..n).rev().for_each(|id| complete(&mut store, DN, &id.to_string()));
        let snapshot = store.snapshot();
        let mut smaller = limited(|limits| (limits.sessions_per_dn, limits.remembered_ends) = (1, 1));
        measured(|| smaller.restore_what_fits(&snapshot).expect("a snapshot"));
    }),
    count("Sessions::part", "sessions, one after the other", |n| {
        let store = with_sessions(n);
        let keys: Vec<PartKey> = (0..n).map(|id| PartKey::Session { this_dn: DN.into(), id: id.to_string() }).collect();
        measured(|| keys.iter().filter_map(|key| store.part(key)).count());
    }),
    count("Sessions::expire", "open sessions", |n| {
        let mut store = with_sessions(n);
        store.set_time(2 * HOUR).expect("forwards");
        measured(|| store.expire(HOUR).expect("past").notifications().count());
    }),
    count("…::forget_completed", "completed sessions", |n| {
        let mut store = with_sessions(n);
        (0..n).rev().for_each(|id| complete(&mut store, DN, &id.to_string()));
        store.set_time(2 * HOUR).expect("forwards");
        measured(|| store.forget_completed(HOUR).expect("past").parts().count());
    }),
    count("Sessions::forget", "completed sessions, one after the other", |n| {
        let mut store = with_sessions(n);
        (0..n).rev().for_each(|id| complete(&mut store, DN, &id.to_string()));
        measured(|| (0..n).map(|id| store.forget(DN, &id.to_string()).forgotten()).sum::<usize>());
    }),
    count("…::time_out_requests", "requests", |n| {
        let mut store = with_sessions(1);
        post_all(&mut store, n);
        store.set_time(2 * HOUR).expect("forwards");
        measured(|| store.time_out_requests(HOUR).expect("past").settled().len());
    }),
    at_least(8_000, "Sessions::iter, of_dn", "sessions", |n| {
        let store = with_sessions(n);
        measured(|| store.iter().count() + store.of_dn(DN).count());
    }),
    count("KeyValueList::view", "equal keys", |n| {
        let list: KeyValueList<'_> = (0..n).map(|_| ("k", "v")).collect();
        measured(|| list.view().count());
    }),
    count("…::same_view", "pairs in another order", |n| {
        let (list, other) = (pairs(n), (0..n).rev().map(|at| (format!("k{at}"), "v")).collect());
        measured(|| list.same_view(&other));
    }),
    count("…::same_view", "lists in lists", |n| {
        let inner = KeyValueList::from_iter([("k", "v")]);
        let nest = |inner: KeyValueList<'static>| KeyValueList::try_from_iter([("k", inner)]).expect("not deep");
        let deep = (0..90).fold(inner, |inner, _| nest(inner));
        let lists = || (0..n / 90 + 1).map(|at| (format!("k{at}"), deep.clone()));
        let one = KeyValueList::try_from_iter(lists()).expect("not deep");
        let other = KeyValueList::try_from_iter(lists().collect::<Vec<_>>().into_iter().rev()).expect("not deep");
        measured(|| one.same_view(&other));
    }),
    count("check_call_uuid, shard", "a long text", |n| {
        let text = "x".repeat(n);
        measured(|| (check_call_uuid(&text).is_ok(), shard(&text, 16)));
    }),
];

fn main() -> ExitCode {
    growth::main(WORKS)
}

/// A store without limits.
fn store() -> Sessions {
    limited(|_| {})
}

fn limited<T>(change: impl FnOnce(&mut Limits) -> T) -> Sessions {
    let mut limits = Limits::SPECIFICATION;
    (limits.user_data_size, limits.user_data_pairs, limits.user_data_depth) = (usize::MAX, usize::MAX, usize::MAX);
    change(&mut limits);
    let sessions = Sessions::with_hasher(BaseUri::new("http://localhost:8090"), BuildHasherDefault::default());
    sessions.with_limits(limits).with_many_sessions_per_agent()
}

fn handled(store: &mut Sessions, event: &Event<'_>) {
    let _ = store.handle_event(event).expect("a readable event");
}

fn ring(store: &mut Sessions, dn: &str, id: &str) {
    handled(store, &Event::new(CallEvent::Ringing).with_this_dn(dn).with_call_uuid(id).with_other_dn("3001"));
}

/// A session that rings and is released, with numbered events.
fn complete(store: &mut Sessions, dn: &str, id: &str) {
    for (number, name) in [(1, CallEvent::Ringing), (2, CallEvent::Released)] {
        let event = Event::new(name).with_this_dn(dn).with_call_uuid(id);
        handled(store, &event.with_event_sequence_number(number));
    }
}

fn party(store: &mut Sessions, name: DataEvent, number: usize) {
    let event = Event::new(name).with_this_dn(DN).with_call_uuid("0").with_other_dn(number.to_string());
    handled(store, &event);
}

fn with_sessions(n: usize) -> Sessions {
    let mut store = store();
    (0..n).for_each(|id| ring(&mut store, DN, &id.to_string()));
    store
}

fn with_ends(n: usize) -> Sessions {
    let mut store = limited(|limits| limits.remembered_ends = n);
    for id in 0..n {
        complete(&mut store, DN, &id.to_string());
        let _ = store.forget(DN, &id.to_string());
    }
    store
}

fn me() -> Agent {
    Agent::new().with_device("/devices/1", DN)
}

fn pairs(n: usize) -> KeyValueList<'static> {
    (0..n).map(|at| (format!("k{at}"), "v")).collect()
}

fn json_pairs(n: usize) -> String {
    (0..n).map(|at| format!(r#""k{at}":"v""#)).collect::<Vec<_>>().join(",")
}

fn query(text: &str) {
    measured(|| Query::parse(text).filters.len());
}

/// Writes the session as the API represents it.
fn write(store: &Sessions) {
    let session = store.get(DN, "0").expect("it rang");
    let mut json = Vec::new();
    measured(|| store.resource(session).write_json(&mut json));
}

/// Posts a body to a session with this many pairs of user data.
fn post(body: &str, present: usize) {
    let mut store = with_sessions(1);
    let event = Event::new(CallEvent::Established).with_this_dn(DN).with_call_uuid("0");
    handled(&mut store, &event.with_user_data(pairs(present)));
    measured(|| store.post(&me(), Target::Session("0"), body.as_bytes()).is_ok());
}

/// Posts an operation this many times. Returns the ReferenceIDs.
fn post_all(store: &mut Sessions, n: usize) -> Vec<u64> {
    let body = br#"{"operationName":"Complete"}"#;
    (0..n).map(|_| store.post(&me(), Target::Session("0"), body).expect("it is allowed").reference_id).collect()
}

fn resources(ids: std::ops::Range<usize>) -> Vec<ImSession<'static>> {
    ids.map(|id| ImSession::new(id.to_string(), State::Talking)).collect()
}

fn reconcile(store: &mut Sessions, list: &[ImSession<'_>]) {
    let handled = store.reconcile(DN, list).expect("a list");
    assert!(handled.notifications().count() <= 2 * list.len());
}
