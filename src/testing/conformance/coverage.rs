//! The cells of the specification that a run has reached.

use core::{fmt, iter};

use crate::event::Event;
use crate::machine::{CallEvent, DataEvent, Operation, RejectReason, State};
use crate::session::Cause;
use crate::testing::model::capabilities;
use crate::testing::prelude::*;
use crate::testing::{Setup, Step};

/// A cell: its group and its name, such as `("transitions", "EventRinging in Alerting")`.
pub type Cell = (&'static str, String);

/// How often each cell was reached. It has every cell from the beginning.
///
/// The cells are: the 25 of the transition table and the two reopenings (specification 2.1), events that are stale
/// after a session is gone (2.1), the 30 of the data events (2.2), the outcomes of an event to a whole call, the
/// outcomes and reject reasons (7), the causes (2.1), the 8 of the capabilities (3), the notifications (5), every
/// statusCode of operations and reads (4), the results of requests, the actions of an embedder, where room
/// is made (2.1), and where a right is not shown (3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    cells: BTreeMap<Cell, u64>,
}

impl Default for Coverage {
    fn default() -> Self {
        let states = || iter::once("no session").chain(State::ALL.map(State::name));
        let in_states = |name: &'static str| states().map(move |state| format!("{name} in {state}"));
        let user_data = |state: State| ["with", "without"].map(|some| format!("{state} {some} user data"));
        // Complete has no required parameter.
        let can_be = |operation, code| operation != Operation::Complete || code != 1;
        let codes = |operation: Operation| {
            let codes = [0, 1, 2, 3, 5, 6, 10].into_iter().filter(move |&code| can_be(operation, code));
            codes.map(move |code| format!("{operation} {code}"))
        };
        let mut coverage = Coverage { cells: BTreeMap::new() };
        coverage.know("transitions", CallEvent::ALL.into_iter().flat_map(|event| in_states(event.name())));
        coverage.know("data events", DataEvent::ALL.into_iter().flat_map(|event| in_states(event.name())));
        coverage.know("reopening", ["EventDialing", "EventRinging"]);
        coverage.know("stale after the end", CallEvent::ALL);
        coverage.know("to a whole call", ["changed", "unchanged", "orphan", "stale", "limit"]);
        coverage.know("outcomes", ["changed", "unchanged", "rejected", "message", "ignored", "unreadable"]);
        coverage.know("reject reasons", RejectReason::ALL);
        coverage.know("causes", Cause::ALL.into_iter().filter(|cause| *cause != Cause::Vanished));
        coverage.know("capabilities", State::ALL.into_iter().flat_map(user_data));
        coverage.know("notifications", ["StatusChange", "AttachedDataChanged", "NewMessage"]);
        coverage.know("status codes", Operation::ALL.into_iter().flat_map(codes));
        coverage.know("status codes", ["no operation 1", "no operation 3", "no operation 10", "read 0", "read 6"]);
        let settled = ["done by an event of a session", "done by another event", "failed", "timedOut"];
        coverage.know("settled requests", settled);
        let embedder = ["time", "expire", "expire refused", "forget", "forget refused", "restart"];
        coverage.know("embedder", embedder.into_iter().chain(["the gap after a restart"]));
        coverage.know("rights not shown", ["in a list", "in a notification"]);
        coverage.know("room", ["made at a DN", "made in a call", "made in the store", "made for an end"]);
        coverage
    }
}

/// Random histories have few DNs and fewer ids. They never fill a limit above this.
const FULL: usize = 4;
/// The number of sessions of a DN above which random histories never fill a limit.
const FULL_DN: usize = 1;

impl Coverage {
    /// The cells that a system with these settings can reach. If no limit can be reached, no room is ever made.
    pub(super) fn of(setup: &Setup) -> Self {
        let mut coverage = Coverage::default();
        let limits = &setup.limits;
        for (limit, full, made) in [
            (limits.sessions_per_dn, FULL_DN, "made at a DN"),
            (limits.sessions_per_call, FULL, "made in a call"),
            (limits.sessions, FULL, "made in the store"),
            (limits.remembered_ends, FULL, "made for an end"),
        ] {
            if limit > full {
                coverage.cells.remove(&("room", made.to_string()));
            }
        }
        coverage
    }

    /// Adds cells of a group.
    fn know(&mut self, group: &'static str, names: impl IntoIterator<Item = impl ToString>) {
        self.cells.extend(names.into_iter().map(|name| ((group, name.to_string()), 0)));
    }

    /// The cells, and how often each was reached.
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

    /// Counts the cells of a step with the answer of the model.
    pub(super) fn note(&mut self, step: &Step, answer: &Value) {
        let code = answer.pointer("/answer/statusCode").unwrap_or(&Value::Null);
        let refused = if answer.get("answer") == Some(&json!("refused")) { " refused" } else { "" };
        match step {
            Step::Event(event) => self.note_event(event, answer),
            Step::Post { body, .. } => self.reach("status codes", format!("{} {code}", operation(body))),
            Step::Read { .. } => self.reach("status codes", format!("read {code}")),
            Step::Time(_) => self.reach("embedder", format!("time{refused}")),
            Step::Expire { .. } => {
                self.reach("embedder", format!("expire{refused}"));
                if !list_in(answer, "notifications").is_empty() {
                    self.reach("causes", "expired");
                }
            }
            Step::ForgetCompleted { .. } => self.reach("embedder", format!("forget{refused}")),
            Step::Restart => self.reach("embedder", "restart"),
            Step::List { .. } | Step::Forget { .. } | Step::Reconcile { .. } => {}
        }
        let is_of_a_session = matches!(step, Step::Event(event) if event.name.session_event().is_some());
        for settled in list_in(answer, "settled") {
            self.reach(
                "settled requests",
                match settled.get("result").and_then(Value::as_str) {
                    Some("done") if is_of_a_session => "done by an event of a session",
                    Some("done") => "done by another event",
                    Some(result) => result,
                    None => "failed",
                },
            );
        }
    }

    /// Counts the cells of a resource that is shown to an agent in a list or a notification.
    pub(super) fn note_resource(&mut self, resource: &Value, place: &str) {
        let state = resource.get("state").and_then(Value::as_str).unwrap_or_default();
        let has_user_data = resource.get("userData").is_some();
        if place == "in a list" {
            let with = if has_user_data { "with" } else { "without" };
            self.reach("capabilities", format!("{state} {with} user data"));
        }
        if list_in(resource, "capabilities").len() < capabilities(state, has_user_data).len() {
            self.reach("rights not shown", place);
        }
    }

    fn note_event(&mut self, event: &Event<'_>, answer: &Value) {
        let text = |pointer: &str| answer.pointer(pointer).and_then(Value::as_str);
        let (name, outcome) = (event.name.as_str(), text("/told/outcome").unwrap_or_default());
        let (from, reason) = (text("/told/from").unwrap_or("no session"), text("/told/reason").unwrap_or_default());
        self.reach("outcomes", outcome);
        self.reach("reject reasons", reason);
        self.reach("causes", text("/told/cause").unwrap_or_default());
        for notification in list_in(answer, "notifications") {
            let kind = notification.pointer("/notification/data/notificationType").and_then(Value::as_str);
            self.reach("notifications", kind.unwrap_or_default());
        }
        for rendered in list_in(answer, "rendered") {
            if let Some(resource) = rendered.pointer("/notification/data/imSession") {
                self.note_resource(resource, "in a notification");
            }
        }
        if ["ignored", "unreadable"].contains(&outcome) {
            return;
        }
        if event.this_dn().is_none() {
            self.reach("to a whole call", if reason.is_empty() { outcome } else { reason });
        } else if from == "no session" && reason == "stale" {
            self.reach("stale after the end", name);
        } else if from == "Completed" && outcome == "changed" {
            self.reach("reopening", name);
        } else if !["stale", "limit"].contains(&reason) {
            // Staleness is checked before the table, and limits do not depend on the table.
            self.reach("transitions", format!("{name} in {from}"));
            self.reach("data events", format!("{name} in {from}"));
        }
    }

    /// Counts a cell. A cell that does not exist is ignored, since it cannot be reached by a correct system.
    pub(super) fn reach(&mut self, group: &'static str, name: impl Into<String>) {
        if let Some(count) = self.cells.get_mut(&(group, name.into())) {
            *count += 1;
        }
    }

    /// Writes a line for each group of cells.
    pub(super) fn write_groups(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut groups: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
        for ((group, _), count) in self.cells() {
            let (reached, all) = groups.entry(group).or_default();
            *all += 1;
            *reached += u32::from(count > 0);
        }
        groups.iter().try_for_each(|(group, (reached, all))| writeln!(f, "  {group:<20} {reached:>3} of {all:>3}"))
    }

    /// Writes a line for each cell that was not reached.
    pub(super) fn write_missing(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.missing().iter().try_for_each(|(group, name)| writeln!(f, "  not reached: {group}: {name}"))
    }
}

/// The operation that a body names, or `no operation`.
fn operation(body: &str) -> &'static str {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let name = body.get("operationName").and_then(Value::as_str).unwrap_or_default();
    name.parse().map_or("no operation", Operation::name)
}

/// A line for each group of cells, and one for each cell that was not reached.
impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_groups(f)?;
        self.write_missing(f)
    }
}
