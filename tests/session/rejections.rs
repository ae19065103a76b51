//! What does the message of a rejected event say?

use im_session::{CallEvent, DataEvent, Event, KeyValueList, Limits, Outcome, Session};

/// The message for the last of these events, which is rejected.
fn sentence(events: &[Event<'_>], limits: &Limits) -> String {
    let mut session = None;
    let mut last = String::new();
    for event in events {
        let event = event.clone().with_this_dn("3002").with_call_uuid("007");
        last = match Session::apply(&mut session, &event, limits) {
            Outcome::Rejected(rejection) => rejection.to_string(),
            outcome => outcome.name().to_owned(),
        };
    }
    last
}

#[test]
fn a_rejection_says_which_state_met_which_event_and_why() {
    let new = |name: CallEvent| Event::new(name);
    let numbered = || new(CallEvent::Ringing).with_event_sequence_number(4);
    let large = || KeyValueList::from_iter([("k", "v".repeat(20))]);
    let mut limits = Limits::DEFAULT;
    limits.user_data_size = 10;
    for (events, expected) in [
        (
            vec![new(CallEvent::Released)],
            "EventReleased rejected without a session: \
             there is no such session and this event does not open one (orphan)",
        ),
        (
            vec![Event::new(DataEvent::PartyAdded)],
            "EventPartyAdded rejected without a session: \
             there is no such session and this event does not open one (orphan)",
        ),
        (
            vec![new(CallEvent::Dialing), new(CallEvent::Ringing)],
            "EventRinging rejected in Initiating: caller and callee events do not mix in one session (role-conflict)",
        ),
        (
            vec![new(CallEvent::Established), new(CallEvent::Ringing)],
            "EventRinging rejected in Talking: the session is already past that point (late)",
        ),
        (
            vec![new(CallEvent::Ringing), Event::new(DataEvent::DestinationBusy)],
            "EventDestinationBusy rejected in Alerting: the session is not talking yet (early)",
        ),
        (
            vec![new(CallEvent::Ringing), new(CallEvent::Abandoned), new(CallEvent::Established)],
            "EventEstablished rejected in Completed: the session is over (ended)",
        ),
        (
            vec![numbered(), numbered()],
            "EventRinging rejected in Alerting: this event or a newer one was seen before (stale: #4, last was #4)",
        ),
        (
            vec![new(CallEvent::Ringing).with_user_data(large())],
            "EventRinging rejected without a session: it goes over a limit (limit: size of the user data)",
        ),
    ] {
        assert_eq!(sentence(&events, &limits), expected);
    }
}
