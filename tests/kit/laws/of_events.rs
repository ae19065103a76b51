//! Which changes may an event make? Every violation of the laws is detected.

use super::*;

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
            // These laws cover only events.
            let mut history = history;
            *history.steps.last_mut().unwrap() = Step::Time(1);
            keeps("state_never_goes_back", &store, &history);
            keeps("completed_absorbs", &store, &history);
        }
    }
}

/// The key of a session is its DN together with its id.
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

/// The only way back is a Dialing or Ringing of this same session with a higher number under the same ServerStartTime.
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
    // If the session has no number, no event is provably newer. The law does not cover sessions that are not completed.
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
            if step == 2 {
                answer["notifications"] = json!(["n"]);
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
            // The law does not cover steps of embedders and agents.
            let history = with_steps([Step::Event(mine(CallEvent::Established)), Step::Expire { ago: 0 }]);
            keeps("a_refusal_changes_nothing", store, &history);
        }
    }
}

#[test]
fn repeated_delivery_changes_nothing_more() {
    let history = history([mine(CallEvent::Established)]);
    // Makes the mistake only the second time.
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
            answer["told"]["outcome"] = json!("changed");
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

#[test]
fn an_event_changes_only_its_own_session() {
    let law = "an_event_changes_only_its_own_session";
    let begun = [mine(CallEvent::Ringing), at("3001", "B", CallEvent::Ringing), at("3002", "A", CallEvent::Ringing)];
    let whole_call = Event::new(DataEvent::AttachedDataChanged).with_call_uuid("A");
    // Which of the three sessions the event may change, in this order: 3001 A, 3001 B, 3002 A.
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
        breaks(law, &told(|answer| answer["told"]["outcome"] = json!("unchanged")), steps);
        breaks(law, &told(|answer| answer["notifications"][0]["thisDN"] = json!("3009")), steps);
        let another =
            |answer: &mut Value| answer["notifications"][0]["notification"]["data"]["imSession"]["id"] = json!("C");
        breaks(law, &told(another), steps);
        keeps(law, &told(|answer| answer["told"]["outcome"] = json!("message")), steps);
    }
    breaks(law, &told(|answer| answer["told"]["outcome"] = json!("changed")), &nothing);
    breaks(law, &told(|answer| answer["notifications"] = json!(["n"])), &nothing);
    keeps(
        law,
        &told(|answer| answer["notifications"] = json!(["n"])),
        &with_steps([Step::Event(ringing), Step::Expire { ago: 0 }]),
    );
    // A change without a notification is also detected from the sessions.
    let violation = breaks(law, &at_last(2, |session| session.resource = json!("another")), &nothing);
    assert!(
        violation.expected.contains("AttachedDataChanged") && violation.expected.contains("another"),
        "{violation:?}"
    );
    breaks(law, &state_at_last(2, State::Talking), &nothing);
    breaks(law, &at_last(2, |session| session.participants.clear()), &nothing);
}
