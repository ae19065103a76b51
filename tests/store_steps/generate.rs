//! Random histories of a store: few DNs and ids, so that things meet.

use im_session::testing::Step;
use im_session::{ConnId, Event, KeyValueList, Value as Data};
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::{AGENTS, DNS, IDS};

/// Marks a number that is to be replaced by the position in the history.
const FRESH: u64 = u64::MAX;

/// Up to `steps` things that happen.
pub(crate) fn history(steps: usize) -> impl Strategy<Value = Vec<Step>> {
    history_of(step(), steps)
}

pub(crate) fn history_of(step: impl Strategy<Value = Step>, steps: usize) -> impl Strategy<Value = Vec<Step>> {
    vec(step, 1..steps).prop_map(|mut steps| {
        for (position, step) in (1..).zip(&mut steps) {
            put_fresh_number(step, position);
        }
        steps
    })
}

/// Gives an event that has a fresh number this one.
pub(crate) fn put_fresh_number(step: &mut Step, number: u64) {
    if let Step::Event(event) = step {
        let fresh = |old| if old == FRESH { number } else { old };
        event.event_sequence_number = event.event_sequence_number.map(fresh);
    }
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        24 => event().prop_map(Step::Event),
        10 => post(),
        2 => (agent(), query()).prop_map(|(agent, query)| Step::List { agent, query }),
        2 => (agent(), id(), query()).prop_map(|(agent, id, query)| Step::Read { agent, id, query }),
        3 => (0..20_u64).prop_map(Step::Time),
        1 => (0..40_u64).prop_map(|ago| Step::Expire { ago }),
        1 => (dn(), id()).prop_map(|(this_dn, id)| Step::Forget { this_dn, id }),
        1 => (0..40_u64).prop_map(|ago| Step::ForgetCompleted { ago }),
        1 => (0..40_u64).prop_map(|ago| Step::ForgetRequests { ago }),
        1 => (dn(), vec(resource(), 0..4)).prop_map(|(this_dn, list)| Step::Reconcile { this_dn, list }),
    ]
}

fn agent() -> impl Strategy<Value = usize> {
    prop_oneof![4 => Just(0), 12 => Just(1), 2 => Just(2), 1 => Just(3)]
}

fn dn() -> impl Strategy<Value = String> {
    prop_oneof![6 => select(&DNS[..3]), 1 => select(&DNS[3..])].prop_map(String::from)
}

fn id() -> impl Strategy<Value = String> {
    prop_oneof![40 => select(&IDS[..2]), 8 => select(&IDS[2..]), 1 => select(&["unknown", "no id", ".."][..])]
        .prop_map(String::from)
}

/// Any event of any kind, most of them readable.
pub(crate) fn event() -> impl Strategy<Value = Event<'static>> {
    let opening = select(&["EventDialing", "EventRinging", "EventRinging", "EventEstablished", "EventEstablished"][..]);
    let ending = select(&["EventReleased", "EventAbandoned"][..]);
    let data = select(
        &[
            "EventAttachedDataChanged",
            "EventAttachedDataChanged",
            "EventPartyAdded",
            "EventPartyDeleted",
            "EventPartyChanged",
            "EventPrivateInfo",
            "EventPrivateInfo",
            "EventPrivateInfo",
            "EventPrivateInfo",
            "EventDestinationBusy",
        ][..],
    );
    let other = select(&["EventHeld", "EventError", "EventError", "EventACK", "EventQueued"][..]);
    let name = prop_oneof![10 => opening, 2 => ending, 10 => data, 3 => other];
    let number = prop_oneof![3 => Just(None), 5 => Just(Some(FRESH)), 2 => (0..40_u64).prop_map(Some)];
    let server_start = prop_oneof![1 => Just(None), 8 => Just(Some(1)), 1 => Just(Some(2))];
    let whom = (
        weighted(0.98, prop_oneof![80 => dn(), 1 => Just(String::new())]),
        weighted(0.6, prop_oneof![10 => dn(), 1 => Just("+1 (916) 555-0104".to_string())]),
        weighted(0.98, id()),
    );
    let to_the_whole_call = any::<bool>();
    let what = (of(pairs()), weighted(0.6, pairs()), weighted(0.3, 1..99_u64));
    let answer = (weighted(0.5, 1..12_u64), of(1..99_i64), of(select(&["", "Invalid DN"][..]).prop_map(String::from)));
    let all = (name, whom, (number, server_start), what, answer, to_the_whole_call);
    all.prop_map(|(name, whom, when, what, answer, to_the_whole_call)| {
        let mut event = Event::new(name);
        let has_this_dn = name != "EventAttachedDataChanged" || !to_the_whole_call;
        event.this_dn = whom.0.filter(|_| has_this_dn).map(Into::into);
        event.other_dn = whom.1.map(Into::into);
        event.call_uuid = whom.2.map(Into::into);
        event.event_sequence_number = when.0;
        event.server_start_time = when.1;
        event.user_data = what.0;
        event.extensions = what.1;
        event.conn_id = what.2.map(ConnId);
        event.reference_id = answer.0;
        event.error_code = answer.1;
        event.error_message = answer.2.map(Into::into);
        event
    })
}

/// User data with few keys, `text` among them, repeated ones too.
pub(crate) fn pairs() -> impl Strategy<Value = KeyValueList<'static>> {
    let leaf = prop_oneof![
        3 => select(&["", "v", "w", "größer"][..]).prop_map(Data::from),
        1 => any::<i64>().prop_map(Data::Integer),
        1 => Just(Data::Binary("00 01..".into())),
    ];
    let key = || select(&["text", "text", "k", "k", "n", ""][..]).prop_map(String::from);
    let list = leaf
        .clone()
        .prop_recursive(2, 6, 3, move |inner| vec((key(), inner), 0..3).prop_map(list_of_pairs).prop_map(Data::List));
    let data = prop_oneof![4 => leaf, 1 => list];
    vec((key(), data), 0..4).prop_map(list_of_pairs)
}

fn list_of_pairs(pairs: Vec<(String, Data<'static>)>) -> KeyValueList<'static> {
    pairs.into_iter().collect()
}

fn resource() -> impl Strategy<Value = Value> {
    let state = select(&["Initiating", "Alerting", "Talking", "Completed"][..]);
    (id(), state, vec(dn(), 0..3), of(json_pairs())).prop_map(|(id, state, numbers, user_data)| {
        let participant = |number: &String| json!({"phoneNumber": number});
        let participants: Vec<Value> = numbers.iter().map(participant).collect();
        json!({"id": id, "state": state, "participants": participants, "userData": user_data})
    })
}

fn json_pairs() -> impl Strategy<Value = Value> {
    pairs().prop_map(|pairs| json!(pairs))
}

/// Operations with good and bad bodies.
fn post() -> impl Strategy<Value = Step> {
    let body =
        prop_oneof![12 => operation(), 1 => select(&["", "[]", "7", "{", "{}x", "null"][..]).prop_map(String::from)];
    let target = |(agent, id, body): (usize, String, String)| {
        // Most of them where they belong.
        let to_the_list = body.contains("Initiate") != (body.len() % 16 == 0);
        let mine = AGENTS[agent].last().map_or("/devices/none", |(path, _)| path);
        let body = body.replace("/devices/mine", mine);
        Step::Post { agent, target: Some(id).filter(|_| !to_the_list), body }
    };
    (agent(), id(), body).prop_map(target)
}

fn operation() -> impl Strategy<Value = String> {
    const NAMES: [&str; 6] =
        ["InitiateIMSession", "SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"];
    let unknown = prop_oneof![wrong(), Just(json!("Hold"))];
    let name = prop_oneof![20 => select(&NAMES[..]).prop_map(|name| json!(name)), 1 => unknown];
    let text = |good: &'static [&'static str]| {
        weighted(0.95, prop_oneof![20 => select(good).prop_map(|text| json!(text)), 1 => wrong()])
    };
    let destination = weighted(
        0.95,
        prop_oneof![
            20 => select(&["3001", "3002", "+1 (916) 555-0104"][..]).prop_map(|number| json!({"phoneNumber": number})),
            1 => wrong().prop_map(|number| json!({"phoneNumber": number})),
            1 => wrong(),
        ],
    );
    let user_data =
        weighted(0.9, prop_oneof![12 => json_pairs(), 1 => wrong(), 1 => wrong().prop_map(|v| json!({"k": v}))]);
    let device_path =
        weighted(0.8, text(&["/devices/mine", "/devices/mine", "/devices/mine", "/devices/2", "/devices/4"]));
    let parts = (weighted(0.97, name), text(&["hello", "größer"]), destination, user_data, text(&["k", "n", "x"]));
    let device_path = device_path.prop_map(Option::flatten);
    (parts, device_path).prop_map(|((name, text, destination, user_data, key), device_path)| {
        let parameters = [
            ("operationName", name),
            ("text", text),
            ("destination", destination),
            ("userData", user_data),
            ("key", key),
            ("devicePath", device_path),
            ("unknown", Some(json!([1]))),
        ];
        let there = parameters.into_iter().filter_map(|(key, value)| Some((key.to_string(), value?)));
        Value::Object(there.collect()).to_string()
    })
}

/// A value that is of the wrong type nearly everywhere.
fn wrong() -> impl Strategy<Value = Value> {
    select(vec![
        json!(null),
        json!(7),
        json!(-7),
        json!(1.5),
        json!(true),
        json!([1]),
        json!(""),
        json!({}),
        json!(u64::MAX),
    ])
}

/// Queries of reads, escaped and not.
pub(crate) fn query() -> impl Strategy<Value = String> {
    let pair = prop_oneof![
        select(&["", "fields", "fields=", "fields=*", "fields=%2A", "fields=id,state", "fields=id%2Cunknown, uri"][..]),
        select(&["fields=unknown", "fields=userData,participants", "fields=capabilities,path"][..]),
        select(&["state=Talking", "st%61te=Alert%69ng", "state=Completed", "state=", "state=Tal%6"][..]),
        select(&["id=a", "id=%7E._-", "path=/im-sessions/b", "userData=x", "participants=3001", "unknown=1"][..]),
        select(&["devicePath=/devices/2", "devicePath=%2Fdevices%2F3", "devicePath=/none"][..]),
    ];
    vec(pair, 0..4).prop_map(|pairs| pairs.join("&"))
}

/// Another order of the same events, in which each session's own events keep theirs: at every place `choices` says which of
/// the events that may come next comes.
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

/// Whether both events can concern the same session: the same call, and the same DN, or all of them.
fn share_a_session(one: &Event<'_>, other: &Event<'_>) -> bool {
    let (dn, other_dn) = (one.this_dn(), other.this_dn());
    one.call_uuid == other.call_uuid && (dn == other_dn || dn.is_none() || other_dn.is_none())
}
