//! Which cells of the specification a run has reached.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde_json::Value;

use crate::machine::{CallEvent, DataEvent, Operation, RejectReason, State};
use crate::session::Cause;
use crate::testing::Step;

/// A cell: of what, and which. `("transitions", "EventRinging in Alerting")`.
pub type Cell = (&'static str, String);

const TRANSITIONS: &str = "transitions";
const DATA_EVENTS: &str = "data events";
const REOPENING: &str = "reopening";
const STALE_ENDS: &str = "stale after the end";
const WHOLE_CALL: &str = "to a whole call";
const OUTCOMES: &str = "outcomes";
const REASONS: &str = "reject reasons";
const CAUSES: &str = "causes";
const CAPABILITIES: &str = "capabilities";
const NOTIFICATIONS: &str = "notifications";
const STATUS_CODES: &str = "status codes";
const SETTLED: &str = "settled requests";
const EMBEDDER: &str = "embedder";

/// How often each cell was reached. Every cell is there from the beginning.
///
/// The cells: 25 of the transition table and the two reopenings (specification 2.1), what is stale after a session is gone (2.1), 30 of
/// the events that carry data (2.2), what can come of one to a whole call, the outcomes and reject reasons (7), the causes (2.1), the 8
/// of the capabilities (3), the notifications (5), every statusCode that an operation and a read can have (4), how a request is settled,
/// and what an embedder does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    cells: BTreeMap<Cell, u64>,
}

impl Default for Coverage {
    fn default() -> Self {
        let states = || core::iter::once("no session").chain(State::ALL.into_iter().map(State::name));
        let in_states = |name: &str| states().map(|state| format!("{name} in {state}")).collect::<Vec<_>>();
        let operations = Operation::ALL.into_iter().flat_map(|operation| {
            // Nothing is required of Complete.
            let codes = [0, 1, 2, 3, 5, 6, 10].into_iter();
            codes
                .filter(move |code| operation != Operation::Complete || *code != 1)
                .map(move |code| format!("{operation} {code}"))
        });
        let capabilities = State::ALL
            .into_iter()
            .flat_map(|state| ["with", "without"].map(|some| format!("{state} {some} user data")));
        let named = |names: &[&str]| -> Vec<String> { names.iter().map(ToString::to_string).collect() };
        let groups: [(&'static str, Vec<String>); 14] = [
            (TRANSITIONS, CallEvent::ALL.iter().flat_map(|event| in_states(event.name())).collect()),
            (DATA_EVENTS, DataEvent::ALL.iter().flat_map(|event| in_states(event.name())).collect()),
            (REOPENING, named(&["EventDialing", "EventRinging"])),
            (STALE_ENDS, CallEvent::ALL.iter().map(ToString::to_string).collect()),
            (WHOLE_CALL, named(&["changed", "unchanged", "orphan", "stale", "limit"])),
            (OUTCOMES, named(&["changed", "unchanged", "rejected", "message", "ignored", "unreadable"])),
            (REASONS, RejectReason::ALL.iter().map(ToString::to_string).collect()),
            (CAUSES, Cause::ALL.iter().map(ToString::to_string).filter(|cause| cause != "vanished").collect()),
            (CAPABILITIES, capabilities.collect()),
            (NOTIFICATIONS, named(&["StatusChange", "AttachedDataChanged", "NewMessage"])),
            (STATUS_CODES, operations.collect()),
            (STATUS_CODES, named(&["no operation 1", "no operation 3", "no operation 10", "read 0", "read 6"])),
            (SETTLED, named(&["done by an event of a session", "done by another event", "failed", "timedOut"])),
            (EMBEDDER, named(&["time", "expire", "expire refused", "forget", "forget refused", "restart"])),
        ];
        let cells = groups.into_iter().flat_map(|(group, names)| names.into_iter().map(move |name| ((group, name), 0)));
        Coverage { cells: cells.collect() }
    }
}

impl Coverage {
    /// The cells and how often each was reached.
    pub fn cells(&self) -> impl Iterator<Item = (&Cell, u64)> {
        self.cells.iter().map(|(cell, count)| (cell, *count))
    }

    /// The cells that were not reached.
    #[must_use]
    pub fn missing(&self) -> Vec<&Cell> {
        self.cells().filter(|(_, count)| *count == 0).map(|(cell, _)| cell).collect()
    }

    /// Whether every cell was reached.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.missing().is_empty()
    }

    /// Adds what another run reached.
    pub fn add(&mut self, other: &Coverage) {
        for (cell, count) in &other.cells {
            *self.cells.entry(cell.clone()).or_default() += count;
        }
    }

    /// Notes a step and what the model answered.
    pub(super) fn note(&mut self, step: &Step, answer: &Value) {
        let refused = if answer.get("answer") == Some(&"refused".into()) { " refused" } else { "" };
        match step {
            Step::Event(event) => {
                self.note_event(event.name.as_str(), event.this_dn(), answer);
                let by = if event.name.session_event().is_some() { "an event of a session" } else { "another event" };
                self.note_settled(answer, by);
            }
            Step::Post { body, .. } => self.note_status_code(&operation(body), answer),
            Step::Read { .. } => self.note_status_code("read", answer),
            Step::Time(_) => self.reach(EMBEDDER, format!("time{refused}")),
            Step::Expire { .. } => {
                self.reach(EMBEDDER, format!("expire{refused}"));
                self.note_settled(answer, "");
                if answer.pointer("/notifications/0").is_some() {
                    self.reach(CAUSES, "expired".into());
                }
            }
            Step::ForgetCompleted { .. } => self.reach(EMBEDDER, format!("forget{refused}")),
            Step::Restart => self.reach(EMBEDDER, "restart".into()),
            Step::List { .. } | Step::Forget { .. } | Step::Reconcile { .. } => {}
        }
    }

    /// Notes the resources of a list.
    pub(super) fn note_list(&mut self, list: Option<&Value>) {
        let resources = list.and_then(|list| list.get("imSessions")).and_then(Value::as_array);
        for resource in resources.into_iter().flatten() {
            let state = resource.get("state").and_then(Value::as_str).unwrap_or_default();
            let user_data = if resource.get("userData").is_some() { "with" } else { "without" };
            self.reach(CAPABILITIES, format!("{state} {user_data} user data"));
        }
    }

    fn note_status_code(&mut self, of: &str, answer: &Value) {
        let code = answer.pointer("/answer/statusCode").and_then(Value::as_u64).unwrap_or_default();
        self.reach(STATUS_CODES, format!("{of} {code}"));
    }

    fn note_settled(&mut self, answer: &Value, by: &str) {
        for settled in answer.get("settled").and_then(Value::as_array).into_iter().flatten() {
            let cell = match settled.get("result").and_then(Value::as_str) {
                Some("done") => format!("done by {by}"),
                Some(result) => result.to_string(),
                None => "failed".into(),
            };
            self.reach(SETTLED, cell);
        }
    }

    fn note_event(&mut self, name: &str, this_dn: Option<&str>, answer: &Value) {
        let text = |name: &str| answer.get("told").and_then(|told| told.get(name)).and_then(Value::as_str);
        let outcome = text("outcome").unwrap_or_default();
        self.reach(OUTCOMES, outcome.to_string());
        for (group, key) in [(REASONS, "reason"), (CAUSES, "cause")] {
            if let Some(name) = text(key) {
                self.reach(group, name.to_string());
            }
        }
        for notification in answer.get("notifications").and_then(Value::as_array).into_iter().flatten() {
            let kind = notification.pointer("/notification/data/notificationType").and_then(Value::as_str);
            self.reach(NOTIFICATIONS, kind.unwrap_or_default().to_string());
        }
        if ["ignored", "unreadable"].contains(&outcome) {
            return;
        }
        let (from, reason) = (text("from").unwrap_or("no session"), text("reason").unwrap_or_default());
        if this_dn.is_none() {
            self.reach(WHOLE_CALL, text("reason").unwrap_or(outcome).to_string());
        } else if from == "no session" && reason == "stale" {
            self.reach(STALE_ENDS, name.to_string());
        } else if from == "Completed" && outcome == "changed" {
            self.reach(REOPENING, name.to_string());
        } else if !["stale", "limit"].contains(&reason) {
            // Stale is decided before the table is asked, and the limit says nothing of it.
            let group = if CallEvent::ALL.iter().any(|event| event.name() == name) { TRANSITIONS } else { DATA_EVENTS };
            self.reach(group, format!("{name} in {from}"));
        }
    }

    /// A cell that is not there is not counted: it would be one that cannot be.
    fn reach(&mut self, group: &'static str, name: String) {
        if let Some(count) = self.cells.get_mut(&(group, name)) {
            *count += 1;
        }
    }

    /// A line for each kind of cell.
    pub(super) fn write_groups(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut groups: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
        for ((group, _), count) in self.cells() {
            let (reached, all) = groups.entry(group).or_default();
            *all += 1;
            *reached += u32::from(count > 0);
        }
        groups.iter().try_for_each(|(group, (reached, all))| writeln!(f, "  {group:<20} {reached:>3} of {all:>3}"))
    }

    /// A line for each cell that was not reached.
    pub(super) fn write_missing(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.missing().iter().try_for_each(|(group, name)| writeln!(f, "  not reached: {group}: {name}"))
    }
}

/// The operation that a body names, if there is one of that name.
fn operation(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let name = body.get("operationName").and_then(Value::as_str).unwrap_or_default();
    let known = Operation::ALL.into_iter().any(|operation| operation.name() == name);
    if known { name.to_string() } else { "no operation".to_string() }
}

/// A line for each kind of cell, and the cells that were not reached.
impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_groups(f)?;
        self.write_missing(f)
    }
}
