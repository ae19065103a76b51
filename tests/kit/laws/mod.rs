//! Do the laws hold for this crate's store, and is every kind of violation detected?

mod of_events;
mod of_the_store_under_test;
mod of_what_agents_see;
mod of_whole_stores;

pub(crate) use std::rc::Rc;

pub(crate) use im_session::session::EventIdentity;
pub(crate) use im_session::testing::conformance::Histories;
pub(crate) use im_session::testing::laws::{self, SeenSession, StoreUnderTest, Violation};
pub(crate) use im_session::testing::{Agent, History, LAWS, Setup, Step};
pub(crate) use im_session::{
    CallEvent, DataEvent, Event, KeyValueList, Limits, Sessions, Snapshot, State, Value as Data,
};
pub(crate) use serde_json::{Value, json};

/// Changes an answer, given the number of steps carried out so far.
pub(crate) type Wrong<T> = Rc<dyn Fn(usize, &mut T)>;

/// This crate's store with some of its answers changed.
#[derive(Clone)]
pub(crate) struct WrongStore {
    inner: Sessions,
    steps: usize,
    pub(crate) sessions: Wrong<Vec<SeenSession>>,
    pub(crate) answer: Wrong<Value>,
    pub(crate) snapshot: Wrong<Value>,
}

impl WrongStore {
    pub(crate) fn new(setup: &Setup) -> Self {
        let inner = setup.sessions();
        WrongStore {
            inner,
            steps: 0,
            sessions: Rc::new(|_, _| {}),
            answer: Rc::new(|_, _| {}),
            snapshot: Rc::new(|_, _| {}),
        }
    }
}

impl StoreUnderTest for WrongStore {
    fn carry_out(&mut self, agents: &[Agent], step: &Step) -> Value {
        let mut answer = StoreUnderTest::carry_out(&mut self.inner, agents, step);
        self.steps += 1;
        (self.answer)(self.steps, &mut answer);
        answer
    }

    fn sessions(&self) -> Vec<SeenSession> {
        let mut sessions = StoreUnderTest::sessions(&self.inner);
        (self.sessions)(self.steps, &mut sessions);
        sessions
    }

    fn snapshot(&self) -> Value {
        let mut snapshot = StoreUnderTest::snapshot(&self.inner);
        (self.snapshot)(self.steps, &mut snapshot);
        snapshot
    }

    /// The restored store answers correctly.
    fn restored(&self, snapshot: &Value) -> Result<Box<dyn StoreUnderTest>, String> {
        let snapshot: Snapshot = serde_json::from_str(&snapshot.to_string()).map_err(|error| error.to_string())?;
        let inner = self.inner.clone().with_reference_id_gap(0);
        let mut restored = WrongStore { inner, ..WrongStore::new(&Setup::default()) };
        restored.inner.restore(&snapshot).map_err(|error| error.to_string())?;
        Ok(Box::new(restored))
    }

    fn duplicate(&self) -> Box<dyn StoreUnderTest> {
        Box::new(self.clone())
    }
}

pub(crate) fn at(this_dn: &'static str, id: &'static str, name: CallEvent) -> Event<'static> {
    Event::new(name).with_this_dn(this_dn).with_call_uuid(id).with_other_dn("3009")
}

pub(crate) fn mine(name: CallEvent) -> Event<'static> {
    at("3001", "A", name)
}

pub(crate) fn attached(key: &'static str) -> Event<'static> {
    let list = KeyValueList::from_iter([(key, "v")]);
    Event::new(DataEvent::AttachedDataChanged).with_this_dn("3001").with_call_uuid("A").with_user_data(list)
}

/// A history of two agents: agent 0 has 3001 and 3002, agent 1 has 3003.
pub(crate) fn history(steps: impl IntoIterator<Item = Event<'static>>) -> History {
    with_steps(steps.into_iter().map(Step::Event))
}

pub(crate) fn with_steps(steps: impl IntoIterator<Item = Step>) -> History {
    let agents = vec![
        Agent::new().with_device("/devices/1", "3001").with_device("/devices/2", "3002"),
        Agent::new().with_device("/devices/1", "3003"),
    ];
    History { agents, steps: steps.into_iter().collect() }
}

pub(crate) fn asked(law: &str, setup: &Setup, store: &dyn StoreUnderTest, history: &History) -> Result<(), Violation> {
    let law = LAWS.iter().find(|known| known.name == law).expect("a law of this name");
    assert_eq!(law.check(setup, &setup.sessions(), history), Ok(()), "{}: the right store", law.name);
    law.check(setup, store, history)
}

/// Asserts that the law is broken and names the last step.
pub(crate) fn breaks(law: &str, store: &WrongStore, history: &History) -> Violation {
    let violation = asked(law, &Setup::default(), store, history).expect_err(law);
    assert_eq!(violation.step + 1, history.steps.len(), "{law}: {violation:?}");
    violation
}

pub(crate) fn keeps(law: &str, store: &WrongStore, history: &History) {
    assert_eq!(asked(law, &Setup::default(), store, history), Ok(()), "{law}");
}

pub(crate) fn wrong_sessions(wrong: impl Fn(usize, &mut Vec<SeenSession>) + 'static) -> WrongStore {
    WrongStore { sessions: Rc::new(wrong), ..WrongStore::new(&Setup::default()) }
}

pub(crate) fn wrong_answer(wrong: impl Fn(usize, &mut Value) + 'static) -> WrongStore {
    WrongStore { answer: Rc::new(wrong), ..WrongStore::new(&Setup::default()) }
}

/// Changes the first session after the last of this many steps.
pub(crate) fn at_last(steps: usize, wrong: impl Fn(&mut SeenSession) + 'static) -> WrongStore {
    wrong_sessions(move |step, sessions| {
        if step >= steps {
            sessions.first_mut().into_iter().for_each(&wrong);
        }
    })
}

pub(crate) fn state_at_last(steps: usize, state: State) -> WrongStore {
    at_last(steps, move |session| session.state = state)
}

/// A store with one session.
pub(crate) fn opened() -> Sessions {
    let mut sessions = Setup::default().sessions();
    let _handled = sessions.handle_event(&mine(CallEvent::Ringing)).unwrap();
    sessions
}

pub(crate) fn played(history: &History) -> Sessions {
    let mut sessions = Setup::default().sessions();
    for step in &history.steps {
        StoreUnderTest::carry_out(&mut sessions, &history.agents, step);
    }
    sessions
}

pub(crate) const RANKS: [(State, &[CallEvent], u8); 4] = [
    (State::Initiating, &[CallEvent::Dialing], 1),
    (State::Alerting, &[CallEvent::Ringing], 1),
    (State::Talking, &[CallEvent::Established], 2),
    (State::Completed, &[CallEvent::Ringing, CallEvent::Released], 3),
];

/// Plays this many histories under the limits of the setup.
fn hold(setup: &Setup, seed: u64, count: usize) {
    for history in Histories::new(seed).take(count) {
        laws::check_all(setup, &history).unwrap();
    }
}

#[test]
fn all_laws_hold() {
    let mut setup = Setup::default();
    setup.limits = Limits::DEFAULT;
    hold(&setup, 3, 80);
}

#[test]
fn all_laws_hold_where_the_limits_are_small() {
    let mut setup = Setup::default();
    setup.one_session_per_agent = false;
    setup.reference_ids = (5, 9);
    let limits = &mut setup.limits;
    (limits.sessions, limits.sessions_per_dn, limits.sessions_per_call, limits.requests) = (4, 2, 2, 2);
    (limits.user_data_size, limits.user_data_depth, limits.user_data_pairs, limits.participants) = (12, 2, 2, 1);
    limits.remembered_ends = 2;
    hold(&setup, 4, 80);
}

#[test]
fn every_law_has_a_name_and_a_sentence_of_its_own() {
    assert!(LAWS.len() >= 20);
    for (position, law) in LAWS.iter().enumerate() {
        assert!(law.sentence.ends_with('.') && law.sentence.len() > 20, "{}", law.name);
        assert!(LAWS[..position].iter().all(|other| other.name != law.name && other.sentence != law.sentence));
    }
}
