//! The target `restore`: snapshots, any JSON.

use im_session::from_bytes::{agents, event_of};
use im_session::testing::{Setup, Step, carry_out};
use im_session::{Limits, Sessions, Snapshot};
use serde_json::json;

use crate::situation::Situation;

/// A refused snapshot leaves the store unchanged. An accepted one gives a store whose own snapshot restores to the
/// same, and both stores continue in the same way.
pub fn restore(input: &[u8]) {
    let Ok(snapshot) = serde_json::from_slice::<Snapshot>(input) else { return };
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
    // It has sent no more requests than the snapshot contains.
    let mut again = setup.sessions().with_reference_id_gap(0);
    let read: Snapshot = serde_json::from_str(&own.to_string()).expect("a snapshot that was written can be read");
    again.restore(&read).expect("a store's own snapshot is taken");
    assert_eq!(json!(again.snapshot()), own);
    go_on_the_same(&mut restored, &mut again);
}

/// Every event at every DN of the table, an operation, the time, and the calls that depend on it.
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
