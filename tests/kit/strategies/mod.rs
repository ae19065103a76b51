//! Do the strategies keep their promises? Every kind of value is reached, valid histories are valid, logs contain the
//! events that they declare, and a failing property shrinks to the smallest case.

mod kinds;
mod logs;
mod shrinking;
mod valid_histories;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestError, TestRng, TestRunner};

/// A runner with the same random numbers in every run.
fn runner(cases: u32) -> TestRunner {
    // These tests test shrinking itself, so the environment must not turn it off (`scripts/mutants` does).
    let config =
        ProptestConfig { cases, max_shrink_iters: u32::MAX, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// This many values of the strategy.
fn samples<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>, count: usize) -> Vec<T> {
    let mut runner = runner(1);
    (0..count).map(|_| strategy.new_tree(&mut runner).expect("a value").current()).collect()
}

/// The smallest value for which the property fails, found by shrinking.
fn smallest<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>, fails: impl Fn(&T) -> bool) -> T {
    let check = |value| if fails(&value) { Err(TestCaseError::fail("as wanted")) } else { Ok(()) };
    match runner(2000).run(&strategy, check) {
        Err(TestError::Fail(_, smallest)) => smallest,
        other => panic!("no value for which the property fails: {other:?}"),
    }
}
