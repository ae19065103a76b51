//! What goes wrong on demand. Gateway specification 5.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::random::Random;

/// What can go wrong: with events on the line, or with the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// An event never arrives.
    Lose,
    /// An event arrives late, and all that come after it.
    Delay,
    /// An event arrives twice.
    Repeat,
    /// An event is overtaken by those of other DNs. Those of its own DN stay in order, as those of a SIP Server do.
    Reorder,
    /// The server starts anew: its calls are gone, and nobody is told.
    Restart,
    /// The callee of a call is busy.
    Busy,
    /// The callee of a call does not answer.
    NoAnswer,
    /// A request is refused.
    Refuse,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Fault::Lose,
        Fault::Delay,
        Fault::Repeat,
        Fault::Reorder,
        Fault::Restart,
        Fault::Busy,
        Fault::NoAnswer,
        Fault::Refuse,
    ];

    /// Its name in options and bodies.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Fault::Lose => "lose",
            Fault::Delay => "delay",
            Fault::Repeat => "repeat",
            Fault::Reorder => "reorder",
            Fault::Restart => "restart",
            Fault::Busy => "busy",
            Fault::NoAnswer => "no-answer",
            Fault::Refuse => "refuse",
        }
    }
}

/// A name that no fault has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of lose, delay, repeat, reorder, restart, busy, no-answer and refuse, found {found:?}")]
pub struct UnknownFault {
    /// The name, its beginning where it is long.
    pub found: String,
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(name: &str) -> Result<Self, UnknownFault> {
        let found = Fault::ALL.into_iter().find(|fault| fault.name() == name);
        found.ok_or_else(|| UnknownFault { found: name.chars().take(40).collect() })
    }
}

/// A fault and how likely it is: `lose=0.01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LikelyFault {
    /// Which.
    pub fault: Fault,
    /// How often in a million chances: at each event, request or call.
    pub in_a_million: u32,
}

impl LikelyFault {
    /// With this probability, if it is one: from 0 to 1.
    #[must_use]
    pub fn new(fault: Fault, probability: f64) -> Option<Self> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to a million")]
        let in_a_million = (probability * 1_000_000.0).round() as u32;
        (0.0..=1.0).contains(&probability).then_some(LikelyFault { fault, in_a_million })
    }
}

/// Why a text is no fault with its probability.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadLikelyFault {
    /// There is no such fault.
    #[error(transparent)]
    Fault(#[from] UnknownFault),
    /// There is no probability.
    #[error("expected FAULT=PROBABILITY with a probability from 0 to 1, as lose=0.01, found {found:?}")]
    Probability {
        /// The text.
        found: String,
    },
}

impl FromStr for LikelyFault {
    type Err = BadLikelyFault;

    fn from_str(text: &str) -> Result<Self, BadLikelyFault> {
        let bad = || BadLikelyFault::Probability { found: text.chars().take(40).collect() };
        let (name, probability) = text.split_once('=').ok_or_else(bad)?;
        let probability: f64 = probability.parse().map_err(|_| bad())?;
        // That the number is wrong is said before that the name is.
        LikelyFault::new(Fault::Lose, probability).ok_or_else(bad)?;
        LikelyFault::new(name.parse()?, probability).ok_or_else(bad)
    }
}

/// A fault, and how it stands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FaultState {
    /// Which.
    pub fault: Fault,
    /// How likely it is, from 0 to 1: at each event, request or call.
    pub probability: f64,
    /// How many single shots wait for a chance to strike.
    pub waiting: u32,
}

/// How likely faults are, and how long they last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultSettings {
    /// Of two of the same fault the last counts. What is not there does not happen by itself.
    pub likely: Vec<LikelyFault>,
    /// How late an event is that is delayed, reordered, or comes again.
    pub delay: Duration,
}

impl Default for FaultSettings {
    /// No faults; those that are asked for delay by a second.
    fn default() -> Self {
        FaultSettings { likely: Vec::new(), delay: Duration::from_secs(1) }
    }
}

/// What the server has to find again of its faults. Chance has a source of its own: ids are the same with and without
/// faults.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Faults {
    random: Random,
    /// Single shots that have not struck yet.
    shots: BTreeMap<Fault, u32>,
    /// How often in a million chances, where that was changed since the settings said it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    likely: BTreeMap<Fault, u32>,
}

impl Faults {
    pub(super) fn new(seed: u64) -> Self {
        // Another stream than that of ids.
        let random = Random::new(seed ^ 0x6661_756c_7473);
        Faults { random, shots: BTreeMap::new(), likely: BTreeMap::new() }
    }

    /// From now on it is so likely, whatever the settings say.
    pub(super) fn set(&mut self, likely: LikelyFault) {
        self.likely.insert(likely.fault, likely.in_a_million);
    }

    /// How all of them stand.
    pub(super) fn states(&self, settings: &FaultSettings) -> Vec<FaultState> {
        let state = |fault| FaultState {
            fault,
            probability: f64::from(self.in_a_million(fault, settings)) / 1_000_000.0,
            waiting: self.shots.get(&fault).copied().unwrap_or_default(),
        };
        Fault::ALL.into_iter().map(state).collect()
    }

    fn in_a_million(&self, fault: Fault, settings: &FaultSettings) -> u32 {
        let by_settings = || settings.likely.iter().rfind(|likely| likely.fault == fault);
        let changed = self.likely.get(&fault).copied();
        changed.or_else(|| by_settings().map(|likely| likely.in_a_million)).unwrap_or_default()
    }

    /// It strikes at the next chance.
    pub(super) fn load(&mut self, fault: Fault) {
        let shots = self.shots.entry(fault).or_default();
        *shots = shots.saturating_add(1);
    }

    /// Whether a fault strikes now.
    pub(super) fn strikes(&mut self, fault: Fault, settings: &FaultSettings) -> bool {
        if let Some(shots) = self.shots.get_mut(&fault) {
            *shots -= 1;
            if *shots == 0 {
                self.shots.remove(&fault);
            }
            return true;
        }
        let in_a_million = self.in_a_million(fault, settings);
        // Chance is not asked where there is none, so that other faults strike as they would.
        in_a_million > 0 && self.random.below(1_000_000) < u64::from(in_a_million)
    }
}
