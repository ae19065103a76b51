//! The machine of specification 2.1 written with statig and its macro.

use statig::prelude::*;

/// The outcome of the last event. statig does not return it, so a user keeps it in the shared storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    Changed,
    Unchanged,
    Rejected,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    Dialing,
    Ringing,
    Established,
    Released,
    Abandoned,
}

/// The shared storage.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    pub seen: Seen,
}

#[state_machine(initial = "State::no_session()", state(derive(Debug, Clone, Copy, PartialEq, Eq)))]
impl Call {
    #[state]
    fn no_session(&mut self, event: &Event) -> Outcome<State> {
        match event {
            Event::Dialing => self.to(State::initiating()),
            Event::Ringing => self.to(State::alerting()),
            Event::Established => self.to(State::talking()),
            Event::Released | Event::Abandoned => self.reject(),
        }
    }

    #[state]
    fn initiating(&mut self, event: &Event) -> Outcome<State> {
        match event {
            Event::Dialing => self.stay(),
            Event::Ringing => self.reject(),
            Event::Established => self.to(State::talking()),
            Event::Released | Event::Abandoned => self.to(State::completed()),
        }
    }

    #[state]
    fn alerting(&mut self, event: &Event) -> Outcome<State> {
        match event {
            Event::Dialing => self.reject(),
            Event::Ringing => self.stay(),
            Event::Established => self.to(State::talking()),
            Event::Released | Event::Abandoned => self.to(State::completed()),
        }
    }

    #[state]
    fn talking(&mut self, event: &Event) -> Outcome<State> {
        match event {
            Event::Dialing | Event::Ringing => self.reject(),
            Event::Established => self.stay(),
            Event::Released | Event::Abandoned => self.to(State::completed()),
        }
    }

    #[state]
    fn completed(&mut self, event: &Event) -> Outcome<State> {
        match event {
            Event::Dialing | Event::Ringing | Event::Established => self.reject(),
            Event::Released | Event::Abandoned => self.stay(),
        }
    }
}

impl Call {
    fn to(&mut self, state: State) -> Outcome<State> {
        self.seen = Seen::Changed;
        Transition(state)
    }

    fn stay(&mut self) -> Outcome<State> {
        self.seen = Seen::Unchanged;
        Handled
    }

    fn reject(&mut self) -> Outcome<State> {
        self.seen = Seen::Rejected;
        Super
    }
}

pub type Machine = statig::blocking::InitializedStateMachine<Call>;

/// A new machine without a session.
pub fn machine() -> Machine {
    Call { seen: Seen::Unchanged }.uninitialized_state_machine().init()
}
