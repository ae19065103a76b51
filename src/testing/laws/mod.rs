//! The laws: what holds for every history, each as a function with a name and a sentence.
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
//! // Another table of capabilities breaks a law; what is printed says which, where, and the shortest history that does.
//! let mut setup = Setup::default();
//! setup.capabilities = CapabilityTable::DOCUMENTED_SAMPLE;
//! let broken = laws::check_all(&setup, &history).unwrap_err();
//! assert_eq!(broken.name, "capabilities_follow_state_and_data");
//! assert_eq!(broken.history.steps.len(), 2);
//! ```
//!
//! A service that wraps the store, or has one of its own, shows it through [`StoreUnderTest`], and the same laws are asked of it:
//! [`check_all_of`], [`Law::hold_of`].

mod of_events;
mod of_what_is_shown;
mod of_whole_stores;
mod under_test;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde_json::{Value, json};

use super::{Agent, History, Setup, Step, shortest};
use crate::event::Event;
pub use of_events::*;
pub use of_what_is_shown::*;
pub use of_whole_stores::*;
pub use under_test::*;

/// A law.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Law {
    /// Its name, that of its function.
    pub name: &'static str,
    /// What holds.
    pub sentence: &'static str,
    /// Plays a history at a store that is empty and set up like this, and tells where the law does not hold.
    pub check: fn(&Setup, &dyn StoreUnderTest, &History) -> Result<(), Violation>,
}

/// Where a law does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// At which step, from 0.
    pub step: usize,
    /// What the law says.
    pub expected: String,
    /// What came instead.
    pub found: String,
}

/// A broken law with the shortest history that breaks it. Printed it is for a person, with `{:?}` too, so that `unwrap` in a
/// test shows it.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct LawBroken {
    /// The law's name.
    pub name: &'static str,
    /// What should hold.
    pub sentence: &'static str,
    /// Where it does not, in the shortest history.
    pub violation: Violation,
    /// The shortest history that breaks it.
    pub history: History,
}

macro_rules! laws {
    ($($name:ident: $sentence:literal,)*) => {
        /// All laws.
        pub const LAWS: [Law; [$($sentence),*].len()] = [$(
            Law { name: stringify!($name), sentence: $sentence, check: $name },
        )*];
    };
}

laws! {
    state_never_goes_back: "No event takes a session back: Initiating = Alerting < Talking < Completed.",
    completed_absorbs: "No event leaves Completed, but a Dialing or Ringing that is provably newer.",
    a_refusal_changes_nothing: "An event that is rejected, ignored or unreadable changes no session and is told to nobody.",
    repeated_delivery_changes_nothing_more: "An event that is delivered again at once changes nothing more.",
    an_event_changes_only_its_own_session: "An event changes the session of its ThisDN and CallUUID, without ThisDN those of its CallUUID, and no other.",
    numbers_only_rise: "Under one ServerStartTime the number of the last accepted event never falls.",
    the_outcome_is_what_changed: "changed is told where the resource differs, and nowhere else; its notificationType says what differs.",
    capabilities_follow_state_and_data: "The capabilities are those of the table of specification 3, for the state and for user data being there.",
    notifications_fold_to_the_list: "Whoever follows the notifications alone holds what a fresh list gives.",
    an_operation_changes_nothing: "An operation or a read changes no session by itself.",
    agents_see_only_their_own: "An agent reads the sessions of its own DNs; another's answers as one that does not exist.",
    lists_are_in_order: "Lists are in byte order of DN, then id, each session once.",
    participants_are_others: "Participants are there once each, and never the agent's own DN.",
    limits_are_kept:
        "No step takes the number of sessions, of those of one DN, the participants or the user data over a limit.",
    a_restored_store_goes_on: "A store that is restored from its snapshot answers and notifies as the original.",
    the_model_agrees: "The reference model answers and notifies the same.",
}

impl Law {
    /// Whether the law holds for this history, in this crate's store that is set up like this.
    ///
    /// # Errors
    ///
    /// What was broken, with the shortest history that breaks it.
    pub fn hold(&self, setup: &Setup, history: &History) -> Result<(), Box<LawBroken>> {
        self.hold_of(setup, &setup.sessions(), history)
    }

    /// The same of any store, which must be empty and set up like this.
    ///
    /// # Errors
    ///
    /// What was broken, with the shortest history that breaks it.
    pub fn hold_of(&self, setup: &Setup, store: &dyn StoreUnderTest, history: &History) -> Result<(), Box<LawBroken>> {
        let Err(violation) = (self.check)(setup, store, history) else {
            return Ok(());
        };
        let history = shortest(history, |history| (self.check)(setup, store, history).is_err());
        let violation = (self.check)(setup, store, &history).err().unwrap_or(violation);
        Err(Box::new(LawBroken { name: self.name, sentence: self.sentence, violation, history }))
    }
}

/// Whether all laws hold for this history, in this crate's store.
///
/// # Errors
///
/// The first that is broken, with the shortest history that breaks it.
pub fn check_all(setup: &Setup, history: &History) -> Result<(), Box<LawBroken>> {
    check_all_of(setup, &setup.sessions(), history)
}

/// The same of any store, which must be empty and set up like this.
///
/// # Errors
///
/// The first that is broken, with the shortest history that breaks it.
pub fn check_all_of(setup: &Setup, store: &dyn StoreUnderTest, history: &History) -> Result<(), Box<LawBroken>> {
    LAWS.iter().try_for_each(|law| law.hold_of(setup, store, history))
}

impl fmt::Display for LawBroken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Violation { step, expected, found } = &self.violation;
        writeln!(f, "a law is broken: {}", self.name)?;
        writeln!(f, "{}", self.sentence)?;
        writeln!(f, "at step {} of the shortest history that breaks it:", step + 1)?;
        writeln!(f, "  expected {expected}")?;
        writeln!(f, "  found    {found}")?;
        write!(f, "\n{}", self.history.code(self.name))
    }
}

impl fmt::Debug for LawBroken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for LawBroken {}

/// What is to be, and what is.
type Broken = (String, String);

fn broken<T>(expected: impl Into<String>, found: impl Into<String>) -> Result<T, Broken> {
    Err((expected.into(), found.into()))
}

fn same(expected: &Value, found: &Value) -> Result<(), Broken> {
    if expected == found { Ok(()) } else { broken(expected.to_string(), found.to_string()) }
}

/// A step that was carried out.
struct Played<'p> {
    agents: &'p [Agent],
    step: &'p Step,
    /// The sessions before and after.
    before: &'p [SeenSession],
    after: &'p [SeenSession],
    /// The store after it.
    store: &'p dyn StoreUnderTest,
    /// What was answered and told.
    answer: &'p Value,
}

/// Plays the history, and looks at every step.
fn play(
    store: &dyn StoreUnderTest,
    history: &History,
    mut look: impl FnMut(&Played<'_>) -> Result<(), Broken>,
) -> Result<(), Violation> {
    let given = store;
    let at_the_beginning = |(expected, found)| Violation { step: 0, expected, found };
    let mut store = of_the_same_type(given, given.duplicate()).map_err(at_the_beginning)?;
    let mut after = store.sessions();
    if !after.is_empty() {
        return broken("an empty store", format!("{} sessions", after.len())).map_err(at_the_beginning);
    }
    for (position, step) in history.steps.iter().enumerate() {
        let before = after;
        let answer = store.carry_out(&history.agents, step);
        after = store.sessions();
        let played =
            Played { agents: &history.agents, step, before: &before, after: &after, store: &*store, answer: &answer };
        look(&played).map_err(|(expected, found)| Violation { step: position, expected, found })?;
    }
    Ok(())
}

/// What a store of another type does says nothing of the one that was given.
fn of_the_same_type(
    given: &dyn StoreUnderTest,
    other: Box<dyn StoreUnderTest>,
) -> Result<Box<dyn StoreUnderTest>, Broken> {
    let (expected, found) = (given.type_name(), other.type_name());
    if expected == found {
        Ok(other)
    } else {
        broken(format!("a store of the type {expected}"), format!("one of {found}"))
    }
}

/// The session of this DN with this id.
fn find<'s>(sessions: &'s [SeenSession], this_dn: &str, id: &str) -> Option<&'s SeenSession> {
    sessions.iter().find(|session| session.this_dn == this_dn && session.id == id)
}

impl Played<'_> {
    fn event(&self) -> Option<&Event<'static>> {
        match self.step {
            Step::Event(event) => Some(event),
            Step::Post { .. }
            | Step::List { .. }
            | Step::Read { .. }
            | Step::Time(_)
            | Step::Expire { .. }
            | Step::Forget { .. }
            | Step::ForgetCompleted { .. }
            | Step::ForgetRequests { .. }
            | Step::Reconcile { .. } => None,
        }
    }

    /// Each session that was there and still is, before and after.
    fn pairs(&self) -> impl Iterator<Item = (&SeenSession, &SeenSession)> {
        self.before.iter().filter_map(|before| Some((before, find(self.after, &before.this_dn, &before.id)?)))
    }

    fn outcome(&self) -> &str {
        self.answer.get("outcome").and_then(Value::as_str).unwrap_or("unreadable")
    }

    fn notifications(&self) -> &[Value] {
        let list = self.answer.get("notifications").unwrap_or(self.answer);
        list.as_array().map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether any session is another than before, comes or goes.
    fn nothing_changed(&self) -> Result<(), Broken> {
        if self.before == self.after {
            return Ok(());
        }
        broken(format!("the sessions as they were: {}", all(self.before)), all(self.after))
    }

    /// What an agent reads now.
    fn answer_to(&self, step: &Step) -> Value {
        self.store.duplicate().carry_out(self.agents, step)
    }

    /// The whole list of an agent.
    fn list(&self, agent: usize) -> Value {
        self.answer_to(&Step::List { agent, query: "fields=*".into() })
    }
}

/// All sessions, to be printed.
fn all(sessions: &[SeenSession]) -> String {
    json!(sessions.iter().map(|session| &session.resource).collect::<Vec<_>>()).to_string()
}
