//! The target `store`: complete histories, checked against all laws and the reference model.
//!
//! The first byte determines the settings of the service (`situation.rs`). The rest is a history by the table of
//! `im_session::from_bytes`: `0AbCcDd`.

use im_session::from_bytes::{Bytes, FromBytes};
use im_session::testing::{History, LAWS, Setup, laws};

use crate::situation::setup;

/// The cost of the laws is quadratic in the length, so longer histories are compared with the model only.
const SHORT: usize = 24;
const LONG: usize = 200;

/// All laws of `im_session::testing::laws` hold for histories of up to 24 steps. The model agrees for histories of up
/// to 200.
pub fn store(input: &[u8]) {
    if input.is_empty() {
        return;
    }
    let mut bytes = Bytes::new(input);
    let setup = setup(&mut bytes);
    assert_lawful(&setup, History::from_bytes(&mut bytes));
}

pub(crate) fn assert_lawful(setup: &Setup, mut history: History) {
    history.steps.truncate(LONG);
    if history.steps.len() > SHORT {
        let law = LAWS.into_iter().find(|law| law.name == "the_model_agrees").expect("the law of the model");
        if let Err(violation) = law.check(setup, &setup.sessions(), &history) {
            panic!("{}: {violation:?}", law.name);
        }
        history.steps.truncate(SHORT);
    }
    if let Err(broken) = laws::check_all(setup, &history) {
        panic!("{broken}");
    }
}
