//! What does a shard remember for supervisors? The latest observations at each DN, and when each open session was
//! opened.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use im_session::{Session, Sessions};

use super::Observation;

/// The maximum number of observations per DN. Beyond that, the oldest is dropped.
pub const OBSERVATIONS_A_DN: usize = 32;

/// The maximum number of DNs with observations in a shard. Beyond that, the DN whose last observation is oldest is
/// dropped.
pub const DNS_A_SHARD: usize = 2_000;

/// A session: DN and id.
type Key = (Arc<str>, Arc<str>);

/// When a session was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Opened {
    pub(super) at: Duration,
    /// Whether the session already existed when the observer started. It was then opened earlier than this time.
    pub(super) earlier: bool,
}

/// A shard's observations. The two constants and the number of open sessions bound them.
#[derive(Debug, Clone, Default)]
pub struct Observer {
    timelines: HashMap<Arc<str>, DnTimeline>,
    /// The DNs by their last observation.
    order: BTreeMap<u64, Arc<str>>,
    observed: u64,
    opened: HashMap<Key, Opened>,
    by_age: BTreeSet<(Opened, Key)>,
}

#[derive(Debug, Clone, Default)]
struct DnTimeline {
    place: u64,
    observations: VecDeque<Observation>,
}

impl Observer {
    /// Starts an observer with these open sessions. Their opening times are unknown.
    #[must_use]
    pub fn new(sessions: &Sessions) -> Self {
        let mut observer = Observer::default();
        for session in sessions.iter().filter(|session| session.state().is_open()) {
            observer.open(session, Opened { at: sessions.now(), earlier: true });
        }
        observer
    }

    /// Records what happened at a DN.
    pub(crate) fn observe(&mut self, dn: &str, observation: Observation) {
        self.observed += 1;
        let dn = match self.timelines.get_key_value(dn) {
            Some((dn, timeline)) => {
                self.order.remove(&timeline.place);
                dn.clone()
            }
            None => Arc::from(dn),
        };
        let is_full = !self.timelines.contains_key(&dn) && self.timelines.len() >= DNS_A_SHARD;
        if let Some((_, oldest)) = is_full.then(|| self.order.pop_first()).flatten() {
            self.timelines.remove(&oldest);
        }
        self.order.insert(self.observed, dn.clone());
        let timeline = self.timelines.entry(dn).or_default();
        timeline.place = self.observed;
        if timeline.observations.len() >= OBSERVATIONS_A_DN {
            timeline.observations.pop_front();
        }
        timeline.observations.push_back(observation);
    }

    /// Records the new state of a session.
    pub(crate) fn changed(&mut self, session: &Session, now: Duration) {
        if !session.state().is_open() {
            let key = (Arc::from(session.this_dn()), Arc::from(session.id()));
            if let Some(opened) = self.opened.remove(&key) {
                self.by_age.remove(&(opened, key));
            }
        } else {
            self.open(session, Opened { at: now, earlier: false });
        }
    }

    fn open(&mut self, session: &Session, opened: Opened) {
        let key = (Arc::from(session.this_dn()), Arc::from(session.id()));
        if !self.opened.contains_key(&key) {
            self.opened.insert(Key::clone(&key), opened);
            self.by_age.insert((opened, key));
        }
    }

    /// The observations at a DN, oldest first.
    pub fn at(&self, dn: &str) -> impl Iterator<Item = &Observation> {
        self.timelines.get(dn).into_iter().flat_map(|timeline| &timeline.observations)
    }

    /// The open sessions (DN, id). Those that have been open longest come first.
    pub(super) fn open_longest(&self) -> impl Iterator<Item = (Opened, &str, &str)> {
        self.by_age.iter().map(|(opened, (dn, id))| (*opened, &**dn, &**id))
    }
}
