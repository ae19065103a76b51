//! A simulated SIP Server: requests in, events out. It is what agents talk through where there is no SIP Server.
//!
//! Gateway specification 5. The core is pure: time comes in, and what is random comes from a seed. All that it knows is in its
//! note, which is committed with the events that it posts, so that a crash neither loses a call nor makes it twice.
//!
//! | file | question |
//! |---|---|
//! | `calls` | Which calls are there, and what does a request do to them? |
//! | `call` | Who takes part in a call? |
//! | `line` | When does an event reach the gateway? |
//! | `faults` | What goes wrong, and how often? |
//! | `injector` | How does a fault get here from elsewhere? (feature `server`) |
//! | `random` | Which ids come next? |
//! | `driver` | How do requests and events get to and from an engine? (feature `server`) |

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

/// How the simulated SIP Server behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatorSettings {
    /// What its ids are made from.
    pub seed: u64,
    /// How long a callee rings.
    pub answer_after: Duration,
    /// How long a call goes on of which nothing is heard. As long as its sessions do: otherwise agents whose sessions expired
    /// would stay busy.
    pub end_after: Duration,
    /// DNs that are always busy.
    pub busy: BTreeSet<String>,
    /// What goes wrong.
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

/// What the server has to find again after a restart of the process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct State {
    calls: Calls,
    line: Line,
    /// The offset of the last request that was carried out.
    carried_out: u64,
    /// How often events were posted.
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

    /// The server that left this note.
    ///
    /// # Errors
    ///
    /// Where it is not the note of a server.
    pub fn restore(settings: SimulatorSettings, note: &str) -> Result<Self, serde_json::Error> {
        Ok(Simulator { settings, dns: BTreeSet::new(), state: serde_json::from_str(note)? })
    }

    /// What the server has to find again.
    #[must_use]
    pub fn note(&self) -> String {
        // Texts, numbers and lists that were read from JSON: it has nothing that JSON cannot have.
        serde_json::to_string(&self.state).unwrap_or_default()
    }

    /// The DNs that there are. A call to another one is as a call to one that is busy.
    pub fn set_dns(&mut self, dns: impl IntoIterator<Item = String>) {
        self.dns = dns.into_iter().collect();
    }

    /// The offset of the last request that was carried out; 0 before the first.
    #[must_use]
    pub fn carried_out(&self) -> u64 {
        self.state.carried_out
    }

    /// How often events were posted.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.state.position
    }

    /// The number of calls that are open.
    #[must_use]
    pub fn open_calls(&self) -> usize {
        self.state.calls.open()
    }

    /// Carries out a request, once: one whose offset is not higher than the last was carried out before.
    pub fn carry_out(&mut self, now: Duration, offset: u64, request: &Request) {
        if offset <= self.state.carried_out {
            return;
        }
        self.state.carried_out = offset;
        // What ended by now keeps nobody busy.
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

    /// A fault strikes at the next chance, once: the next event, request or call. A restart needs no chance.
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

    /// From now on a fault is so likely, whatever the settings say, also after a restart of the process.
    pub fn set_likely(&mut self, likely: LikelyFault) {
        self.state.faults.set(likely);
    }

    /// How all faults stand.
    #[must_use]
    pub fn faults(&self) -> Vec<FaultState> {
        self.state.faults.states(&self.settings.faults)
    }

    /// The calls are gone. What is on the line still arrives.
    fn restart(&mut self, now: Duration) {
        // Never the same start again: events after it would seem to be repeated.
        let start = now.as_secs().max(self.state.calls.server_start_time().saturating_add(1));
        self.state.calls = Calls::new(self.settings.seed, start);
    }

    fn strikes(&mut self, fault: Fault) -> bool {
        self.state.faults.strikes(fault, &self.settings.faults)
    }

    fn send(&mut self, now: Duration, events: Vec<Event<'static>>) {
        self.state.line.send(now, events, &mut self.state.faults, &self.settings.faults);
    }

    /// The events that have reached the gateway by now, to be posted at the next [`position`](Self::position).
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

    /// From now on the events that were due count as posted, if what is posted with them is committed.
    pub fn advance(&mut self) -> u64 {
        self.state.position += 1;
        self.state.position
    }

    /// Calls end of which nothing was heard for long enough, and those that have rung for long enough are answered.
    fn pass(&mut self, now: Duration) {
        let ended = self.state.calls.end(now, self.settings.end_after);
        self.send(now, ended);
        let answered = self.state.calls.answer(now);
        self.send(now, answered);
    }
}
