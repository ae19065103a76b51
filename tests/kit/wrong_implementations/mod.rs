//! Does the kit catch every mistake? A plain, hand-written implementation of the specification conforms. With any of
//! its mistakes switched on it does not, and the history that shows the mistake is short.

mod embedder;
mod events;
mod mistakes;
mod operations;

use im_session::Limits;
use im_session::testing::Setup;
use im_session::testing::conformance::{Histories, Report, run};

use crate::conformance::ENOUGH;
use events::Plain;
use mistakes::{MISTAKES, Mistake};

/// The most steps that a person can still read at a glance.
const MOST_STEPS: usize = 6;

/// Low limits, which histories soon reach.
fn small_limits() -> Setup {
    let mut setup = Setup::default();
    setup.limits = Limits::SPECIFICATION;
    (setup.limits.sessions, setup.limits.sessions_per_dn, setup.limits.sessions_per_call) = (2, 1, 1);
    setup.limits.remembered_ends = 1;
    setup
}

/// Low limits on user data. If calls are soon full too, hardly any user data gets that far.
fn few_pairs() -> Setup {
    let mut setup = Setup::default();
    setup.limits = Limits::SPECIFICATION;
    setup.limits.user_data_pairs = 2;
    setup
}

fn tested(mistake: Option<Mistake>, setup: &Setup) -> Report {
    run(&mut Plain::new(mistake, setup), setup, Histories::new(1).take(ENOUGH))
}

#[test]
fn the_plain_implementation_conforms() {
    let report = tested(None, &Setup::default());
    assert!(report.conforms(), "{report}");
    for setup in [small_limits(), few_pairs()] {
        let report = tested(None, &setup);
        assert!(report.failure.is_none(), "{report}");
    }
}

#[test]
fn every_mistake_is_caught_and_shown_in_six_steps_at_most() {
    assert!(MISTAKES.len() >= 77);
    let (mut longest, mut uncaught) = (0, vec![]);
    for &mistake in MISTAKES {
        // A setup is tried only if the earlier ones did not show the mistake in a few steps.
        let setups = [Setup::default(), small_limits(), few_pairs()];
        let mut failures = setups.iter().filter_map(|setup| tested(Some(mistake), setup).failure);
        let Some(failure) = failures.find(|failure| failure.history.steps.len() <= MOST_STEPS) else {
            uncaught.push(mistake);
            continue;
        };
        let steps = failure.history.steps.len();
        println!("{mistake:?}: {steps} steps\n{failure}");
        longest = longest.max(steps);
    }
    assert!(uncaught.is_empty(), "not caught, or not in {MOST_STEPS} steps: {uncaught:?}");
    println!("{} mistakes, the longest shrunk history has {longest} steps", MISTAKES.len());
}
