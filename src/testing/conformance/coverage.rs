//! Which cells of the specification a run has reached.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde_json::Value;

use crate::machine::{CallEvent, DataEvent, Operation, RejectReason, State};
use crate::testing::Step;

/// A cell: of what, and which. `("transitions", "EventRinging in Alerting")`.
pub type Cell = (&'static str, String);

const TRANSITIONS: &str = "transitions";
const DATA_EVENTS: &str = "data events";
const REOPENING: &str = "reopening";
const WHOLE_CALL: &str = "to a whole call";
const OUTCOMES: &str = "outcomes";
const REASONS: &str = "reject reasons";
const CAPABILITIES: &str = "capabilities";
const NOTIFICATIONS: &str = "notifications";
const STATUS_CODES: &str = "status codes";
const SETTLED: &str = "settled requests";

/// How often each cell was reached. Every cell is there from the beginning.
///
/// The cells: 25 of the transition table and the two reopenings (specification 2.1), 30 of the events that carry data (2.2), what can
/// come of one to a whole call, the outcomes and reject reasons (7), the 8 of the capabilities (3), the notifications (5), every
/// statusCode that an operation and a read can have (4), and how a request is settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    cells: BTreeMap<Cell, u64>,
}

impl Default for Coverage {
    fn default() -> Self {
        Coverage { cells: all_cells().into_iter().map(|cell| (cell, 0)).collect() }
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
        match step {
            Step::Event(event) => self.note_event(event.name.as_str(), event.this_dn(), answer),
            Step::Post { body, .. } => {
                let code = answer.as_u64().unwrap_or(0);
                self.reach(STATUS_CODES, format!("{} {code}", operation(body)));
            }
            Step::Read { .. } => self.reach(STATUS_CODES, format!("read {}", answer.as_u64().unwrap_or(0))),
            Step::List { .. }
            | Step::Time(_)
            | Step::Expire { .. }
            | Step::Forget { .. }
            | Step::ForgetCompleted { .. }
            | Step::ForgetRequests { .. }
            | Step::Reconcile { .. } => {}
        }
    }

    /// Notes a resource that was shown.
    pub(super) fn note_resource(&mut self, resource: &Value) {
        let state = resource.get("state").and_then(Value::as_str).unwrap_or_default();
        let user_data = if resource.get("userData").is_some() { "with" } else { "without" };
        self.reach(CAPABILITIES, format!("{state} {user_data} user data"));
    }

    fn note_event(&mut self, name: &str, this_dn: Option<&str>, answer: &Value) {
        let text = |name: &str| answer.get(name).and_then(Value::as_str);
        let outcome = text("outcome").unwrap_or("unreadable");
        self.reach(OUTCOMES, outcome.to_string());
        if let Some(reason) = text("reason") {
            self.reach(REASONS, reason.to_string());
        }
        for notification in answer.get("notifications").and_then(Value::as_array).into_iter().flatten() {
            let kind = notification.pointer("/notification/data/notificationType").and_then(Value::as_str);
            self.reach(NOTIFICATIONS, kind.unwrap_or_default().to_string());
        }
        if let Some(failed) = answer.pointer("/settled/failed").and_then(Value::as_bool) {
            self.reach(SETTLED, if failed { "EventError" } else { "EventACK" }.to_string());
        }
        if ["ignored", "unreadable"].contains(&outcome) {
            return;
        }
        let from = text("from").unwrap_or("no session");
        if this_dn.is_none() {
            self.reach(WHOLE_CALL, text("reason").unwrap_or(outcome).to_string());
        } else if from == "Completed" && outcome == "changed" {
            self.reach(REOPENING, name.to_string());
        } else if !["stale", "limit"].contains(&text("reason").unwrap_or_default()) {
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
}

/// The operation that a body names, if there is one of that name.
fn operation(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let name = body.get("operationName").and_then(Value::as_str).unwrap_or_default();
    let known = Operation::ALL.into_iter().any(|operation| operation.name() == name);
    if known { name.to_string() } else { "no operation".to_string() }
}

fn all_cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut add = |group: &'static str, name: String| cells.push((group, name));
    let states = || core::iter::once("no session").chain(State::ALL.into_iter().map(State::name));
    for state in states() {
        for event in CallEvent::ALL {
            add(TRANSITIONS, format!("{event} in {state}"));
        }
        for event in DataEvent::ALL {
            add(DATA_EVENTS, format!("{event} in {state}"));
        }
    }
    for name in ["EventDialing", "EventRinging"] {
        add(REOPENING, name.to_string());
    }
    for name in ["changed", "unchanged", "orphan", "stale", "limit"] {
        add(WHOLE_CALL, name.to_string());
    }
    for name in ["changed", "unchanged", "rejected", "message", "ignored", "unreadable"] {
        add(OUTCOMES, name.to_string());
    }
    for reason in RejectReason::ALL {
        add(REASONS, reason.name().to_string());
    }
    for state in State::ALL {
        for user_data in ["with", "without"] {
            add(CAPABILITIES, format!("{state} {user_data} user data"));
        }
    }
    for name in ["StatusChange", "AttachedDataChanged", "NewMessage"] {
        add(NOTIFICATIONS, name.to_string());
    }
    for operation in Operation::ALL {
        // Nothing is required of Complete.
        let codes = [0, 1, 2, 3, 6, 10].into_iter();
        for code in codes.filter(|code| operation.name() != "Complete" || *code != 1) {
            add(STATUS_CODES, format!("{operation} {code}"));
        }
    }
    for name in ["no operation 1", "no operation 3", "no operation 10", "read 0", "read 6"] {
        add(STATUS_CODES, name.to_string());
    }
    for name in ["EventError", "EventACK"] {
        add(SETTLED, name.to_string());
    }
    cells
}

impl Coverage {
    /// A line for each kind of cell.
    pub(super) fn write_groups(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut groups: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
        for ((group, _), count) in self.cells() {
            let (reached, all) = groups.entry(group).or_default();
            *all += 1;
            *reached += u32::from(count > 0);
        }
        groups.iter().try_for_each(|(group, (reached, all))| writeln!(f, "  {group:<18} {reached:>3} of {all:>3}"))
    }

    /// A line for each cell that was not reached.
    pub(super) fn write_missing(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.missing().iter().try_for_each(|(group, name)| writeln!(f, "  not reached: {group}: {name}"))
    }
}

/// A line for each kind of cell, and the cells that were not reached.
impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_groups(f)?;
        self.write_missing(f)
    }
}
