//! Faults on demand. Gateway specification 5.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::random::Random;

/// A fault of the line or of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// An event is lost.
    Lose,
    /// An event is delayed, and all following ones with it.
    Delay,
    /// An event arrives twice.
    Repeat,
    /// An event is overtaken by events of other DNs. Events of its own DN stay in order, as they do with a SIP Server.
    Reorder,
    /// The server restarts: its calls are gone, and nobody is notified.
    Restart,
    /// The callee of a call is busy.
    Busy,
    /// The callee of a call does not answer.
    NoAnswer,
    /// A request is refused.
    Refuse,
}

impl Fault {
    /// All faults.
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

/// A name that is not the name of a fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of lose, delay, repeat, reorder, restart, busy, no-answer and refuse, found {found:?}")]
pub struct UnknownFault {
    /// The name, shortened if it is long.
    pub found: String,
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(name: &str) -> Result<Self, UnknownFault> {
        let found = Fault::ALL.into_iter().find(|fault| fault.name() == name);
        found.ok_or_else(|| UnknownFault { found: name.chars().take(40).collect() })
    }
}

/// A fault with its probability: `lose=0.01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LikelyFault {
    /// The fault.
    pub fault: Fault,
    /// The probability in millionths, applied to each event, request or call.
    pub in_a_million: u32,
}

impl LikelyFault {
    /// A fault with this probability; `None` unless it is from 0 to 1.
    #[must_use]
    pub fn new(fault: Fault, probability: f64) -> Option<Self> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to a million")]
        let in_a_million = (probability * 1_000_000.0).round() as u32;
        (0.0..=1.0).contains(&probability).then_some(LikelyFault { fault, in_a_million })
    }
}

/// Why a text is not a fault with its probability.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadLikelyFault {
    /// There is no such fault.
    #[error(transparent)]
    Fault(#[from] UnknownFault),
    /// The probability is missing or invalid.
    #[error("expected FAULT=PROBABILITY with a probability from 0 to 1, as lose=0.01, found {found:?}")]
    Probability {
        /// The text, shortened if it is long.
        found: String,
    },
}

impl FromStr for LikelyFault {
    type Err = BadLikelyFault;

    fn from_str(text: &str) -> Result<Self, BadLikelyFault> {
        let bad = || BadLikelyFault::Probability { found: text.chars().take(40).collect() };
        let (name, probability) = text.split_once('=').ok_or_else(bad)?;
        let probability: f64 = probability.parse().map_err(|_| bad())?;
        // A wrong number is reported before a wrong name.
        LikelyFault::new(Fault::Lose, probability).ok_or_else(bad)?;
        LikelyFault::new(name.parse()?, probability).ok_or_else(bad)
    }
}

/// The settings of a fault and its waiting single faults.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FaultState {
    /// The fault.
    pub fault: Fault,
    /// Its probability from 0 to 1, applied to each event, request or call.
    pub probability: f64,
    /// How many single faults wait for an opportunity.
    pub waiting: u32,
}

/// The probabilities of faults, and their delay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultSettings {
    /// If a fault occurs twice, the last entry counts. A fault that is missing does not happen by itself.
    pub likely: Vec<LikelyFault>,
    /// By how much events are delayed, reordered or repeated.
    pub delay: Duration,
}

impl Default for FaultSettings {
    /// No faults. Injected ones delay by a second.
    fn default() -> Self {
        FaultSettings { likely: Vec::new(), delay: Duration::from_secs(1) }
    }
}

/// The state of the faults that has to survive a restart of the process. Faults have their own source of randomness, so
/// that ids are the same with and without faults.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Faults {
    random: Random,
    /// Single faults that have not happened yet.
    shots: BTreeMap<Fault, u32>,
    /// Probabilities in millionths that were changed at run time, overriding the settings.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    likely: BTreeMap<Fault, u32>,
}

impl Faults {
    pub(super) fn new(seed: u64) -> Self {
        // A sequence that differs from that of the ids.
        let random = Random::new(seed ^ 0x6661_756c_7473);
        Faults { random, shots: BTreeMap::new(), likely: BTreeMap::new() }
    }

    /// Sets the probability, overriding the settings.
    pub(super) fn set(&mut self, likely: LikelyFault) {
        self.likely.insert(likely.fault, likely.in_a_million);
    }

    /// The state of all faults.
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

    /// Makes this fault happen at the next opportunity.
    pub(super) fn load(&mut self, fault: Fault) {
        let shots = self.shots.entry(fault).or_default();
        *shots = shots.saturating_add(1);
    }

    /// Whether a fault happens now.
    pub(super) fn strikes(&mut self, fault: Fault, settings: &FaultSettings) -> bool {
        if let Some(shots) = self.shots.get_mut(&fault) {
            *shots -= 1;
            if *shots == 0 {
                self.shots.remove(&fault);
            }
            return true;
        }
        let in_a_million = self.in_a_million(fault, settings);
        // With probability 0 no number is drawn, so that it does not affect other faults.
        in_a_million > 0 && self.random.below(1_000_000) < u64::from(in_a_million)
    }
}
