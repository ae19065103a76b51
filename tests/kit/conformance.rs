//! Does this crate conform to the specification, and does the test run reach every cell of the tables?

use im_session::Limits;
use im_session::testing::Setup;
use im_session::testing::conformance::{Cell, Coverage, Histories, Report, System, run};

/// The number of histories that reach every cell, with a margin.
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

/// Low limits also reach the cells for making room. With limits that are never met, these cells do not count.
#[test]
fn this_crate_conforms_where_room_is_made() {
    let mut small = Setup::default();
    let limits = &mut small.limits;
    (limits.sessions, limits.sessions_per_dn, limits.sessions_per_call, limits.remembered_ends) = (4, 1, 3, 2);
    let report = run(&mut small.sessions(), &small, Histories::new(1).take(3 * ENOUGH));
    assert!(report.conforms(), "{report}");
    let all: Vec<&Cell> = report.coverage.cells().map(|(cell, _)| cell).collect();
    let every = Coverage::default();
    assert!(every.cells().map(|(cell, _)| cell).eq(all.iter().copied()));
    for cell in ["made at a DN", "made in a call", "made in the store", "made for an end"] {
        assert!(all.contains(&&("room", cell.to_owned())), "{cell}");
    }
    for cell in [
        ("embedder", "the gap after a restart"),
        ("rights not shown", "in a list"),
        ("rights not shown", "in a notification"),
    ] {
        assert!(all.contains(&&(cell.0, cell.1.to_owned())), "{cell:?}");
    }
    let default = Setup::default();
    let report = run(&mut default.sessions(), &default, Histories::new(1).take(1));
    assert!(report.coverage.cells().all(|((group, _), _)| *group != "room"));
}

#[test]
fn a_run_that_does_not_reach_every_cell_says_so() {
    let setup = Setup::default();
    let report = run(&mut setup.sessions(), &setup, Histories::new(1).take(2));
    assert!(report.failure.is_none() && !report.conforms());
    let printed = report.to_string();
    assert!(printed.contains("NOT COMPLETE") && printed.contains("not reached: "), "{printed}");
}
