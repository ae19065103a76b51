//! The machine written with statig. It is a separate crate, which is also used to measure the cost of building.

use im_session::{CallEvent, State};
use statig_machine::Event;

use super::{Contender, Seen};

pub struct Statig;

impl Contender for Statig {
    const NAME: &'static str = "statig";
    type Machine = statig_machine::Machine;
    type Event = Event;

    #[inline(always)]
    fn machine() -> statig_machine::Machine {
        statig_machine::machine()
    }

    fn event(event: CallEvent) -> Event {
        match event {
            CallEvent::Dialing => Event::Dialing,
            CallEvent::Ringing => Event::Ringing,
            CallEvent::Established => Event::Established,
            CallEvent::Released => Event::Released,
            CallEvent::Abandoned => Event::Abandoned,
        }
    }

    #[inline(always)]
    fn handle(machine: &mut statig_machine::Machine, event: Event) -> Seen {
        machine.handle(&event);
        match machine.inner().seen {
            statig_machine::Seen::Changed => Seen::CHANGED,
            statig_machine::Seen::Unchanged => Seen::UNCHANGED,
            statig_machine::Seen::Rejected => Seen::REJECTED,
        }
    }

    fn state(machine: &statig_machine::Machine) -> Option<State> {
        match machine.state() {
            statig_machine::State::NoSession {} => None,
            statig_machine::State::Initiating {} => Some(State::Initiating),
            statig_machine::State::Alerting {} => Some(State::Alerting),
            statig_machine::State::Talking {} => Some(State::Talking),
            statig_machine::State::Completed {} => Some(State::Completed),
        }
    }
}
