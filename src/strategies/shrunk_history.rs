//! proptest shrinks a history as the kit does.

use core::fmt;

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
        Ok(HistoryTree { shrinker: Shrinker::new(history, self.fewest), candidate: None })
    }
}

/// See [`ShrunkHistory`].
pub(super) struct HistoryTree {
    shrinker: Shrinker,
    /// What is tried.
    candidate: Option<History>,
}

impl HistoryTree {
    fn next(&mut self, accepted: bool) -> bool {
        if let Some(candidate) = self.candidate.take() {
            self.shrinker.decide(candidate, accepted);
        }
        self.candidate = self.shrinker.candidate();
        self.candidate.is_some()
    }
}

impl ValueTree for HistoryTree {
    type Value = History;

    fn current(&self) -> History {
        self.candidate.as_ref().unwrap_or(&self.shrinker.best).clone()
    }

    /// What was tried fails as well.
    fn simplify(&mut self) -> bool {
        self.next(true)
    }

    /// What was tried does not fail.
    fn complicate(&mut self) -> bool {
        self.next(false)
    }
}

impl fmt::Debug for HistoryTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.current(), f)
    }
}
