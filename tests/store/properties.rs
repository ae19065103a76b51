//! What holds for every history of many agents, sessions, operations and reads?

use std::collections::BTreeMap;
use std::time::Duration;

use im_session::resource::{AnalysedNumber, Country};
use im_session::store::{Part, PartKey, Snapshot};
use im_session::testing::{Setup, Step};
use im_session::{Agent, Event, Handled, ImSession, Limits, Operation, Query, Session, Sessions, Target, WhyNot};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::check::check;
use crate::client::Client;
use crate::steps::{
    agents, carry_out, counts, events, history, is_mine, linear_extension, list_of, new_store, setup, without_order,
};

/// The store and the model give the same answers and the same notifications in the same order.
#[test]
fn the_store_answers_as_the_model_does() {
    check(150, 90, history(120), |history| {
        let mut store = new_store();
        let mut model = setup().model();
        for step in &history {
            prop_assert_eq!(carry_out(&mut store, step), model.carry_out(agents(), step), "{:?}", step);
        }
        let resources: Vec<Value> = store.iter().map(|session| json!(store.resource(session))).collect();
        prop_assert_eq!(resources, model.resources());
        prop_assert_eq!(&counts(&store), model.counts());
        Ok(true)
    });
}

/// The same with limits so low that histories reach them.
#[test]
fn the_store_keeps_its_limits_as_the_model_does() {
    check(150, 90, (history(120), small_limits()), |(history, small)| {
        let mut setup = Setup::default();
        setup.limits = small;
        setup.one_session_per_agent = false;
        let (mut store, mut model) = (setup.sessions(), setup.model());
        for step in &history {
            prop_assert_eq!(carry_out(&mut store, step), model.carry_out(agents(), step), "{:?}", step);
        }
        prop_assert_eq!(&counts(&store), model.counts());
        Ok(true)
    });
}

/// Notifications, lists, single sessions and resources are the same bytes whether they are written directly or through
/// serde_json, with and without number analysis, borrowed from the store or owned.
#[test]
fn what_is_written_directly_is_what_serde_writes() {
    check(150, 90, (history(60), any::<bool>()), |(history, analysed)| {
        let mut store = new_store();
        if analysed {
            store = store.with_number_analysis(every_other);
        }
        let mut notified = 0;
        for step in &history {
            if let Step::Event(event) = step {
                for (_, notification) in store.handle_event(event).iter().flat_map(Handled::notifications) {
                    same_bytes(&notification, |output| notification.write_json(output))?;
                    let owned = notification.clone().into_owned();
                    same_bytes(&notification, |output| owned.write_json(output))?;
                    notified += 1;
                }
            } else {
                carry_out(&mut store, step);
            }
        }
        let queries = ["", "fields=*", "fields=state,userData,participants", "fields=uri,id,capabilities"];
        for (me, query) in agents().iter().flat_map(|me| queries.map(|query| (me, Query::parse(query)))) {
            let list = store.list(me, &query);
            same_bytes(&list, |output| list.write_json(output))?;
            for im_session in &list.im_sessions {
                same_bytes(im_session, |output| im_session.write_json(output))?;
                if let Ok(single) = store.read(me, im_session.id(), &query) {
                    same_bytes(&single, |output| single.write_json(output))?;
                }
            }
        }
        Ok(notified > 0)
    });
}

/// Asserts that direct writing appends the same bytes that serde_json gives.
fn same_bytes(value: &impl serde::Serialize, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), TestCaseError> {
    let mut direct = b"before ".to_vec();
    write(&mut direct);
    let through_serde = serde_json::to_string(value).unwrap();
    prop_assert_eq!(String::from_utf8(direct).unwrap(), format!("before {through_serde}"));
    Ok(())
}

/// Knows the numbers of even length, some of them with country and place.
fn every_other(number: &str) -> Option<AnalysedNumber> {
    let country = Some(Country::new("United \"States\"", "US", "1")).filter(|_| number.ends_with('2'));
    let location = country.as_ref().map(|_| "Baie-Saint-Paul, Québec".into());
    let analysed = || AnalysedNumber::new(format!("+{number}"), format!("({number})\t"), country, location);
    (number.len() % 2 == 0).then(analysed)
}

/// A client starts from an empty list and applies the notifications. At every point it has the list that an agent would
/// read. (A client that starts from a later list has the same state at that point.)
#[test]
fn the_notifications_lead_to_the_list() {
    check(150, 90, history(120), |history| {
        let mut store = new_store();
        let mut client = Client::default();
        for step in &history {
            let told = carry_out(&mut store, step);
            client.hear(step, &told, store.now().as_secs());
            for agent in 0..agents().len() {
                prop_assert_eq!(client.list(agent), list_of(&store, agent), "agent {} after {:?}", agent, step);
            }
        }
        Ok(true)
    });
}

/// A store that is written as JSON and restored at any point continues exactly like the original.
#[test]
fn a_restored_store_goes_on_as_the_original() {
    check(150, 90, history(120), |history| {
        // No gap in the ReferenceIDs, because the snapshot is known to contain every sent request.
        let new_store = || new_store().with_reference_id_gap(0);
        let mut original = new_store();
        let mut restored = original.clone();
        for step in &history {
            prop_assert_eq!(carry_out(&mut restored, step), carry_out(&mut original, step), "{:?}", step);
            let json = serde_json::to_string(&restored.snapshot()).unwrap();
            restored = new_store();
            restored.restore(&serde_json::from_str(&json).unwrap()).unwrap();
            prop_assert_eq!(without_order(&restored), without_order(&original));
            prop_assert!(restored.iter().eq(original.iter()));
        }
        Ok(true)
    });
}

/// After every step, an embedder has to save exactly the parts that the step names. Together with the parts saved
/// before, they make up the store. Low limits also make the store forget sessions to make room.
#[test]
fn the_parts_that_a_step_names_are_all_that_has_to_be_kept() {
    check(150, 90, (history(120), small_limits(), any::<bool>()), |(history, small, are_small)| {
        let mut setup = Setup::default();
        setup.limits = if are_small { small } else { Limits::DEFAULT };
        setup.one_session_per_agent = false;
        let new_store = || setup.sessions().with_reference_id_gap(0);
        let mut store = new_store();
        let mut kept: BTreeMap<PartKey, Part> =
            BTreeMap::from([(PartKey::Store, store.part(&PartKey::Store).unwrap())]);
        for step in &history {
            for key in parts_of(&mut store, step) {
                match store.part(&key) {
                    Some(part) => kept.insert(key, part),
                    None => kept.remove(&key),
                };
            }
            let snapshot = Snapshot::of_parts(kept.values().cloned()).unwrap();
            prop_assert_eq!(in_order(&snapshot), in_order(&store.snapshot()), "{:?}", step);
            let mut rebuilt = new_store();
            prop_assert_eq!(rebuilt.restore(&snapshot), Ok(()), "{:?}", step);
            prop_assert!(rebuilt.iter().eq(store.iter()));
            prop_assert_eq!(rebuilt.counters(), store.counters(), "{:?}", step);
        }
        Ok(true)
    });
}

/// Every interleaving that keeps each session's own order leads to the same store.
#[test]
fn the_order_between_sessions_does_not_count() {
    check(150, 90, (events(80), vec(any::<usize>(), 1..20)), |(events, choices)| {
        let (mut one, mut other) = (new_store(), new_store());
        for event in &events {
            let _ = one.handle_event(event);
        }
        for event in &linear_extension(&events, &choices) {
            let _ = other.handle_event(event);
        }
        prop_assert_eq!(without_order(&one), without_order(&other));
        Ok(true)
    });
}

/// Sessions can therefore be spread over threads by key, each thread with its own store. AttachedDataChanged without
/// ThisDN concerns every session of its call, so all threads get it.
#[test]
fn sessions_spread_over_four_threads_end_as_in_one_store() {
    check(150, 90, events(80), |events| {
        let mut one = new_store();
        for event in &events {
            let _ = one.handle_event(event);
        }
        let events = &events;
        let stores: Vec<Sessions> = std::thread::scope(|scope| {
            let at = |thread| {
                scope.spawn(move || {
                    let mut store = new_store();
                    for event in events.iter().filter(|event| thread_of(event).is_none_or(|of| of == thread)) {
                        let _ = store.handle_event(event);
                    }
                    store
                })
            };
            let threads: Vec<_> = (0..THREADS).map(at).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let mut spread: Vec<&Session> = stores.iter().flat_map(Sessions::iter).collect();
        spread.sort_by_key(|session| (session.this_dn(), session.id()));
        prop_assert!(one.iter().eq(spread));
        Ok(true)
    });
}

/// An agent gets the same answers and notifications whether or not other agents take part in its calls. Two things may
/// differ: the ReferenceID, which counts everybody's requests, and events for the whole call.
#[test]
fn an_agent_cannot_tell_whether_others_are_on_its_calls() {
    check(150, 90, (history(120), 0..agents().len()), |(history, me)| {
        let mut all = new_store();
        let mut alone = new_store();
        let is_meant = |step: &&Step| !answers_a_request(step) && !is_of_one_who_shares_a_dn(step, me);
        for step in history.iter().filter(is_meant) {
            let told = carry_out(&mut all, step);
            if concerns(step, me) {
                let told_alone = carry_out(&mut alone, step);
                prop_assert_eq!(for_me(step, told, me), for_me(step, told_alone, me), "{:?}", step);
            }
            prop_assert_eq!(list_of(&all, me), list_of(&alone, me));
        }
        Ok(true)
    });
}

/// The answer for another agent's session is identical to the answer for a session that does not exist.
#[test]
fn anothers_session_is_as_none() {
    check(150, 65, (history(60), any::<Index>(), ask()), |(history, which, body)| {
        let mut store = new_store();
        for step in &history {
            carry_out(&mut store, step);
        }
        // Picks a session and an agent that has no session with its id.
        let has = |agent: &Agent, id: &str| agent.devices().iter().any(|device| store.get(&device.dn, id).is_some());
        let others: Vec<(&Agent, &str)> = store
            .iter()
            .flat_map(|session| agents().iter().map(move |agent| (agent, session.id())))
            .filter(|(agent, id)| !agent.devices().is_empty() && !has(agent, id))
            .collect();
        if others.is_empty() {
            return Ok(false);
        }
        let (me, id) = *which.get(&others);
        let answers = |store: &Sessions| {
            let posted = store.clone().post(me, Target::Session(id), body.as_bytes()).map(|request| json!(request));
            let read = store.read(me, id, &Query::default()).map(|body| json!(body));
            let why_not =
                store.why_not(me, id, None, Operation::Complete).map(|why_not| json!(why_not.map(WhyNot::name)));
            (posted, read, why_not)
        };
        prop_assert_eq!(answers(&store), answers(&new_store()));
        Ok(true)
    });
}

/// Carries out the step and returns the changed parts, as documented for each call.
fn parts_of(store: &mut Sessions, step: &Step) -> Vec<PartKey> {
    let nobody = Agent::new();
    let now = store.now();
    let cutoff = |ago: i64| match Duration::from_secs(ago.unsigned_abs()) {
        span if ago < 0 => now.saturating_add(span),
        span => now.saturating_sub(span),
    };
    let of = |handled: Handled<'_>| handled.parts().collect();
    match step {
        // An unreadable event is counted.
        Step::Event(event) => store.handle_event(event).map_or(vec![PartKey::Store], of),
        Step::Post { agent, target, body } => {
            let target = target.as_deref().map_or(Target::Sessions, Target::Session);
            let request = store.post(agents().get(*agent).unwrap_or(&nobody), target, body.as_bytes());
            // A refused operation is counted too.
            let request = request.ok().map(|request| PartKey::Request { reference_id: request.reference_id });
            request.into_iter().chain([PartKey::Store]).collect()
        }
        Step::Time(by) => {
            store.set_time(now.saturating_add(Duration::from_secs(*by))).map_or(vec![], |()| vec![PartKey::Store])
        }
        Step::Expire { ago } => {
            let mut parts: Vec<PartKey> = store.expire(cutoff(*ago)).map_or(vec![], of);
            parts.extend(store.time_out_requests(cutoff(*ago)).map_or(vec![], of));
            parts
        }
        Step::Forget { this_dn, id } => of(store.forget(this_dn, id)),
        Step::ForgetCompleted { ago } => store.forget_completed(cutoff(*ago)).map_or(vec![], of),
        Step::Reconcile { this_dn, list } => {
            let texts: Vec<String> = list.iter().map(Value::to_string).collect();
            let list: Result<Vec<ImSession<'_>>, _> = texts.iter().map(|text| serde_json::from_str(text)).collect();
            list.ok().and_then(|list| store.reconcile(this_dn, &list).ok().map(of)).unwrap_or_default()
        }
        Step::List { .. } | Step::Read { .. } | Step::Restart => vec![],
        step => panic!("what does {step:?} change?"),
    }
}

/// The parts of a snapshot as text, in a fixed order.
fn in_order(snapshot: &Snapshot) -> Vec<String> {
    let mut parts: Vec<String> = snapshot.clone().into_parts().map(|part| json!(part).to_string()).collect();
    parts.sort();
    parts
}

const THREADS: u64 = 4;

/// The thread that has the session, or `None` if the event goes to all threads.
fn thread_of(event: &Event<'_>) -> Option<u64> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let this_dn = event.this_dn()?;
    let mut hasher = DefaultHasher::new();
    (this_dn, event.call_uuid()).hash(&mut hasher);
    Some(hasher.finish() % THREADS)
}

fn small_limits() -> impl Strategy<Value = Limits> {
    let of_sessions = (0..6_usize, 0..3_usize, 0..3_usize, 0..3_usize);
    let of_user_data = (0..30_usize, 1..3_usize, 0..5_usize);
    (of_sessions, of_user_data, (0..6_usize, 2..5_usize, 0..3_usize, 0..3_usize)).prop_map(
        |(
            (sessions, sessions_per_dn, sessions_per_call, participants),
            (user_data_size, depth, pairs),
            (text, dn, requests, ends),
        )| {
            let mut limits = Limits::DEFAULT;
            limits.sessions = sessions;
            limits.sessions_per_dn = sessions_per_dn;
            limits.participants = participants;
            limits.user_data_size = user_data_size;
            limits.user_data_depth = depth;
            limits.text_length = text;
            limits.dn_length = dn;
            limits.requests = requests;
            limits.sessions_per_call = sessions_per_call;
            limits.user_data_pairs = pairs;
            limits.remembered_ends = ends;
            limits
        },
    )
}

/// The body of an operation on a session.
fn ask() -> impl Strategy<Value = String> {
    let names = ["SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete", "Hold"];
    select(names.to_vec()).prop_map(|name| {
        let body = json!({"operationName": name, "text": "t", "destination": {"phoneNumber": "1"},
            "devicePath": "/devices/1", "key": "k", "userData": {"k": "v"}});
        body.to_string()
    })
}

/// Whether the event answers a request. It names the request by a ReferenceID, which differs if others send requests
/// too.
fn answers_a_request(step: &Step) -> bool {
    matches!(step, Step::Event(event) if event.reference_id.is_some())
}

/// Whether this is an operation of another agent that shares a DN. That agent's request may soon be a session at the
/// DN, so it counts as open for both agents.
fn is_of_one_who_shares_a_dn(step: &Step, me: usize) -> bool {
    let shares = |agent: usize| agents()[agent].devices().iter().any(|device| is_mine(&agents()[me], &device.dn));
    matches!(step, Step::Post { agent, .. } if *agent != me && shares(*agent))
}

/// Whether the step concerns the agent: its own events, operations and reads, and steps that concern everybody.
fn concerns(step: &Step, me: usize) -> bool {
    let is_mine = |dn: &str| is_mine(&agents()[me], dn);
    match step {
        Step::Event(event) => event.this_dn.as_deref().is_none_or(|dn| dn.is_empty() || is_mine(dn)),
        Step::Post { agent, .. } | Step::List { agent, .. } | Step::Read { agent, .. } => *agent == me,
        Step::Forget { this_dn, .. } | Step::Reconcile { this_dn, .. } => is_mine(this_dn),
        _ => true,
    }
}

/// The part of the answer that this agent gets.
fn for_me(step: &Step, mut answer: Value, me: usize) -> Value {
    let is_mine = |dn: &Value| dn.as_str().is_some_and(|dn| is_mine(&agents()[me], dn));
    let mine = answer["notifications"].as_array().into_iter().flatten();
    let mine: Value = mine.filter(|notification| is_mine(&notification["thisDN"])).cloned().collect();
    match step {
        // Agents are not told the outcome of an event for the whole call.
        Step::Event(_) | Step::Expire { .. } | Step::Reconcile { .. } => mine,
        Step::Post { .. } => {
            for request in answer["requests"].as_array_mut().into_iter().flatten() {
                request.as_object_mut().expect("a request").remove("ReferenceID");
            }
            answer
        }
        Step::List { .. } | Step::Read { .. } => answer,
        _ => Value::Null,
    }
}
