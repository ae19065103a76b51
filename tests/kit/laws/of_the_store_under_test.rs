//! Are the laws checked on the given store and on no other?

use super::*;

/// Checks all laws at once and reports the first broken one with its shortest history.
#[test]
fn all_laws_of_a_store_are_asked_in_order_and_the_shortest_history_is_told() {
    let revives = wrong_sessions(|_, sessions| {
        sessions.iter_mut().filter(|session| session.state == State::Completed).for_each(|session| {
            session.state = State::Alerting;
        });
    });
    let steps = [CallEvent::Ringing, CallEvent::Established, CallEvent::Released, CallEvent::Abandoned];
    let history = history(steps.map(mine));
    let setup = Setup::default();
    let broken = laws::check_all_of(&setup, &revives, &history).unwrap_err();
    assert_eq!((broken.name, broken.violation.step), ("state_never_goes_back", 1));
    assert_eq!(broken.history.steps.len(), 2);
    let printed = broken.to_string();
    assert!(printed.contains("at step 2 of the shortest history") && printed.contains("EventEstablished"), "{printed}");
    laws::check_all_of(&setup, &wrong_sessions(|_, _| {}), &history).unwrap();
}

/// A wrapper that exposes its inner store, directly or in a snapshot. The wrapper's own mistakes would then go
/// unnoticed.
struct GivesAway {
    inner: Sessions,
    whole: bool,
}

impl StoreUnderTest for GivesAway {
    fn carry_out(&mut self, _: &[Agent], _: &Step) -> Value {
        Value::Null
    }

    fn sessions(&self) -> Vec<SeenSession> {
        Vec::new()
    }

    fn snapshot(&self) -> Value {
        StoreUnderTest::snapshot(&self.inner)
    }

    fn restored(&self, snapshot: &Value) -> Result<Box<dyn StoreUnderTest>, String> {
        self.inner.restored(snapshot)
    }

    fn duplicate(&self) -> Box<dyn StoreUnderTest> {
        let inner = self.inner.clone();
        if self.whole { Box::new(inner) } else { Box::new(GivesAway { inner, whole: false }) }
    }
}

#[test]
fn a_wrapper_that_gives_away_the_store_in_it_is_not_praised_for_that() {
    let setup = Setup::default();
    let history = history([mine(CallEvent::Ringing)]);
    for (whole, laws) in [(true, LAWS.iter().map(|law| law.name).collect()), (false, vec!["a_restored_store_goes_on"])]
    {
        for law in laws {
            let store = GivesAway { inner: setup.sessions(), whole };
            let violation = asked(law, &setup, &store, &history).unwrap_err();
            assert!(violation.expected.ends_with("GivesAway"), "{law}: {violation:?}");
            assert!(violation.found.contains("Sessions"), "{law}: {violation:?}");
        }
    }
}

#[test]
fn a_store_that_is_not_empty_is_said_to_be_so() {
    let setup = Setup::default();
    let mut store = setup.sessions();
    let _handled = store.handle_event(&mine(CallEvent::Ringing)).unwrap();
    let broken = laws::check_all_of(&setup, &store, &history([mine(CallEvent::Released)])).unwrap_err();
    assert_eq!((&*broken.violation.expected, &*broken.violation.found), ("an empty store", "1 sessions"));
}
