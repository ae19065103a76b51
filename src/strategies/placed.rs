//! A list that shrinks until nothing more can go, and whose elements keep the place that they were made at.
//!
//! proptest's own `vec` tries once to leave out each element, before it makes any of them simpler. In a history what can go
//! often shows only after that; and where an element's place is its number, leaving one out would change all the later ones.

use alloc::vec::Vec;

use proptest::collection::SizeRange;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

/// So many elements, each with its place from 1.
#[derive(Debug)]
pub(super) struct Placed<S> {
    pub(super) element: S,
    pub(super) size: SizeRange,
}

impl<S: Strategy> Strategy for Placed<S> {
    type Tree = PlacedTree<S::Tree>;
    type Value = Vec<(u64, S::Value)>;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let count = (self.size.start()..=self.size.end_incl()).new_tree(runner)?.current();
        let element = |place| self.element.new_tree(runner).map(|tree| Element { place, tree, is_in: true });
        let elements = (1..).take(count).map(element).collect::<Result<Vec<_>, _>>()?;
        let stage = Stage::LeaveOut { from: 0, count: count.div_ceil(2) };
        Ok(PlacedTree { elements, fewest: self.size.start(), stage, last: None, progress: false })
    }
}

/// See [`Placed`].
#[derive(Debug)]
pub(super) struct PlacedTree<T> {
    elements: Vec<Element<T>>,
    fewest: usize,
    stage: Stage,
    /// What was done last, to be undone.
    last: Option<Done>,
    /// Whether anything went since leaving out began.
    progress: bool,
}

#[derive(Debug)]
struct Element<T> {
    place: u64,
    tree: T,
    is_in: bool,
}

#[derive(Debug, Clone, Copy)]
enum Stage {
    /// Leave out so many elements, then the next so many.
    LeaveOut { from: usize, count: usize },
    /// Make an element simpler.
    Simplify { at: usize },
    /// Number from 1 again.
    Renumber,
    /// Nothing is left to do.
    End,
}

#[derive(Debug)]
enum Done {
    LeftOut(Vec<usize>),
    Simplified(usize),
    Renumbered(Vec<u64>),
}

impl<T: ValueTree> PlacedTree<T> {
    /// The next elements that are in, from there on.
    fn next_in(&self, from: usize, count: usize) -> Vec<usize> {
        let elements = self.elements.iter().enumerate().skip(from);
        elements.filter(|(_, element)| element.is_in).map(|(at, _)| at).take(count).collect()
    }

    fn set_in(&mut self, places: &[usize], is_in: bool) {
        for &at in places {
            if let Some(element) = self.elements.get_mut(at) {
                element.is_in = is_in;
            }
        }
    }

    fn renumber(&mut self) -> Vec<u64> {
        let before = self.elements.iter().map(|element| element.place).collect();
        for (place, element) in (1..).zip(self.elements.iter_mut().filter(|element| element.is_in)) {
            element.place = place;
        }
        before
    }
}

impl<T: ValueTree> ValueTree for PlacedTree<T> {
    type Value = Vec<(u64, T::Value)>;

    fn current(&self) -> Self::Value {
        let there = self.elements.iter().filter(|element| element.is_in);
        there.map(|element| (element.place, element.tree.current())).collect()
    }

    fn simplify(&mut self) -> bool {
        // Not undone, so it holds.
        self.progress |= self.last.take().is_some();
        loop {
            match self.stage {
                Stage::LeaveOut { from, count } => {
                    let next = self.next_in(from, count);
                    let there = self.elements.iter().filter(|element| element.is_in).count();
                    self.stage = match next.last() {
                        Some(last) => Stage::LeaveOut { from: last + 1, count },
                        None => match count / 2 {
                            0 => Stage::Simplify { at: 0 },
                            half => Stage::LeaveOut { from: 0, count: half },
                        },
                    };
                    if !next.is_empty() && there - next.len() >= self.fewest {
                        self.set_in(&next, false);
                        self.last = Some(Done::LeftOut(next));
                        return true;
                    }
                }
                Stage::Simplify { at } => {
                    let simplified = |element: &mut Element<T>| element.is_in && element.tree.simplify();
                    match self.elements.get_mut(at).map(simplified) {
                        Some(true) => {
                            self.last = Some(Done::Simplified(at));
                            return true;
                        }
                        Some(false) => self.stage = Stage::Simplify { at: at + 1 },
                        None if self.progress => {
                            self.progress = false;
                            self.stage = Stage::LeaveOut { from: 0, count: 1 };
                        }
                        None => self.stage = Stage::Renumber,
                    }
                }
                Stage::Renumber => {
                    self.stage = Stage::End;
                    self.last = Some(Done::Renumbered(self.renumber()));
                    return true;
                }
                Stage::End => return false,
            }
        }
    }

    fn complicate(&mut self) -> bool {
        match self.last.take() {
            Some(Done::LeftOut(places)) => {
                self.set_in(&places, true);
                true
            }
            Some(Done::Simplified(at)) => {
                let undone = self.elements.get_mut(at).is_some_and(|element| element.tree.complicate());
                self.last = undone.then_some(Done::Simplified(at));
                undone
            }
            Some(Done::Renumbered(before)) => {
                for (element, place) in self.elements.iter_mut().zip(before) {
                    element.place = place;
                }
                true
            }
            None => false,
        }
    }
}
