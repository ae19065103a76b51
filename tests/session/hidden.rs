//! What happens to user data that a log filter has hidden? A hidden list is not an empty list, because the event does
//! not tell its contents. Specification 2.3.

use im_session::{CallEvent, DataEvent, Event, EventName, KeyValueList, Limits, Outcome, Session};

fn at<'a>(name: impl Into<EventName<'a>>) -> Event<'a> {
    Event::new(name).with_this_dn("3002").with_call_uuid("007")
}

fn some() -> KeyValueList<'static> {
    KeyValueList::from_iter([("k", "v")])
}

fn with_user_data(first: CallEvent) -> Option<Session> {
    let mut session = None;
    assert!(Session::apply(&mut session, &at(first).with_user_data(some()), &Limits::DEFAULT).is_accepted());
    session
}

/// The session's user data after every event that can carry user data, with hidden, absent, empty and other data.
#[test]
fn what_each_kind_of_attribute_says() {
    let other = || KeyValueList::from_iter([("k", "w")]);
    let events = CallEvent::ALL.map(EventName::Call).into_iter().chain([DataEvent::AttachedDataChanged.into()]);
    for name in events.filter(|name| *name != CallEvent::Dialing.into()) {
        let changes_data_alone = name == DataEvent::AttachedDataChanged.into();
        for (what, event, expected) in [
            ("hidden", at(name.clone()).with_hidden_user_data(), some()),
            // AttachedDataChanged without user data means that there is none.
            ("absent", at(name.clone()), if changes_data_alone { KeyValueList::new() } else { some() }),
            ("empty", at(name.clone()).with_user_data(KeyValueList::new()), KeyValueList::new()),
            ("other", at(name.clone()).with_user_data(other()), other()),
        ] {
            let mut session = with_user_data(CallEvent::Ringing);
            let outcome = Session::apply(&mut session, &event, &Limits::DEFAULT);
            assert!(outcome.is_accepted(), "{name}, {what}");
            let session = session.unwrap();
            assert_eq!(session.user_data(), &expected, "{name}, {what}");
            if let Outcome::Changed { user_data, .. } = outcome {
                assert_eq!(user_data, expected != some(), "{name}, {what}");
            } else {
                assert_eq!(expected, some(), "{name}, {what}");
            }
        }
    }
}

/// A new leg starts with empty user data, even if the event hides its own.
#[test]
fn a_new_leg_starts_without_user_data() {
    for again in [CallEvent::Dialing, CallEvent::Ringing] {
        for event in [at(again), at(again).with_hidden_user_data(), at(again).with_user_data(KeyValueList::new())] {
            let mut session = None;
            for (number, event) in
                (1..).zip([at(CallEvent::Ringing).with_user_data(some()), at(CallEvent::Released), event])
            {
                let event = event.with_event_sequence_number(number);
                assert!(Session::apply(&mut session, &event, &Limits::DEFAULT).is_accepted());
            }
            let session = session.unwrap();
            assert!(session.state().is_open() && session.user_data().is_empty(), "{again}");
        }
    }
}

/// An event with hidden extensions counts as one without a text, which serves another feature.
#[test]
fn hidden_extensions_are_no_message() {
    let mut session = with_user_data(CallEvent::Established);
    let message = at(DataEvent::PrivateInfo).with_hidden_extensions();
    assert_eq!(Session::apply(&mut session, &message, &Limits::DEFAULT), Outcome::Ignored);
    let message =
        at(DataEvent::PrivateInfo).with_hidden_user_data().with_extensions([("text", "t")].into_iter().collect());
    assert_eq!(Session::apply(&mut session, &message, &Limits::DEFAULT), Outcome::Message("t".into()));
    assert_eq!(session.unwrap().user_data(), &some());
}
