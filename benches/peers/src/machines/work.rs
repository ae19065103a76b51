//! The machine's workloads.

use std::hint::black_box;

use super::{Contender, chain, events, side_by_side};
use crate::stream::{self, Kind, LIFE, MACHINES, MANY};
use crate::work::Work;

struct OneMachine<C: Contender>(Vec<C::Event>);

impl<C: Contender> Work for OneMachine<C> {
    fn units(&self) -> usize {
        self.0.len()
    }

    fn pass(&mut self) {
        black_box(chain::<C>(black_box(&self.0)));
    }
}

/// Machines that are created again at the beginning of each life, within the pass.
struct SideBySide<C: Contender> {
    events: Vec<C::Event>,
    machines: Box<[C::Machine]>,
}

impl<C: Contender> Work for SideBySide<C> {
    fn units(&self) -> usize {
        self.events.len()
    }

    fn pass(&mut self) {
        for life in black_box(&self.events).chunks(LIFE * self.machines.len()) {
            self.machines.fill_with(C::machine);
            black_box(side_by_side::<C>(&mut self.machines, life));
        }
    }
}

/// So many machines that a pass is one round, in which every machine gets one event. They are created again for each
/// life, between passes.
struct Many<C: Contender> {
    events: Vec<C::Event>,
    machines: Box<[C::Machine]>,
    round: usize,
}

impl<C: Contender> Work for Many<C> {
    fn units(&self) -> usize {
        self.machines.len()
    }

    fn prepare(&mut self) {
        if self.round.is_multiple_of(LIFE) {
            self.machines.fill_with(C::machine);
        }
        // Another event for each machine.
        self.events.rotate_left(1);
        self.round += 1;
    }

    fn pass(&mut self) {
        black_box(side_by_side::<C>(&mut self.machines, black_box(&self.events)));
    }
}

fn machines<C: Contender>(count: usize) -> Box<[C::Machine]> {
    (0..count).map(|_| C::machine()).collect()
}

/// The workload of this contender, with this many lives of each machine.
pub fn work<C: Contender + 'static>(group: &str, input: &str, lives: usize) -> Option<Box<dyn Work>> {
    let kind = Kind::ALL.into_iter().find(|kind| kind.name() == input)?;
    Some(match group {
        "one machine" => Box::new(OneMachine::<C>(events::<C>(&stream::chain(kind, lives * MACHINES)))),
        "1024 machines" => Box::new(SideBySide::<C> {
            events: events::<C>(&stream::rounds(kind, lives)),
            machines: machines::<C>(MACHINES),
        }),
        "16M machines" => {
            Box::new(Many::<C> { events: events::<C>(&stream::any(MANY)), machines: machines::<C>(MANY), round: 0 })
        }
        _ => return None,
    })
}
