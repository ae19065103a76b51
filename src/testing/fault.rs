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
        let place = |at: usize| at % count;
        match self {
            _ if count == 0 => {}
            Fault::Repeated { at, after } => {
                let at = place(at);
                if let Some(again) = events.get(at).cloned() {
                    events.insert((at + 1).saturating_add(after).min(count), again);
                }
            }
            Fault::Lost { at } => drop(events.remove(place(at))),
            Fault::Reordered { at, by } => {
                let late = events.remove(place(at));
                events.insert(place(at).saturating_add(by).min(count - 1), late);
            }
            Fault::Truncated { at } => events.truncate(place(at).max(1)),
            Fault::WrongRole { at } => {
                for event in events.iter_mut().take(place(at) + 1).rev() {
                    event.name = match event.name {
                        EventName::Call(CallEvent::Dialing) => CallEvent::Ringing.into(),
                        EventName::Call(CallEvent::Ringing) => CallEvent::Dialing.into(),
                        _ => continue,
                    };
                    break;
                }
            }
        }
    }
}
