//! The streams of events for the machine alone, and the order in which machines get them.
//!
//! A machine lives for [`LIFE`] events and is then created again. Otherwise every machine would soon be completed, and
//! would reject every event.

use im_session::machine::{accepts, step};
use im_session::{CallEvent, State};

use crate::random::Random;

/// The number of events that a machine gets before it is created again.
pub const LIFE: usize = 6;
/// How many machines there are in the middle workload.
pub const MACHINES: usize = 1024;
/// How many machines there are, in one array, in the large workload.
pub const MANY: usize = 1 << 24;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Arbitrary events in arbitrary order.
    Mixed,
    /// Only events that the machine accepts: changed or unchanged.
    Valid,
}

impl Kind {
    pub const ALL: [Kind; 2] = [Kind::Mixed, Kind::Valid];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Mixed => "mixed",
            Kind::Valid => "valid",
        }
    }
}

fn next(kind: Kind, state: Option<State>, random: &mut Random) -> CallEvent {
    loop {
        let event = random.pick(&CallEvent::ALL);
        if kind == Kind::Mixed || accepts(state, event) {
            return event;
        }
    }
}

fn after(state: Option<State>, event: CallEvent) -> Option<State> {
    step(state, event).state()
}

/// For one machine: life after life.
pub fn chain(kind: Kind, lives: usize) -> Vec<CallEvent> {
    let mut random = Random::new(6);
    let mut events = Vec::with_capacity(lives * LIFE);
    for _ in 0..lives {
        let mut state = None;
        for _ in 0..LIFE {
            let event = next(kind, state, &mut random);
            events.push(event);
            state = after(state, event);
        }
    }
    events
}

/// For [`MACHINES`] machines: one event for each machine, then the second one for each, and so on.
pub fn rounds(kind: Kind, lives: usize) -> Vec<CallEvent> {
    let mut random = Random::new(1024);
    let mut events = Vec::with_capacity(lives * LIFE * MACHINES);
    for _ in 0..lives {
        let mut states = [None; MACHINES];
        for _ in 0..LIFE {
            for state in &mut states {
                let event = next(kind, *state, &mut random);
                events.push(event);
                *state = after(*state, event);
            }
        }
    }
    events
}

/// Arbitrary events.
pub fn any(count: usize) -> Vec<CallEvent> {
    let mut random = Random::new(16);
    (0..count).map(|_| random.pick(&CallEvent::ALL)).collect()
}
