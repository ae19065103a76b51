//! How are failing histories shortened and printed?

use im_session::testing::conformance::Histories;
use im_session::testing::{Agent, History, LAWS, Setup, Step, laws, shortest};
use im_session::{CallEvent, CapabilityTable, ConnId, Event, KeyValueList, Value};

/// After shrinking, a failing history is no longer than before and still fails.
#[test]
fn shrinking_keeps_the_failure() {
    for (history, at_least) in Histories::new(5).take(40).zip((1..4).cycle()) {
        let fails =
            |history: &History| history.steps.iter().filter(|step| matches!(step, Step::Event(_))).count() >= at_least;
        let short = shortest(&history, fails);
        if fails(&history) {
            assert_eq!(short.steps.len(), at_least);
            assert!(fails(&short));
            assert!(short.steps.iter().all(|step| matches!(step, Step::Event(event) if event.this_dn.is_none())));
        } else {
            assert_eq!(short, history);
        }
    }
}

fn at_3002(name: CallEvent) -> Event<'static> {
    Event::new(name).with_this_dn("3002").with_call_uuid("007")
}

/// A history with many irrelevant parts.
fn long_history() -> History {
    let data = pairs([("k", Value::from("v")), ("n", Value::from(7))]);
    let steps = vec![
        Step::Time(5),
        Step::Event(at_3002(CallEvent::Dialing).with_other_dn("3001").with_conn_id(ConnId(7))),
        Step::List { agent: 0, query: "fields=*".into() },
        Step::Event(at_3002(CallEvent::Established).with_user_data(data).with_event_sequence_number(9)),
        Step::Post { agent: 0, target: Some("007".into()), body: r#"{"operationName":"Complete"}"#.into() },
        Step::Event(at_3002(CallEvent::Released).with_event_sequence_number(12)),
        Step::Event(at_3002(CallEvent::Released)),
    ];
    History { agents: vec![Agent::new().with_device("/devices/1", "3002"), Agent::new()], steps }
}

/// Pasted from the output of the broken law.
#[rustfmt::skip]
mod pasted {
    pub(crate) fn capabilities_follow_state_and_data() -> im_session::testing::History {
        #[allow(unused_imports)]
        use im_session::{testing::*, *};
        History {
            agents: vec![],
            steps: vec![
                Step::Event(Event::new("EventDialing").with_this_dn("3002").with_call_uuid("007")),
                Step::Event(Event::new("EventReleased").with_this_dn("3002").with_call_uuid("007")),
            ],
        }
    }
}

#[test]
fn a_broken_law_prints_the_shortest_history_as_code() {
    let mut setup = Setup::default();
    setup.capabilities = CapabilityTable::DOCUMENTED_SAMPLE;
    let broken = laws::check_all(&setup, &long_history()).unwrap_err();
    assert_eq!(broken.history, pasted::capabilities_follow_state_and_data());
    assert_eq!(format!("{broken:?}"), broken.to_string(), "unwrap shows the same");

    let expected = r#"a law is broken: capabilities_follow_state_and_data
The capabilities are those of the table of specification 3, by the state and whether there is user data.
at step 2 of the shortest history that breaks it:
  expected []
  found    ["SendMessage","AttachUserData","UpdateUserData","DeleteUserData","Complete"]

"#;
    let printed = broken.to_string();
    assert_eq!(printed.strip_prefix(expected), Some(&*code_in_this_file("capabilities_follow_state_and_data")));
}

/// Checks a single law against this crate's store.
#[test]
fn a_law_by_itself_tells_its_place() {
    let mut setup = Setup::default();
    setup.capabilities = CapabilityTable::DOCUMENTED_SAMPLE;
    for law in LAWS {
        let told = law.check(&setup, &setup.sessions(), &pasted::capabilities_follow_state_and_data());
        if ["capabilities_follow_state_and_data", "the_model_agrees"].contains(&law.name) {
            assert_eq!(told.unwrap_err().step, 1, "{}", law.name);
        } else {
            told.unwrap();
        }
    }
}

/// A history of forty letters can still be read at a glance.
#[test]
fn a_text_of_one_letter_over_forty_is_printed_as_how_often() {
    for (times, printed) in [(40, format!("{:?}", "x".repeat(40))), (41, r#""x".repeat(41)"#.to_owned())] {
        let event = Event::new("EventX").with_this_dn("x".repeat(times));
        let history = History { agents: vec![], steps: vec![Step::Event(event)] };
        let code = history.code("it");
        assert!(code.contains(&format!(".with_this_dn({printed})")), "{code}");
    }
    let event = Event::new("EventX").with_this_dn("x".repeat(40) + "y");
    let history = History { agents: vec![], steps: vec![Step::Event(event)] };
    assert!(!history.code("it").contains("repeat"));
}

/// Everything that a history can contain, in its printed form.
#[rustfmt::skip]
mod everything {
    pub(crate) fn everything() -> im_session::testing::History {
        #[allow(unused_imports)]
        use im_session::{testing::*, *};
        History {
            agents: vec![Agent::new().with_device("/devices/1", "3001").with_device("/devices/2", "3002"), Agent::new().with_rights(Operations::NONE), Agent::new().with_device("/devices/1", "3".repeat(64)).with_rights(Operations::of(&[Operation::SendMessage, Operation::Complete]))],
            steps: vec![
                Step::Event(Event::new("E".repeat(50)).with_user_data(KeyValueList::try_from_iter([("k", Value::from("")), ("kkk", Value::Binary("0".repeat(50).into()))]).unwrap())),
                Step::Event(Event::new("EventAttachedDataChanged").with_this_dn("3002").with_other_dn("\"").with_call_uuid("x".repeat(64)).with_conn_id(ConnId(7)).with_event_sequence_number(1).with_server_start_time(2).with_user_data(KeyValueList::try_from_iter([("k", Value::from("größer\n")), ("k", Value::from(-1)), ("b", Value::Binary("00..".into())), ("l", Value::List(KeyValueList::new()))]).unwrap()).with_extensions(KeyValueList::try_from_iter([("v", Value::from("v".repeat(16000)))]).unwrap())),
                Step::Event(Event::new("EventAttachedDataChanged").with_hidden_user_data().with_hidden_extensions()),
                Step::Event(Event::new("EventError").with_reference_id(3).with_error(71, "Invalid DN")),
                Step::Event({ let mut event = Event::new("EventError"); event.error_code = Some(1); event }),
                Step::Event({ let mut event = Event::new("EventError"); event.error_message = Some("m".into()); event }),
                Step::Post { agent: 0, target: Some("007".into()), body: r#"{"operationName":"Complete"}"#.into() },
                Step::Post { agent: 1, target: None, body: "\n".into() },
                Step::Post { agent: 1, target: None, body: r#""größer\n'""#.into() },
                Step::Post { agent: 1, target: None, body: "\"\u{202e}".into() },
                Step::Post { agent: 1, target: None, body: "\"#".into() },
                Step::List { agent: 0, query: "fields=*".into() },
                Step::Read { agent: 0, id: "007".into(), query: "".into() },
                Step::Time(1),
                Step::Expire { ago: 2 },
                Step::Forget { this_dn: "3002".into(), id: "007".into() },
                Step::ForgetCompleted { ago: 3 },
                Step::ForgetCompleted { ago: -4 },
                Step::Restart,
                Step::Reconcile { this_dn: "3002".into(), list: vec![r#"{"id":"007","state":"Talking"}"#.parse().unwrap()] },
            ],
        }
    }
}

#[test]
fn whatever_a_history_holds_can_be_pasted() {
    let printed = everything::everything().code("everything");
    assert_eq!(printed, code_in_this_file("everything"));
}

/// The source of this function in this file, without indentation and visibility.
fn code_in_this_file(name: &str) -> String {
    let file = include_str!("shortest_histories.rs");
    let begin = file.find(&format!("    pub(crate) fn {name}()")).expect("it stands here");
    let end = begin + file[begin..].find("\n    }\n").expect("its end") + "\n    }\n".len();
    let lines = file[begin..end].lines().map(|line| line.strip_prefix("    ").unwrap_or(line));
    lines.map(|line| line.strip_prefix("pub(crate) ").unwrap_or(line).to_owned() + "\n").collect()
}

/// The step to which this one shrinks.
fn shortest_step(step: Step, fails: impl Fn(&Step) -> bool) -> Step {
    let history = History { agents: vec![], steps: vec![Step::Time(1), step, Step::Time(2)] };
    let mut short = shortest(&history, |history| history.steps.iter().any(&fails));
    assert_eq!((short.agents.len(), short.steps.len()), (0, 1), "{short:?}");
    short.steps.remove(0)
}

fn shortest_event(event: &Event<'static>, fails: impl Fn(&Event<'static>) -> bool) -> Event<'static> {
    let step = shortest_step(Step::Event(event.clone()), |step| matches!(step, Step::Event(event) if fails(event)));
    let Step::Event(event) = step else { panic!("{step:?}") };
    event
}

fn pairs(pairs: impl IntoIterator<Item = (&'static str, Value<'static>)>) -> KeyValueList<'static> {
    KeyValueList::try_from_iter(pairs).unwrap()
}

#[test]
fn what_does_not_matter_of_an_event_goes_and_what_does_gets_small() {
    let list = || pairs([("k", Value::from("some text")), ("n", Value::from(-90))]);
    let mut event = Event::new("EventX").with_this_dn("3001").with_other_dn("3002").with_call_uuid("A");
    event =
        event.with_conn_id(ConnId(7)).with_event_sequence_number(90).with_server_start_time(80).with_reference_id(3);
    event = event.with_user_data(list()).with_extensions(list()).with_error(71, "Invalid DN");
    let bare = || Event::new("EventX");
    let with_code = |code| {
        let mut event = bare();
        event.error_code = Some(code);
        event
    };
    let with_message = |message: &'static str| {
        let mut event = bare();
        event.error_message = Some(message.into());
        event
    };
    type Holds = fn(&Event<'static>) -> bool;
    let cases: [(Holds, Event<'static>); 19] = [
        (|_| true, bare()),
        (|event| event.this_dn.is_some(), bare().with_this_dn("3001")),
        (|event| event.call_uuid.is_some(), bare().with_call_uuid("A")),
        (|event| event.conn_id.is_some(), bare().with_conn_id(ConnId(7))),
        (|event| event.reference_id.is_some(), bare().with_reference_id(3)),
        (|event| event.error_code.is_some(), with_code(71)),
        (|event| event.error_message.is_some(), with_message("Invalid DN")),
        (|event| event.other_dn.is_some(), bare().with_other_dn("")),
        (|event| event.other_dn.as_ref().is_some_and(|dn| dn.len() > 2), bare().with_other_dn("300")),
        (|event| event.event_sequence_number.is_some(), bare().with_event_sequence_number(0)),
        (|event| event.event_sequence_number > Some(20), bare().with_event_sequence_number(21)),
        (|event| event.server_start_time.is_some(), bare().with_server_start_time(0)),
        (|event| event.server_start_time > Some(20), bare().with_server_start_time(21)),
        (|event| !event.user_data.is_absent(), bare().with_user_data(KeyValueList::new())),
        (|event| !event.extensions.is_absent(), bare().with_extensions(KeyValueList::new())),
        (|event| event.user_data.list().is_some_and(|list| list.len() > 1), {
            bare().with_user_data(pairs([("k", Value::from("")), ("n", Value::from(0))]))
        }),
        (|event| event.user_data.list().is_some_and(|list| list.pairs().iter().any(|pair| pair.key == "n")), {
            bare().with_user_data(pairs([("n", Value::from(0))]))
        }),
        (|event| event.extensions.list().is_some_and(|list| list.pairs().iter().any(|pair| pair.key == "k")), {
            bare().with_extensions(pairs([("k", Value::from(""))]))
        }),
        (|event| event.extensions.list().is_some_and(|list| list.size() > 7), {
            bare().with_extensions(pairs([("k", Value::from("some te"))]))
        }),
    ];
    for (fails, expected) in cases {
        assert_eq!(shortest_event(&event, fails), expected);
    }
}

#[test]
fn values_of_user_data_get_plain_and_small() {
    let nested = || Value::List(pairs([("b", Value::Binary("00..".into())), ("i", Value::from(-90))]));
    let event = Event::new("EventX").with_user_data(pairs([("l", nested()), ("b", Value::Binary("00..".into()))]));
    let with = |list: KeyValueList<'static>| Event::new("EventX").with_user_data(list);
    let holds = |of: fn(&Value<'static>) -> bool| {
        move |event: &Event<'static>| {
            event.user_data.list().is_some_and(|list| list.pairs().iter().any(|pair| of(&pair.value)))
        }
    };
    let short = shortest_event(&event, holds(|value| matches!(value, Value::Binary(_))));
    assert_eq!(short, with(pairs([("b", Value::Binary("00..".into()))])), "where a binary is needed it stays");
    let short = shortest_event(&event, holds(|value| matches!(value, Value::Binary(_) | Value::String(_))));
    assert_eq!(short, with(pairs([("b", Value::from(""))])));
    let short = shortest_event(&event, holds(|value| matches!(value, Value::List(_))));
    assert_eq!(short, with(pairs([("l", Value::List(KeyValueList::new()))])));
    let has_integer = |value: &Value<'static>| matches!(value, Value::List(list) if list.pairs().iter().any(|pair| matches!(pair.value, Value::Integer(_))));
    let short = shortest_event(&event, holds(has_integer));
    assert_eq!(short, with(pairs([("l", Value::List(pairs([("i", Value::from(0))])))])));
    let event = with(pairs([("i", Value::from(-90))]));
    let short = shortest_event(&event, holds(|value| matches!(value, Value::Integer(number) if number.abs() > 20)));
    assert_eq!(short, with(pairs([("i", Value::from(21))])));
}

#[test]
fn what_agents_ask_gets_short() {
    let body = r#"{"a":[1,"a long text of an agent",{"x":1,"y":2}],"b":"a long text of an agent","c":"short"}"#;
    let post = |body: &str| Step::Post { agent: 3, target: Some("A".into()), body: body.into() };
    let body_of = |holds: fn(&str) -> bool| move |step: &Step| matches!(step, Step::Post { agent: 3, target: Some(_), body } if holds(body));
    type Holds = fn(&str) -> bool;
    let cases: [(Holds, &str); 7] = [
        (|body| body.contains("\"c\""), r#"{"c":"short"}"#),
        (|body| body.contains("\"a\""), r#"{"a":[]}"#),
        (|body| body.contains("\"y\""), r#"{"a":[{"y":2}]}"#),
        (|body| body.contains("[1"), r#"{"a":[1]}"#),
        (|body| body.contains("\"b\""), r#"{"b":""}"#),
        (|body| body.contains("a long"), r#"{"b":"a long text "}"#),
        (|_| true, "{}"),
    ];
    for (fails, expected) in cases {
        assert_eq!(shortest_step(post(body), body_of(fails)), post(expected));
    }
    // A body that is not a JSON object stays unchanged.
    for body in ["{", "7", "no JSON", r#""a text of more than twelve letters""#] {
        let expected = if body.starts_with('"') { r#""""# } else { body };
        assert_eq!(shortest_step(post(body), body_of(|_| true)), post(expected));
    }

    let query = "fields=*&&id=b&state=Talking";
    for (needs, expected) in [("", ""), ("id", "id=b"), ("&", "id=b&state=Talking"), ("state", "state=Talking")] {
        let list = |query: &str| Step::List { agent: 2, query: query.into() };
        let short =
            shortest_step(list(query), |step| matches!(step, Step::List { query, .. } if query.contains(needs)));
        assert_eq!(short, list(expected));
        let read = |query: &str| Step::Read { agent: 2, id: "A".into(), query: query.into() };
        let short =
            shortest_step(read(query), |step| matches!(step, Step::Read { query, .. } if query.contains(needs)));
        assert_eq!(short, read(expected));
    }
}

#[test]
fn what_embedders_do_gets_small() {
    for more_than in [0, 20, 63, 64, 89] {
        let least = more_than + 1;
        let fails = |step: &Step| match step {
            Step::Expire { ago } | Step::ForgetCompleted { ago } => ago.abs() > more_than,
            Step::Time(by) => *by > more_than.max(2).unsigned_abs(),
            _ => false,
        };
        for sign in [1, -1] {
            assert_eq!(shortest_step(Step::Expire { ago: 90 * sign }, fails), Step::Expire { ago: least * sign });
            let forget = |ago| Step::ForgetCompleted { ago: ago * sign };
            assert_eq!(shortest_step(forget(90), fails), forget(least));
        }
        assert_eq!(shortest_step(Step::Time(90), fails), Step::Time(least.max(3).unsigned_abs()));
    }
    let whole = shortest_step(Step::Expire { ago: i64::MAX }, |step| *step == Step::Expire { ago: i64::MAX });
    assert_eq!(whole, Step::Expire { ago: i64::MAX });
    let forget = Step::Forget { this_dn: "3001".into(), id: "A".into() };
    assert_eq!(shortest_step(forget.clone(), |step| matches!(step, Step::Forget { .. })), forget);

    let list = vec![serde_json::json!({"id": "A"}), serde_json::json!({"id": "B", "state": "Talking"})];
    let reconcile = |list| Step::Reconcile { this_dn: "3001".into(), list };
    let has_b = |step: &Step| matches!(step, Step::Reconcile { list, .. } if list.iter().any(|one| one["id"] == "B"));
    assert_eq!(shortest_step(reconcile(list.clone()), has_b), reconcile(vec![serde_json::json!({"id": "B"})]));
    assert_eq!(shortest_step(reconcile(list), |step| matches!(step, Step::Reconcile { .. })), reconcile(vec![]));
}

/// Parts that become removable only after another part has shrunk are removed as well.
#[test]
fn steps_are_tried_again_after_they_got_plainer() {
    let forget = Step::Forget { this_dn: "3001".into(), id: "A".into() };
    let history = History { agents: vec![], steps: vec![Step::Time(9), forget.clone(), forget] };
    let short = shortest(&history, |history| {
        history.steps.iter().any(|step| matches!(step, Step::Time(by) if *by == 0 || history.steps.len() > 2))
    });
    assert_eq!(short.steps, [Step::Time(0)]);
}

/// Unneeded agents at the end are removed. Unneeded agents before them keep their positions and lose their devices.
#[test]
fn agents_and_devices_that_do_not_matter_go() {
    let agent = |dns: &[&str]| dns.iter().fold(Agent::new(), |agent, &dn| agent.with_device("/devices/1", dn));
    let history = History { agents: vec![agent(&["1", "2"]), agent(&["3", "4", "5"]), agent(&["6"])], steps: vec![] };
    for (needed, expected) in [
        (None, vec![]),
        (Some("2"), vec![agent(&["2"])]),
        (Some("4"), vec![Agent::new(), agent(&["4"])]),
        (Some("6"), vec![Agent::new(), Agent::new(), agent(&["6"])]),
    ] {
        let short = shortest(&history, |history| {
            let mut dns = history.agents.iter().flat_map(|agent| agent.devices()).map(|device| &*device.dn);
            needed.is_none_or(|needed| dns.any(|dn| dn == needed))
        });
        assert_eq!(short.agents, expected);
    }
    // Irrelevant rights become all rights.
    let few = History { agents: vec![agent(&["1"]).with_rights(im_session::Operations::NONE)], steps: vec![] };
    let has_one = |history: &History| !history.agents.is_empty() && !history.agents[0].devices().is_empty();
    assert_eq!(shortest(&few, has_one).agents, [agent(&["1"])]);
}

/// The number of attempts stays low because whole chunks are removed at once.
#[test]
fn a_long_history_is_short_after_few_questions() {
    let steps = (0..64).map(|number| Step::Forget { this_dn: number.to_string(), id: String::new() });
    let history = History { agents: vec![], steps: steps.collect() };
    let number = |step: &Step| match step {
        Step::Forget { this_dn, .. } => this_dn.parse().unwrap(),
        _ => usize::MAX,
    };
    let mut found = Vec::new();
    for needed in [&[][..], &[63], &[0], &[5, 40]] {
        let mut questions = 0;
        let short = shortest(&history, |history| {
            questions += 1;
            let there: Vec<usize> = history.steps.iter().map(number).collect();
            needed.iter().all(|needed| there.contains(needed))
        });
        assert_eq!(short.steps.iter().map(number).collect::<Vec<_>>(), needed);
        found.push(questions);
    }
    assert_eq!(found, [2, 20, 14, 71]);
}
