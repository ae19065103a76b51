//! What goes wrong on the way: events come twice, not at all, in another order, or are of the other side.

use alloc::vec::Vec;

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
    /// use im_session::testing::Fault;
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
