//! Do clients find out that Redis lost its newest commits? In this model the state of the shard is its last commit, and
//! a gateway has one client. The client processes notifications and lists as `bayeux` does: it drops a notification
//! with a position that it already knows.

use stateright::{Model, Property};

pub(crate) const STALE: &str = "a client that was told everything has the state that a read gives";

/// The bounds of the model, which keep the number of states finite.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// The number of commits.
    pub(crate) commits: u8,
    /// How many times Redis loses commits.
    pub(crate) losses: u8,
}

/// How commits are numbered, and how a gateway detects a loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rules {
    AsTheyAre,
    /// New commits get the numbers of lost ones.
    ReusesNumbers,
    /// The gateway compares commit numbers, instead of replication ids, with what it has read.
    ComparesNumbers,
}

#[derive(Debug, Clone)]
pub(crate) struct Loss {
    pub(crate) bounds: Bounds,
    pub(crate) rules: Rules,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Commit {
    /// Unique. It stands for the contents of the commit.
    id: u8,
    /// The number of the commit, and the position of its notification.
    number: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct State {
    commits: Vec<Commit>,
    /// The number of commits so far, including lost ones.
    made: u8,
    /// The highest number used so far.
    highest: u8,
    /// The replication id, which is the number of restarts.
    replication_id: u8,
    gateway: Gateway,
    client: Client,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Gateway {
    is_connected: bool,
    /// The replication id at the last connection.
    replication_id: u8,
    /// The last commit that the gateway has read from the outbox.
    read: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Client {
    /// The id of the commit whose state the client shows.
    shows: u8,
    /// The highest position that the client knows.
    position: u8,
    /// Whether the client has to start again from the list.
    needs_list: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Action {
    Commit,
    /// Redis is killed, and restarts without its last commits. It may also restart without a loss.
    Lose(usize),
    Connect,
    /// The gateway reads the next commit, and notifies the client.
    Read,
    /// The client gets a list, because it needs one or subscribes again. The list shows the committed state, which may
    /// be ahead of the gateway's position in the outbox.
    List,
}

impl State {
    fn next_to_read(&self) -> Option<&Commit> {
        self.commits.iter().find(|commit| commit.number > self.gateway.read)
    }

    fn last(&self) -> Commit {
        self.commits.last().cloned().unwrap_or(Commit { id: 0, number: 0 })
    }
}

impl Model for Loss {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let gateway = Gateway { is_connected: true, replication_id: 0, read: 0 };
        let client = Client { shows: 0, position: 0, needs_list: false };
        vec![State { commits: Vec::new(), made: 0, highest: 0, replication_id: 0, gateway, client }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.made < self.bounds.commits {
            actions.push(Action::Commit);
        }
        if state.replication_id < self.bounds.losses {
            actions.extend((0..=state.commits.len()).map(Action::Lose));
        }
        if !state.gateway.is_connected {
            actions.push(Action::Connect);
        } else if state.next_to_read().is_some() {
            actions.push(Action::Read);
        }
        actions.push(Action::List);
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut next = state.clone();
        match action {
            Action::Commit => {
                let above = match self.rules {
                    Rules::AsTheyAre => state.highest,
                    Rules::ReusesNumbers | Rules::ComparesNumbers => state.last().number,
                };
                next.made += 1;
                next.commits.push(Commit { id: next.made, number: above + 1 });
                next.highest = state.highest.max(above + 1);
            }
            Action::Lose(count) => {
                next.commits.truncate(state.commits.len() - count);
                next.replication_id += 1;
                next.gateway.is_connected = false;
            }
            Action::Connect => {
                let last = state.last().number;
                let has_lost = match self.rules {
                    Rules::AsTheyAre | Rules::ReusesNumbers => state.gateway.replication_id != state.replication_id,
                    Rules::ComparesNumbers => last < state.gateway.read,
                };
                next.client.needs_list |= has_lost;
                next.gateway = Gateway {
                    is_connected: true,
                    replication_id: state.replication_id,
                    read: state.gateway.read.min(last),
                };
            }
            Action::Read => {
                let commit = state.next_to_read()?.clone();
                next.gateway.read = commit.number;
                if commit.number > state.client.position {
                    next.client.position = commit.number;
                    next.client.shows = commit.id;
                }
            }
            Action::List => {
                let Commit { id, number } = state.last();
                next.client = Client { shows: id, position: state.client.position.max(number), needs_list: false };
            }
        }
        (next != *state).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(STALE, |_, state: &State| {
                let has_read_all = state.gateway.is_connected && state.next_to_read().is_none();
                !has_read_all || state.client.needs_list || state.client.shows == state.last().id
            }),
            Property::sometimes(
                "more commits than were lost are made before the gateway connects",
                |_, state: &State| {
                    let has_lost = usize::from(state.made) > state.commits.len();
                    !state.gateway.is_connected
                        && has_lost
                        && state.last().number > state.gateway.read
                        && state.gateway.read > 0
                },
            ),
        ]
    }
}
