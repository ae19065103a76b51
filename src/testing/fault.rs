//! Faults in the delivery of events: they are repeated, lost, reordered, or of the other side.

use alloc::vec::Vec;

use crate::event::{Event, EventName};
use crate::machine::CallEvent;

/// A fault in a history. Places are taken modulo its length, so that every fault fits every history.
///
/// Exhaustive by decision: these are the faults in the specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The event is delivered again later.
    Repeated {
        /// Which event.
        at: usize,
        /// The number of other events in between.
        after: usize,
    },
    /// The event is not delivered.
    Lost {
        /// Which event.
        at: usize,
    },
    /// The event is delivered too late.
    Reordered {
        /// Which event.
        at: usize,
        /// The number of events that overtake it.
        by: usize,
    },
    /// No event is delivered from here on, except that the first one always is.
    Truncated {
        /// The first event that is lost.
        at: usize,
    },
    /// An event is replaced by that of the other side: EventDialing by EventRinging, or the reverse. It is the last
    /// such event up to this place. A history without one is unchanged.
    WrongRole {
        /// The place from which to search backwards.
        at: usize,
    },
}

impl Fault {
    /// Applies the fault to the events.
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
