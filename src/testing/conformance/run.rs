//! Drives a system with histories, and compares it with the model at every step.

use core::fmt;
use core::mem::take;

use super::{Coverage, Error, System};
use crate::testing::prelude::*;
use crate::testing::{Agent, History, Model, Setup, Step, shortest};

/// What came of a run.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// How many histories were played.
    pub histories: usize,
    /// How many steps these had.
    pub steps: usize,
    /// Which cells were reached.
    pub coverage: Coverage,
    /// Where the system does other than the model, or cannot go on.
    pub failure: Option<Failure>,
}

impl Report {
    /// Whether the system does what the model does, and every cell was reached.
    #[must_use]
    pub fn conforms(&self) -> bool {
        self.failure.is_none() && self.coverage.is_complete()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "histories: {}, with {} steps in all; reached:", self.histories, self.steps)?;
        self.coverage.write_groups(f)?;
        // A run that was cut short says nothing of what it did not reach.
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

/// Where a system fails: printed, it is a report for a person with the history as lines for a system behind a pipe, and as Rust.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Failure {
    /// The shortest history that shows it; of a system that cannot be reset any more, the one that was played.
    pub history: History,
    /// The lines of it, see [`History::json_lines`].
    pub lines: Vec<String>,
    /// The step that shows it, from 0; `None` if the system could not even be reset.
    pub step: Option<usize>,
    /// What it shows.
    pub why: Why,
}

/// Why a system does not conform.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Why {
    /// It does other than the model.
    Difference {
        /// What differs: `the answer`, `the notifications`, `the list of agent 1`, …
        what: String,
        /// What the model says.
        expected: Value,
        /// What the system says.
        found: Value,
    },
    /// It could not go on: it died, did not answer, answered nonsense.
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

/// Plays the histories at the system and at the model, and stops at the first difference, or where the system cannot go on.
///
/// After every step the answer, the requests (where the system shows them), what was notified and the whole list of every agent
/// are compared. The history is then made as short as can be; of a system that cannot go on only if it can be
/// [reset](System::reset) after that.
pub fn run(system: &mut impl System, setup: &Setup, histories: impl IntoIterator<Item = History>) -> Report {
    let mut report = Report { histories: 0, steps: 0, coverage: Coverage::default(), failure: None };
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

/// Where a history ended before its end, none before the first step; and why.
type Stop = (Option<usize>, Why);

/// The shortest history that stops the system in the same way, and how that one does.
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

/// One that cannot go on shows nothing of what it does, and one that cannot even begin shows nothing at all.
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
    look.take_in(answer);
    for (step, happens) in history.steps.iter().enumerate() {
        look.at(system, happens).map_err(|why| (Some(step), why))?;
    }
    Ok(())
}

/// Looks at the steps of a history.
struct Look<'l> {
    agents: &'l [Agent],
    model: Model,
    coverage: &'l mut Coverage,
    /// Whether the system ever said which requests it sent.
    shows_requests: bool,
    /// What was sent and pushed since they were compared.
    requests: Vec<Value>,
    notifications: Vec<Value>,
}

impl Look<'_> {
    /// What was pushed and sent may stand in any answer; the rest of it.
    fn take_in(&mut self, mut answer: Value) -> Value {
        let mut list = |name: &str| match answer.get_mut(name).map(Value::take) {
            Some(Value::Array(list)) => Some(list),
            Some(_) | None => None,
        };
        self.notifications.extend(list("notifications").unwrap_or_default());
        if let Some(requests) = list("requests") {
            self.shows_requests = true;
            self.requests.extend(requests);
        }
        answer
    }

    fn at(&mut self, system: &mut impl System, happens: &Step) -> Result<(), Why> {
        let agents = self.agents;
        let Some(answer) = system.carry_out(agents, happens)? else { return Ok(()) };
        let found = self.take_in(answer);
        let expected = self.model.carry_out(agents, happens);
        self.coverage.note(happens, &expected);

        self.compare_told(&expected, &found)?;
        self.compare_answer(&expected, &found)?;
        let of_expected = |name: &str| expected.get(name).cloned().unwrap_or_else(|| json!([]));
        if let Some(settled) = found.get("settled") {
            self.compare("the settled requests", &of_expected("settled"), settled)?;
        }
        let (requests, notifications) = (json!(take(&mut self.requests)), json!(take(&mut self.notifications)));
        if self.shows_requests {
            self.compare("the requests", &of_expected("requests"), &requests)?;
        }
        self.compare("the notifications", &of_expected("notifications"), &notifications)?;
        if let Some(rendered) = found.get("rendered") {
            self.compare("what agents without all rights are told", &of_expected("rendered"), rendered)?;
        }

        for agent in 0..agents.len() {
            let list = Step::List { agent, query: "fields=*".into() };
            let expected = self.model.carry_out(agents, &list);
            let Some(answer) = system.carry_out(agents, &list)? else { continue };
            let found = self.take_in(answer);
            self.coverage.note_list(expected.get("answer"));
            let of = |answer: &Value| answer.get("answer").cloned().unwrap_or_default();
            self.compare(&format!("the list of agent {agent}"), &of(&expected), &of(&found))?;
        }
        Ok(())
    }

    fn compare(&self, what: &str, expected: &Value, found: &Value) -> Result<(), Why> {
        if expected == found {
            return Ok(());
        }
        let (expected, found) = (expected.clone(), found.clone());
        Err(Why::Difference { what: what.into(), expected, found })
    }

    /// Whatever the system says of what came of an event must be so.
    fn compare_told(&self, expected: &Value, found: &Value) -> Result<(), Why> {
        let Some(told) = found.get("told").and_then(Value::as_object) else {
            return Ok(());
        };
        let of_model = |key: &String| expected.get("told").and_then(|told| told.get(key)).cloned().unwrap_or_default();
        let said: Map<String, Value> = told.keys().map(|key| (key.clone(), of_model(key))).collect();
        self.compare("the outcome", &json!(said), &json!(told))
    }

    /// The words of an error `{"statusCode":n,"statusMessage":"…"}` are free.
    fn compare_answer(&self, expected: &Value, found: &Value) -> Result<(), Why> {
        let nothing = Value::Null;
        let (mut expected, found) =
            (expected.get("answer").unwrap_or(&nothing).clone(), found.get("answer").unwrap_or(&nothing));
        let error =
            expected.as_object_mut().filter(|body| body.len() == 1 && body.get("statusCode") != Some(&json!(0)));
        if let Some(error) = error {
            let same_code = found.get("statusCode") == error.get("statusCode");
            let words = found.get("statusMessage").filter(|words| words.is_string() && same_code);
            error.insert("statusMessage".into(), words.cloned().unwrap_or_else(|| json!("words of its own")));
        }
        self.compare("the answer", &expected, found)
    }
}
