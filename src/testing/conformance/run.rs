//! Drives a system with histories, and compares it with the model at every step.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde_json::{Map, Value, json};

use super::{Coverage, Error, Failure, Halt, System};
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
    /// Where the system could not go on: it died, did not answer, answered nonsense.
    pub halt: Option<Halt>,
}

impl Report {
    /// Whether the system does what the model does, and every cell was reached.
    #[must_use]
    pub fn conforms(&self) -> bool {
        self.failure.is_none() && self.halt.is_none() && self.coverage.is_complete()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "histories: {}, with {} steps in all; reached:", self.histories, self.steps)?;
        self.coverage.write_groups(f)?;
        // A run that was cut short says nothing of what it did not reach.
        if self.halt.is_none() && self.failure.is_none() {
            self.coverage.write_missing(f)?;
        }
        match (&self.halt, &self.failure) {
            (Some(halt), _) => writeln!(f, "DOES NOT CONFORM: {halt}"),
            (None, Some(failure)) => writeln!(f, "DOES NOT CONFORM: {failure}"),
            (None, None) if !self.coverage.is_complete() => {
                writeln!(f, "NOT COMPLETE: no difference was found, but not every cell was reached")
            }
            (None, None) => writeln!(f, "CONFORMS: no difference was found, and every cell was reached"),
        }
    }
}

/// Plays the histories at the system and at the model, and stops at the first difference, or where the system cannot go on.
///
/// After every step the answer, the requests (where the system shows them), what was notified and the whole list of every agent
/// are compared. The history is then made as short as can be; of a system that cannot go on only if it can be
/// [reset](System::reset) after that.
pub fn run(system: &mut impl System, setup: &Setup, histories: impl IntoIterator<Item = History>) -> Report {
    let mut report = Report { histories: 0, steps: 0, coverage: Coverage::default(), failure: None, halt: None };
    for history in histories {
        report.histories += 1;
        report.steps += history.steps.len();
        let Err(stop) = play(system, setup, &history, &mut report.coverage) else { continue };
        let (history, Stop { step, why }) = shrunk(system, setup, history, stop);
        match why {
            Why::Halt(error) => report.halt = Some(Halt { history, step, error }),
            Why::Difference { what, expected, found } => {
                report.failure = Some(Failure { history, step: step.unwrap_or(0), what, expected, found });
            }
        }
        break;
    }
    report
}

/// The shortest history that stops the system in the same way, and how that one does.
fn shrunk(system: &mut impl System, setup: &Setup, mut history: History, stop: Stop) -> (History, Stop) {
    history.steps.truncate(stop.step.map_or(0, |step| step + 1));
    let mut nowhere = Coverage::default();
    let mut last = stop;
    let history = shortest(&history, |history| match play(system, setup, history, &mut nowhere) {
        Err(stop) if stop.is_like(&last) => {
            last = stop;
            true
        }
        Ok(()) | Err(_) => false,
    });
    (history, last)
}

/// Where a history ended before its end.
struct Stop {
    /// None before the first step.
    step: Option<usize>,
    why: Why,
}

enum Why {
    Halt(Error),
    Difference { what: String, expected: Value, found: Value },
}

impl Stop {
    /// One that cannot go on shows nothing of what it does, and one that cannot even begin shows nothing at all.
    fn is_like(&self, other: &Stop) -> bool {
        match (&self.why, &other.why) {
            (Why::Halt(_), Why::Halt(_)) => self.step.is_some() && other.step.is_some(),
            (Why::Difference { .. }, Why::Difference { .. }) => true,
            (Why::Halt(_), Why::Difference { .. }) | (Why::Difference { .. }, Why::Halt(_)) => false,
        }
    }
}

impl From<Error> for Why {
    fn from(error: Error) -> Self {
        Why::Halt(error)
    }
}

fn play(system: &mut impl System, setup: &Setup, history: &History, coverage: &mut Coverage) -> Result<(), Stop> {
    let mut model = setup.model();
    system.reset().map_err(|error| Stop { step: None, why: error.into() })?;
    for (step, happens) in history.steps.iter().enumerate() {
        let mut look = Look { agents: &history.agents, model: &mut model, coverage };
        look.at(system, happens).map_err(|why| Stop { step: Some(step), why })?;
    }
    Ok(())
}

/// Looks at one step.
struct Look<'l> {
    agents: &'l [Agent],
    model: &'l mut Model,
    coverage: &'l mut Coverage,
}

impl Look<'_> {
    fn at(&mut self, system: &mut impl System, happens: &Step) -> Result<(), Why> {
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

    fn compare(&self, what: &str, expected: &Value, found: &Value) -> Result<(), Why> {
        if expected == found {
            return Ok(());
        }
        let (expected, found) = (expected.clone(), found.clone());
        Err(Why::Difference { what: what.into(), expected, found })
    }

    /// Whatever the system says of what came of an event must be so.
    fn compare_outcome(&self, expected: &Value, found: &Value) -> Result<(), Why> {
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
    fn compare_error(&self, code: &Value, found: &Value) -> Result<(), Why> {
        let words = found.get("statusMessage").filter(|words| words.is_string());
        if words.is_some_and(|words| *found == json!({"statusCode": code, "statusMessage": words})) {
            return Ok(());
        }
        self.compare("the answer", &json!({"statusCode": code, "statusMessage": "words of its own"}), found)
    }
}
