//! What goes wrong on the way: events come twice, not at all, in another order, or are of the other side.

use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::valid::valid_history;
use crate::event::{Event, EventName};
use crate::machine::CallEvent;

/// Something that goes wrong with a history. Places are counted modulo its length, so that every fault fits every history.
///
/// Exhaustive by decision: these are the faults that issue and specification name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The event comes once more, so much later.
    Repeated {
        /// Which event.
        at: usize,
        /// How many others come between.
        after: usize,
    },
    /// The event does not come.
    Lost {
        /// Which event.
        at: usize,
    },
    /// The event comes later than it should.
    Reordered {
        /// Which event.
        at: usize,
        /// How many others overtake it.
        by: usize,
    },
    /// Nothing comes from here on; the first event always comes.
    Truncated {
        /// The first event that does not.
        at: usize,
    },
    /// The first event of this or an earlier place is the one of the other side: EventDialing for EventRinging, or the other way
    /// round. A history without either stays as it is.
    WrongRole {
        /// Where to look from, backwards.
        at: usize,
    },
}

impl Fault {
    /// Does this to the events.
    ///
    /// ```
    /// use im_session::strategies::Fault;
    /// use im_session::{CallEvent, Event};
    ///
    /// let mut events = vec![Event::new(CallEvent::Ringing), Event::new(CallEvent::Released)];
    /// Fault::WrongRole { at: 1 }.damage(&mut events);
    /// Fault::Reordered { at: 0, by: 1 }.damage(&mut events);
    /// assert_eq!(events, [Event::new(CallEvent::Released), Event::new(CallEvent::Dialing)]);
    /// ```
    pub fn damage(self, events: &mut Vec<Event<'static>>) {
        let count = events.len();
        let place = |at: usize| at.checked_rem(count);
        match self {
            Fault::Repeated { at, after } => {
                if let Some((at, again)) = place(at).and_then(|at| Some((at, events.get(at)?.clone()))) {
                    events.insert(at.saturating_add(1).saturating_add(after).min(count), again);
                }
            }
            Fault::Lost { at } => {
                if let Some(at) = place(at) {
                    events.remove(at);
                }
            }
            Fault::Reordered { at, by } => {
                if let Some(at) = place(at) {
                    let late = events.remove(at);
                    events.insert(at.saturating_add(by).min(count - 1), late);
                }
            }
            Fault::Truncated { at } => events.truncate(place(at).unwrap_or(0).max(1)),
            Fault::WrongRole { at } => {
                let from = place(at).map_or(0, |at| at + 1);
                let other = |name: &EventName<'_>| {
                    [(CallEvent::Dialing, CallEvent::Ringing), (CallEvent::Ringing, CallEvent::Dialing)]
                        .into_iter()
                        .find_map(|(mine, theirs)| (*name == EventName::Call(mine)).then_some(EventName::Call(theirs)))
                };
                let found = events.iter_mut().take(from).rev().find_map(|event| Some((other(&event.name)?, event)));
                if let Some((name, event)) = found {
                    event.name = name;
                }
            }
        }
    }
}

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
