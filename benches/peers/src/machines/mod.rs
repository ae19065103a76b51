//! The machine in every implementation, and the loops that drive all of them.

mod by_hand;
mod finny;
mod im_session;
mod rust_fsm;
mod rust_sfsm;
mod sm;
mod smlang;
mod stateforward_sml;
mod statig;
pub mod work;

use std::hint::black_box;

use ::im_session::{CallEvent, State};

use crate::stream::LIFE;

pub use self::finny::Finny;
pub use self::im_session::ImSession;
pub use self::rust_fsm::RustFsm;
pub use self::rust_sfsm::RustSfsm;
pub use self::sm::Sm;
pub use self::smlang::Smlang;
pub use self::stateforward_sml::StateforwardSml;
pub use self::statig::Statig;
pub use by_hand::{Bare, HandWrittenMatch, RowsInWords, TotalTable};

/// The outcome that a user checks after an event. It is a number, so that a table can contain it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen(u8);

impl Seen {
    pub const CHANGED: Seen = Seen(0);
    pub const UNCHANGED: Seen = Seen(1);
    pub const REJECTED: Seen = Seen(2);
}

/// An implementation of the machine.
pub trait Contender {
    const NAME: &'static str;
    /// Not a machine, but the minimum that any machine must do.
    const IS_BARE: bool = false;
    type Machine;
    type Event: Copy;

    /// A machine without a session.
    fn machine() -> Self::Machine;
    fn event(event: CallEvent) -> Self::Event;
    fn handle(machine: &mut Self::Machine, event: Self::Event) -> Seen;
    fn state(machine: &Self::Machine) -> Option<State>;
}

/// Calls a generic function for each contender, im-session first.
#[macro_export]
macro_rules! for_each_contender {
    ($function:ident($($argument:expr),*)) => {
        $function::<$crate::machines::ImSession>($($argument),*);
        $function::<$crate::machines::Smlang>($($argument),*);
        $function::<$crate::machines::RustFsm>($($argument),*);
        $function::<$crate::machines::Statig>($($argument),*);
        $function::<$crate::machines::Sm>($($argument),*);
        $function::<$crate::machines::Finny>($($argument),*);
        $function::<$crate::machines::RustSfsm>($($argument),*);
        $function::<$crate::machines::StateforwardSml>($($argument),*);
        $function::<$crate::machines::HandWrittenMatch>($($argument),*);
        $function::<$crate::machines::TotalTable>($($argument),*);
        $function::<$crate::machines::RowsInWords>($($argument),*);
        $function::<$crate::machines::Bare>($($argument),*);
    };
}

/// The size of each contender's machine in bytes, in the order of [`for_each_contender`].
pub fn sizes() -> Vec<usize> {
    fn add<C: Contender>(sizes: &mut Vec<usize>) {
        sizes.push(size_of::<C::Machine>());
    }
    let mut sizes = Vec::new();
    for_each_contender!(add(&mut sizes));
    sizes
}

/// Counts outcomes in three counters of 21 bits in one word, so that counting is cheap and costs the same for all
/// contenders. Two million events fit. Beyond that a counter overflows into the next, which does not affect the
/// measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally(u64);

impl Tally {
    const BITS: u32 = 21;
    const ONE: [u64; 4] = [1, 1 << Self::BITS, 1 << (2 * Self::BITS), 0];

    #[inline(always)]
    fn add(&mut self, seen: Seen) {
        self.0 = self.0.wrapping_add(Self::ONE[usize::from(seen.0 & 3)]);
    }

    pub fn count(self, seen: Seen) -> u64 {
        self.0 >> (u32::from(seen.0) * Self::BITS) & ((1 << Self::BITS) - 1)
    }
}

pub fn events<C: Contender>(events: &[CallEvent]) -> Vec<C::Event> {
    events.iter().map(|&event| C::event(event)).collect()
}

/// One machine, life after life. The address of the next life's events depends on the outcome of the last event, so
/// that lives cannot overlap.
#[inline(never)]
pub fn chain<C: Contender>(events: &[C::Event]) -> Tally {
    let mut tally = Tally::default();
    let (lives, []) = events.as_chunks::<LIFE>() else {
        panic!("whole lives");
    };
    let nothing = black_box(0);
    for life in 0..lives.len() {
        // A black box, so that the compiler does not generate a separate loop body for the first event of a life.
        let mut machine = black_box(C::machine());
        for &event in &lives[life + (tally.0 as usize & nothing)] {
            tally.add(C::handle(&mut machine, event));
        }
    }
    tally
}

/// Many machines side by side: consecutive events are for consecutive machines; after the last machine comes the first
/// again.
#[inline(never)]
pub fn side_by_side<C: Contender>(machines: &mut [C::Machine], events: &[C::Event]) -> Tally {
    /// Eight at a time, so that the loop itself costs little.
    const EIGHT: usize = 8;
    let mut tally = Tally::default();
    for round in events.chunks_exact(machines.len()) {
        for (machines, events) in machines.as_chunks_mut::<EIGHT>().0.iter_mut().zip(round.as_chunks::<EIGHT>().0) {
            for (machine, &event) in machines.iter_mut().zip(events) {
                tally.add(C::handle(machine, event));
            }
        }
    }
    tally
}

#[cfg(test)]
mod tests {
    use ::im_session::machine::{Step, transitions};

    use super::*;

    /// The events that lead to this state.
    fn way_to(state: Option<State>) -> &'static [CallEvent] {
        match state {
            None => &[],
            Some(State::Initiating) => &[CallEvent::Dialing],
            Some(State::Alerting) => &[CallEvent::Ringing],
            Some(State::Talking) => &[CallEvent::Established],
            Some(State::Completed) => &[CallEvent::Ringing, CallEvent::Released],
        }
    }

    fn agrees<C: Contender>() {
        for (state, event, step) in transitions() {
            let mut machine = C::machine();
            for &event in way_to(state) {
                C::handle(&mut machine, C::event(event));
            }
            if C::IS_BARE {
                continue;
            }
            assert_eq!(C::state(&machine), state, "{}: the way to {state:?}", C::NAME);
            let (seen, after) = match step {
                Step::Changed { to } => (Seen::CHANGED, Some(to)),
                Step::Unchanged { state } => (Seen::UNCHANGED, Some(state)),
                Step::Rejected { state, .. } => (Seen::REJECTED, state),
            };
            assert_eq!(C::handle(&mut machine, C::event(event)), seen, "{}: {state:?} {event:?}", C::NAME);
            assert_eq!(C::state(&machine), after, "{}: {state:?} {event:?}", C::NAME);
        }
    }

    #[test]
    fn all_contenders_are_the_same_machine() {
        for_each_contender!(agrees());
    }
}
