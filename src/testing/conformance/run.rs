//! Drives a system with histories, and compares it with the model at every step.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde_json::{Map, Value, json};

use super::{Coverage, Error, Failure, System};
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
    /// Where the system does other than the model, in the shortest history that shows it.
    pub failure: Option<Failure>,
    /// Why the system could not go on.
    pub error: Option<Error>,
}

impl Report {
    /// Whether the system does what the model does, and every cell was reached.
    #[must_use]
    pub fn conforms(&self) -> bool {
        self.failure.is_none() && self.error.is_none() && self.coverage.is_complete()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} histories, {} steps; reached:", self.histories, self.steps)?;
        write!(f, "{}", self.coverage)?;
        match (&self.error, &self.failure) {
            (Some(error), _) => writeln!(f, "DOES NOT CONFORM: {error}"),
            (None, Some(failure)) => writeln!(f, "DOES NOT CONFORM: {failure}"),
            (None, None) if !self.coverage.is_complete() => {
                writeln!(f, "NOT COMPLETE: no difference was found, but not every cell was reached")
            }
            (None, None) => writeln!(f, "CONFORMS: no difference was found, and every cell was reached"),
        }
    }
}

/// Plays the histories at the system and at the model, and stops at the first difference.
///
/// After every step the answer, the requests (where the system shows them), what was notified and the whole list of every agent
/// are compared.
pub fn run(system: &mut impl System, setup: &Setup, histories: impl IntoIterator<Item = History>) -> Report {
    let mut report = Report { histories: 0, steps: 0, coverage: Coverage::default(), failure: None, error: None };
    for history in histories {
        report.histories += 1;
        report.steps += history.steps.len();
        match play(system, setup, &history, &mut report.coverage) {
            Ok(()) => continue,
            Err(Stop::Error(error)) => report.error = Some(error),
            Err(Stop::Difference(difference)) => report.failure = Some(shrunk(system, setup, history, difference)),
        }
        break;
    }
    report
}

/// The difference in the shortest history that shows one.
fn shrunk(system: &mut impl System, setup: &Setup, mut history: History, difference: Difference) -> Failure {
    history.steps.truncate(difference.step + 1);
    let mut nowhere = Coverage::default();
    let mut last = difference;
    let short = shortest(&history, |history| match play(system, setup, history, &mut nowhere) {
        Err(Stop::Difference(_)) => true,
        // One that cannot go on shows nothing of what it does.
        Ok(()) | Err(Stop::Error(_)) => false,
    });
    if let Err(Stop::Difference(difference)) = play(system, setup, &short, &mut nowhere) {
        last = difference;
    }
    let Difference { step, what, expected, found } = last;
    Failure { history: short, step, what, expected, found }
}

enum Stop {
    Error(Error),
    Difference(Difference),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Error(error)
    }
}

struct Difference {
    step: usize,
    what: String,
    expected: Value,
    found: Value,
}

fn play(system: &mut impl System, setup: &Setup, history: &History, coverage: &mut Coverage) -> Result<(), Stop> {
    let mut model = setup.model();
    system.reset()?;
    for (step, happens) in history.steps.iter().enumerate() {
        let mut look = Look { step, agents: &history.agents, model: &mut model, coverage };
        look.at(system, happens)?;
    }
    Ok(())
}

/// Looks at one step.
struct Look<'l> {
    step: usize,
    agents: &'l [Agent],
    model: &'l mut Model,
    coverage: &'l mut Coverage,
}

impl Look<'_> {
    fn at(&mut self, system: &mut impl System, happens: &Step) -> Result<(), Stop> {
        let nobody = Agent::default();
        let agents = self.agents;
        let me = |agent: &usize| agents.get(*agent).unwrap_or(&nobody);
        let (found, by_embedder) = match happens {
            Step::Event(event) => (system.event(event)?, false),
            Step::Post { agent, target, body } => (system.post(me(agent), target.as_deref(), body)?, false),
            Step::List { agent, query } => (system.list(me(agent), query)?, false),
            Step::Read { agent, id, query } => (system.read(me(agent), id, query)?, false),
            Step::Time(_)
            | Step::Expire { .. }
            | Step::Forget { .. }
            | Step::ForgetCompleted { .. }
            | Step::ForgetRequests { .. }
            | Step::Reconcile { .. } => match system.embedder(happens)? {
                Some(answer) => (answer, true),
                None => return Ok(()),
            },
        };
        let expected = self.model.carry_out(agents, happens);
        self.coverage.note(happens, &expected);

        match happens {
            Step::Event(_) => self.compare_outcome(&expected, &found)?,
            Step::Post { .. } if expected.is_object() => {
                self.compare("the answer", &json!({"statusCode": 0}), &found)?
            }
            _ if expected.is_u64() && !by_embedder => self.compare_error(&expected, &found)?,
            _ => self.compare("the answer", &expected, &found)?,
        }
        if let Some(requests) = system.requests()? {
            let sent = matches!(happens, Step::Post { .. }) && expected.is_object();
            let sent = if sent { Vec::from([expected.clone()]) } else { Vec::new() };
            self.compare("the requests", &json!(sent), &json!(requests))?;
        }
        let told = expected.get("notifications").cloned().unwrap_or_else(|| json!([]));
        let pushed = system.notifications()?.into_iter();
        let pushed: Vec<Value> =
            pushed.map(|(dn, notification)| json!({"thisDN": dn, "notification": notification})).collect();
        self.compare("the notifications", &told, &json!(pushed))?;

        for (agent, me) in agents.iter().enumerate() {
            let query = "fields=*";
            let expected = self.model.carry_out(agents, &Step::List { agent, query: query.into() });
            for resource in expected.get("imSessions").and_then(Value::as_array).into_iter().flatten() {
                self.coverage.note_resource(resource);
            }
            self.compare(&format!("the list of agent {agent}"), &expected, &system.list(me, query)?)?;
        }
        Ok(())
    }

    fn compare(&self, what: &str, expected: &Value, found: &Value) -> Result<(), Stop> {
        if expected == found {
            return Ok(());
        }
        let (expected, found) = (expected.clone(), found.clone());
        Err(Stop::Difference(Difference { step: self.step, what: what.into(), expected, found }))
    }

    /// Whatever the system says of what came of an event must be so.
    fn compare_outcome(&self, expected: &Value, found: &Value) -> Result<(), Stop> {
        let Some(told) = found.as_object() else {
            return Ok(());
        };
        let mut said = Map::new();
        for key in told.keys() {
            let of_model = if key == "outcome" && expected.is_string() { Some(expected) } else { expected.get(key) };
            said.insert(key.clone(), of_model.cloned().unwrap_or_default());
        }
        self.compare("the outcome", &Value::Object(said), found)
    }

    /// `{"statusCode":n,"statusMessage":"…"}` and nothing else; the words are free.
    fn compare_error(&self, code: &Value, found: &Value) -> Result<(), Stop> {
        let words = found.get("statusMessage").filter(|words| words.is_string());
        let words = words.cloned().unwrap_or_else(|| json!("some words"));
        self.compare("the answer", &json!({"statusCode": code, "statusMessage": words}), found)
    }
}
