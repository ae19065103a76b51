//! The laws: properties that hold for every history, each with a name and a sentence.
//!
//! ```
//! use im_session::testing::{Agent, History, Setup, Step, laws};
//! use im_session::{CallEvent, CapabilityTable, Event};
//!
//! let at_3002 = |name| Step::Event(Event::new(name).with_this_dn("3002").with_call_uuid("007"));
//! let history = History {
//!     agents: vec![Agent::new().with_device("/devices/1", "3002")],
//!     steps: vec![at_3002(CallEvent::Ringing), at_3002(CallEvent::Established), at_3002(CallEvent::Released)],
//! };
//! laws::check_all(&Setup::default(), &history).unwrap();
//!
//! // Another table of capabilities breaks a law. The error has the law, the step, and the shortest such history.
//! let mut setup = Setup::default();
//! setup.capabilities = CapabilityTable::DOCUMENTED_SAMPLE;
//! let broken = laws::check_all(&setup, &history).unwrap_err();
//! assert_eq!(broken.name, "capabilities_follow_state_and_data");
//! assert_eq!(broken.history.steps.len(), 2);
//! ```
//!
//! A service that wraps the store, or has its own, implements [`StoreUnderTest`], and is checked by the same laws:
//! [`check_all_of`].

mod of_events;
mod of_what_agents_see;
mod of_whole_stores;
mod played;
mod under_test;

use core::fmt;

use super::{History, Setup, shortest};
use crate::testing::prelude::*;
use played::{Played, play};
pub use under_test::{SeenSession, StoreUnderTest};

/// A law.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Law {
    /// Its name.
    pub name: &'static str,
    /// What holds.
    pub sentence: &'static str,
    /// Starts checking a history, step by step.
    begin: fn() -> Look,
}

/// Checks a step, and returns where the law does not hold.
type Look = Box<dyn FnMut(&Played<'_>) -> Result<(), Broken>>;

/// What was expected, and what was found.
type Broken = (String, String);

/// Where a law does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The step, from 0.
    pub step: usize,
    /// What was expected by the law.
    pub expected: String,
    /// What was found instead.
    pub found: String,
}

/// A broken law with the shortest history that breaks it. `Display` and `Debug` are both for people, so that `unwrap`
/// in a test prints a readable report.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct LawBroken {
    /// The name of the law.
    pub name: &'static str,
    /// What should hold.
    pub sentence: &'static str,
    /// Where it does not, in the shortest history.
    pub violation: Violation,
    /// The shortest history that breaks it.
    pub history: History,
}

macro_rules! laws {
    ($($file:ident::$name:ident $(($state:expr))?: $sentence:literal,)*) => {
        /// All laws.
        pub const LAWS: [Law; [$($sentence),*].len()] = [$(
            Law { name: stringify!($name), sentence: $sentence, begin: || laws!(@look $file::$name $(($state))?) },
        )*];
    };
    (@look $file:ident::$name:ident) => { Box::new($file::$name) };
    // A law with a state from step to step.
    (@look $file:ident::$name:ident ($state:expr)) => {{
        let mut state = $state;
        Box::new(move |played| $file::$name(&mut state, played))
    }};
}

laws! {
    of_events::state_never_goes_back: "No event takes a session back: Initiating = Alerting < Talking < Completed.",
    of_events::completed_absorbs: "No event leaves Completed, except a Dialing or Ringing that is provably newer.",
    of_events::a_refusal_changes_nothing:
        "An event that is rejected, ignored or unreadable changes no session and causes no notification.",
    of_events::repeated_delivery_changes_nothing_more:
        "An event that is delivered again at once causes no further change.",
    of_events::an_event_changes_only_its_own_session:
        "An event changes only the session of its ThisDN and CallUUID, or without ThisDN those of its CallUUID. If it opens one, completed ones may be forgotten.",
    of_events::numbers_only_rise: "Under one ServerStartTime the number of the last accepted event never decreases.",
    of_events::the_outcome_is_what_changed:
        "The outcome is changed if and only if the resource differs, and the notificationType says what differs.",
    of_what_agents_see::capabilities_follow_state_and_data:
        "The capabilities are those of the table of specification 3, by the state and whether there is user data.",
    of_what_agents_see::notifications_fold_to_the_list(Default::default()):
        "A client that only follows the notifications has the same sessions as a fresh list.",
    of_whole_stores::an_operation_changes_nothing: "An operation or a read changes no session by itself.",
    of_what_agents_see::agents_see_only_their_own:
        "An agent reads the sessions of its own DNs. The answer for another's session is that it does not exist.",
    of_what_agents_see::lists_are_in_order: "Lists are in byte order of DN, then id, with each session once.",
    of_what_agents_see::participants_are_others: "A session has each participant once, and never the agent's own DN.",
    of_what_agents_see::no_right_leaks:
        "No list or notification offers an agent an operation that it has no right to, and no such request is sent.",
    of_whole_stores::an_open_session_stays: "Only completed sessions are forgotten, even to make room.",
    of_whole_stores::what_is_over_has_a_cause: "A session has a cause if and only if it is completed, and keeps it.",
    of_whole_stores::what_has_ended_stays_ended:
        "A legal feed of one server start, reordered and delivered again, opens nothing that it would not have open in order, if every event has a ThisDN.",
    of_whole_stores::limits_are_kept:
        "No step takes the sessions in all, of a DN or of a call, the participants or the user data over a limit.",
    of_whole_stores::a_restored_store_goes_on(None):
        "A store that is restored from its snapshot gives the same answers and notifications as the original.",
    of_whole_stores::the_model_agrees(None): "The reference model gives the same answers and notifications.",
}

impl Law {
    /// Plays a history on a store, which must be empty and have these settings, and checks the law after every step.
    ///
    /// # Errors
    ///
    /// The first violation of the law.
    pub fn check(&self, setup: &Setup, store: &dyn StoreUnderTest, history: &History) -> Result<(), Violation> {
        let mut look = (self.begin)();
        play(setup, store, history, |played| look(played))
    }
}

/// Checks that all laws hold for this history in this crate's store.
///
/// # Errors
///
/// The first that is broken, with the shortest history that breaks it.
pub fn check_all(setup: &Setup, history: &History) -> Result<(), Box<LawBroken>> {
    check_all_of(setup, &setup.sessions(), history)
}

/// The same for any store, which must be empty and have these settings. The history is played once for all laws.
///
/// # Errors
///
/// The first that is broken, with the shortest history that breaks it.
pub fn check_all_of(setup: &Setup, store: &dyn StoreUnderTest, history: &History) -> Result<(), Box<LawBroken>> {
    let mut looks = LAWS.map(|law| (law, (law.begin)()));
    // If the store cannot be tested at all, every law fails, so the first one is reported.
    let [mut law, ..] = LAWS;
    let checked = play(setup, store, history, |played| {
        looks.iter_mut().try_for_each(|(one, look)| look(played).inspect_err(|_| law = *one))
    });
    let Err(mut violation) = checked else { return Ok(()) };
    let history = shortest(history, |history| {
        let found = law.check(setup, store, history);
        found.map_err(|found| violation = found).is_err()
    });
    Err(Box::new(LawBroken { name: law.name, sentence: law.sentence, violation, history }))
}

impl fmt::Display for LawBroken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Violation { step, expected, found } = &self.violation;
        writeln!(f, "a law is broken: {}\n{}", self.name, self.sentence)?;
        writeln!(f, "at step {} of the shortest history that breaks it:", step + 1)?;
        writeln!(f, "  expected {expected}\n  found    {found}\n")?;
        write!(f, "{}", self.history.code(self.name))
    }
}

impl fmt::Debug for LawBroken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for LawBroken {}

fn broken<T>(expected: impl Into<String>, found: impl Into<String>) -> Result<T, Broken> {
    Err((expected.into(), found.into()))
}

fn same(expected: &Value, found: &Value) -> Result<(), Broken> {
    if expected == found { Ok(()) } else { broken(expected.to_string(), found.to_string()) }
}
