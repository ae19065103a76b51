//! Random histories of a store: the public strategies, at the sizes of these tests.

use im_session::Event;
use im_session::strategies::{self, any_event};
use im_session::testing::Step;
use proptest::prelude::*;

/// Up to `steps` things that happen.
pub(crate) fn history(steps: usize) -> impl Strategy<Value = Vec<Step>> {
    history_of(strategies::step(), steps)
}

pub(crate) fn history_of(step: impl Strategy<Value = Step>, steps: usize) -> impl Strategy<Value = Vec<Step>> {
    strategies::history_of(step, 1..steps).prop_map(|history| history.steps)
}

/// Any event; half of them get their place as their number.
pub(crate) fn event() -> impl Strategy<Value = Event<'static>> {
    let number = prop_oneof![3 => Just(None), 5 => Just(Some(u64::MAX)), 2 => (0..40_u64).prop_map(Some)];
    (any_event(), number).prop_map(|(mut event, number)| {
        event.event_sequence_number = number;
        event
    })
}

/// Another order of the same events, in which each session's own events keep theirs: at every place `choices` says which of
/// the events that may come next comes.
pub(crate) fn linear_extension(events: &[Event<'static>], choices: &[usize]) -> Vec<Event<'static>> {
    let mut left: Vec<&Event<'static>> = events.iter().collect();
    let mut ordered = Vec::new();
    for choice in choices.iter().cycle() {
        let may_come =
            |position: &usize| !left[..*position].iter().any(|before| share_a_session(before, left[*position]));
        let next: Vec<usize> = (0..left.len()).filter(may_come).collect();
        if next.is_empty() {
            break;
        }
        ordered.push(left.remove(next[choice % next.len()]).clone());
    }
    ordered
}

/// Whether both events can concern the same session: the same call, and the same DN, or all of them.
fn share_a_session(one: &Event<'_>, other: &Event<'_>) -> bool {
    let (dn, other_dn) = (one.this_dn(), other.this_dn());
    one.call_uuid == other.call_uuid && (dn == other_dn || dn.is_none() || other_dn.is_none())
}
