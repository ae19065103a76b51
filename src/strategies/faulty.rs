//! Histories in which something goes wrong on the way.

use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::valid::valid_history;
use crate::event::Event;
use crate::testing::Fault;

/// A fault of any kind. Shrinks to the event at place 0 coming twice.
pub fn fault() -> impl Strategy<Value = Fault> {
    // As positions in a history that is longer than most.
    let at = || any::<Index>().prop_map(|at| at.index(24));
    prop_oneof![
        2 => (at(), 0..4_usize).prop_map(|(at, after)| Fault::Repeated { at, after }),
        2 => at().prop_map(|at| Fault::Lost { at }),
        2 => (at(), 1..4_usize).prop_map(|(at, by)| Fault::Reordered { at, by }),
        1 => at().prop_map(|at| Fault::Truncated { at }),
        1 => at().prop_map(|at| Fault::WrongRole { at }),
    ]
}

/// These histories, each with one to four faults.
///
/// ```
/// use im_session::strategies::{faulty, valid_history_of};
///
/// let at_my_dn = faulty(valid_history_of("3001", "A"));
/// # let _ = at_my_dn;
/// ```
pub fn faulty(histories: impl Strategy<Value = Vec<Event<'static>>>) -> impl Strategy<Value = Vec<Event<'static>>> {
    (histories, vec(fault(), 1..5)).prop_map(|(mut events, faults)| {
        for fault in faults {
            fault.damage(&mut events);
        }
        events
    })
}

/// A [`valid_history`] with one to four faults: repeated, lost, reordered, truncated, of the wrong role. The numbers are those of
/// the valid one, half of the time; otherwise there are none, and nothing tells a repeated event from a new one.
///
/// Shrinks to one EventDialing that comes twice.
pub fn faulty_history() -> impl Strategy<Value = Vec<Event<'static>>> {
    (faulty(valid_history()), any::<bool>()).prop_map(|(mut events, without_numbers)| {
        if without_numbers {
            events.iter_mut().for_each(|event| event.event_sequence_number = None);
        }
        events
    })
}
