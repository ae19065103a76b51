//! The laws, over random histories.

#![cfg(feature = "json")]

mod store_steps;

use im_session::testing::{History, LAWS, Setup, laws};
use proptest::prelude::*;
use store_steps::{agents, history, setup};

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_laws_hold(steps in history(60)) {
        laws::check_all(&setup(), &History { agents: agents(), steps }).unwrap();
    }

    #[test]
    fn all_laws_hold_where_the_limits_are_small(steps in history(60)) {
        let mut setup = Setup::default();
        setup.one_session_per_agent = false;
        (setup.limits.sessions, setup.limits.sessions_per_dn, setup.limits.requests) = (4, 2, 2);
        (setup.limits.user_data_size, setup.limits.user_data_depth, setup.limits.participants) = (12, 2, 1);
        laws::check_all(&setup, &History { agents: agents(), steps }).unwrap();
    }
}

#[test]
fn every_law_has_a_name_and_a_sentence_of_its_own() {
    for (position, law) in LAWS.iter().enumerate() {
        assert!(law.sentence.ends_with('.') && law.sentence.len() > 20, "{}", law.name);
        assert!(LAWS[..position].iter().all(|other| other.name != law.name && other.sentence != law.sentence));
    }
}
