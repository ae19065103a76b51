//! The machine written with sm. It checks transitions at compile time. At run time, events have to be matched by hand,
//! and so do missing transitions.

use im_session::{CallEvent, State};
use sm::sm;

use super::{Contender, Seen};

sm! {
    Call {
        InitialStates { NoSession }

        Dialing { NoSession, Initiating => Initiating }
        Ringing { NoSession, Alerting => Alerting }
        Established { NoSession, Initiating, Alerting, Talking => Talking }
        Released { Initiating, Alerting, Talking, Completed => Completed }
        Abandoned { Initiating, Alerting, Talking, Completed => Completed }
    }
}

pub use Call::Variant;

pub struct Sm;

impl Contender for Sm {
    const NAME: &'static str = "sm";
    type Machine = Option<Variant>;
    type Event = CallEvent;

    fn machine() -> Option<Variant> {
        Some(Call::Machine::new(Call::NoSession).as_enum())
    }

    fn event(event: CallEvent) -> CallEvent {
        event
    }

    #[inline(always)]
    fn handle(machine: &mut Option<Variant>, event: CallEvent) -> Seen {
        use Call::{Abandoned, Dialing, Established, Released, Ringing, Variant::*};

        // A transition takes the machine by value, so it has to be taken out and put back.
        let Some(before) = machine.take() else {
            return Seen::REJECTED;
        };
        let (after, seen) = match (before, event) {
            (InitialNoSession(at), CallEvent::Dialing) => (at.transition(Dialing).as_enum(), Seen::CHANGED),
            (InitialNoSession(at), CallEvent::Ringing) => (at.transition(Ringing).as_enum(), Seen::CHANGED),
            (InitialNoSession(at), CallEvent::Established) => (at.transition(Established).as_enum(), Seen::CHANGED),
            (InitiatingByDialing(at), CallEvent::Dialing) => (at.transition(Dialing).as_enum(), Seen::UNCHANGED),
            (InitiatingByDialing(at), CallEvent::Established) => (at.transition(Established).as_enum(), Seen::CHANGED),
            (InitiatingByDialing(at), CallEvent::Released) => (at.transition(Released).as_enum(), Seen::CHANGED),
            (InitiatingByDialing(at), CallEvent::Abandoned) => (at.transition(Abandoned).as_enum(), Seen::CHANGED),
            (AlertingByRinging(at), CallEvent::Ringing) => (at.transition(Ringing).as_enum(), Seen::UNCHANGED),
            (AlertingByRinging(at), CallEvent::Established) => (at.transition(Established).as_enum(), Seen::CHANGED),
            (AlertingByRinging(at), CallEvent::Released) => (at.transition(Released).as_enum(), Seen::CHANGED),
            (AlertingByRinging(at), CallEvent::Abandoned) => (at.transition(Abandoned).as_enum(), Seen::CHANGED),
            (TalkingByEstablished(at), CallEvent::Established) => {
                (at.transition(Established).as_enum(), Seen::UNCHANGED)
            }
            (TalkingByEstablished(at), CallEvent::Released) => (at.transition(Released).as_enum(), Seen::CHANGED),
            (TalkingByEstablished(at), CallEvent::Abandoned) => (at.transition(Abandoned).as_enum(), Seen::CHANGED),
            (CompletedByReleased(at), CallEvent::Released) => (at.transition(Released).as_enum(), Seen::UNCHANGED),
            (CompletedByReleased(at), CallEvent::Abandoned) => (at.transition(Abandoned).as_enum(), Seen::UNCHANGED),
            (CompletedByAbandoned(at), CallEvent::Released) => (at.transition(Released).as_enum(), Seen::UNCHANGED),
            (CompletedByAbandoned(at), CallEvent::Abandoned) => (at.transition(Abandoned).as_enum(), Seen::UNCHANGED),
            (before, _) => (before, Seen::REJECTED),
        };
        *machine = Some(after);
        seen
    }

    fn state(machine: &Option<Variant>) -> Option<State> {
        match machine {
            None | Some(Variant::InitialNoSession(_)) => None,
            Some(Variant::InitiatingByDialing(_)) => Some(State::Initiating),
            Some(Variant::AlertingByRinging(_)) => Some(State::Alerting),
            Some(Variant::TalkingByEstablished(_)) => Some(State::Talking),
            Some(Variant::CompletedByReleased(_) | Variant::CompletedByAbandoned(_)) => Some(State::Completed),
        }
    }
}
