//! What may no event do to a session, and what does every event do? Any events, most of which hit the same sessions.

use im_session::testing::Step;
use im_session::{
    CallEvent, CapabilityTable, Event, Limits, Operation, Operations, Outcome, RejectReason, Session, Sessions, State,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use crate::agent::new_store;
use crate::check::check;
use crate::steps::{agents, any_event, carry_out, setup};

fn all(sessions: &Sessions) -> Vec<Session> {
    sessions.iter().cloned().collect()
}

/// Handles the event and returns the outcome, or `None` if the event is unreadable.
fn take(sessions: &mut Sessions, event: &Event<'_>) -> Option<Outcome> {
    sessions.handle_event(event).ok().map(|handled| handled.outcome().clone())
}

fn rank(state: Option<State>) -> u8 {
    match state {
        None => 0,
        Some(State::Initiating | State::Alerting) => 1,
        Some(State::Talking) => 2,
        Some(State::Completed) => 3,
    }
}

/// Specification 2.1: the event has a number, the session has a last number, both are of the same ServerStartTime, and
/// the event's number is higher.
fn is_provably_newer(event: &Event<'_>, session: &Session) -> bool {
    session.last_event().is_some_and(|last| {
        last.server_start_time == event.server_start_time
            && event.event_sequence_number.is_some_and(|number| number > last.event_sequence_number)
    })
}

/// Events most of which concern one of two sessions, so that sessions end and still get further events.
fn events_at_few_sessions(count: usize) -> impl Strategy<Value = Vec<Event<'static>>> {
    let event = (any_event(), 0..8_u8).prop_map(|(event, at)| match at {
        0..=2 => event.with_this_dn("3001").with_call_uuid("A"),
        3..=5 => event.with_this_dn("3002").with_call_uuid("A"),
        _ => event,
    });
    vec(event, count / 2..count)
}

/// User data of any size and depth against any limits on it.
#[test]
fn events_do_what_the_model_says() {
    let largest = prop_oneof![Just(16_000_usize), 0..60_usize];
    let deepest = prop_oneof![Just(16_usize), 0..4_usize];
    check(512, 75, (vec(any_event(), 5..40), largest, deepest), |(events, largest, deepest)| {
        let mut setup = setup();
        setup.limits.user_data_size = largest;
        setup.limits.user_data_depth = deepest;
        let (mut store, mut model) = (setup.sessions(), setup.model());
        for event in events {
            let step = Step::Event(event);
            prop_assert_eq!(carry_out(&mut store, &step), model.carry_out(agents(), &step), "{:?}", step);
            let resources: Vec<Value> = store.iter().map(|session| json!(store.resource(session))).collect();
            prop_assert_eq!(resources, model.resources(), "{:?}", step);
        }
        Ok(!store.is_empty())
    });
}

#[test]
fn what_is_not_accepted_changes_nothing() {
    check(512, 80, vec(any_event(), 5..40), |events| {
        let (mut sessions, mut refused) = (new_store(), 0);
        for event in &events {
            let before = all(&sessions);
            let accepted = match sessions.handle_event(event) {
                Ok(handled) => {
                    if !handled.outcome().is_accepted() {
                        prop_assert_eq!(handled.notifications().count() + handled.changed().count(), 0);
                        prop_assert_eq!(handled.from(), handled.to());
                    }
                    handled.outcome().is_accepted()
                }
                Err(_) => false,
            };
            if !accepted {
                refused += 1;
                prop_assert_eq!(all(&sessions), before, "{:?}", event);
            }
        }
        Ok(refused > 0)
    });
}

#[test]
fn the_state_never_goes_back() {
    check(512, 80, events_at_few_sessions(60), |events| {
        let (mut sessions, mut met_an_end) = (new_store(), false);
        for event in &events {
            let before = sessions.clone();
            if take(&mut sessions, event).is_none() {
                continue;
            }
            for session in before.iter() {
                let now = sessions.get(session.this_dn(), session.id()).map(Session::state);
                let is_first = event.name == CallEvent::Dialing.into() || event.name == CallEvent::Ringing.into();
                let anew = session.state() == State::Completed && is_first && is_provably_newer(event, session);
                if session.state() == State::Completed && !anew {
                    met_an_end = true;
                    prop_assert_eq!(now, Some(State::Completed), "{:?}", event);
                } else if !anew {
                    prop_assert!(rank(now) >= rank(Some(session.state())), "{:?}", event);
                    let changed = now != Some(session.state());
                    prop_assert!(!changed || rank(now) > rank(Some(session.state())), "{:?}", event);
                }
            }
        }
        Ok(met_an_end)
    });
}

#[test]
fn a_completed_session_keeps_its_data() {
    check(512, 80, events_at_few_sessions(60), |events| {
        let (mut sessions, mut completed) = (new_store(), 0);
        for event in &events {
            let before = sessions.clone();
            if take(&mut sessions, event).is_none() {
                continue;
            }
            for session in before.iter().filter(|session| session.state() == State::Completed) {
                let now = sessions.get(session.this_dn(), session.id()).expect("sessions do not go away");
                if now.state() == State::Completed {
                    completed += 1;
                    prop_assert!(now.participants().eq(session.participants()));
                    prop_assert_eq!(now.user_data(), session.user_data());
                }
            }
        }
        Ok(completed > 0)
    });
}

#[test]
fn the_same_event_again_changes_nothing_more() {
    check(512, 80, (vec(any_event(), 5..40), 1..4_usize), |(events, times)| {
        let (mut sessions, mut accepted) = (new_store(), 0);
        for event in &events {
            let first = take(&mut sessions, event);
            accepted += usize::from(first.as_ref().is_some_and(Outcome::is_accepted));
            let after = all(&sessions);
            for _ in 0..times {
                let again = sessions.handle_event(event);
                prop_assert_eq!(again.is_ok(), first.is_some());
                if let (Ok(again), Some(first)) = (again, &first) {
                    prop_assert_ne!(again.outcome().name(), "changed", "{:?}", event);
                    prop_assert_eq!(again.from(), again.to());
                    if first.name() == "message" && event.event_sequence_number.is_some() {
                        let Outcome::Rejected(rejection) = again.outcome() else { panic!("told twice: {event:?}") };
                        prop_assert_eq!(rejection.reason, RejectReason::Stale, "a numbered message is told once");
                    }
                }
                prop_assert_eq!(&all(&sessions), &after, "{:?}", event);
            }
        }
        Ok(accepted > 0)
    });
}

/// A log can contain the same event several times, once for each client that received it.
#[test]
fn numbered_events_again_at_any_later_time_change_nothing() {
    let repeats = vec((any::<Index>(), any::<Index>()), 0..20);
    check(512, 75, (vec(any_event(), 5..30), repeats), |(events, repeats)| {
        let numbered =
            |(number, event): (u64, Event<'static>)| event.with_event_sequence_number(number).with_server_start_time(1);
        let numbered: Vec<Event<'static>> = (1..).zip(events).map(numbered).collect();
        // Each repetition: the event, and the later event after which it is repeated.
        let mut order: Vec<(usize, usize)> = (0..numbered.len()).map(|at| (at, at)).collect();
        for (which, after) in repeats {
            let which = which.index(numbered.len());
            order.push((which + after.index(numbered.len() - which), which));
        }
        order.sort_by_key(|&(when, _)| when);
        let (mut once, mut several) = (new_store(), new_store());
        for event in &numbered {
            take(&mut once, event);
        }
        let (mut seen, mut stale) = (vec![false; numbered.len()], 0);
        for (_, which) in order {
            if let Some(outcome) = take(&mut several, &numbered[which]) {
                prop_assert!(!seen[which] || !["changed", "message"].contains(&outcome.name()));
                stale += usize::from(seen[which] && outcome.name() == "rejected");
            }
            seen[which] = true;
        }
        prop_assert_eq!(all(&several), all(&once));
        Ok(stale > 0)
    });
}

#[test]
fn capabilities_follow_state_and_data() {
    let all_five = Operations::ALL.without(Operation::InitiateIMSession);
    check(512, 80, vec(any_event(), 5..40), |events| {
        let (mut by_default, mut by_sample) =
            (new_store(), new_store().with_capabilities(CapabilityTable::DOCUMENTED_SAMPLE));
        for event in &events {
            take(&mut by_default, event);
            take(&mut by_sample, event);
            for session in by_default.iter() {
                let open = session.state() != State::Completed;
                let possible = |operation: &Operation| match operation {
                    Operation::InitiateIMSession => false,
                    Operation::SendMessage => session.state() == State::Talking,
                    Operation::AttachUserData | Operation::Complete => open,
                    Operation::UpdateUserData | Operation::DeleteUserData => open && !session.user_data().is_empty(),
                };
                let expected: Operations = Operation::ALL.into_iter().filter(possible).collect();
                let resource = by_default.resource(session);
                prop_assert_eq!(resource.capabilities(), expected);
                prop_assert_eq!(resource.state(), session.state());
                let sample = by_sample.resource(session).capabilities();
                prop_assert_eq!(sample, if open { expected } else { all_five });
            }
        }
        Ok(!by_default.is_empty())
    });
}

#[test]
fn never_the_own_dn_and_nobody_twice() {
    check(512, 55, events_at_few_sessions(45), |events| {
        let (mut sessions, mut several) = (new_store().with_limits(Limits::SPECIFICATION), false);
        for event in &events {
            take(&mut sessions, event);
            for session in sessions.iter() {
                let mut participants: Vec<&str> = session.participants().collect();
                prop_assert!(!participants.contains(&session.this_dn()));
                prop_assert!(!participants.contains(&""));
                participants.sort_unstable();
                participants.dedup();
                prop_assert_eq!(participants.len(), session.participants().len());
                several |= !participants.is_empty();
            }
        }
        Ok(several)
    });
}

#[test]
fn the_list_is_in_byte_order() {
    check(512, 75, vec(any_event(), 5..40), |events| {
        let mut sessions = new_store();
        for event in &events {
            take(&mut sessions, event);
        }
        let keys: Vec<(&[u8], &[u8])> =
            sessions.iter().map(|session| (session.this_dn().as_bytes(), session.id().as_bytes())).collect();
        prop_assert!(keys.windows(2).all(|two| two[0] < two[1]), "{:?}", keys);
        Ok(keys.len() > 1)
    });
}
