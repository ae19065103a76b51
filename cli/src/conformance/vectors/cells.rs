//! The cells of specification sections 2 and 3.

use im_session::testing::Step;
use im_session::{CallEvent, DataEvent, Event, KeyValueList};
use serde_json::json;

use super::{ID, Vector, data, event, event_at, heard, list, states, to};

/// Every event in every state, reopened sessions, stale events, limits, and events to a whole call.
pub(crate) fn transitions() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for (state, _) in states() {
        let names =
            CallEvent::ALL.into_iter().map(CallEvent::name).chain(DataEvent::ALL.into_iter().map(DataEvent::name));
        for name in names {
            vectors.push(vector(format!("{name} in {state}"), to(state), [at_its_fullest(name)]));
        }
        let without_text = event("EventPrivateInfo");
        vectors.push(vector(format!("EventPrivateInfo without text in {state}"), to(state), [without_text]));
    }
    for name in ["EventHeld", "EventRetrieved", "EventNetworkReached", "EventError", "EventQueued"] {
        vectors.push(vector(
            format!("{name} is ignored by name"),
            to("Talking"),
            [event(name).with_user_data(data(json!({"k": "v"})))],
        ));
    }
    vectors.extend(reopenings());
    vectors.extend(stale());
    vectors.extend(what_has_ended());
    vectors.extend(causes());
    vectors.extend(times());
    vectors.extend(parties());
    vectors.extend(user_data());
    vectors.extend(whole_calls());
    vectors.extend(identity());
    vectors
}

/// An event with every attribute that can occur with its name.
fn at_its_fullest(name: &str) -> Event<'static> {
    match name {
        "EventPrivateInfo" => event(name).with_extensions(data(json!({"text": "hello"}))),
        "EventDestinationBusy" => event(name),
        "EventPartyDeleted" => event(name).with_other_dn("3001"),
        "EventPartyAdded" | "EventPartyChanged" => event(name).with_other_dn("3004"),
        "EventAttachedDataChanged" => event(name).with_user_data(data(json!({"k": "w"}))),
        _ => event(name).with_other_dn("3004").with_user_data(data(json!({"k": "v"}))),
    }
}

fn vector(name: impl Into<String>, mut steps: Vec<Step>, then: impl IntoIterator<Item = Event<'static>>) -> Vector {
    steps.extend(heard(then));
    steps.push(list());
    Vector { name: name.into(), steps }
}

fn numbered(name: &str, number: u64, server_start: u64) -> Event<'static> {
    event(name).with_event_sequence_number(number).with_server_start_time(server_start)
}

fn reopenings() -> Vec<Vector> {
    let over = || {
        let ringing = numbered("EventRinging", 1, 9).with_other_dn("3001").with_user_data(data(json!({"k": "v"})));
        heard([ringing, numbered("EventReleased", 2, 9)])
    };
    vec![
        vector("a newer EventRinging opens a completed session anew", over(), [numbered("EventRinging", 3, 9)]),
        vector(
            "a newer EventDialing opens it as a caller's",
            over(),
            [numbered("EventDialing", 3, 9).with_other_dn("3004").with_user_data(data(json!({"l": "w"})))],
        ),
        vector("a newer EventEstablished opens nothing", over(), [numbered("EventEstablished", 3, 9)]),
        vector("the same number opens nothing", over(), [numbered("EventRinging", 2, 9)]),
        vector("another server start proves nothing", over(), [numbered("EventRinging", 3, 8)]),
        vector("without a number nothing is proved", over(), [event("EventRinging")]),
        vector("where no number is known nothing is proved", to("Completed"), [numbered("EventRinging", 3, 9)]),
    ]
}

fn stale() -> Vec<Vector> {
    let begun = || heard([numbered("EventRinging", 5, 9)]);
    let without_start = |number| event("EventEstablished").with_event_sequence_number(number);
    vec![
        vector("the same number again is stale", begun(), [numbered("EventEstablished", 5, 9)]),
        vector("a lower number is stale", begun(), [numbered("EventReleased", 4, 9)]),
        vector("a lower number of another server start is not", begun(), [numbered("EventEstablished", 4, 8)]),
        vector("an absent server start is one of its own", begun(), [without_start(1), without_start(1)]),
        vector("an event without a number is never stale", begun(), [event("EventEstablished")]),
        vector(
            "the number of a rejected event does not count",
            begun(),
            [numbered("EventDialing", 8, 9), numbered("EventEstablished", 6, 9)],
        ),
        vector(
            "the number of an event that changed nothing counts",
            begun(),
            [numbered("EventRinging", 8, 9), numbered("EventEstablished", 6, 9)],
        ),
        vector(
            "stale is decided before the table",
            heard([numbered("EventRinging", 5, 9), event("EventEstablished")]),
            [numbered("EventDialing", 5, 9)],
        ),
    ]
}

/// What has ended stays ended, even if the session is forgotten.
fn what_has_ended() -> Vec<Vector> {
    let gone = || {
        let mut steps = heard([numbered("EventRinging", 5, 9), numbered("EventReleased", 6, 9)]);
        steps.extend([Step::Time(10), Step::ForgetCompleted { ago: 0 }]);
        steps
    };
    let mut vectors: Vec<Vector> = CallEvent::ALL
        .into_iter()
        .map(|name| {
            let name = name.name();
            vector(format!("{name} of a session that is gone is stale"), gone(), [numbered(name, 6, 9)])
        })
        .collect();
    let overtakes = || heard([numbered("EventReleased", 6, 9)]);
    let mut restarted = gone();
    restarted.push(Step::Restart);
    vectors.extend([
        vector("a newer one opens a session", gone(), [numbered("EventRinging", 7, 9)]),
        vector("one of another server start opens a session", gone(), [numbered("EventRinging", 1, 8)]),
        vector(
            "one without a number opens a session that is as new as the end",
            gone(),
            [event("EventRinging"), numbered("EventEstablished", 6, 9), numbered("EventEstablished", 7, 9)],
        ),
        vector("an end that overtook its begin", overtakes(), [numbered("EventRinging", 5, 9)]),
        vector("an end without a number overtakes nothing", heard([event("EventReleased")]), [event("EventRinging")]),
        vector(
            "a later orphan end takes the place",
            overtakes(),
            [numbered("EventAbandoned", 8, 9), numbered("EventRinging", 7, 9)],
        ),
        vector(
            "a stale orphan end does not",
            overtakes(),
            [numbered("EventAbandoned", 5, 9), numbered("EventRinging", 6, 9)],
        ),
        vector("it is remembered over a restart", restarted, [numbered("EventRinging", 5, 9)]),
    ]);
    vectors
}

fn causes() -> Vec<Vector> {
    let dialed = || heard([event("EventDialing"), event("EventDestinationBusy")]);
    vec![
        vector("it was busy", dialed(), [event("EventReleased")]),
        vector("an answer after that", dialed(), [event("EventEstablished"), event("EventReleased")]),
        vector(
            "a repeat of the end keeps the cause",
            to("Alerting"),
            [event("EventAbandoned"), event("EventReleased")],
        ),
        vector(
            "a new leg has a cause of its own",
            heard([numbered("EventRinging", 1, 9)]),
            [numbered("EventAbandoned", 2, 9), numbered("EventRinging", 3, 9), numbered("EventReleased", 4, 9)],
        ),
        vector("an end event always ends", to("Talking"), [event("EventReleased").with_user_data(deep(16))]),
    ]
}

fn times() -> Vec<Vector> {
    let then = |name: &str, more: &[Step]| {
        let mut steps = to("Talking");
        steps.extend_from_slice(more);
        vector(name, steps, [])
    };
    vec![
        then("what heard nothing expires", &[Step::Time(10), Step::Expire { ago: 5 }]),
        then("what was heard at the cutoff does not", &[Step::Time(10), Step::Expire { ago: 10 }]),
        then("a cutoff later than now is refused", &[Step::Time(10), Step::Expire { ago: -1 }]),
        then("an open session is not forgotten", &[Step::Time(10), Step::ForgetCompleted { ago: 5 }]),
        then(
            "what completed before is forgotten",
            &[Step::Time(10), Step::Expire { ago: 5 }, Step::Time(10), Step::ForgetCompleted { ago: 5 }],
        ),
        then("nor is a cutoff later than now taken to forget", &[Step::Time(10), Step::ForgetCompleted { ago: -1 }]),
        then("a restart keeps what is there", &[Step::Restart]),
    ]
}

fn parties() -> Vec<Vector> {
    let party = |name: &str, dn: &'static str| event(name).with_other_dn(dn);
    let talking = || to("Talking");
    vec![
        vector("the agent's own DN is no participant", vec![], [party("EventRinging", "3002")]),
        vector("an empty OtherDN is none", vec![], [party("EventRinging", "")]),
        vector(
            "a known OtherDN leaves the others",
            talking(),
            [party("EventPartyAdded", "3004"), party("EventEstablished", "3004")],
        ),
        vector(
            "another OtherDN takes the place of all",
            talking(),
            [party("EventPartyAdded", "3004"), party("EventEstablished", "3005")],
        ),
        vector(
            "a party is added at the end, and once",
            talking(),
            [party("EventPartyAdded", "2"), party("EventPartyAdded", "2")],
        ),
        vector("a party that is not there cannot go", talking(), [party("EventPartyDeleted", "3004")]),
        vector(
            "a party event without OtherDN changes nothing",
            talking(),
            [event("EventPartyAdded"), event("EventPartyChanged")],
        ),
        vector("EventReleased changes no participants", talking(), [party("EventReleased", "3004")]),
    ]
}

/// Lists nested to this depth.
fn deep(levels: u32) -> KeyValueList<'static> {
    let around = |inner, _| KeyValueList::try_from_iter([("l", inner)]).expect("no deeper than a list can be");
    (0..levels).fold(KeyValueList::new(), around)
}

fn user_data() -> Vec<Vector> {
    let changed = |json| event("EventAttachedDataChanged").with_user_data(data(json));
    let heavy = |bytes: usize| [("k", "v".repeat(bytes))].into_iter().collect::<KeyValueList<'_>>();
    let with = |list: KeyValueList<'static>| event("EventAttachedDataChanged").with_user_data(list);
    let with_data = || heard([event("EventRinging").with_user_data(data(json!({"k": "v", "n": 1})))]);
    vec![
        vector("user data becomes exactly the list", with_data(), [changed(json!({"l": {"m": "w"}, "n": -7}))]),
        vector("the order of keys does not count", with_data(), [changed(json!({"n": 1, "k": "v"}))]),
        vector("a string is another value than an integer", with_data(), [changed(json!({"k": "v", "n": "1"}))]),
        vector("without the attribute there is none any more", with_data(), [event("EventAttachedDataChanged")]),
        vector("an empty list is none", with_data(), [changed(json!({}))]),
        vector("data and state together are a StatusChange", with_data(), [at_its_fullest("EventEstablished")]),
        vector("without the attribute a state event leaves it", with_data(), [event("EventEstablished")]),
        vector("the end brings data", with_data(), [event("EventReleased").with_user_data(data(json!({"k": "end"})))]),
        vector(
            "a repeated end brings none",
            with_data(),
            [event("EventReleased"), event("EventAbandoned").with_user_data(data(json!({"k": "end"})))],
        ),
        vector("16 000 bytes are allowed", with_data(), [with(heavy(15_999)), changed(json!({}))]),
        vector("16 001 bytes are not", with_data(), [with(heavy(16_000))]),
        vector("a depth of 16 is allowed", with_data(), [with(deep(15))]),
        vector("a depth of 17 is not", with_data(), [with(deep(16))]),
        vector(
            "the limit is checked where the data is not used",
            with_data(),
            [event("EventPartyAdded").with_other_dn("1").with_user_data(deep(16))],
        ),
        vector("the table is asked before the limit", with_data(), [event("EventDialing").with_user_data(deep(16))]),
    ]
}

fn whole_calls() -> Vec<Vector> {
    let to_all = || Event::new("EventAttachedDataChanged").with_call_uuid(ID).with_user_data(data(json!({"k": "w"})));
    let two = || heard([event("EventRinging"), event_at("EventDialing", "3001"), event_at("EventRinging", "3003")]);
    let of_two = |mut steps: Vec<Step>, last: Event<'static>| {
        steps.push(Step::Event(last));
        steps
    };
    let number_two = || to_all().with_event_sequence_number(2);
    vec![
        vector("to every open session of the call, in the order of the list", two(), [to_all()]),
        vector("not to a completed one", of_two(two(), event("EventReleased")), [to_all()]),
        vector(
            "not where it is stale",
            of_two(two(), event("EventEstablished").with_event_sequence_number(2)),
            [number_two()],
        ),
        vector("unchanged where nothing changes", two(), [to_all(), to_all()]),
        vector("stale where it is stale for all", two(), [number_two(), number_two()]),
        vector("an orphan without an open session", to("Completed"), [to_all()]),
        vector("over a limit for all", two(), [to_all().with_user_data(deep(16))]),
    ]
}

fn identity() -> Vec<Vector> {
    let rings = |id: &'static str| Event::new("EventRinging").with_this_dn("3002").with_call_uuid(id);
    vec![
        vector(
            "two DNs of one call are two sessions",
            vec![],
            [event("EventRinging"), event_at("EventDialing", "3003")],
        ),
        vector("an event of a session needs a CallUUID", vec![], [Event::new("EventRinging").with_this_dn("3002")]),
        vector("an event of a session needs a ThisDN", vec![], [Event::new("EventRinging").with_call_uuid(ID)]),
        vector("an id is no path", vec![], [rings("a/b"), rings(".."), rings(".")]),
        vector("an id is of letters, digits and ._~-", vec![], [rings("aZ09._~-"), rings("größer"), rings("a b")]),
        vector(
            "an id that cannot be one is ignored with its event",
            vec![],
            [Event::new("EventHeld").with_call_uuid("a/b")],
        ),
        vector(
            "an id of 64 characters",
            vec![],
            [rings("0123456789012345678901234567890123456789012345678901234567890123")],
        ),
        vector(
            "no id of 65 characters",
            vec![],
            [rings("01234567890123456789012345678901234567890123456789012345678901234")],
        ),
    ]
}

/// The eight cells of specification 3, and what happens when the last key is deleted.
pub(crate) fn capabilities() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for (state, path) in states().into_iter().skip(1) {
        vectors.push(vector(format!("{state} without user data"), to(state), []));
        let with = heard(path.iter().map(|name| event(name).with_user_data(data(json!({"k": "v"})))));
        vectors.push(vector(format!("{state} with user data"), with, []));
    }
    let gone = [at_its_fullest("EventAttachedDataChanged"), event("EventAttachedDataChanged")];
    vectors.push(vector("when the last key is gone", to("Talking"), gone));
    vectors
}
