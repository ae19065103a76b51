//! SPIKE
use im_session::testing::*;
use im_session::testing::conformance::*;
#[test]
fn this_crate_conforms() {
    for limits in [im_session::Limits::SPECIFICATION, im_session::Limits::DEFAULT] {
        let mut setup = Setup::default();
        setup.limits = limits;
        let report = run(&mut ThisCrate::new(&setup), &setup, Histories::new(1).take(400));
        println!("{report}");
        assert!(report.conforms());
    }
}
#[test]
fn laws_hold() {
    for small in [false, true] {
        let mut setup = Setup::default();
        if small {
            setup.one_session_per_agent = false;
            (setup.limits.sessions, setup.limits.sessions_per_dn, setup.limits.requests) = (4, 2, 2);
            setup.limits.sessions_per_call = 2;
            setup.limits.remembered_ends = 2;
            setup.reference_ids = (5, 9);
            (setup.limits.user_data_size, setup.limits.user_data_depth, setup.limits.participants) = (12, 2, 1);
        }
        for history in Histories::new(7).take(300) {
            laws::check_all(&setup, &history).unwrap();
        }
    }
}
#[test]
fn counts() {
    let setup = Setup::default();
    let mut all = std::collections::BTreeMap::new();
    for history in Histories::new(1).take(400) {
        let mut model = setup.model();
        for step in &history.steps { model.carry_out(&history.agents, step); }
        for (k, v) in model.counts() { *all.entry(k.clone()).or_insert(0) += v; }
    }
    println!("{all:#?}");
}
