//! proptest shrinks a history as the kit does.

use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::testing::{History, Shrinker};

/// These histories, shrunk as [`shortest`](crate::testing::shortest) shrinks them, to no fewer steps.
#[derive(Debug)]
pub(super) struct ShrunkHistory<S> {
    pub(super) histories: S,
    pub(super) fewest: usize,
}

impl<S: Strategy<Value = History>> Strategy for ShrunkHistory<S> {
    type Tree = HistoryTree;
    type Value = History;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let history = self.histories.new_tree(runner)?.current();
        let shrinker = Shrinker::new(history, 0);
        Ok(HistoryTree { shrinker, tried: None, fewest: self.fewest })
    }
}

/// See [`ShrunkHistory`].
pub(super) struct HistoryTree {
    shrinker: Shrinker,
    /// What is tried, and its place.
    tried: Option<(usize, History)>,
    fewest: usize,
}

impl ValueTree for HistoryTree {
    type Value = History;

    fn current(&self) -> History {
        self.tried.as_ref().map_or_else(|| self.shrinker.best(), |(_, history)| history.clone())
    }

    /// What was tried fails as well.
    fn simplify(&mut self) -> bool {
        if let Some((place, history)) = self.tried.take() {
            self.shrinker = Shrinker::new(history, place);
        }
        self.complicate()
    }

    /// What was tried does not fail.
    fn complicate(&mut self) -> bool {
        self.tried = self.shrinker.candidates.find(|(_, history)| history.steps.len() >= self.fewest);
        self.tried.is_some()
    }
}
