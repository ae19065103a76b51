//! Plays a history, and passes every step to the laws.

use core::cell::OnceCell;

use super::{Broken, SeenSession, StoreUnderTest, Violation, broken};
use crate::event::Event;
use crate::testing::prelude::*;
use crate::testing::{Agent, History, Setup, Step};

/// A step that was carried out.
pub(super) struct Played<'p> {
    pub(super) setup: &'p Setup,
    /// The given store, which is empty.
    pub(super) empty: &'p dyn StoreUnderTest,
    pub(super) history: &'p History,
    /// The position of the step in the history, from 0.
    pub(super) position: usize,
    pub(super) step: &'p Step,
    /// The sessions before and after the step.
    pub(super) before: &'p [SeenSession],
    pub(super) after: &'p [SeenSession],
    /// The store after the step.
    pub(super) store: &'p dyn StoreUnderTest,
    pub(super) answer: &'p Value,
    /// The list of each agent, computed on first use.
    lists: OnceCell<Vec<Value>>,
}

/// Plays the history, and calls `look` for every step.
pub(super) fn play(
    setup: &Setup,
    empty: &dyn StoreUnderTest,
    history: &History,
    mut look: impl FnMut(&Played<'_>) -> Result<(), Broken>,
) -> Result<(), Violation> {
    let at = |step: usize| move |(expected, found): Broken| Violation { step, expected, found };
    let mut store = of_the_same_type(empty, empty.duplicate()).map_err(at(0))?;
    let mut after = store.sessions();
    if !after.is_empty() {
        return broken("an empty store", format!("{} sessions", after.len())).map_err(at(0));
    }
    for (position, step) in history.steps.iter().enumerate() {
        let before = after;
        let answer = store.carry_out(&history.agents, step);
        after = store.sessions();
        let (before, after, answer) = (&*before, &*after, &answer);
        let (store, lists) = (&*store, OnceCell::new());
        let played = Played { setup, empty, history, position, step, before, after, store, answer, lists };
        look(&played).map_err(at(position))?;
    }
    Ok(())
}

/// Checks that a duplicate or restored store has the type of the given one. Another type would not test the given
/// store.
pub(super) fn of_the_same_type(
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

pub(super) fn find<'s>(sessions: &'s [SeenSession], this_dn: &str, id: &str) -> Option<&'s SeenSession> {
    sessions.iter().find(|session| session.this_dn == this_dn && session.id == id)
}

/// All sessions as text for a message.
pub(super) fn all(sessions: &[SeenSession]) -> String {
    json!(sessions.iter().map(|session| &session.resource).collect::<Vec<_>>()).to_string()
}

impl Played<'_> {
    pub(super) fn agents(&self) -> &[Agent] {
        &self.history.agents
    }

    pub(super) fn event(&self) -> Option<&Event<'static>> {
        if let Step::Event(event) = self.step { Some(event) } else { None }
    }

    pub(super) fn before(&self, session: &SeenSession) -> Option<&SeenSession> {
        find(self.before, &session.this_dn, &session.id)
    }

    pub(super) fn after(&self, session: &SeenSession) -> Option<&SeenSession> {
        find(self.after, &session.this_dn, &session.id)
    }

    /// If the step is an event: each session that exists before and after it, with the event.
    pub(super) fn moves(&self) -> impl Iterator<Item = (&SeenSession, &SeenSession, &Event<'static>)> {
        self.before.iter().filter_map(|before| Some((before, self.after(before)?, self.event()?)))
    }

    pub(super) fn outcome(&self) -> &str {
        self.answer.pointer("/told/outcome").and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn notifications(&self) -> &[Value] {
        list_in(self.answer, "notifications")
    }

    /// Checks that no session was changed, added or removed.
    pub(super) fn nothing_changed(&self) -> Result<(), Broken> {
        if self.before == self.after {
            return Ok(());
        }
        broken(format!("the sessions as they were: {}", all(self.before)), all(self.after))
    }

    /// The body of the answer to a read after the step.
    pub(super) fn answer_to(&self, step: &Step) -> Value {
        let answer = self.store.duplicate().carry_out(self.agents(), step);
        answer.get("answer").cloned().unwrap_or_default()
    }

    /// The whole list of an agent.
    pub(super) fn list(&self, agent: usize) -> &Value {
        let list = |agent| self.answer_to(&Step::List { agent, query: "fields=*".into() });
        let lists = self.lists.get_or_init(|| (0..self.agents().len()).map(list).collect());
        lists.get(agent).unwrap_or(&Value::Null)
    }
}
