//! A simulated SIP Server: requests in, events out. Agents communicate through it if there is no real SIP Server.
//!
//! Gateway specification 5. The core is pure: time is an argument, and random values are derived from a seed. Its whole
//! state is in its note, which is committed together with the events that it posts. So a crash neither loses a call nor
//! repeats it.
//!
//! | file | question |
//! |---|---|
//! | `calls` | Which calls are open, and what does a request do to them? |
//! | `call` | Who are the parties of a call? |
//! | `line` | When does an event reach the gateway? |
//! | `faults` | What goes wrong, and how often? |
//! | `injector` | How are faults injected from elsewhere? (feature `server`) |
//! | `random` | Which ids come next? |
//! | `driver` | How are requests and events exchanged with an engine? (feature `server`) |

mod call;
mod calls;
#[cfg(feature = "server")]
mod driver;
mod faults;
#[cfg(feature = "server")]
mod injector;
mod line;
mod random;

use std::collections::BTreeSet;
use std::time::Duration;

use im_session::store::RequestName;
use im_session::{Event, Request};
use serde::{Deserialize, Serialize};

use crate::engine::Times;
use calls::Calls;
use faults::Faults;
use line::Line;

#[cfg(feature = "server")]
pub use driver::{FEED, run, run_with_faults};
pub use faults::{BadLikelyFault, Fault, FaultSettings, FaultState, LikelyFault, UnknownFault};
#[cfg(feature = "server")]
pub use injector::{FaultInjector, InjectedFaults, Injection, NoSimulator};

/// The settings of the simulated SIP Server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatorSettings {
    /// The seed of its ids.
    pub seed: u64,
    /// How long a callee rings.
    pub answer_after: Duration,
    /// After which time a silent call ends. It equals the expiry of sessions: otherwise agents whose sessions have
    /// expired would stay busy.
    pub end_after: Duration,
    /// DNs that are always busy.
    pub busy: BTreeSet<String>,
    /// Its faults.
    pub faults: FaultSettings,
}

impl Default for SimulatorSettings {
    /// Callees answer at once, nobody is busy, and calls end when sessions expire.
    fn default() -> Self {
        SimulatorSettings {
            seed: 0,
            answer_after: Duration::ZERO,
            end_after: Times::default().expire_after,
            busy: BTreeSet::new(),
            faults: FaultSettings::default(),
        }
    }
}

/// A simulated SIP Server.
#[derive(Debug, Clone)]
pub struct Simulator {
    settings: SimulatorSettings,
    dns: BTreeSet<String>,
    state: State,
}

/// The state of the server that has to survive a restart of the process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct State {
    calls: Calls,
    line: Line,
    /// The offset of the last request that was carried out.
    carried_out: u64,
    /// How many times events were posted.
    position: u64,
    faults: Faults,
}

impl Simulator {
    /// A server that starts now, without calls.
    #[must_use]
    pub fn new(settings: SimulatorSettings, now: Duration) -> Self {
        let calls = Calls::new(settings.seed, now.as_secs());
        let faults = Faults::new(settings.seed);
        let state = State { calls, line: Line::default(), carried_out: 0, position: 0, faults };
        Simulator { settings, dns: BTreeSet::new(), state }
    }

    /// Restores the server from its note.
    ///
    /// # Errors
    ///
    /// If the note was not written by a simulated server.
    pub fn restore(settings: SimulatorSettings, note: &str) -> Result<Self, serde_json::Error> {
        Ok(Simulator { settings, dns: BTreeSet::new(), state: serde_json::from_str(note)? })
    }

    /// The server's state as a note.
    #[must_use]
    pub fn note(&self) -> String {
        // This cannot fail: the state consists of texts, numbers and lists.
        serde_json::to_string(&self.state).unwrap_or_default()
    }

    /// Sets the configured DNs. A call to any other DN behaves like a call to a busy one.
    pub fn set_dns(&mut self, dns: impl IntoIterator<Item = String>) {
        self.dns = dns.into_iter().collect();
    }

    /// The offset of the last request that was carried out; 0 before the first.
    #[must_use]
    pub fn carried_out(&self) -> u64 {
        self.state.carried_out
    }

    /// How many times events were posted.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.state.position
    }

    /// The number of open calls.
    #[must_use]
    pub fn open_calls(&self) -> usize {
        self.state.calls.open()
    }

    /// Carries out a request once: a request whose offset is not higher than the last one is skipped.
    pub fn carry_out(&mut self, now: Duration, offset: u64, request: &Request) {
        if offset <= self.state.carried_out {
            return;
        }
        self.state.carried_out = offset;
        // Calls that have ended by now must not keep anybody busy.
        self.pass(now);
        if self.strikes(Fault::Restart) {
            self.restart(now);
        }
        let events = if self.strikes(Fault::Refuse) {
            vec![self.state.calls.refuse(request)]
        } else {
            let is_call = request.name == RequestName::RequestMakeCall;
            let callee_is_busy = is_call && self.strikes(Fault::Busy);
            let nobody_answers = is_call && self.strikes(Fault::NoAnswer);
            let rules = calls::Rules {
                now,
                answer_after: if nobody_answers { Duration::MAX } else { self.settings.answer_after },
                dns: &self.dns,
                busy: &self.settings.busy,
                callee_is_busy,
            };
            self.state.calls.carry_out(request, &rules)
        };
        self.send(now, events);
        self.pass(now);
    }

    /// Makes a fault happen once, at the next opportunity: an event, request or call. A restart happens at once.
    pub fn inject(&mut self, now: Duration, fault: Fault) {
        match fault {
            Fault::Restart => self.restart(now),
            Fault::Lose
            | Fault::Delay
            | Fault::Repeat
            | Fault::Reorder
            | Fault::Busy
            | Fault::NoAnswer
            | Fault::Refuse => self.state.faults.load(fault),
        }
    }

    /// Sets the probability of a fault, overriding the settings, also after a restart of the process.
    pub fn set_likely(&mut self, likely: LikelyFault) {
        self.state.faults.set(likely);
    }

    /// The state of all faults.
    #[must_use]
    pub fn faults(&self) -> Vec<FaultState> {
        self.state.faults.states(&self.settings.faults)
    }

    /// Removes all calls. Events in transit still arrive.
    fn restart(&mut self, now: Duration) {
        // The start time must differ from the last one: otherwise the following events would look like repetitions.
        let start = now.as_secs().max(self.state.calls.server_start_time().saturating_add(1));
        self.state.calls = Calls::new(self.settings.seed, start);
    }

    fn strikes(&mut self, fault: Fault) -> bool {
        self.state.faults.strikes(fault, &self.settings.faults)
    }

    fn send(&mut self, now: Duration, events: Vec<Event<'static>>) {
        self.state.line.send(now, events, &mut self.state.faults, &self.settings.faults);
    }

    /// Takes the events that have arrived by now, to be posted with the next [`position`](Self::position).
    pub fn due(&mut self, now: Duration) -> Vec<Event<'static>> {
        self.pass(now);
        self.state.line.arrived(now)
    }

    /// When something is due next.
    #[must_use]
    pub fn next_due(&self) -> Option<Duration> {
        let State { calls, line, .. } = &self.state;
        let next = [calls.next_answer(), calls.next_end(self.settings.end_after), line.next_arrival()];
        next.into_iter().flatten().min()
    }

    /// Counts the taken events as posted, and returns their position. They are posted once the note is committed with
    /// them.
    pub fn advance(&mut self) -> u64 {
        self.state.position += 1;
        self.state.position
    }

    /// Ends the calls that have been silent for too long, and answers those that have rung long enough.
    fn pass(&mut self, now: Duration) {
        let ended = self.state.calls.end(now, self.settings.end_after);
        self.send(now, ended);
        let answered = self.state.calls.answer(now);
        self.send(now, answered);
    }
}
