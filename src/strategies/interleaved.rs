//! Many agents at once: each call's own order kept, all of them mixed.

use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::*;

use super::history::agents;
use super::names::{DNS, IDS};
use super::valid::{placed, unnumbered};
use crate::event::Event;
use crate::testing::parts::number_from_one;
use crate::testing::{History, Step};

/// A call at a DN, and how long it waits before each of its events.
#[derive(Debug, Clone)]
struct Call {
    /// Which of the DNs that belong to an agent.
    dn: usize,
    id: usize,
    events: Vec<Event<'static>>,
    pauses: Vec<u8>,
}

/// The [`valid_history`](super::valid_history) of up to eight sessions of the [`agents`], interleaved: each session's events
/// come in their order, those of others between them. Both parties of a call have the same id.
///
/// Events are numbered as they come, so all of them are accepted. Shrinks to fewer calls, and to one after the other.
pub fn interleaved_histories() -> impl Strategy<Value = History> {
    vec(call(), 1..=8).prop_map(|calls| {
        let mut taken: Vec<(usize, usize)> = Vec::new();
        let mut timed: Vec<(u64, Event<'static>)> = Vec::new();
        for call in calls {
            // A DN has one view of a call.
            if taken.contains(&(call.dn, call.id)) {
                continue;
            }
            taken.push((call.dn, call.id));
            let (Some(this_dn), Some(id)) = (DNS.get(call.dn), IDS.get(call.id)) else { continue };
            let mut time = 0;
            for (event, pause) in placed(call.events, this_dn, id).into_iter().zip(call.pauses.iter().cycle()) {
                time += u64::from(*pause);
                timed.push((time, event));
            }
        }
        // Stable: at the same time, call after call.
        timed.sort_by_key(|&(time, _)| time);
        let mut events: Vec<Event<'static>> = timed.into_iter().map(|(_, event)| event).collect();
        number_from_one(&mut events);
        History { agents: agents(), steps: events.into_iter().map(Step::Event).collect() }
    })
}

fn call() -> impl Strategy<Value = Call> {
    // The last DN is nobody's.
    (0..DNS.len() - 1, 0..IDS.len(), unnumbered(), vec(0..6_u8, 1..8)).prop_map(|(dn, id, events, pauses)| Call {
        dn,
        id,
        events,
        pauses,
    })
}
