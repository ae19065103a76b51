//! How a property is tried.

use std::fmt::Debug;

use im_session::testing::Reached;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

/// Tries a property with so many values, none of which is kept in a file: what is found becomes a named regression
/// test.
///
/// `holds` returns whether the case reached the property's last assertion. Where fewer than `least` percent do, the
/// property says less than it seems to, and fails.
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
