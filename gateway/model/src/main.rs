//! A model of the hand-over of one shard between workers on Redis (`gateway/src/engine/redis`), in which every state
//! within the bounds is checked: appending, claiming by lease with a fencing token, reading, deciding, committing,
//! trimming, pausing, crashing. Redis executes one script at a time, so a script is one step here; between two scripts
//! of a worker there may be any number of steps of others.
//!
//! `cargo run --release` checks the model, then three wrong variants: without the fencing token, without any check in
//! the commit, and with a trim that does not wait for the commit. Each wrong one must fail, to show that the check can
//! fail. The argument `short` reduces the bounds.
//! check could not fail. With the argument `short` the bounds are smaller.

use std::process::ExitCode;

use stateright::{Checker, Model, Property};

const ZOMBIE: &str = "a worker that lost the shard commits nothing";
const TWICE: &str = "no entry is committed twice";
const TRIMMED: &str = "nothing is trimmed before it is committed";

/// The bounds of the model.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    workers: usize,
    /// The number of appended entries.
    entries: u8,
    /// How many times a shard is claimed.
    claims: u8,
    /// How many commits are sent whose answer is lost.
    lost_answers: u8,
}

/// What a commit and a trim check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rules {
    AsTheyAre,
    /// The position is checked, but not the token.
    NoToken,
    /// Neither is checked.
    NoChecks,
    TrimsWhatIsAppended,
}

#[derive(Debug, Clone)]
struct HandOver {
    bounds: Bounds,
    rules: Rules,
}

/// The state of a worker as it knows it, which may be outdated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Worker {
    Idle,
    /// It has claimed the shard, and has not read the records yet.
    Claimed {
        token: u8,
    },
    /// It has restored the shard up to this entry.
    Owns {
        token: u8,
        entry: u8,
    },
    /// It has decided the entries after `entry` up to `last`, and has not committed them yet.
    Decided {
        token: u8,
        entry: u8,
        last: u8,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct State {
    workers: Vec<Worker>,
    /// The holder of the lease; `None` if it has expired.
    owner: Option<usize>,
    token: u8,
    /// How many entries were appended, and up to which (exclusive) they were trimmed.
    appended: u8,
    trimmed: u8,
    /// The position: the last committed entry.
    entry: u8,
    /// How many times each entry was committed: its records, answers and notifications.
    committed: Vec<u8>,
    /// Whether the commits were in order.
    in_order: bool,
    /// Whether a worker that had lost the shard has committed.
    zombie_committed: bool,
    /// Whether an owner continued reading after missing entries.
    skipped: bool,
    lost_answers: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Action {
    Append,
    /// The lease expires: its owner was paused, is dead, or the network is slow.
    LeaseEnds,
    Claim(usize),
    Restore(usize),
    /// Reads and decides up to an entry.
    Decide(usize, u8),
    Commit(usize),
    /// Like `Commit`, but the answer does not reach the worker.
    CommitUnheard(usize),
    /// The process dies, and is restarted without any state.
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
                    // Trimmed entries are no longer in the stream. A worker that is behind continues after them.
                    next.skipped |= state.token == token && state.trimmed > entry;
                    next.workers[place] = Worker::Decided { token, entry, last };
                }
            }
            Action::Commit(place) | Action::CommitUnheard(place) => {
                if let Worker::Decided { token, entry, last } = state.workers[place] {
                    let is_committed = self.commit(&mut next, token, entry, last);
                    let heard = matches!(action, Action::Commit(_));
                    next.lost_answers += u8::from(!heard);
                    // A worker without an answer gives the shard up, and starts again from the committed state.
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

/// Checks every state. Returns the properties that do not hold.
fn check(bounds: Bounds, rules: Rules) -> Vec<&'static str> {
    let checker = HandOver { bounds, rules }.checker().threads(2).spawn_bfs().join();
    let properties = checker.model().properties();
    let broken = properties.iter().filter(|property| {
        let is_found = checker.discovery(property.name).is_some();
        match property.expectation {
            stateright::Expectation::Sometimes => !is_found,
            stateright::Expectation::Always | stateright::Expectation::Eventually => is_found,
        }
    });
    let broken: Vec<&'static str> = broken.map(|property| property.name).collect();
    println!("{rules:?}, {bounds:?}: {} states, depth {}", checker.unique_state_count(), checker.max_depth());
    for name in &broken {
        println!("  does not hold: {name}");
        if let Some(path) = checker.discovery(name) {
            println!("    {:?}", path.into_actions());
        }
    }
    broken
}

fn main() -> ExitCode {
    let bounds = if std::env::args().any(|argument| argument == "short") {
        Bounds { workers: 2, entries: 3, claims: 3, lost_answers: 1 }
    } else {
        Bounds { workers: 3, entries: 4, claims: 4, lost_answers: 2 }
    };
    let holds = check(bounds, Rules::AsTheyAre).is_empty();
    println!("as it is: {}", if holds { "everything holds" } else { "WRONG" });
    let mut all = holds;
    for (rules, breaks) in [(Rules::NoToken, ZOMBIE), (Rules::NoChecks, TWICE), (Rules::TrimsWhatIsAppended, TRIMMED)] {
        let is_found = check(bounds, rules).contains(&breaks);
        println!("{rules:?}: {}", if is_found { "it is found" } else { "WRONG: it is not found" });
        all &= is_found;
    }
    if all { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
