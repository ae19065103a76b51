//! One event into a store of many sessions, from decoded event to outcome; and the same into a bare hashbrown map with
//! the same keys and the same hasher.
//!
//! The sessions are accessed in a shuffled order, so that in a large store none of them is in a cache. Each goes
//! through the same circle again and again: Released, Ringing (newer, so it reopens the session), Established. At any
//! time a third of the sessions is at each point of the circle. Nothing new is stored.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hash, RandomState};
use std::hint::black_box;

use hashbrown::{Equivalent, HashMap};
use im_session::machine::{Step, step};
use im_session::{BaseUri, CallEvent, Event, EventName, Limits, Outcome, Sessions, State};

use crate::keys::{Keys, dns};
use crate::random::Random;
use crate::work::Work;

const SERVER_START_TIME: u64 = 1_426_099_682;
const CIRCLE: [CallEvent; 3] = [CallEvent::Released, CallEvent::Ringing, CallEvent::Established];
/// How many events a pass contains.
pub const PASS: usize = 1000;

/// A store of any implementation.
pub trait Store {
    /// Handles an event. Returns what a user looks at: 0 changed, 1 unchanged, 2 rejected.
    fn handle(&mut self, event: &Event<'_>) -> usize;
}

impl<S: BuildHasher> Store for Sessions<S> {
    #[inline(always)]
    fn handle(&mut self, event: &Event<'_>) -> usize {
        match self.handle_event(event).expect("a readable event").outcome() {
            Outcome::Changed { .. } => 0,
            Outcome::Unchanged | Outcome::Message(_) | Outcome::Ignored => 1,
            Outcome::Rejected(_) => 2,
        }
    }
}

/// The keys of a session in a map, borrowed.
#[derive(Hash)]
struct Key<'k>(&'k str, &'k str);

impl Equivalent<(Box<str>, Box<str>)> for Key<'_> {
    fn equivalent(&self, key: &(Box<str>, Box<str>)) -> bool {
        *self.0 == *key.0 && *self.1 == *key.1
    }
}

/// A map and the machine, without anything else that a store of sessions needs.
pub struct BareMap<S>(HashMap<(Box<str>, Box<str>), Option<State>, S>);

impl<S: BuildHasher> Store for BareMap<S> {
    #[inline(always)]
    fn handle(&mut self, event: &Event<'_>) -> usize {
        let (Some(dn), Some(id), EventName::Call(call_event)) =
            (event.this_dn.as_deref(), event.call_uuid.as_deref(), &event.name)
        else {
            return 2;
        };
        let Some(state) = self.0.get_mut(&Key(dn, id)) else {
            return 2;
        };
        match step(*state, *call_event) {
            Step::Changed { to } => {
                *state = Some(to);
                0
            }
            Step::Unchanged { .. } => 1,
            // The rule that precedes the machine, without its checks, so that both go through the same circle.
            Step::Rejected { .. } if *call_event == CallEvent::Ringing => {
                *state = Some(State::Alerting);
                0
            }
            Step::Rejected { .. } => 2,
        }
    }
}

/// A store of im-session with this many sessions, all talking, each with one participant and no user data.
pub fn sessions<S: BuildHasher>(count: usize, hasher: S) -> Sessions<S> {
    let base_uri = BaseUri::new("http://localhost:8090");
    let mut sessions = Sessions::with_hasher(base_uri, hasher).with_limits(Limits::SPECIFICATION);
    each_established(count, |event| {
        assert_eq!(sessions.handle(event), 0, "a new session");
    });
    sessions
}

pub fn bare_map<S: BuildHasher>(count: usize, hasher: S) -> BareMap<S> {
    let mut map = HashMap::with_hasher(hasher);
    each_established(count, |event| {
        let key = (event.this_dn.as_deref().unwrap_or_default(), event.call_uuid.as_deref().unwrap_or_default());
        map.insert((key.0.into(), key.1.into()), Some(State::Talking));
    });
    BareMap(map)
}

/// The first event of each session.
pub fn each_established(count: usize, mut take: impl FnMut(&Event<'_>)) {
    let keys = Keys::of(0..count, count);
    for session in 0..count {
        let (this_dn, id) = keys.get(session);
        let event = Event::new(CallEvent::Established)
            .with_this_dn(this_dn)
            .with_other_dn(dns(session, count).1)
            .with_call_uuid(id)
            .with_server_start_time(SERVER_START_TIME)
            .with_event_sequence_number(session as u64);
        take(&event);
    }
}

/// A store, with the point of the circle that each session has reached.
pub struct Visits<T> {
    store: T,
    /// The keys, in the order of the visits.
    keys: Keys,
    visit: usize,
    number: u64,
}

impl<T: Store> Visits<T> {
    pub fn new(store: T, count: usize) -> Self {
        let mut order: Vec<usize> = (0..count).collect();
        Random::new(count as u64).shuffle(&mut order);
        let keys = Keys::of(order.into_iter(), count);
        let mut visits = Visits { store, keys, visit: 0, number: count as u64 };
        // The sessions of the second third are one event ahead, those of the last third two.
        for (ahead, name) in CIRCLE.into_iter().enumerate() {
            for place in 0..count {
                if place % CIRCLE.len() > ahead {
                    assert_eq!(visits.meet(place, name), 0, "a step of the circle");
                }
            }
        }
        visits
    }

    #[inline(always)]
    fn meet(&mut self, place: usize, name: CallEvent) -> usize {
        let (this_dn, id) = self.keys.get(place);
        let mut event = Event::new(name);
        event.this_dn = Some(Cow::Borrowed(this_dn));
        event.call_uuid = Some(Cow::Borrowed(id));
        event.server_start_time = Some(SERVER_START_TIME);
        event.event_sequence_number = Some(self.number);
        self.number += 1;
        self.store.handle(black_box(&event))
    }

    /// Visits the next sessions. Returns the number of events by outcome.
    #[inline(never)]
    pub fn meet_next(&mut self, events: usize) -> [usize; 3] {
        let mut seen = [0; 3];
        let count = self.keys.len();
        for _ in 0..events {
            let (round, place) = (self.visit / count, self.visit % count);
            self.visit += 1;
            seen[self.meet(place, CIRCLE[(place + round) % CIRCLE.len()])] += 1;
        }
        seen
    }
}

impl<T: Store> Work for Visits<T> {
    fn units(&self) -> usize {
        PASS
    }

    fn pass(&mut self) {
        assert_eq!(self.meet_next(PASS), [PASS, 0, 0], "every event of the circle changes the state");
    }
}

/// The workload of this contender.
pub fn work(count: usize, hasher: &str, contender: &str) -> Option<Box<dyn Work>> {
    let fold = foldhash::fast::FixedState::with_seed(6);
    Some(match (contender, hasher) {
        ("im-session", "SipHash") => Box::new(Visits::new(sessions(count, RandomState::new()), count)),
        ("im-session", "foldhash") => Box::new(Visits::new(sessions(count, fold), count)),
        ("bare hashbrown", "SipHash") => Box::new(Visits::new(bare_map(count, RandomState::new()), count)),
        ("bare hashbrown", "foldhash") => Box::new(Visits::new(bare_map(count, fold), count)),
        _ => return None,
    })
}
