//! Runs properties and counts the cases that reach the assertion.

use std::cell::Cell;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

/// The result of a case: whether it reached the assertion that the property is about.
pub(crate) type Reached = Result<bool, TestCaseError>;

/// Runs a property. Fails if fewer than `percent` of a hundred cases reach the assertion.
pub(crate) fn property<S: Strategy>(
    cases: u32,
    percent: u32,
    source: &'static str,
    strategy: &S,
    test: impl Fn(S::Value) -> Reached,
) {
    let config = Config { source_file: Some(source), ..Config::with_cases(cases) };
    let (all, reached) = (Cell::new(0_u32), Cell::new(0_u32));
    let result = TestRunner::new(config).run(strategy, |value| {
        let about = test(value)?;
        all.set(all.get() + 1);
        reached.set(reached.get() + u32::from(about));
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    let share = reached.get() * 100 / all.get().max(1);
    println!("{share} % of {} cases reach what the property is about", all.get());
    assert!(share >= percent, "{share} % of the cases reach what the property is about, expected at least {percent} %");
}
