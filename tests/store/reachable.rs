//! Does every reachable state agree with the model? A breadth-first search over two agents and two calls delivers every
//! event of an alphabet in every order and any number of times. Every step is compared with the model, and the states
//! are counted.
//!
//! Two stores count as the same state if their whole snapshots and the model's knowledge are equal. Counters do not
//! count, nor do orders that matter only at a limit. So the search covers sequences of any length over the alphabet.

use std::collections::{HashSet, VecDeque};

use im_session::event::ListAttribute;
use im_session::testing::{Agent, Model, Setup, Step, carry_out};
use im_session::{CallEvent, DataEvent, Event, KeyValueList, Sessions};
use serde_json::{Value, json};

use crate::steps::without_order;

/// Two agents with one DN each.
fn agents() -> [Agent; 2] {
    [Agent::new().with_device("/devices/1", "3001"), Agent::new().with_device("/devices/2", "3002")]
}

/// The whole state of a store, except the counters and the order in which sessions completed and ends were remembered.
/// That order matters only at a limit, and no limit is reached here.
fn inside(store: &Sessions) -> String {
    let mut snapshot = without_order(store);
    snapshot["store"] = json!(null);
    snapshot.to_string()
}

/// Asserts that the store and the model give the same answer to every question: the state of each session, and every
/// operation and read of every agent.
fn agree(store: &Sessions, model: &Model) {
    let resources: Vec<Value> = store.iter().map(|session| json!(store.resource(session))).collect();
    assert_eq!(resources, model.resources());
    for session in store.iter() {
        let last = session.last_event().map(|last| (last.server_start_time, last.event_sequence_number));
        let known = model.inside(session.this_dn(), session.id()).expect("a session of the model");
        assert_eq!(known["lastEvent"], json!(last));
    }
    let (mut store, mut model) = (store.clone(), model.clone());
    for step in questions() {
        assert_eq!(carry_out(&mut store, &agents(), &step), model.carry_out(&agents(), &step), "{step:?}");
    }
}

fn questions() -> Vec<Step> {
    let mut questions = Vec::new();
    for agent in 0..2 {
        let device_path = ["/devices/1", "/devices/2"][agent];
        for name in ["InitiateIMSession", "SendMessage", "UpdateUserData", "DeleteUserData", "Complete"] {
            let body = json!({
                "operationName": name, "text": "hello", "destination": {"phoneNumber": "3001"}, "devicePath": device_path,
                "key": "k", "userData": {"k": "w"},
            });
            let targets = if name == "InitiateIMSession" { vec![None] } else { vec![Some("a"), Some("b")] };
            let body = body.to_string();
            questions.extend(targets.into_iter().map(|id| Step::Post {
                agent,
                target: id.map(Into::into),
                body: body.clone(),
            }));
        }
        questions.push(Step::List { agent, query: "fields=id,state".into() });
        questions.push(Step::Read { agent, id: "a".into(), query: String::new() });
    }
    questions
}

/// The result of a search.
#[derive(Debug, PartialEq)]
struct Found {
    /// The number of distinct states.
    states: usize,
    /// The number of steps: each event in each state.
    steps: usize,
}

/// Tries every event in every reachable state.
fn search(alphabet: &[Event<'static>]) -> Found {
    search_with(&Setup::default(), alphabet)
}

/// The same with other limits.
fn search_with(setup: &Setup, alphabet: &[Event<'static>]) -> Found {
    let steps: Vec<Step> = alphabet.iter().cloned().map(Step::Event).collect();
    let (agents, start) = (agents(), (setup.sessions(), setup.model()));
    let mut seen = HashSet::from([inside(&start.0)]);
    let mut open = VecDeque::from([start]);
    let mut tried = 0;
    while let Some((store, model)) = open.pop_front() {
        for step in &steps {
            let (mut after, mut model_after) = (store.clone(), model.clone());
            tried += 1;
            let answer = carry_out(&mut after, &agents, step);
            assert_eq!(answer, model_after.carry_out(&agents, step), "{step:?}");
            // Most steps change nothing, and this check avoids a snapshot for them. Without a session, an event can
            // change the store only if it is an end that arrived early and is remembered.
            let may_differ = answer["told"]["reason"] == "orphan" || !after.iter().eq(store.iter());
            if may_differ && seen.insert(inside(&after)) {
                agree(&after, &model_after);
                open.push_back((after, model_after));
            }
        }
    }
    Found { states: seen.len(), steps: tried }
}

/// Every event with one of these names at each of these DNs in each of these calls.
fn events(names: &[&'static str], dns: &[&'static str], ids: &[&'static str]) -> Vec<Event<'static>> {
    let mut events = Vec::new();
    for name in names {
        for dn in dns {
            for id in ids {
                events.push(Event::new(*name).with_this_dn(*dn).with_call_uuid(*id));
            }
        }
    }
    events
}

fn call_events() -> Vec<&'static str> {
    CallEvent::ALL.into_iter().map(CallEvent::name).collect()
}

fn all_events() -> Vec<&'static str> {
    call_events().into_iter().chain(DataEvent::ALL.into_iter().map(DataEvent::name)).collect()
}

fn data(value: &'static str) -> KeyValueList<'static> {
    [("k", value)].into_iter().collect()
}

/// Adds a message to every EventPrivateInfo.
fn with_messages(mut alphabet: Vec<Event<'static>>) -> Vec<Event<'static>> {
    for event in alphabet.iter_mut().filter(|event| event.name == DataEvent::PrivateInfo.into()) {
        event.extensions = ListAttribute::Present([("text", "hello")].into_iter().collect());
    }
    alphabet
}

/// Two agents and two calls give four sessions. Each is in one of six states, independently of the others: none,
/// Initiating, Alerting, Talking, or Completed for one of two causes. The alphabet has all events except
/// DestinationBusy, which adds a state and two causes.
#[test]
fn two_agents_two_calls_all_events_but_one() {
    let names: Vec<&str> = all_events().into_iter().filter(|name| *name != "EventDestinationBusy").collect();
    let alphabet = with_messages(events(&names, &["3001", "3002"], &["a", "b"]));
    // 10 events at 4 sessions: each of the 40 is tried in each of the 6⁴ states.
    assert_eq!(search(&alphabet), Found { states: 1296, steps: 1296 * 40 });
}

/// All events at two sessions, first of one call, then of one DN. Each session is in one of nine states. Initiating
/// counts twice, because the other party may be busy. Completed has three causes, and abandoned counts twice for the
/// same reason.
#[test]
fn two_sessions_all_events() {
    for (dns, ids) in [(&["3001", "3002"][..], &["a"][..]), (&["3001"], &["a", "b"])] {
        let alphabet = with_messages(events(&all_events(), dns, ids));
        assert_eq!(search(&alphabet), Found { states: 81, steps: 81 * 22 });
    }
}

/// The same with user data at one of the calls. It is sent to one DN or to the whole call, or it is removed.
#[test]
fn two_agents_two_calls_and_user_data() {
    let mut alphabet = events(&call_events(), &["3001", "3002"], &["a"]);
    alphabet.extend(events(&["EventRinging", "EventReleased"], &["3001", "3002"], &["b"]));
    let changed = || Event::new(DataEvent::AttachedDataChanged).with_call_uuid("a");
    for event in [changed().with_this_dn("3001"), changed().with_this_dn("3002"), changed()] {
        alphabet.extend([event.clone(), event.with_user_data(data("v"))]);
    }
    // At each DN, the first call has no session or one in 5 states (two causes of the end), with or without user data.
    // The other call has no session or one in 2 states.
    assert_eq!(search(&alphabet), Found { states: (11 * 3) * (11 * 3), steps: 1089 * 20 });
}

/// The numbered log of a call: the caller's and the callee's events in the order in which the server sent them, and a
/// second ringing. The tests lose, repeat and reorder them.
fn log() -> Vec<Event<'static>> {
    let at = |name: CallEvent, dn: &'static str| Event::new(name).with_this_dn(dn).with_call_uuid("a");
    let changed = || Event::new(DataEvent::AttachedDataChanged).with_call_uuid("a");
    let log = [
        at(CallEvent::Dialing, "3001").with_other_dn("3002"),
        at(CallEvent::Ringing, "3002").with_other_dn("3001"),
        at(CallEvent::Established, "3002").with_other_dn("3001"),
        at(CallEvent::Established, "3001").with_other_dn("3002"),
        changed().with_user_data(data("v")),
        changed().with_this_dn("3002"),
        at(CallEvent::Released, "3001"),
        at(CallEvent::Released, "3002"),
        at(CallEvent::Ringing, "3002").with_other_dn("3003"),
    ];
    let numbered =
        |(number, event): (u64, Event<'static>)| event.with_event_sequence_number(number).with_server_start_time(9);
    (1..).zip(log).map(numbered).collect()
}

#[test]
fn a_numbered_log_lost_repeated_and_reordered() {
    assert_eq!(search(&log()), Found { states: 96, steps: 96 * 9 });
}

/// The numbers filter out duplicates and late events. An event that is repeated, or that arrives after a later one of
/// its session, changes nothing. Events that are rejected for other reasons change no session either.
#[test]
fn what_is_late_might_as_well_not_have_come() {
    let log = log();
    let (setup, agents) = (Setup::default(), agents());
    // Every sequence of four deliveries, chosen from nine events.
    let mut sequences = 0;
    for code in 0..9_usize.pow(4) {
        let deliveries: Vec<&Event<'static>> = (0..4).map(|place| &log[code / 9_usize.pow(place) % 9]).collect();
        let (mut all, mut newer) = (setup.sessions(), setup.sessions());
        for event in &deliveries {
            let before = inside(&all);
            let step = Step::Event((*event).clone());
            let answer = carry_out(&mut all, &agents, &step);
            match answer["told"]["reason"].as_str() {
                Some("stale") => assert_eq!(inside(&all), before, "{event:?}"),
                // The store remembers the end of a session that it never knew.
                Some("orphan") if event.name == CallEvent::Released.into() => {
                    assert_ne!(inside(&all), before, "{event:?}");
                    carry_out(&mut newer, &agents, &step);
                }
                Some(_) => assert_eq!(inside(&all), before, "{event:?}"),
                None => {
                    carry_out(&mut newer, &agents, &step);
                }
            }
        }
        assert_eq!(inside(&all), inside(&newer), "{deliveries:?}");
        sequences += 1;
    }
    assert_eq!(sequences, 6561);
}

/// Numbers of two server starts, and no number, at one session, with every call event and user data.
#[test]
fn numbers_of_two_server_starts() {
    let mut alphabet = Vec::new();
    for mut event in events(&[call_events(), vec!["EventAttachedDataChanged"]].concat(), &["3001"], &["a"]) {
        for (number, server_start) in
            [(None, None), (Some(1), None), (Some(2), None), (Some(1), Some(8)), (Some(2), Some(8)), (Some(1), Some(9))]
        {
            (event.event_sequence_number, event.server_start_time) = (number, server_start);
            alphabet.push(event.clone());
        }
    }
    // A session in one of 5 states (two causes of the end) has one of 5 last numbers or none. Without a session, there
    // is one of 5 remembered ends or none.
    assert_eq!(search(&alphabet), Found { states: 36, steps: 36 * 36 });
}

/// The parties of one session: two that come and go, and the agent itself.
#[test]
fn parties_come_and_go() {
    let names = [
        "EventRinging",
        "EventEstablished",
        "EventReleased",
        "EventPartyAdded",
        "EventPartyDeleted",
        "EventPartyChanged",
    ];
    let mut alphabet = Vec::new();
    for event in events(&names, &["3001"], &["a"]) {
        alphabet.extend(["3001", "3002", "3003"].map(|other| event.clone().with_other_dn(other)));
    }
    // 3 states, each with nobody, one of the two, or both in either order. One more state is no session.
    assert_eq!(search(&alphabet), Found { states: 16, steps: 16 * 18 });
}

/// Every combination of a name and some attributes, at one DN of one call.
fn with_attributes(
    names: &[&'static str],
    other_dns: &[Option<&'static str>],
    identities: &[(Option<u64>, Option<u64>)],
    user_data: &[Option<KeyValueList<'static>>],
) -> Vec<Event<'static>> {
    let mut alphabet = Vec::new();
    for event in events(names, &["3002"], &["a"]) {
        for other_dn in other_dns {
            for &(number, server_start_time) in identities {
                for list in user_data {
                    let mut event = event.clone();
                    event.other_dn = other_dn.map(Into::into);
                    (event.event_sequence_number, event.server_start_time) = (number, server_start_time);
                    event.user_data = list.clone().into();
                    alphabet.push(event);
                }
            }
        }
    }
    alphabet
}

/// All eleven events, and one that is ignored by name.
fn all_names() -> Vec<&'static str> {
    all_events().into_iter().chain(["EventHeld"]).collect()
}

/// Three parties with every kind of number. One party is the agent itself, and one is empty.
#[test]
fn parties_and_numbers() {
    let mut alphabet = with_attributes(
        &all_names(),
        &[None, Some(""), Some("3002"), Some("3001"), Some("3003")],
        &[(None, None), (Some(1), None), (Some(2), None), (Some(1), Some(9)), (Some(2), Some(9)), (None, Some(9))],
        &[None],
    );
    for event in alphabet.iter_mut().filter(|event| event.name == DataEvent::PrivateInfo.into()) {
        // Some events have a message and some do not.
        if event.other_dn.is_some() {
            event.extensions = ListAttribute::Present([("text", "hello")].into_iter().collect());
        }
    }
    // A session has one of 8 states (as above), 5 lists of parties and 5 last numbers. Without a session, there is one
    // of 4 remembered ends or none.
    assert_eq!(search(&alphabet), Found { states: 205, steps: 205 * 360 });
}

/// Numbered events with user data: some differs, some has the same view in another order, and some exceeds the limits.
#[test]
fn user_data_and_numbers() {
    let list = |pairs: &[(&'static str, &'static str)]| Some(pairs.iter().copied().collect::<KeyValueList<'_>>());
    let inner = KeyValueList::try_from_iter([("k", KeyValueList::new())]).expect("not too deep");
    let alphabet = with_attributes(
        &all_names(),
        &[None, Some("3001")],
        &[(None, None), (Some(1), None), (Some(2), None)],
        &[
            None,
            list(&[]),
            list(&[("k", "v"), ("l", "w")]),
            // The same view in another order, with one pair hidden by a later one.
            list(&[("l", "w"), ("k", "hidden"), ("k", "v")]),
            // One list over the limit of 12 bytes, and one that is too deep.
            list(&[("key", "ten bytes!")]),
            KeyValueList::try_from_iter([("k", inner)]).ok(),
        ],
    );
    let mut setup = Setup::default();
    setup.limits.user_data_size = 12;
    setup.limits.user_data_depth = 2;
    // A session has one of 8 states (as above), 2 lists of parties, 3 lists of user data and 3 last numbers. Without a
    // session, there is one of 2 remembered ends or none.
    assert_eq!(search_with(&setup, &alphabet), Found { states: 147, steps: 147 * 432 });
}

/// Events at one DN, at the other, or without a DN, with and without a number, with and without user data.
#[test]
fn two_dns_of_one_call_and_numbers() {
    let names = ["EventDialing", "EventRinging", "EventEstablished", "EventReleased", "EventAttachedDataChanged"];
    let mut alphabet = Vec::new();
    for name in names {
        for this_dn in [None, Some("3001"), Some("3002")] {
            for number in [None, Some(1), Some(2)] {
                for list in [None, Some(data("v"))] {
                    let mut event = Event::new(name).with_call_uuid("a");
                    event.this_dn = this_dn.map(Into::into);
                    event.event_sequence_number = number;
                    event.user_data = list.into();
                    alphabet.push(event);
                }
            }
        }
    }
    // At each DN: a session has one of 4 states, user data or not, and 3 last numbers. Without a session, there is one
    // of 2 remembered ends or none.
    assert_eq!(search(&alphabet), Found { states: 729, steps: 729 * 90 });
}
