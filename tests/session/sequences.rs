//! Does every sequence of call events lead to the right state? Every sequence up to length 8 of the five events that
//! move a session is compared with a model in another style, ranks. The legal sequences of specification 2 are checked
//! too.
//!
//! `tests/store/reachable.rs` covers sequences of any length of all eleven events with their attributes.

use im_session::{CallEvent, Event, Limits, Outcome, Session, State};

const ID: &str = "007MDF3D0KAHL93L807GK2LAES000001";

/// A session as two numbers: its progress, and whether it began as the caller's (1), as the callee's (2) or in mid-call
/// (0).
#[derive(Clone, Copy, PartialEq, Eq)]
struct Ranks {
    /// 0 no session, 1 begun, 2 talking, 3 completed.
    rank: u8,
    role: u8,
}

impl Ranks {
    fn state(self) -> Option<&'static str> {
        match (self.rank, self.role) {
            (0, _) => None,
            (1, 1) => Some("Initiating"),
            (1, _) => Some("Alerting"),
            (2, _) => Some("Talking"),
            (_, _) => Some("Completed"),
        }
    }

    /// The result of an event by comparison of ranks. An event raises a session to its own rank or changes nothing.
    fn take(&mut self, event: CallEvent) -> &'static str {
        let (rank, role) = match event {
            CallEvent::Dialing => (1, 1),
            CallEvent::Ringing => (1, 2),
            CallEvent::Established => (2, 0),
            CallEvent::Released | CallEvent::Abandoned => (3, 0),
        };
        if self.rank == 0 && rank == 3 {
            return "orphan";
        }
        if self.rank < rank {
            *self = Ranks { rank, role: if rank == 1 { role } else { self.role } };
            return "changed";
        }
        match (self.rank == rank, self.rank) {
            (true, 1) if self.role != role => "role-conflict",
            (true, _) => "unchanged",
            (false, 3) => "ended",
            (false, _) => "late",
        }
    }
}

/// Tries every event after `session` and recurses to this depth. Returns the number of steps.
fn walk(session: &Option<Session>, model: Ranks, depth: u32) -> u32 {
    if depth == 0 {
        return 0;
    }
    let mut steps = 0;
    for call_event in CallEvent::ALL {
        let event = Event::new(call_event).with_this_dn("3002").with_call_uuid(ID);
        let (mut session, mut model) = (session.clone(), model);
        let from = model.state();
        let expected = model.take(call_event);
        let outcome = Session::apply(&mut session, &event, &Limits::DEFAULT);
        let found = match &outcome {
            Outcome::Rejected(rejection) => {
                assert_eq!(rejection.state.map(State::name), from);
                assert_eq!(rejection.event, call_event.into());
                rejection.reason.name()
            }
            &Outcome::Changed { from: was, to, participants, user_data } => {
                assert_eq!(was.map(State::name), from);
                assert_eq!(Some(to.name()), model.state());
                assert!(was != Some(to) && !participants && !user_data);
                "changed"
            }
            Outcome::Unchanged | Outcome::Message(_) | Outcome::Ignored => outcome.name(),
        };
        assert_eq!(found, expected, "{call_event} in {from:?}");
        assert_eq!(session.as_ref().map(|session| session.state().name()), model.state());
        steps += 1 + walk(&session, model, depth - 1);
    }
    steps
}

#[test]
fn every_sequence_of_call_events_up_to_length_8() {
    let steps = walk(&None, Ranks { rank: 0, role: 0 }, 8);
    assert_eq!(steps, (1..=8).map(|length| 5_u32.pow(length)).sum::<u32>(), "every sequence was tried");
}

#[test]
fn the_legal_sequences_of_specification_2() {
    let legal = [
        "Dialing Established Released",
        "Dialing Released",
        "Dialing DestinationBusy Released",
        "Ringing Established Released",
        "Ringing Released",
        "Ringing Abandoned",
        "Established Released",
    ];
    for sequence in legal {
        let mut session = None;
        for name in sequence.split(' ') {
            let event = Event::new(format!("Event{name}").as_str()).into_owned();
            let event = event.with_this_dn("3002").with_call_uuid(ID);
            assert!(Session::apply(&mut session, &event, &Limits::DEFAULT).is_accepted(), "{name} of {sequence}");
        }
        assert_eq!(session.expect("a session").state().name(), "Completed", "{sequence}");
    }
}
