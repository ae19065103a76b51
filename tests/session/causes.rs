//! Why is a session over? Every sequence of the events that decide the cause is compared with a model in another style.
//! Specification 2.1.

use im_session::{CallEvent, DataEvent, Event, Limits, Session, State};

const NAMES: [&str; 6] =
    ["EventDialing", "EventRinging", "EventEstablished", "EventReleased", "EventAbandoned", "EventDestinationBusy"];

/// The cause, found by looking back over the accepted events and the state after each. The event that ended the leg
/// decides it. For a Released, the cause is busy if the party was busy in this leg and nobody answered since.
fn cause(accepted: &[(&str, State)]) -> Option<&'static str> {
    let leg_begins =
        |index: &usize| *index == 0 || accepted[index - 1].1 == State::Completed && accepted[*index].1.is_open();
    let begins = (0..accepted.len()).rev().find(leg_begins)?;
    let leg = &accepted[begins..];
    let ends = leg.iter().position(|(_, state)| *state == State::Completed)?;
    let busy = leg[..ends].iter().rposition(|(name, _)| *name == "EventDestinationBusy");
    let answered = leg[..ends].iter().rposition(|(name, _)| *name == "EventEstablished");
    match leg[ends].0 {
        "EventAbandoned" => Some("abandoned"),
        _ if busy.is_some() && busy > answered => Some("busy"),
        _ => Some("released"),
    }
}

/// Tries every sequence up to this length. Returns the number of completed sessions.
fn walk(session: &Option<Session>, accepted: &[(&'static str, State)], numbered: bool, left: u64) -> u32 {
    if left == 0 {
        return 0;
    }
    let mut over = 0;
    for name in NAMES {
        let (mut session, mut accepted) = (session.clone(), accepted.to_vec());
        let mut event = Event::new(name).with_this_dn("3002").with_call_uuid("007");
        if numbered {
            event = event.with_event_sequence_number(100 - left);
        }
        if Session::apply(&mut session, &event, &Limits::DEFAULT).is_accepted() {
            accepted.push((name, session.as_ref().unwrap().state()));
        }
        let found = session.as_ref().and_then(Session::cause).map(|cause| cause.name());
        assert_eq!(found, cause(&accepted), "{accepted:?}");
        over += u32::from(found.is_some()) + walk(&session, &accepted, numbered, left - 1);
    }
    over
}

/// Numbered events begin a new leg, which clears the cause.
#[test]
fn every_sequence_up_to_length_6() {
    for numbered in [false, true] {
        let over = walk(&None, &[], numbered, 6);
        assert!(over > 10_000, "{over}");
    }
}

/// The samples of the specification, in words.
#[test]
fn busy_released_and_abandoned() {
    for (names, expected) in [
        (vec!["EventDialing", "EventDestinationBusy", "EventReleased"], "busy"),
        (vec!["EventDialing", "EventDestinationBusy", "EventEstablished", "EventReleased"], "released"),
        (vec!["EventDialing", "EventReleased"], "released"),
        (vec!["EventRinging", "EventAbandoned"], "abandoned"),
        (vec!["EventDialing", "EventDestinationBusy", "EventAbandoned"], "abandoned"),
        // A repeated end changes nothing.
        (vec!["EventRinging", "EventAbandoned", "EventReleased"], "abandoned"),
        (vec!["EventRinging", "EventReleased", "EventAbandoned"], "released"),
    ] {
        let mut session = None;
        for name in &names {
            let event = Event::new(*name).with_this_dn("3002").with_call_uuid("007");
            assert!(Session::apply(&mut session, &event, &Limits::DEFAULT).is_accepted(), "{names:?}");
        }
        assert_eq!(session.unwrap().cause().map(|cause| cause.name()), Some(expected), "{names:?}");
    }
    // DestinationBusy in Alerting is too early and does not count.
    let mut session = None;
    for event in
        [Event::new(CallEvent::Ringing), Event::new(DataEvent::DestinationBusy), Event::new(CallEvent::Released)]
    {
        let event = event.with_this_dn("3002").with_call_uuid("007");
        let _ = Session::apply(&mut session, &event, &Limits::DEFAULT);
    }
    assert_eq!(session.unwrap().cause().map(|cause| cause.name()), Some("released"));
}
