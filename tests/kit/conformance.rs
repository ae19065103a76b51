//! Does this crate conform, and reach every cell?

use im_session::Limits;
use im_session::testing::Setup;
use im_session::testing::conformance::{Histories, Report, System, run};

/// How many histories reach every cell, with room to spare.
pub(crate) const ENOUGH: usize = 400;

pub(crate) fn tested(system: &mut impl System, setup: &Setup) -> Report {
    run(system, setup, Histories::new(1).take(ENOUGH))
}

#[test]
fn this_crate_conforms() {
    let mut default = Setup::default();
    default.limits = Limits::DEFAULT;
    for setup in [Setup::default(), default] {
        let report = tested(&mut setup.sessions(), &setup);
        assert!(report.conforms(), "{report}");
        let last_line = "\nCONFORMS: no difference was found, and every cell was reached\n";
        assert!(report.to_string().ends_with(last_line), "{report}");
    }
}

#[test]
fn a_run_that_does_not_reach_every_cell_says_so() {
    let setup = Setup::default();
    let report = run(&mut setup.sessions(), &setup, Histories::new(1).take(2));
    assert!(report.failure.is_none() && !report.conforms());
    let printed = report.to_string();
    assert!(printed.contains("NOT COMPLETE") && printed.contains("not reached: "), "{printed}");
}
