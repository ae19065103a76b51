//! The target `valid_histories`: realistic histories, and faulty ones.
//!
//! If the first byte is even (`0`), the rest consists of interleaved histories by the table of
//! `im_session::from_bytes`: `0AbCcDd`. If it is odd (`1`), the rest is a faulty history: `10AACD`.

use im_session::Limits;
use im_session::from_bytes::{Bytes, agents, faulty_history, interleaved_histories};
use im_session::testing::{History, Setup, Step};

use crate::store::assert_lawful;

/// Every event of a valid history is accepted. The laws hold for valid and for faulty histories.
pub fn valid_histories(input: &[u8]) {
    let Some((&how, rest)) = input.split_first() else { return };
    let mut bytes = Bytes::new(rest);
    let mut setup = Setup::default();
    setup.limits = Limits::DEFAULT;
    let history = if how % 2 == 0 {
        let history = interleaved_histories(&mut bytes);
        let mut sessions = setup.sessions();
        for step in &history.steps {
            let Step::Event(event) = step else { panic!("{step:?} is no event") };
            let outcome = sessions.handle_event(event).map(|handled| handled.outcome().is_accepted());
            assert_eq!(outcome, Ok(true), "{event:?}");
        }
        history
    } else {
        let events = faulty_history(&mut bytes);
        History { agents: agents(), steps: events.into_iter().map(Step::Event).collect() }
    };
    assert_lawful(&setup, history);
}
