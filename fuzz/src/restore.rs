//! The target `restore`: any JSON as a snapshot.

use im_session::from_bytes::{agents, event_of};
use im_session::testing::{Setup, Step, carry_out};
use im_session::{Limits, Sessions, Snapshot};
use serde_json::json;

use crate::situation::Situation;

/// A refused snapshot leaves the store unchanged. After an accepted one, the store's own snapshot restores an equal
/// store, and both stores continue in the same way.
pub fn restore(input: &[u8]) {
    let Ok(snapshot) = serde_json::from_slice::<Snapshot>(input) else { return };
    keeps_what_fits(&snapshot);
    let mut setup = Setup::default();
    setup.limits = Limits::DEFAULT;
    let mut restored = setup.sessions();
    if let Err(error) = restored.restore(&snapshot) {
        assert!(error.to_string().len() < 1000, "{error}");
        let mut used = Situation::after(b"AbCcK").sessions;
        let before = used.snapshot();
        assert_eq!(used.restore(&snapshot), Err(error));
        assert_eq!(used.snapshot(), before, "what was refused changed something");
        return;
    }
    let own = json!(restored.snapshot());
    // The restored store has sent no requests beyond those in the snapshot.
    let mut again = setup.sessions().with_reference_id_gap(0);
    let read: Snapshot = serde_json::from_str(&own.to_string()).expect("a snapshot that was written can be read");
    again.restore(&read).expect("a store's own snapshot is taken");
    assert_eq!(json!(again.snapshot()), own);
    go_on_the_same(&mut restored, &mut again);
}

/// Under small limits and the default ones, everything fits if and only if the snapshot is accepted as it is.
/// The part that fits gives a store within these limits. A refused snapshot leaves the store unchanged.
fn keeps_what_fits(snapshot: &Snapshot) {
    let mut small = Limits::DEFAULT;
    (small.sessions, small.sessions_per_dn, small.sessions_per_call) = (3, 2, 2);
    (small.remembered_ends, small.requests, small.participants, small.dn_length) = (2, 2, 2, 8);
    for limits in [small, Limits::DEFAULT] {
        let mut setup = Setup::default();
        setup.limits = limits;
        let mut fits = setup.sessions().with_reference_id_gap(0);
        let empty = fits.snapshot();
        let mut whole = fits.clone();
        let taken = whole.restore(snapshot);
        match fits.restore_what_fits(snapshot) {
            Ok(left_out) => {
                assert_eq!(left_out == 0, taken.is_ok(), "{left_out} left out, {taken:?}");
                if taken.is_ok() {
                    assert_eq!(fits.snapshot(), whole.snapshot());
                }
                let mut again = setup.sessions().with_reference_id_gap(0);
                again.restore(&fits.snapshot()).expect("what fits is taken");
                assert_eq!(again.snapshot(), fits.snapshot());
            }
            Err(error) => {
                assert!(error.to_string().len() < 1000, "{error}");
                assert!(taken.is_err());
                assert_eq!(fits.snapshot(), empty, "what was refused changed something");
            }
        }
    }
}

/// Performs every event at every DN of the table, an operation, a change of the time, and the calls that depend on it.
fn go_on_the_same(one: &mut Sessions, other: &mut Sessions) {
    let agents = agents();
    let events = (0x20..=0x7f).filter_map(event_of).map(Step::Event);
    let complete = json!({"operationName": "Complete"}).to_string();
    let post = Step::Post { agent: 0, target: Some("A".to_owned()), body: complete };
    let rest = [Step::Time(10), post, Step::Expire { ago: 5 }, Step::ForgetCompleted { ago: 0 }];
    for step in rest.iter().cloned().chain(events).chain(rest.iter().cloned()) {
        assert_eq!(carry_out(one, &agents, &step), carry_out(other, &agents, &step), "{step:?}");
    }
    assert_eq!(json!(one.snapshot()), json!(other.snapshot()));
}
