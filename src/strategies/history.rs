//! Everything that can happen to a service.

use alloc::vec::Vec;

use proptest::collection::{SizeRange, vec};
use proptest::prelude::*;

use super::event::event_numbered;
use super::names::{asked_id, dn};
use super::operation::operation;
use super::placed::Placed;
use super::query::query;
use super::resource::resource;
use crate::testing::{Agent, History, Step};

/// The agents of all histories: devicePath and DN of each device. One has two DNs, one none.
pub(super) const AGENTS: [&[(&str, &str)]; 4] =
    [&[("/devices/1", "3001")], &[("/devices/2", "3003"), ("/devices/3", "3002")], &[("/devices/1", "VQ_4")], &[]];

/// Marks a number that is to be replaced by the position in the history.
const FRESH: u64 = u64::MAX;

/// The agents of all histories: one at DN 3001, one at 3003 and 3002, one at VQ_4, and one without devices.
#[must_use]
pub fn agents() -> Vec<Agent> {
    let with = |agent: Agent, &(device_path, dn): &(&str, &str)| agent.with_device(device_path, dn);
    AGENTS.iter().map(|devices| devices.iter().fold(Agent::new(), with)).collect()
}

/// Which agent: the one with two DNs most often.
pub(super) fn agent() -> impl Strategy<Value = usize> {
    prop_oneof![4 => Just(0), 12 => Just(1), 2 => Just(2), 1 => Just(3)]
}

/// Up to 60 steps of every kind, see [`step`]. Most events are numbered by their place, so that few are stale.
///
/// Shrinks to as few steps as it takes, the agents always being those of [`agents`].
pub fn history() -> impl Strategy<Value = History> {
    history_of(step(), 0..=60)
}

/// So many of these steps. An event with the number `u64::MAX` gets as its number the place, from 1, that it had when the
/// history was made; it keeps it when others are left out, so that what shrinks stays numbered.
///
/// ```
/// use im_session::strategies::{any_event, history_of};
/// use im_session::testing::Step;
/// use proptest::prelude::*;
///
/// let events_alone = history_of(any_event().prop_map(Step::Event), 1..20);
/// # let _ = events_alone;
/// ```
pub fn history_of(step: impl Strategy<Value = Step>, size: impl Into<SizeRange>) -> impl Strategy<Value = History> {
    Placed { element: step, size: size.into() }.prop_map(|placed| {
        let numbered = |(place, mut step)| {
            if let Step::Event(event) = &mut step {
                event.event_sequence_number =
                    event.event_sequence_number.map(|number| if number == FRESH { place } else { number });
            }
            step
        };
        History { agents: agents(), steps: placed.into_iter().map(numbered).collect() }
    })
}

/// Something that happens: half of the time an event, else an operation, a read, the time going on, sessions expiring or being
/// forgotten, another server's list taken over.
///
/// For [`history_of`]: half of the events have the number that it replaces. Shrinks to an EventDialing without attributes.
pub fn step() -> impl Strategy<Value = Step> {
    let number = prop_oneof![3 => Just(None), 5 => Just(Some(FRESH)), 2 => (0..40_u64).prop_map(Some)];
    prop_oneof![
        24 => event_numbered(number).prop_map(Step::Event),
        10 => operation(),
        2 => (agent(), query()).prop_map(|(agent, query)| Step::List { agent, query }),
        2 => (agent(), asked_id(), query()).prop_map(|(agent, id, query)| Step::Read { agent, id, query }),
        3 => (0..20_u64).prop_map(Step::Time),
        1 => (0..40_u64).prop_map(|ago| Step::Expire { ago }),
        1 => (dn(), asked_id()).prop_map(|(this_dn, id)| Step::Forget { this_dn, id }),
        1 => (0..40_u64).prop_map(|ago| Step::ForgetCompleted { ago }),
        1 => (0..40_u64).prop_map(|ago| Step::ForgetRequests { ago }),
        1 => (dn(), vec(resource(), 0..4)).prop_map(|(this_dn, list)| Step::Reconcile { this_dn, list }),
    ]
}
