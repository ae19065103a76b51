//! How does one session behave without a store? Whose events it takes, which of them count as accepted, and what it
//! remembers of them.

use im_session::{
    CallEvent, ConnId, DataEvent, Event, EventName, KeyValueList, Limits, Outcome, RejectReason, Session, State,
};

const ID: &str = "007MDF3D0KAHL93L807GK2LAES000001";
const ANOTHER_ID: &str = "007MDF3D0KAHL93L807GK2LAES000002";

fn at<'a>(dn: &'a str, id: &'a str, name: impl Into<EventName<'a>>) -> Event<'a> {
    Event::new(name).with_this_dn(dn).with_call_uuid(id)
}

fn apply(session: &mut Option<Session>, event: &Event<'_>) -> Result<&'static str, RejectReason> {
    match Session::apply(session, event, &Limits::DEFAULT) {
        Outcome::Rejected(rejection) => Err(rejection.reason),
        outcome => Ok(outcome.name()),
    }
}

fn ringing() -> Option<Session> {
    let mut session = None;
    apply(&mut session, &at("3002", ID, CallEvent::Ringing)).unwrap();
    session
}

#[test]
fn a_session_takes_only_events_of_its_dn_and_its_call() {
    let data = || KeyValueList::from_iter([("k", "v")]);
    let changed = |dn, id| at(dn, id, DataEvent::AttachedDataChanged).with_user_data(data());
    for event in [
        at("3002", ANOTHER_ID, CallEvent::Established),
        at("3001", ID, CallEvent::Established),
        at("3001", ANOTHER_ID, CallEvent::Established),
        Event::new(CallEvent::Established).with_call_uuid(ID),
        Event::new(CallEvent::Established).with_this_dn("3002"),
        changed("3001", ID),
        changed("3002", ANOTHER_ID),
        Event::new(DataEvent::AttachedDataChanged).with_call_uuid(ANOTHER_ID).with_user_data(data()),
    ] {
        let mut session = ringing();
        assert_eq!(apply(&mut session, &event), Err(RejectReason::Orphan), "{event:?}");
        assert_eq!(session, ringing(), "{event:?}");
    }
    for event in
        [changed("3002", ID), Event::new(DataEvent::AttachedDataChanged).with_call_uuid(ID).with_user_data(data())]
    {
        let mut session = ringing();
        assert_eq!(apply(&mut session, &event), Ok("changed"), "{event:?}");
        assert_eq!(session.unwrap().user_data(), &data());
    }
}

#[test]
fn accepted_are_changed_unchanged_and_messages_alone() {
    let text = || KeyValueList::from_iter([("text", "hello")]);
    let no_text = || KeyValueList::try_from_iter([("text", text())]).unwrap();
    let mut session = None;
    for (event, name, accepted) in [
        (at("3002", ID, CallEvent::Released), "rejected", false),
        (at("3002", ID, EventName::from("EventHeld")), "ignored", false),
        (at("3002", ID, CallEvent::Established), "changed", true),
        (at("3002", ID, CallEvent::Established), "unchanged", true),
        (at("3002", ID, DataEvent::PrivateInfo), "ignored", false),
        (at("3002", ID, DataEvent::PrivateInfo).with_extensions(no_text()), "ignored", false),
        (at("3002", ID, DataEvent::PrivateInfo).with_extensions(text()), "message", true),
        (at("3002", ID, CallEvent::Ringing), "rejected", false),
    ] {
        let outcome = Session::apply(&mut session, &event, &Limits::DEFAULT);
        assert_eq!((outcome.name(), outcome.is_accepted()), (name, accepted), "{event:?}");
    }
}

#[test]
fn numbers_are_remembered_and_forgotten_each_for_itself() {
    let mut session = ringing();
    let remembered = |session: &Option<Session>| {
        let session = session.as_ref().unwrap();
        let last = session.last_event().map(|last| (last.server_start_time, last.event_sequence_number));
        (session.conn_id(), last)
    };
    let next = |session: &mut Option<Session>, event: Event<'_>| {
        apply(session, &event).unwrap();
        remembered(session)
    };
    let event = || at("3002", ID, CallEvent::Ringing);
    assert_eq!(remembered(&session), (None, None));
    let numbered = event().with_event_sequence_number(5).with_server_start_time(9);
    assert_eq!(next(&mut session, numbered), (None, Some((Some(9), 5))));
    assert_eq!(next(&mut session, event().with_conn_id(ConnId(7))), (Some(ConnId(7)), Some((Some(9), 5))));
    assert_eq!(next(&mut session, event().with_conn_id(ConnId(8))), (Some(ConnId(8)), Some((Some(9), 5))));
    assert_eq!(next(&mut session, event().with_server_start_time(10)), (Some(ConnId(8)), Some((Some(9), 5))));
    assert_eq!(next(&mut session, event().with_event_sequence_number(3)), (Some(ConnId(8)), Some((None, 3))));
    assert_eq!(next(&mut session, event().with_event_sequence_number(4)), (Some(ConnId(8)), Some((None, 4))));
    let numbered = event().with_event_sequence_number(1).with_server_start_time(11);
    assert_eq!(next(&mut session, numbered), (Some(ConnId(8)), Some((Some(11), 1))));
}

#[test]
fn a_completed_session_is_opened_anew_by_a_higher_number_alone() {
    for (number, start, expected) in [
        (Some(6), Some(9), Ok("changed")),
        (Some(5), Some(9), Err(RejectReason::Stale)),
        (Some(4), Some(9), Err(RejectReason::Stale)),
        (Some(6), Some(10), Err(RejectReason::Ended)),
        (Some(6), None, Err(RejectReason::Ended)),
        (None, Some(9), Err(RejectReason::Ended)),
    ] {
        let mut session = ringing();
        let released = at("3002", ID, CallEvent::Released).with_event_sequence_number(5).with_server_start_time(9);
        apply(&mut session, &released).unwrap();
        let mut again = at("3002", ID, CallEvent::Dialing);
        again = number.map_or(again.clone(), |number| again.with_event_sequence_number(number));
        again = start.map_or(again.clone(), |start| again.with_server_start_time(start));
        assert_eq!(apply(&mut session, &again), expected, "{again:?}");
        let state = if expected.is_ok() { State::Initiating } else { State::Completed };
        assert_eq!(session.unwrap().state(), state, "{again:?}");
    }
}

#[test]
fn a_session_keeps_the_conn_id_of_its_last_accepted_event_that_has_one() {
    let mut session = None;
    let limits = Limits::DEFAULT;
    let event = |name: CallEvent| at("3001", ID, name);
    let conn_id = |session: &Option<Session>| session.as_ref().and_then(Session::conn_id);

    Session::apply(&mut session, &event(CallEvent::Dialing).with_conn_id(ConnId(1)), &limits);
    assert_eq!(conn_id(&session), Some(ConnId(1)));
    Session::apply(&mut session, &event(CallEvent::Ringing).with_conn_id(ConnId(2)), &limits);
    assert_eq!(conn_id(&session), Some(ConnId(1)), "a rejected event changes nothing");
    Session::apply(&mut session, &event(CallEvent::Established), &limits);
    assert_eq!(conn_id(&session), Some(ConnId(1)), "an event without one leaves it");
    Session::apply(&mut session, &event(CallEvent::Established).with_conn_id(ConnId(3)), &limits);
    assert_eq!(conn_id(&session), Some(ConnId(3)), "an unchanged session takes it too");
}
