//! Is each entry committed once, however a shard moves between workers? The model has all steps of a hand-over:
//! appending, claiming by lease with a fencing token, reading, deciding, committing, trimming, pausing and crashing. A
//! script is a single step, because Redis executes one at a time. Between two scripts of a worker, others may take any
//! number of steps.

use stateright::{Model, Property};

pub(crate) const ZOMBIE: &str = "a worker that lost the shard commits nothing";
pub(crate) const TWICE: &str = "no entry is committed twice";
pub(crate) const TRIMMED: &str = "nothing is trimmed before it is committed";

/// The bounds of the model, which keep the number of states finite.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) workers: usize,
    /// The number of entries.
    pub(crate) entries: u8,
    /// The maximum number of claims.
    pub(crate) claims: u8,
    /// The maximum number of commits whose answer is lost.
    pub(crate) lost_answers: u8,
}

/// The checks in a commit and a trim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rules {
    AsTheyAre,
    /// The position is checked, but not the token.
    NoToken,
    /// Neither the position nor the token is checked.
    NoChecks,
    TrimsWhatIsAppended,
}

#[derive(Debug, Clone)]
pub(crate) struct HandOver {
    pub(crate) bounds: Bounds,
    pub(crate) rules: Rules,
}

/// A worker's view of the shard, which may be outdated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Worker {
    Idle,
    /// The worker has claimed the shard, but not read the records yet.
    Claimed {
        token: u8,
    },
    /// The worker has restored the shard up to this entry.
    Owns {
        token: u8,
        entry: u8,
    },
    /// The worker has decided the entries after `entry` up to `last`, but not committed them yet.
    Decided {
        token: u8,
        entry: u8,
        last: u8,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct State {
    workers: Vec<Worker>,
    /// The holder of the lease; `None` if it has expired.
    owner: Option<usize>,
    token: u8,
    /// The number of appended entries, and the first entry that was not trimmed.
    appended: u8,
    trimmed: u8,
    /// The last committed entry.
    entry: u8,
    /// How many times each entry's records, answers and notifications were committed.
    committed: Vec<u8>,
    /// Whether the commits were in order.
    in_order: bool,
    /// Whether a worker committed after it had lost the shard.
    zombie_committed: bool,
    /// Whether an owner skipped missing entries.
    skipped: bool,
    lost_answers: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Action {
    Append,
    /// The lease expires, because its owner was paused or died, or because the network is slow.
    LeaseEnds,
    Claim(usize),
    Restore(usize),
    /// Reads and decides entries, up to this one.
    Decide(usize, u8),
    Commit(usize),
    /// Like `Commit`, but the answer does not reach the worker.
    CommitUnheard(usize),
    /// The process dies, and restarts without any state.
    Crash(usize),
    Trim,
}

impl HandOver {
    fn commit(&self, state: &mut State, token: u8, from: u8, last: u8) -> bool {
        let (is_mine, goes_on) = (state.token == token, state.entry == from);
        let is_committed = match self.rules {
            Rules::AsTheyAre | Rules::TrimsWhatIsAppended => is_mine && goes_on,
            Rules::NoToken => goes_on,
            Rules::NoChecks => true,
        };
        if !is_committed {
            return false;
        }
        state.zombie_committed |= !is_mine;
        state.in_order &= from == state.entry;
        for entry in from..last {
            if let Some(count) = state.committed.get_mut(usize::from(entry)) {
                *count += 1;
            }
        }
        state.entry = last;
        true
    }
}

impl Model for HandOver {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            workers: vec![Worker::Idle; self.bounds.workers],
            owner: None,
            token: 0,
            appended: 0,
            trimmed: 0,
            entry: 0,
            committed: vec![0; usize::from(self.bounds.entries)],
            in_order: true,
            zombie_committed: false,
            skipped: false,
            lost_answers: 0,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.appended < self.bounds.entries {
            actions.push(Action::Append);
        }
        if state.owner.is_some() {
            actions.push(Action::LeaseEnds);
        }
        if state.trimmed < state.appended {
            actions.push(Action::Trim);
        }
        for (place, worker) in state.workers.iter().enumerate() {
            match *worker {
                Worker::Idle if state.owner.is_none_or(|owner| owner == place) && state.token < self.bounds.claims => {
                    actions.push(Action::Claim(place));
                }
                Worker::Idle => {}
                Worker::Claimed { .. } => actions.extend([Action::Restore(place), Action::Crash(place)]),
                Worker::Owns { entry, .. } => {
                    actions.extend((entry + 1..=state.appended).map(|last| Action::Decide(place, last)));
                    actions.push(Action::Crash(place));
                }
                Worker::Decided { .. } => {
                    actions.extend([Action::Commit(place), Action::Crash(place)]);
                    if state.lost_answers < self.bounds.lost_answers {
                        actions.push(Action::CommitUnheard(place));
                    }
                }
            }
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut next = state.clone();
        match action {
            Action::Append => next.appended += 1,
            Action::LeaseEnds => next.owner = None,
            Action::Claim(place) => {
                next.token += 1;
                next.owner = Some(place);
                next.workers[place] = Worker::Claimed { token: next.token };
            }
            Action::Restore(place) => {
                if let Worker::Claimed { token } = state.workers[place] {
                    next.workers[place] = Worker::Owns { token, entry: state.entry };
                }
            }
            Action::Decide(place, last) => {
                if let Worker::Owns { token, entry } = state.workers[place] {
                    // Trimmed entries are gone from the stream, so a worker that is behind skips them.
                    next.skipped |= state.token == token && state.trimmed > entry;
                    next.workers[place] = Worker::Decided { token, entry, last };
                }
            }
            Action::Commit(place) | Action::CommitUnheard(place) => {
                if let Worker::Decided { token, entry, last } = state.workers[place] {
                    let is_committed = self.commit(&mut next, token, entry, last);
                    let heard = matches!(action, Action::Commit(_));
                    next.lost_answers += u8::from(!heard);
                    // A worker without an answer releases the shard, and starts again from the committed state.
                    let goes_on = is_committed && heard;
                    next.workers[place] = if goes_on { Worker::Owns { token, entry: last } } else { Worker::Idle };
                }
            }
            Action::Crash(place) => next.workers[place] = Worker::Idle,
            Action::Trim => {
                next.trimmed = match self.rules {
                    Rules::TrimsWhatIsAppended => state.appended,
                    Rules::AsTheyAre | Rules::NoToken | Rules::NoChecks => state.entry.max(state.trimmed),
                };
            }
        }
        (next != *state).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(ZOMBIE, |_, state: &State| !state.zombie_committed),
            Property::always(TWICE, |_, state: &State| state.committed.iter().all(|&n| n <= 1)),
            Property::always("no commit is lost", |_, state: &State| {
                let is_committed = |(entry, &count): (usize, &u8)| (count > 0) == (entry < usize::from(state.entry));
                state.committed.iter().enumerate().all(is_committed)
            }),
            Property::always("commits come in the order of the stream", |_, state: &State| state.in_order),
            Property::always(TRIMMED, |_, state: &State| state.trimmed <= state.entry && !state.skipped),
            Property::sometimes("everything is committed by several owners", |model: &HandOver, state: &State| {
                state.entry == model.bounds.entries && state.token == model.bounds.claims
            }),
            Property::sometimes("a zombie has decided what another has committed", |_, state: &State| {
                state.workers.iter().any(|worker| {
                    matches!(worker, Worker::Decided { token, entry, .. } if *token < state.token && *entry < state.entry)
                })
            }),
        ]
    }
}
