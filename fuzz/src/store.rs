//! The target `store`: whole histories, against all laws and the reference model.
//!
//! The first byte is how the service is set up: `0` as usual, `1` with limits that are soon met, `2` with many sessions an agent,
//! `3` with limits by the eleven bytes that follow. The rest is a history by the table of `im_session::from_bytes`: `0AbCcDd`.

use im_session::Limits;
use im_session::from_bytes::{Bytes, FromBytes};
use im_session::testing::{History, Setup, laws};

/// The laws take the square of the length; beyond this only the model is asked.
const SHORT: usize = 24;
const LONG: usize = 200;

/// All laws of `im_session::testing::laws` hold for histories of up to 24 steps, and the model agrees for those of up to 200.
pub fn store(input: &[u8]) {
    let Some((&how, rest)) = input.split_first() else { return };
    let mut bytes = Bytes::new(rest);
    let mut setup = Setup::default();
    setup.limits = Limits::DEFAULT;
    match how & 3 {
        1 => {
            (setup.limits.sessions, setup.limits.sessions_per_dn, setup.limits.requests) = (4, 2, 2);
            (setup.limits.user_data_size, setup.limits.user_data_depth, setup.limits.participants) = (12, 2, 1);
        }
        2 => setup.one_session_per_agent = false,
        3 => setup.limits = Limits::from_bytes(&mut bytes),
        _ => {}
    }
    let history = History::from_bytes(&mut bytes);
    assert_lawful(&setup, history);
}

pub(crate) fn assert_lawful(setup: &Setup, mut history: History) {
    history.steps.truncate(LONG);
    if history.steps.len() > SHORT {
        let law = laws::LAWS.iter().find(|law| law.name == "the_model_agrees").expect("a law");
        if let Err(broken) = law.hold(setup, &history) {
            panic!("{broken}");
        }
        history.steps.truncate(SHORT);
    }
    if let Err(broken) = laws::check_all(setup, &history) {
        panic!("{broken}");
    }
}
