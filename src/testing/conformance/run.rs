//! Plays histories on a system, and compares it with the model after every step.

use core::fmt;
use core::mem::take;

use super::{Coverage, Error, System};
use crate::testing::prelude::*;
use crate::testing::{Agent, History, Model, Setup, Step, shortest};

/// The result of a run.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// The number of histories that were played.
    pub histories: usize,
    /// The number of their steps.
    pub steps: usize,
    /// The cells that were reached.
    pub coverage: Coverage,
    /// The first difference from the model, or the first step after which the system cannot continue.
    pub failure: Option<Failure>,
}

impl Report {
    /// Whether the system behaves like the model, and every cell was reached.
    #[must_use]
    pub fn conforms(&self) -> bool {
        self.failure.is_none() && self.coverage.is_complete()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "histories: {}, with {} steps in all; reached:", self.histories, self.steps)?;
        self.coverage.write_groups(f)?;
        // The missing cells of an aborted run are not significant.
        if let Some(failure) = &self.failure {
            return writeln!(f, "DOES NOT CONFORM: {failure}");
        }
        self.coverage.write_missing(f)?;
        f.write_str(if self.conforms() {
            "CONFORMS: no difference was found, and every cell was reached\n"
        } else {
            "NOT COMPLETE: no difference was found, but not every cell was reached\n"
        })
    }
}

/// A failure of a system. Its `Display` is a report for a person, with the history as lines for a system behind a pipe,
/// and as Rust code.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Failure {
    /// The shortest history that shows the failure. If the system can no longer be reset, the history that was played.
    pub history: History,
    /// The lines of the history, see [`History::json_lines`].
    pub lines: Vec<String>,
    /// The step that shows the failure, from 0; `None` if the system could not be reset.
    pub step: Option<usize>,
    /// The kind of the failure.
    pub why: Why,
}

/// Why a system does not conform.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Why {
    /// It differs from the model.
    Difference {
        /// What differs: `the answer`, `the notifications`, `the list of agent 1`, …
        what: String,
        /// The value of the model.
        expected: Value,
        /// The value of the system.
        found: Value,
    },
    /// It could not continue: it died, did not answer, or its answer was invalid.
    Halt(Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure { history, lines, step, why } = self;
        let at = step.map(|step| format!("at step {} of {}:", step + 1, history.steps.len()));
        let name = match (why, at) {
            (Why::Halt(error), None) => return writeln!(f, "{error}\nat reset"),
            (Why::Halt(error), Some(at)) => {
                writeln!(f, "{error}\n{at}")?;
                "it_cannot_go_on"
            }
            (Why::Difference { what, expected, found }, at) => {
                writeln!(f, "difference in {what} {}", at.unwrap_or_default())?;
                writeln!(f, "  expected {expected}\n  found    {found}")?;
                "it_differs"
            }
        };
        write!(f, "\n{}\n{}", lines.concat(), history.code(name))
    }
}

impl From<Error> for Why {
    fn from(error: Error) -> Self {
        Why::Halt(error)
    }
}

/// Plays the histories on the system and on the model. Stops at the first difference, or when the system cannot
/// continue.
///
/// After every step it compares the answer, the requests (if the system shows them), the notifications, and the whole
/// list of every agent. A failing history is then shrunk; if the system cannot continue, only if it can be
/// [reset](System::reset) afterwards.
pub fn run(system: &mut impl System, setup: &Setup, histories: impl IntoIterator<Item = History>) -> Report {
    let mut report = Report { histories: 0, steps: 0, coverage: Coverage::of(setup), failure: None };
    for history in histories {
        report.histories += 1;
        report.steps += history.steps.len();
        if let Err(stop) = play(system, setup, &history, &mut report.coverage) {
            report.failure = Some(shrunk(system, setup, history, stop));
            break;
        }
    }
    report
}

/// The step at which a history was aborted (`None` before the first one), and why.
type Stop = (Option<usize>, Why);

/// The failure with the shortest history that stops the system in the same way.
fn shrunk(system: &mut impl System, setup: &Setup, mut history: History, mut last: Stop) -> Failure {
    history.steps.truncate(last.0.map_or(0, |step| step + 1));
    let mut nowhere = Coverage::default();
    let history = shortest(&history, |history| match play(system, setup, history, &mut nowhere) {
        Err(stop) if is_like(&stop, &last) => {
            last = stop;
            true
        }
        Ok(()) | Err(_) => false,
    });
    let (lines, (step, why)) = (history.json_lines(setup), last);
    Failure { history, lines, step, why }
}

/// Whether two failures are of the same kind. A failed reset is like no other failure, so a history is not shrunk by
/// it.
fn is_like((step, why): &Stop, (other_step, other): &Stop) -> bool {
    match (why, other) {
        (Why::Halt(_), Why::Halt(_)) => step.is_some() && other_step.is_some(),
        (Why::Difference { .. }, Why::Difference { .. }) => true,
        (Why::Halt(_), Why::Difference { .. }) | (Why::Difference { .. }, Why::Halt(_)) => false,
    }
}

fn play(system: &mut impl System, setup: &Setup, history: &History, coverage: &mut Coverage) -> Result<(), Stop> {
    let answer = system.reset(setup).map_err(|error| (None, error.into()))?;
    let mut look = Look {
        agents: &history.agents,
        model: setup.model(),
        coverage,
        shows_requests: false,
        requests: Vec::new(),
        notifications: Vec::new(),
    };
    look.take_in(&answer);
    for (step, happens) in history.steps.iter().enumerate() {
        look.at(system, happens).map_err(|why| (Some(step), why))?;
    }
    Ok(())
}

/// Compares the steps of a history.
struct Look<'l> {
    agents: &'l [Agent],
    model: Model,
    coverage: &'l mut Coverage,
    /// Whether the system has ever shown its requests.
    shows_requests: bool,
    /// Requests and notifications since the last comparison.
    requests: Vec<Value>,
    notifications: Vec<Value>,
}

impl Look<'_> {
    /// Collects the notifications and requests, which may be in any answer.
    fn take_in(&mut self, answer: &Value) {
        self.notifications.extend_from_slice(list_in(answer, "notifications"));
        self.requests.extend_from_slice(list_in(answer, "requests"));
        self.shows_requests |= answer.get("requests").is_some_and(Value::is_array);
    }

    fn at(&mut self, system: &mut impl System, happens: &Step) -> Result<(), Why> {
        let agents = self.agents;
        let Some(found) = system.carry_out(agents, happens)? else { return Ok(()) };
        self.take_in(&found);
        let mut expected = self.model.carry_out(agents, happens);
        self.coverage.note(happens, &expected);
        for (group, name) in self.model.take_reached() {
            self.coverage.reach(group, name);
        }
        leave_free(&mut expected, &found);

        let of = |name: &str| found.get(name).filter(|said| !said.is_null());
        let (requests, notifications) = (json!(take(&mut self.requests)), json!(take(&mut self.notifications)));
        for (name, what, found) in [
            ("told", "the outcome", of("told")),
            ("answer", "the answer", of("answer").or(Some(&Value::Null))),
            ("settled", "the settled requests", of("settled")),
            ("requests", "the requests", Some(&requests).filter(|_| self.shows_requests)),
            ("notifications", "the notifications", Some(&notifications)),
            ("rendered", "what agents without all rights are told", of("rendered")),
        ] {
            // Values that a system leaves out are not compared.
            let Some(found) = found else { continue };
            let nothing = if name == "answer" { Value::Null } else { json!([]) };
            same(what, expected.get(name).unwrap_or(&nothing), found)?;
        }
        for agent in 0..agents.len() {
            let list = Step::List { agent, query: "fields=*".into() };
            let expected = self.model.carry_out(agents, &list);
            let Some(found) = system.carry_out(agents, &list)? else { continue };
            self.take_in(&found);
            let [expected, found] = [&expected, &found].map(|answer| answer.get("answer").unwrap_or(&Value::Null));
            for resource in list_in(expected, "imSessions") {
                self.coverage.note_resource(resource, "in a list");
            }
            same(&format!("the list of agent {agent}"), expected, found)?;
        }
        Ok(())
    }
}

fn same(what: &str, expected: &Value, found: &Value) -> Result<(), Why> {
    if expected == found {
        return Ok(());
    }
    Err(Why::Difference { what: what.into(), expected: expected.clone(), found: found.clone() })
}

/// Makes optional parts match: the keys that a system leaves out of `told`, and the text of an error
/// `{"statusCode":n,"statusMessage":"…"}`.
fn leave_free(expected: &mut Value, found: &Value) {
    if let (Some(Value::Object(of_model)), Some(Value::Object(told))) = (expected.get_mut("told"), found.get("told")) {
        let known = take(of_model);
        of_model.extend(told.keys().map(|key| (key.clone(), known.get(key).cloned().unwrap_or_default())));
    }
    let answer = expected.get_mut("answer").and_then(Value::as_object_mut);
    let is_error =
        |body: &&mut Map<_, _>| body.len() == 1 && body.get("statusCode").is_some_and(|code| *code != json!(0));
    if let Some(error) = answer.filter(is_error) {
        let same_code = found.pointer("/answer/statusCode") == error.get("statusCode");
        let words = found.pointer("/answer/statusMessage").filter(|words| words.is_string() && same_code);
        error.insert("statusMessage".into(), words.cloned().unwrap_or_else(|| json!("words of its own")));
    }
}
