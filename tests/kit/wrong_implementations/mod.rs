//! Is every mistake caught? A plain implementation of the specification, written by hand, conforms; with each of its mistakes switched
//! on it does not, and the history that shows it is short.

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

/// Where what is limited is soon met.
fn small_limits() -> Setup {
    let mut setup = Setup::default();
    setup.limits = Limits::SPECIFICATION;
    (setup.limits.sessions, setup.limits.sessions_per_dn, setup.limits.sessions_per_call) = (2, 1, 1);
    setup.limits.remembered_ends = 1;
    setup
}

/// The same for user data. Where calls are soon full too, hardly any user data gets that far.
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
        let reports = [Setup::default(), small_limits(), few_pairs()].map(|setup| tested(Some(mistake), &setup));
        let Some(failure) = reports
            .iter()
            .filter_map(|report| report.failure.as_ref())
            .min_by_key(|failure| failure.history.steps.len())
        else {
            uncaught.push(mistake);
            continue;
        };
        let steps = failure.history.steps.len();
        println!("{mistake:?}: {steps} steps\n{failure}");
        assert!(steps <= 6, "{mistake:?}: {failure}");
        longest = longest.max(steps);
    }
    assert!(uncaught.is_empty(), "not caught: {uncaught:?}");
    println!("{} mistakes, the longest shrunk history has {longest} steps", MISTAKES.len());
}
