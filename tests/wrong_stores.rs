//! Every law, asked of stores that break it: each way in which it can be broken is noticed, at the step where it happens.

#![cfg(feature = "json")]

use std::rc::Rc;

use im_session::testing::laws::{self, SeenSession, StoreUnderTest, Violation};
use im_session::testing::{Agent, History, LAWS, Setup, Step};
use im_session::{
    CallEvent, DataEvent, Event, EventIdentity, KeyValueList, Limits, Sessions, Snapshot, State, Value as Data,
};
use serde_json::{Value, json};

/// What is wrong, given how many steps were carried out.
type Wrong<T> = Rc<dyn Fn(usize, &mut T)>;

/// This crate's store, of which something is seen otherwise than it is.
#[derive(Clone)]
struct WrongStore {
    inner: Sessions,
    steps: usize,
    sessions: Wrong<Vec<SeenSession>>,
    answer: Wrong<Value>,
    snapshot: Wrong<Value>,
}

impl WrongStore {
    fn new(setup: &Setup) -> Self {
        let inner = setup.sessions();
        WrongStore {
            inner,
            steps: 0,
            sessions: Rc::new(|_, _| {}),
            answer: Rc::new(|_, _| {}),
            snapshot: Rc::new(|_, _| {}),
        }
    }
}

impl StoreUnderTest for WrongStore {
    fn carry_out(&mut self, agents: &[Agent], step: &Step) -> Value {
        let mut answer = StoreUnderTest::carry_out(&mut self.inner, agents, step);
        self.steps += 1;
        (self.answer)(self.steps, &mut answer);
        answer
    }

    fn sessions(&self) -> Vec<SeenSession> {
        let mut sessions = StoreUnderTest::sessions(&self.inner);
        (self.sessions)(self.steps, &mut sessions);
        sessions
    }

    fn snapshot(&self) -> Value {
        let mut snapshot = StoreUnderTest::snapshot(&self.inner);
        (self.snapshot)(self.steps, &mut snapshot);
        snapshot
    }

    /// What is restored is right.
    fn restored(&self, snapshot: &Value) -> Result<Box<dyn StoreUnderTest>, String> {
        let snapshot: Snapshot = serde_json::from_str(&snapshot.to_string()).map_err(|error| error.to_string())?;
        let mut restored = WrongStore { inner: self.inner.clone(), ..WrongStore::new(&Setup::default()) };
        restored.inner.restore(&snapshot).map_err(|error| error.to_string())?;
        Ok(Box::new(restored))
    }

    fn duplicate(&self) -> Box<dyn StoreUnderTest> {
        Box::new(self.clone())
    }
}

fn at(this_dn: &'static str, id: &'static str, name: CallEvent) -> Event<'static> {
    Event::new(name).with_this_dn(this_dn).with_call_uuid(id).with_other_dn("3009")
}

fn mine(name: CallEvent) -> Event<'static> {
    at("3001", "A", name)
}

fn attached(key: &'static str) -> Event<'static> {
    let list: KeyValueList<'_> = [(key, Data::from("v"))].into_iter().collect();
    Event::new(DataEvent::AttachedDataChanged).with_this_dn("3001").with_call_uuid("A").with_user_data(list)
}

/// Agent 0 has 3001 and 3002, agent 1 has 3003.
fn history(steps: impl IntoIterator<Item = Event<'static>>) -> History {
    with_steps(steps.into_iter().map(Step::Event))
}

fn with_steps(steps: impl IntoIterator<Item = Step>) -> History {
    let agents =
        vec![Agent::new([("/devices/1", "3001"), ("/devices/2", "3002")]), Agent::new([("/devices/1", "3003")])];
    History { agents, steps: steps.into_iter().collect() }
}

fn asked(law: &str, setup: &Setup, store: &dyn StoreUnderTest, history: &History) -> Result<(), Violation> {
    let law = LAWS.iter().find(|known| known.name == law).expect("a law of this name");
    assert_eq!((law.check)(setup, &setup.sessions(), history), Ok(()), "{}: the right store", law.name);
    (law.check)(setup, store, history)
}

/// The law says where it is broken: at the last step.
fn breaks(law: &str, store: &WrongStore, history: &History) -> Violation {
    let violation = asked(law, &Setup::default(), store, history).expect_err(law);
    assert_eq!(violation.step + 1, history.steps.len(), "{law}: {violation:?}");
    violation
}

fn keeps(law: &str, store: &WrongStore, history: &History) {
    assert_eq!(asked(law, &Setup::default(), store, history), Ok(()), "{law}");
}

fn wrong_sessions(wrong: impl Fn(usize, &mut Vec<SeenSession>) + 'static) -> WrongStore {
    WrongStore { sessions: Rc::new(wrong), ..WrongStore::new(&Setup::default()) }
}

fn wrong_answer(wrong: impl Fn(usize, &mut Value) + 'static) -> WrongStore {
    WrongStore { answer: Rc::new(wrong), ..WrongStore::new(&Setup::default()) }
}

/// After the last of so many steps the first session is seen otherwise.
fn at_last(steps: usize, wrong: impl Fn(&mut SeenSession) + 'static) -> WrongStore {
    wrong_sessions(move |step, sessions| {
        if step >= steps {
            sessions.first_mut().into_iter().for_each(&wrong);
        }
    })
}

fn state_at_last(steps: usize, state: State) -> WrongStore {
    at_last(steps, move |session| session.state = state)
}

const RANKS: [(State, &[CallEvent], u8); 4] = [
    (State::Initiating, &[CallEvent::Dialing], 1),
    (State::Alerting, &[CallEvent::Ringing], 1),
    (State::Talking, &[CallEvent::Established], 2),
    (State::Completed, &[CallEvent::Ringing, CallEvent::Released], 3),
];

#[test]
fn state_never_goes_back() {
    for (from, events, rank) in RANKS {
        for (to, _, to_rank) in RANKS {
            let history = history(events.iter().map(|event| mine(*event)).chain([attached("k")]));
            let store = state_at_last(history.steps.len(), to);
            if from != to && rank >= to_rank {
                let violation = breaks("state_never_goes_back", &store, &history);
                assert_eq!(violation.expected, format!("at least {from}, in A"));
                assert_eq!(violation.found, to.name());
            } else {
                keeps("state_never_goes_back", &store, &history);
            }
            // Only events are spoken of.
            let mut history = history;
            *history.steps.last_mut().unwrap() = Step::Time(1);
            keeps("state_never_goes_back", &store, &history);
            keeps("completed_absorbs", &store, &history);
        }
    }
}

/// A session is known by its DN and its id, both.
#[test]
fn sessions_of_one_dn_and_of_one_call_are_not_mixed_up() {
    let talking_before_alerting = [
        [at("3001", "B", CallEvent::Established), at("3001", "A", CallEvent::Ringing)],
        [at("3002", "A", CallEvent::Established), at("3001", "A", CallEvent::Ringing)],
    ];
    for events in talking_before_alerting {
        let history = history(events.into_iter().chain([Event::new("EventHeld")]));
        for law in LAWS {
            keeps(law.name, &wrong_sessions(|_, _| {}), &history);
        }
    }
}

/// The one way back: a Dialing or Ringing of this very session, numbered higher under the same ServerStartTime.
#[test]
fn completed_absorbs() {
    let numbered =
        |event: Event<'static>, number, start| event.with_event_sequence_number(number).with_server_start_time(start);
    let whole_call = Event::new(DataEvent::AttachedDataChanged).with_call_uuid("A");
    let released = numbered(mine(CallEvent::Released), 5, 1);
    let begun = [numbered(mine(CallEvent::Ringing), 4, 1), released];
    for (last, may_reopen) in [
        (numbered(mine(CallEvent::Dialing), 6, 1), true),
        (numbered(mine(CallEvent::Ringing), 6, 1), true),
        (numbered(mine(CallEvent::Ringing), 5, 1), false),
        (numbered(mine(CallEvent::Ringing), 4, 1), false),
        (numbered(mine(CallEvent::Ringing), 6, 2), false),
        (numbered(mine(CallEvent::Ringing), 6, 0), false),
        (mine(CallEvent::Ringing).with_event_sequence_number(6), false),
        (mine(CallEvent::Ringing), false),
        (numbered(mine(CallEvent::Established), 6, 1), false),
        (numbered(attached("k"), 6, 1), false),
        (numbered(whole_call, 6, 1), false),
        (numbered(at("3002", "A", CallEvent::Ringing), 6, 1), false),
        (numbered(at("3001", "B", CallEvent::Ringing), 6, 1), false),
    ] {
        let history = history(begun.iter().cloned().chain([last.clone()]));
        for state in [State::Initiating, State::Alerting] {
            let store = state_at_last(3, state);
            if may_reopen {
                keeps("completed_absorbs", &store, &history);
                keeps("state_never_goes_back", &store, &history);
            } else {
                let violation = breaks("completed_absorbs", &store, &history);
                assert_eq!(violation.expected, "Completed, as the event is not provably newer", "{last:?}");
                assert_eq!(violation.found, state.name());
                breaks("state_never_goes_back", &store, &history);
            }
        }
        let violation = breaks("completed_absorbs", &state_at_last(3, State::Talking), &history);
        assert_eq!(violation.expected == "Initiating or Alerting at most", may_reopen, "{last:?}");
        keeps("completed_absorbs", &wrong_sessions(|_, _| {}), &history);
    }
    // Where the session before has no number, nothing is newer; and one that is not completed, is not spoken of.
    let unnumbered = [mine(CallEvent::Ringing), mine(CallEvent::Released), numbered(mine(CallEvent::Ringing), 6, 1)];
    breaks("completed_absorbs", &state_at_last(3, State::Alerting), &history(unnumbered));
    let open = [numbered(mine(CallEvent::Established), 4, 1), numbered(mine(CallEvent::Ringing), 6, 1)];
    keeps("completed_absorbs", &state_at_last(2, State::Alerting), &history(open.clone()));
    breaks("state_never_goes_back", &state_at_last(2, State::Alerting), &history(open));
}

#[test]
fn a_refusal_changes_nothing() {
    let refused = [mine(CallEvent::Dialing), Event::new("EventHeld"), Event::new(CallEvent::Ringing)];
    for (last, changes) in refused.into_iter().map(|event| (event, true)).chain([(mine(CallEvent::Released), false)]) {
        let history = history([mine(CallEvent::Established), last]);
        let tells = wrong_answer(|step, answer| {
            if let Some(told) = answer.as_object_mut().filter(|_| step == 2) {
                told.insert("notifications".into(), json!(["n"]));
            } else if step == 2 {
                *answer = json!(["n"]);
            }
        });
        let sees = at_last(2, |session| session.participants.clear());
        let comes = wrong_sessions(|step, sessions| {
            if step == 2 {
                sessions.clear()
            }
        });
        for (name, store) in [("tells", &tells), ("changes", &sees), ("forgets", &comes)] {
            if changes {
                let violation = breaks("a_refusal_changes_nothing", store, &history);
                let expected = if name == "tells" { "[]" } else { "the sessions as they were: [{" };
                assert!(violation.expected.starts_with(expected), "{violation:?}");
                let found = [("tells", "[\"n\"]"), ("changes", "[{"), ("forgets", "[]")];
                let found = found.iter().find(|(of, _)| *of == name).map_or("", |(_, found)| found);
                assert!(violation.found.starts_with(found), "{violation:?}");
            } else {
                keeps("a_refusal_changes_nothing", store, &history);
            }
            // What embedders and agents do is not spoken of.
            let history = with_steps([Step::Event(mine(CallEvent::Established)), Step::Expire { ago: 0 }]);
            keeps("a_refusal_changes_nothing", store, &history);
        }
    }
}

#[test]
fn repeated_delivery_changes_nothing_more() {
    let history = history([mine(CallEvent::Established)]);
    // Only the second time.
    let changes = wrong_sessions(|step, sessions| {
        if step == 2 {
            sessions[0].participants.push("again".into());
        }
    });
    let violation = breaks("repeated_delivery_changes_nothing_more", &changes, &history);
    assert!(violation.expected.starts_with("no change the second time: [{"), "{violation:?}");
    assert!(violation.found.starts_with("[{"), "{violation:?}");
    let says = wrong_answer(|step, answer| {
        if step == 2 {
            answer["outcome"] = json!("changed");
        }
    });
    breaks("repeated_delivery_changes_nothing_more", &says, &history);
    let time = with_steps([Step::Time(1)]);
    let comes = wrong_sessions(|step, sessions| {
        let mut other = StoreUnderTest::sessions(&opened());
        sessions.extend(other.drain(..).filter(|_| step == 2));
    });
    keeps("repeated_delivery_changes_nothing_more", &comes, &time);
}

/// A store with one session.
fn opened() -> Sessions {
    let mut sessions = Setup::default().sessions();
    sessions.handle_event(&mine(CallEvent::Ringing)).unwrap();
    sessions
}

#[test]
fn an_event_changes_only_its_own_session() {
    let law = "an_event_changes_only_its_own_session";
    let begun = [mine(CallEvent::Ringing), at("3001", "B", CallEvent::Ringing), at("3002", "A", CallEvent::Ringing)];
    let whole_call = Event::new(DataEvent::AttachedDataChanged).with_call_uuid("A");
    // Which of the three (in order: 3001 A, 3001 B, 3002 A) the event may change.
    for (last, may_change) in [
        (mine(CallEvent::Established), [true, false, false]),
        (at("3001", "B", CallEvent::Established), [false, true, false]),
        (at("3002", "A", CallEvent::Established), [false, false, true]),
        (whole_call, [true, false, true]),
        (Event::new("EventHeld"), [false, false, false]),
    ] {
        let history = history(begun.iter().cloned().chain([last]));
        for (position, may_change) in may_change.into_iter().enumerate() {
            let changes = wrong_sessions(move |step, sessions| {
                if step == 4 {
                    sessions[position].resource = json!("another");
                }
            });
            let removes = wrong_sessions(move |step, sessions| {
                if step == 4 {
                    sessions.remove(position);
                }
            });
            for store in [changes, removes] {
                if may_change {
                    keeps(law, &store, &history);
                } else {
                    let violation = breaks(law, &store, &history);
                    assert!(violation.expected.starts_with("[{") && violation.found.starts_with('['), "{violation:?}");
                }
            }
        }
    }
    keeps(
        law,
        &wrong_sessions(|step, sessions| {
            if step == 2 {
                sessions.clear()
            }
        }),
        &with_steps([Step::Event(mine(CallEvent::Ringing)), Step::Time(1)]),
    );
}

#[test]
fn numbers_only_rise() {
    let numbered = |number, start| {
        let event = mine(CallEvent::Established).with_event_sequence_number(number).with_server_start_time(start);
        EventIdentity::of(&event)
    };
    let begins = mine(CallEvent::Ringing).with_event_sequence_number(5).with_server_start_time(1);
    for (last_event, may_be) in [
        (numbered(6, 1), true),
        (numbered(5, 1), true),
        (numbered(4, 1), false),
        (numbered(4, 2), true),
        (numbered(6, 2), true),
        (None, false),
    ] {
        let store = at_last(2, move |session| session.last_event = last_event);
        let steps = history([begins.clone(), attached("k")]);
        if may_be {
            keeps("numbers_only_rise", &store, &steps);
        } else {
            let violation = breaks("numbers_only_rise", &store, &steps);
            assert_eq!(violation.expected, format!("at least {:?}", numbered(5, 1).unwrap()));
            assert_eq!(violation.found, format!("{last_event:?}"));
        }
        keeps("numbers_only_rise", &store, &history([mine(CallEvent::Ringing), attached("k")]));
        keeps("numbers_only_rise", &store, &with_steps([Step::Event(begins.clone()), Step::Time(1)]));
    }
}

#[test]
fn the_outcome_is_what_changed() {
    let law = "the_outcome_is_what_changed";
    let told = |change: fn(&mut Value)| {
        wrong_answer(move |step, answer| {
            if step == 2 {
                change(answer);
            }
        })
    };
    fn type_of(answer: &mut Value, notification_type: &str) {
        answer["notifications"][0]["notification"]["data"]["notificationType"] = json!(notification_type);
    }
    let ringing = mine(CallEvent::Ringing);
    let with_participant =
        Event::new(DataEvent::PartyAdded).with_this_dn("3001").with_call_uuid("A").with_other_dn("9");
    let moves = history([ringing.clone(), mine(CallEvent::Established)]);
    let adds = history([ringing.clone(), with_participant]);
    let attaches = history([ringing.clone(), attached("k")]);
    let opens = history([ringing.clone(), at("3002", "B", CallEvent::Ringing)]);
    let nothing = history([ringing.clone(), ringing.clone()]);
    for steps in [&moves, &adds, &opens] {
        breaks(law, &told(|answer| type_of(answer, "AttachedDataChanged")), steps);
    }
    breaks(law, &told(|answer| type_of(answer, "StatusChange")), &attaches);
    for steps in [&moves, &adds, &attaches, &opens] {
        breaks(law, &told(|answer| answer["notifications"] = json!([])), steps);
        breaks(law, &told(|answer| answer["outcome"] = json!("unchanged")), steps);
        breaks(law, &told(|answer| answer["notifications"][0]["thisDN"] = json!("3009")), steps);
        let another =
            |answer: &mut Value| answer["notifications"][0]["notification"]["data"]["imSession"]["id"] = json!("C");
        breaks(law, &told(another), steps);
        keeps(law, &told(|answer| answer["outcome"] = json!("message")), steps);
    }
    breaks(law, &told(|answer| answer["outcome"] = json!("changed")), &nothing);
    breaks(law, &told(|answer| answer["notifications"] = json!(["n"])), &nothing);
    keeps(law, &told(|answer| *answer = json!(["n"])), &with_steps([Step::Event(ringing), Step::Expire { ago: 0 }]));
    // What is not told is noticed from the sessions too.
    let violation = breaks(law, &at_last(2, |session| session.resource = json!("another")), &nothing);
    assert!(
        violation.expected.contains("AttachedDataChanged") && violation.expected.contains("another"),
        "{violation:?}"
    );
    breaks(law, &state_at_last(2, State::Talking), &nothing);
    breaks(law, &at_last(2, |session| session.participants.clear()), &nothing);
}

#[test]
fn capabilities_follow_state_and_data() {
    let law = "capabilities_follow_state_and_data";
    for (_, events, _) in RANKS {
        for data in [None, Some(attached("k"))] {
            // The data before the end: a completed session takes none.
            let mut steps: Vec<_> = events.iter().map(|event| mine(*event)).collect();
            data.into_iter().for_each(|data| steps.insert(1, data));
            let (steps, history) = (steps.len(), history(steps));
            let offered = StoreUnderTest::sessions(&played(&history))[0].resource["capabilities"].clone();
            let all = ["SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"];
            for operation in all {
                // One too few, or one too many.
                let list: Vec<&str> = all
                    .into_iter()
                    .filter(|known| (*known == operation) != offered.as_array().unwrap().contains(&json!(known)))
                    .collect();
                let offers = at_last(steps, move |session| session.resource["capabilities"] = json!(list));
                let violation = breaks(law, &offers, &history);
                assert_eq!(violation.expected, offered.to_string());
            }
            let none = at_last(steps, |session| {
                session.resource.as_object_mut().unwrap().remove("capabilities");
            });
            assert_eq!(breaks(law, &none, &history).found, "null");
        }
    }
}

fn played(history: &History) -> Sessions {
    let mut sessions = Setup::default().sessions();
    for step in &history.steps {
        StoreUnderTest::carry_out(&mut sessions, &history.agents, step);
    }
    sessions
}

#[test]
fn notifications_fold_to_the_list() {
    let law = "notifications_fold_to_the_list";
    // The lists are asked between the steps, and are answers too.
    let untold = |step_untold: usize| {
        wrong_answer(move |step, answer| {
            if step == step_untold && answer.get("notifications").is_some() {
                answer["notifications"] = json!([]);
            }
        })
    };
    let steps = history([mine(CallEvent::Ringing), mine(CallEvent::Established)]);
    let violation = breaks(law, &untold(2), &steps);
    assert!(violation.expected.contains("Alerting") && violation.found.contains("Talking"), "{violation:?}");
    let of_nobody = history([at("3009", "A", CallEvent::Ringing)]);
    keeps(law, &untold(1), &of_nobody);
    let of_the_other = history([at("3003", "A", CallEvent::Ringing)]);
    breaks(law, &untold(1), &of_the_other);
    let at_another_dn = wrong_answer(|step, answer| {
        if step == 1 && answer.get("notifications").is_some() {
            answer["notifications"][0]["thisDN"] = json!("3002");
        }
    });
    breaks(law, &at_another_dn, &of_the_other);

    // What is forgotten, the embedder tells: both ways of it, and no other step.
    let forgotten = |last: Step| {
        let completes = [CallEvent::Ringing, CallEvent::Released].map(|event| Step::Event(mine(event)));
        with_steps(completes.into_iter().chain([Step::Time(9), last]))
    };
    let forget = || Step::Forget { this_dn: "3001".into(), id: "A".into() };
    let right = wrong_sessions(|_, _| {});
    keeps(law, &right, &forgotten(forget()));
    keeps(law, &right, &forgotten(Step::ForgetCompleted { ago: 5 }));
    // The lists lose a session although nobody forgot it.
    let loses = wrong_answer(|_, answer| {
        if answer.get("imSessions").is_some() {
            answer["imSessions"] = json!([]);
        }
    });
    breaks(law, &loses, &history([mine(CallEvent::Ringing)]));
    // The session is gone, and its list with it, but by a step that forgets nothing.
    let gone = WrongStore {
        answer: Rc::new(|step, answer| {
            if step > 4 && answer.get("imSessions").is_some() {
                answer["imSessions"] = json!([]);
            }
        }),
        ..wrong_sessions(|step, sessions| {
            if step > 3 {
                sessions.clear()
            }
        })
    };
    breaks(law, &gone, &forgotten(Step::Time(1)));
    keeps(law, &gone, &forgotten(forget()));
}

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
fn agents_see_only_their_own() {
    let law = "agents_see_only_their_own";
    let both = history([mine(CallEvent::Ringing), at("3003", "B", CallEvent::Ringing)]);
    // Every list is the first agent's.
    let shows = {
        let list = json!([StoreUnderTest::sessions(&opened())[0].resource.clone()]);
        wrong_answer(move |step, answer| {
            if step > 2 && answer.get("imSessions").is_some() {
                answer["imSessions"] = list.clone();
            }
        })
    };
    breaks(law, &shows, &both);
    let hides = wrong_answer(|step, answer| {
        if step > 2 && answer.get("imSession").is_some() {
            *answer = json!(6);
        }
    });
    let violation = breaks(law, &hides, &both);
    assert_eq!((&*violation.expected, &*violation.found), ("A to be readable: true", "6"));
    let tells = wrong_answer(|step, answer| {
        if step > 2 && *answer == json!(6) {
            *answer = json!({});
        }
    });
    let violation = breaks(law, &tells, &both);
    assert_eq!((&*violation.expected, &*violation.found), ("B to be readable: false", "{}"));
}

#[test]
fn lists_are_in_order() {
    let sessions = [mine(CallEvent::Ringing), at("3002", "A", CallEvent::Ringing)];
    let history = history(sessions);
    breaks("lists_are_in_order", &wrong_sessions(|_, sessions| sessions.reverse()), &history);
    let twice = wrong_sessions(|step, sessions| {
        let first = sessions.first().cloned().filter(|_| step == 2);
        first.into_iter().for_each(|first| sessions.insert(0, first));
    });
    let violation = breaks("lists_are_in_order", &twice, &history);
    assert_eq!(violation.expected, r#"[["3001","A"],["3002","A"]]"#);
    assert_eq!(violation.found, r#"[["3001","A"],["3001","A"],["3002","A"]]"#);
}

#[test]
fn participants_are_others() {
    let history = history([mine(CallEvent::Ringing)]);
    for (numbers, expected) in [(["3009", "3009"], r#"["3009"]"#), (["3001", "3009"], r#"["3009"]"#)] {
        let store = at_last(1, move |session| session.participants = numbers.map(String::from).to_vec());
        assert_eq!(breaks("participants_are_others", &store, &history).expected, expected);
    }
    let store = at_last(1, |session| session.participants = ["1", "2"].map(String::from).to_vec());
    keeps("participants_are_others", &store, &history);
}

#[test]
fn limits_are_kept() {
    let mut setup = Setup::default();
    (setup.limits.sessions, setup.limits.user_data_size, setup.limits.user_data_depth) = (2, 4, 2);
    let nested = |levels: usize| {
        let mut list = KeyValueList::new();
        for _ in 0..levels {
            list = [("k", Data::List(list))].into_iter().collect();
        }
        list
    };
    let text = |text: &'static str| -> KeyValueList<'static> { [("k", Data::from(text))].into_iter().collect() };
    let history = history([mine(CallEvent::Ringing)]);
    for (user_data, expected) in [
        (KeyValueList::new(), None),
        (text("123"), None),
        (text("1234"), Some("at most 4 bytes, 2 deep")),
        (nested(1), None),
        (nested(2), Some("at most 4 bytes, 2 deep")),
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
    // Nothing is over a limit of nothing.
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
    // What the snapshot says before the step, or after it.
    let wrong_snapshot = |at: usize, name: &'static str, value: Value| WrongStore {
        snapshot: Rc::new(move |step, snapshot| {
            if step == at {
                snapshot[name] = value.clone();
            }
        }),
        ..WrongStore::new(&Setup::default())
    };
    for (name, value) in [("version", json!(999)), ("sessions", json!(1))] {
        let violation = breaks(law, &wrong_snapshot(0, name, value), &history);
        assert_eq!(violation.expected, "a snapshot that is taken");
    }
    let violation = breaks(law, &wrong_snapshot(0, "lastReferenceId", json!(5)), &history);
    assert!(violation.expected.contains(r#""ReferenceID":1"#), "the next answer: {violation:?}");
    assert!(violation.found.contains(r#""ReferenceID":6"#), "the next answer: {violation:?}");
    let violation = breaks(law, &wrong_snapshot(1, "now", json!(7)), &history);
    assert!(violation.expected.contains(r#""now":7"#), "the next snapshot: {violation:?}");
}

#[test]
fn the_model_agrees() {
    let history = history([mine(CallEvent::Ringing), mine(CallEvent::Established)]);
    let says = wrong_answer(|step, answer| {
        if step == 2 {
            answer["from"] = json!("Initiating");
        }
    });
    let violation = breaks("the_model_agrees", &says, &history);
    assert!(violation.expected.contains(r#""from":"Alerting""#), "{violation:?}");
    assert!(violation.found.contains(r#""from":"Initiating""#), "{violation:?}");
    let shows = at_last(2, |session| session.resource["uri"] = json!("elsewhere"));
    breaks("the_model_agrees", &shows, &history);
}

/// The laws in one go: the first broken one is told with the shortest history.
#[test]
fn all_laws_of_a_store_are_asked_in_order_and_the_shortest_history_is_told() {
    let revives = wrong_sessions(|_, sessions| {
        sessions.iter_mut().filter(|session| session.state == State::Completed).for_each(|session| {
            session.state = State::Alerting;
        });
    });
    let steps = [CallEvent::Ringing, CallEvent::Established, CallEvent::Released, CallEvent::Abandoned];
    let history = history(steps.map(mine));
    let setup = Setup::default();
    let broken = laws::check_all_of(&setup, &revives, &history).unwrap_err();
    assert_eq!((broken.name, broken.violation.step), ("state_never_goes_back", 1));
    assert_eq!(broken.history.steps.len(), 2);
    let printed = broken.to_string();
    assert!(printed.contains("at step 2 of the shortest history") && printed.contains("EventEstablished"), "{printed}");
    laws::check_all_of(&setup, &wrong_sessions(|_, _| {}), &history).unwrap();
}

/// A wrapper that gives away the store in it, whole or by its snapshot: whatever it does wrong itself would not be seen.
struct GivesAway {
    inner: Sessions,
    whole: bool,
}

impl StoreUnderTest for GivesAway {
    fn carry_out(&mut self, _: &[Agent], _: &Step) -> Value {
        Value::Null
    }

    fn sessions(&self) -> Vec<SeenSession> {
        Vec::new()
    }

    fn snapshot(&self) -> Value {
        StoreUnderTest::snapshot(&self.inner)
    }

    fn restored(&self, snapshot: &Value) -> Result<Box<dyn StoreUnderTest>, String> {
        self.inner.restored(snapshot)
    }

    fn duplicate(&self) -> Box<dyn StoreUnderTest> {
        let inner = self.inner.clone();
        if self.whole { Box::new(inner) } else { Box::new(GivesAway { inner, whole: false }) }
    }
}

#[test]
fn a_wrapper_that_gives_away_the_store_in_it_is_not_praised_for_that() {
    let setup = Setup::default();
    let history = history([mine(CallEvent::Ringing)]);
    for (whole, laws) in [(true, LAWS.iter().map(|law| law.name).collect()), (false, vec!["a_restored_store_goes_on"])]
    {
        for law in laws {
            let store = GivesAway { inner: setup.sessions(), whole };
            let violation = asked(law, &setup, &store, &history).unwrap_err();
            assert!(violation.expected.ends_with("GivesAway"), "{law}: {violation:?}");
            assert!(violation.found.contains("Sessions"), "{law}: {violation:?}");
        }
    }
}

#[test]
fn a_store_that_is_not_empty_is_said_to_be_so() {
    let setup = Setup::default();
    let mut store = setup.sessions();
    store.handle_event(&mine(CallEvent::Ringing)).unwrap();
    let broken = laws::check_all_of(&setup, &store, &history([mine(CallEvent::Released)])).unwrap_err();
    assert_eq!((&*broken.violation.expected, &*broken.violation.found), ("an empty store", "1 sessions"));
}
