//! The conformance kit: the crate conforms, a plain implementation does, and each of its mistakes is caught.

#![cfg(feature = "json")]

mod mistakes;
mod over_pipes;
mod plain;
mod plain_operations;
#[path = "../../examples/conformance/process.rs"]
mod process;
mod processes;

use std::time::Duration;

use im_session::testing::Setup;
use im_session::testing::conformance::{Histories, Report, System, ThisCrate, run};
use mistakes::MISTAKES;
use plain::Plain;

/// For one answer, and never waited for.
const LONG: Duration = Duration::from_secs(600);

/// How many histories reach every cell, with room to spare.
const ENOUGH: usize = 400;

fn tested(system: &mut impl System) -> Report {
    run(system, &Setup::default(), Histories::new(1).take(ENOUGH))
}

#[test]
fn this_crate_conforms() {
    let report = tested(&mut ThisCrate::new(&Setup::default()));
    assert!(report.conforms(), "{report}");
    let last_line = "\nCONFORMS: no difference was found, and every cell was reached\n";
    assert!(report.to_string().ends_with(last_line), "{report}");
}

#[test]
fn the_plain_implementation_conforms() {
    let report = tested(&mut Plain::new(None));
    assert!(report.conforms(), "{report}");
}

#[test]
fn every_mistake_is_caught_and_shown_in_six_steps_at_most() {
    assert!(MISTAKES.len() >= 20);
    let mut longest = 0;
    for &mistake in MISTAKES {
        let report = tested(&mut Plain::new(Some(mistake)));
        let failure = report.failure.as_ref().unwrap_or_else(|| panic!("{mistake:?} is not caught:\n{report}"));
        let steps = failure.history.steps.len();
        println!("{mistake:?}: {steps} steps, after {} histories\n{failure}", report.histories);
        assert!(steps <= 6, "{mistake:?}: {failure}");
        longest = longest.max(steps);
    }
    println!("{} mistakes, the longest shrunk history has {longest} steps", MISTAKES.len());
}

#[test]
fn a_run_that_does_not_reach_every_cell_says_so() {
    let setup = Setup::default();
    let report = run(&mut ThisCrate::new(&setup), &setup, Histories::new(1).take(2));
    assert!(report.failure.is_none() && !report.conforms());
    let printed = report.to_string();
    assert!(printed.contains("NOT COMPLETE") && printed.contains("not reached: "), "{printed}");
}
