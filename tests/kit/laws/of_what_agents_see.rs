//! What may agents read, and which notifications do they get? Every violation of the laws is detected.

use super::*;

#[test]
fn capabilities_follow_state_and_data() {
    let law = "capabilities_follow_state_and_data";
    for (_, events, _) in RANKS {
        for data in [None, Some(attached("k"))] {
            // The data comes before the end because a completed session accepts none.
            let mut steps: Vec<_> = events.iter().map(|event| mine(*event)).collect();
            data.into_iter().for_each(|data| steps.insert(1, data));
            let (steps, history) = (steps.len(), history(steps));
            let offered = StoreUnderTest::sessions(&played(&history))[0].resource["capabilities"].clone();
            let all = ["SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"];
            for operation in all {
                // One session too few or one too many.
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

#[test]
fn notifications_fold_to_the_list() {
    let law = "notifications_fold_to_the_list";
    // The law also asks for the lists between the steps, and those are answers too.
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

    // The embedder knows which sessions it forgets. Both ways to forget count, and no other step does.
    let forgotten = |last: Step| {
        let completes = [CallEvent::Ringing, CallEvent::Released].map(|event| Step::Event(mine(event)));
        with_steps(completes.into_iter().chain([Step::Time(9), last]))
    };
    let forget = || Step::Forget { this_dn: "3001".into(), id: "A".into() };
    let right = wrong_sessions(|_, _| {});
    keeps(law, &right, &forgotten(forget()));
    keeps(law, &right, &forgotten(Step::ForgetCompleted { ago: 5 }));
    // The lists lose a session that nobody forgot.
    let loses = wrong_answer(|_, answer| {
        if answer.pointer("/answer/imSessions").is_some() {
            answer["answer"]["imSessions"] = json!([]);
        }
    });
    breaks(law, &loses, &history([mine(CallEvent::Ringing)]));
    // The session and its list entry disappear, which is allowed only for a completed session.
    let gone = WrongStore {
        answer: Rc::new(|step, answer| {
            if step > 2 && answer.pointer("/answer/imSessions").is_some() {
                answer["answer"]["imSessions"] = json!([]);
            }
        }),
        ..wrong_sessions(|step, sessions| {
            if step > 1 {
                sessions.clear()
            }
        })
    };
    breaks(law, &gone, &with_steps([Step::Event(mine(CallEvent::Ringing)), Step::Time(1)]));
    let completed = [CallEvent::Ringing, CallEvent::Released].map(|event| Step::Event(mine(event)));
    let gone = WrongStore {
        answer: Rc::new(|step, answer| {
            if step > 3 && answer.pointer("/answer/imSessions").is_some() {
                answer["answer"]["imSessions"] = json!([]);
            }
        }),
        ..wrong_sessions(|step, sessions| {
            if step > 2 {
                sessions.clear()
            }
        })
    };
    keeps(law, &gone, &with_steps(completed.into_iter().chain([Step::Time(1)])));
}

#[test]
fn agents_see_only_their_own() {
    let law = "agents_see_only_their_own";
    let both = history([mine(CallEvent::Ringing), at("3003", "B", CallEvent::Ringing)]);
    // Every agent gets the first agent's list.
    let shows = {
        let list = json!([StoreUnderTest::sessions(&opened())[0].resource.clone()]);
        wrong_answer(move |step, answer| {
            if step > 2 && answer.pointer("/answer/imSessions").is_some() {
                answer["answer"]["imSessions"] = list.clone();
            }
        })
    };
    breaks(law, &shows, &both);
    let hides = wrong_answer(|step, answer| {
        if step > 2 && answer.pointer("/answer/imSession").is_some() {
            *answer = json!({"answer": {"statusCode": 6}});
        }
    });
    let violation = breaks(law, &hides, &both);
    assert_eq!((&*violation.expected, &*violation.found), ("A to be readable: true", r#"{"statusCode":6}"#));
    let tells = wrong_answer(|step, answer| {
        if step > 2 && answer["answer"]["statusCode"] == 6 {
            *answer = json!({"answer": {"imSession": {}}});
        }
    });
    let violation = breaks(law, &tells, &both);
    assert_eq!((&*violation.expected, &*violation.found), ("B to be readable: false", r#"{"imSession":{}}"#));
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
