//! Runs a property and counts the cases that reach the assertion.

use std::fmt::Debug;

use im_session::testing::Reached;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

/// Runs a property with this many values. A failure is not saved to a file. It becomes a named regression test.
///
/// `holds` returns whether the case reached the property's last assertion. The property fails if fewer than `least`
/// percent of the cases do, because it then proves less than it seems to.
#[track_caller]
pub(crate) fn check<S: Strategy<Value: Debug>>(
    cases: u32,
    least: u32,
    values: S,
    holds: impl Fn(S::Value) -> Result<bool, TestCaseError>,
) {
    let reached = Reached::new();
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let result = runner.run(&values, |value| {
        reached.case();
        if holds(value)? {
            reached.end();
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}\n{runner}");
    }
    if let Err(too_few) = reached.at_least(least) {
        panic!("{too_few}");
    }
}
