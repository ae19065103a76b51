//! A project that uses `im-session`: the number of open conversations on an agent's badge.

use im_session::{BaseUri, CallEvent, Event, EventName, Sessions, State};

/// Counts open conversations as events arrive.
#[derive(Debug)]
pub struct Badge {
    /// The sessions that the count is checked against.
    pub sessions: Sessions,
    /// The displayed number.
    pub open: usize,
}

impl Default for Badge {
    fn default() -> Self {
        Badge { sessions: Sessions::new(BaseUri::new("http://localhost:8090")), open: 0 }
    }
}

impl Badge {
    /// Updates the count from the changes of the session.
    pub fn hear(&mut self, event: &Event<'_>) {
        let Ok(handled) = self.sessions.handle_event(event) else { return };
        match (handled.from().is_some_and(State::is_open), handled.to().is_some_and(State::is_open)) {
            (false, true) => self.open += 1,
            (true, false) => self.open -= 1,
            (true, true) | (false, false) => {}
        }
    }

    /// Updates the count from event names instead, with a mistake: a caller that gives up causes an EventAbandoned and
    /// no EventReleased.
    pub fn hear_forgetfully(&mut self, event: &Event<'_>) {
        let Ok(handled) = self.sessions.handle_event(event) else { return };
        let was_open = handled.from().is_some_and(State::is_open);
        match event.name {
            EventName::Call(CallEvent::Released) if was_open => self.open -= 1,
            EventName::Call(_) if !was_open => self.open += 1,
            EventName::Call(_) | EventName::Data(_) | EventName::Error | EventName::Ack | EventName::Other(_) => {}
        }
    }

    /// The true number of open sessions.
    pub fn really(&self) -> usize {
        self.sessions.iter().filter(|session| session.state().is_open()).count()
    }
}
