//! Do operations, limits, snapshots and the model follow the laws? Every violation is detected.

use super::*;

#[test]
fn an_operation_changes_nothing() {
    let steps = [
        (Step::Post { agent: 0, target: Some("A".into()), body: r#"{"operationName":"Complete"}"#.into() }, false),
        (Step::List { agent: 0, query: String::new() }, false),
        (Step::Read { agent: 0, id: "A".into(), query: String::new() }, false),
        (Step::Event(mine(CallEvent::Established)), true),
        (Step::Time(1), true),
    ];
    for (step, may_change) in steps {
        let history = with_steps([Step::Event(mine(CallEvent::Ringing)), step]);
        let changes = at_last(2, |session| session.conn_id = None);
        keeps("an_operation_changes_nothing", &changes, &history);
        let changes = at_last(2, |session| session.state = State::Completed);
        if may_change {
            keeps("an_operation_changes_nothing", &changes, &history);
        } else {
            breaks("an_operation_changes_nothing", &changes, &history);
        }
    }
}

#[test]
fn limits_are_kept() {
    let mut setup = Setup::default();
    (setup.limits.sessions, setup.limits.user_data_size, setup.limits.user_data_depth) = (2, 4, 2);
    let nested = |levels: usize| {
        let mut list = KeyValueList::new();
        for _ in 0..levels {
            list = KeyValueList::try_from_iter([("k", Data::List(list))]).unwrap();
        }
        list
    };
    let text = |text: &'static str| KeyValueList::from_iter([("k", text)]);
    let history = history([mine(CallEvent::Ringing)]);
    for (user_data, expected) in [
        (KeyValueList::new(), None),
        (text("123"), None),
        (text("1234"), Some("at most 4 bytes of user data")),
        (nested(1), None),
        (nested(2), Some("at most 2 levels of user data")),
    ] {
        let store = at_last(1, move |session| session.user_data = user_data.clone());
        let found = asked("limits_are_kept", &setup, &store, &history).err();
        assert_eq!(found.map(|violation| violation.expected).as_deref(), expected);
    }
    for (more, expected) in [(1, None), (2, Some("at most 2 sessions"))] {
        let store = wrong_sessions(move |step, sessions| {
            let first = sessions.first().cloned().filter(|_| step == 1);
            first.into_iter().for_each(|first| sessions.extend(vec![first; more]));
        });
        let found = asked("limits_are_kept", &setup, &store, &history).err();
        assert_eq!(found.as_ref().map(|violation| &*violation.expected), expected);
        assert_eq!(found.map(|violation| violation.found).as_deref(), expected.map(|_| "3"));
    }
    setup.limits.sessions = 9;
    setup.limits.sessions_per_dn = 1;
    for (dn, expected) in [("3009", None), ("3001", Some("at most 1 sessions of one DN"))] {
        let store = wrong_sessions(move |step, sessions| {
            let first = sessions.first().cloned().filter(|_| step == 1);
            sessions.extend(first.map(|first| SeenSession { this_dn: dn.into(), ..first }));
        });
        let found = asked("limits_are_kept", &setup, &store, &history).err();
        assert_eq!(found.as_ref().map(|violation| &*violation.expected), expected);
        assert_eq!(found.map(|violation| violation.found).as_deref(), expected.map(|_| "2"));
    }
    setup.limits.participants = 1;
    for (numbers, expected) in [(vec!["1"], None), (vec!["1", "2"], Some("at most 1 participants"))] {
        let store =
            at_last(1, move |session| session.participants = numbers.iter().map(|&number| number.into()).collect());
        let found = asked("limits_are_kept", &setup, &store, &history).err();
        assert_eq!(found.as_ref().map(|violation| &*violation.expected), expected);
        assert_eq!(found.map(|violation| violation.found).as_deref(), expected.map(|_| "2"));
    }
    // With limits of zero, an empty list still exceeds nothing.
    (setup.limits.user_data_size, setup.limits.user_data_depth) = (0, 0);
    let store = at_last(1, |session| session.user_data = KeyValueList::new());
    assert_eq!(asked("limits_are_kept", &setup, &store, &history), Ok(()));
    assert_ne!(setup.limits, Limits::SPECIFICATION);
}

#[test]
fn a_restored_store_goes_on() {
    let law = "a_restored_store_goes_on";
    let body = r#"{"operationName":"InitiateIMSession","destination":{"phoneNumber":"3009"}}"#;
    let history = with_steps([Step::Post { agent: 1, target: None, body: body.into() }]);
    // Changes a part of the snapshot before or after the step.
    let wrong_snapshot = |at: usize, name: &'static str, value: Value| WrongStore {
        snapshot: Rc::new(move |step, snapshot| {
            if step == at {
                *snapshot.pointer_mut(name).unwrap() = value.clone();
            }
        }),
        ..WrongStore::new(&Setup::default())
    };
    for (name, value) in [("/store/version", json!(999)), ("/sessions", json!(1))] {
        let violation = breaks(law, &wrong_snapshot(0, name, value), &history);
        assert_eq!(violation.expected, "a snapshot that is taken");
    }
    let violation = breaks(law, &wrong_snapshot(0, "/store/lastReferenceId", json!(5)), &history);
    assert!(violation.expected.contains(r#""ReferenceID":1"#), "the next answer: {violation:?}");
    assert!(violation.found.contains(r#""ReferenceID":6"#), "the next answer: {violation:?}");
    let violation = breaks(law, &wrong_snapshot(1, "/store/now", json!(7)), &history);
    assert!(violation.expected.contains(r#""now":7"#), "the next snapshot: {violation:?}");
}

#[test]
fn the_model_agrees() {
    let history = history([mine(CallEvent::Ringing), mine(CallEvent::Established)]);
    let says = wrong_answer(|step, answer| {
        if step == 2 {
            answer["told"]["from"] = json!("Initiating");
        }
    });
    let violation = breaks("the_model_agrees", &says, &history);
    assert!(violation.expected.contains(r#""from":"Alerting""#), "{violation:?}");
    assert!(violation.found.contains(r#""from":"Initiating""#), "{violation:?}");
    let shows = at_last(2, |session| session.resource["uri"] = json!("elsewhere"));
    breaks("the_model_agrees", &shows, &history);
}
