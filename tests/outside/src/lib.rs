//! A project that uses `im-session`: the number on an agent's badge, of conversations that are open.

use im_session::{BaseUri, CallEvent, Event, EventName, Sessions, State};

/// Counts open conversations as events come.
#[derive(Debug)]
pub struct Badge {
    /// What it is measured by.
    pub sessions: Sessions,
    /// The number shown.
    pub open: usize,
}

impl Default for Badge {
    fn default() -> Self {
        Badge { sessions: Sessions::new(BaseUri::new("http://localhost:8090")), open: 0 }
    }
}

impl Badge {
    /// Counts what the session does.
    pub fn hear(&mut self, event: &Event<'_>) {
        let Ok(handled) = self.sessions.handle_event(event) else { return };
        match (handled.from().is_some_and(State::is_open), handled.to().is_some_and(State::is_open)) {
            (false, true) => self.open += 1,
            (true, false) => self.open -= 1,
            (true, true) | (false, false) => {}
        }
    }

    /// Counts names instead, and forgets one: where the caller gives up there is an EventAbandoned and no
    /// EventReleased.
    pub fn hear_forgetfully(&mut self, event: &Event<'_>) {
        let Ok(handled) = self.sessions.handle_event(event) else { return };
        let was_open = handled.from().is_some_and(State::is_open);
        match event.name {
            EventName::Call(CallEvent::Released) if was_open => self.open -= 1,
            EventName::Call(_) if !was_open => self.open += 1,
            EventName::Call(_) | EventName::Data(_) | EventName::Error | EventName::Ack | EventName::Other(_) => {}
        }
    }

    /// How many there really are.
    pub fn really(&self) -> usize {
        self.sessions.iter().filter(|session| session.state().is_open()).count()
    }
}
