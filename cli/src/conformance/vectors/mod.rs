//! The language-neutral vectors in `tests/vectors` of the repository: `im-session conformance --write-vectors FOLDER`.
//!
//! The expected results come from the reference model. Those of the text forms are written by hand. Those of the shards
//! come from the library, and the script in `tests/vectors/README.md` computes them again.

mod cells;
mod operations;
mod shards;
mod shown;
mod text_forms;

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use im_session::testing::{Agent, History, Setup, Step};
use im_session::{Event, KeyValueList, Operation, Operations};
use serde_json::{Value, json};

/// A named sequence of steps.
struct Vector {
    name: String,
    steps: Vec<Step>,
}

/// Writes all files into a folder, and reports how many vectors each contains.
pub(super) fn write(folder: &Path) -> io::Result<()> {
    let mut output = io::stdout().lock();
    for (name, text) in files() {
        let path = folder.join(name);
        fs::write(&path, &text)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
        // The first and the last line contain the brackets.
        writeln!(output, "{}: {} vectors", path.display(), text.lines().count() - 2)?;
    }
    Ok(())
}

/// The names of the files with vectors that an implementation executes, and the vectors.
fn played() -> Vec<(&'static str, Vec<Vector>)> {
    vec![
        ("transitions.json", cells::transitions()),
        ("capabilities.json", cells::capabilities()),
        ("operations.json", operations::all()),
        ("shown.json", shown::all()),
    ]
}

/// All files: name and contents.
fn files() -> Vec<(&'static str, String)> {
    let mut files: Vec<(&'static str, String)> =
        played().into_iter().map(|(name, vectors)| (name, lines(vectors.iter().map(with_answers)))).collect();
    files.push(("shards.json", lines(shards::all())));
    files.push(("text_forms.json", lines(text_forms::all().into_iter())));
    files
}

/// A JSON array with one element per line.
fn lines(values: impl Iterator<Item = Value>) -> String {
    let lines: Vec<String> = values.map(|value| value.to_string()).collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

/// The commands of a vector, with the answers of the model.
fn with_answers(vector: &Vector) -> Value {
    let setup = Setup::default();
    let mut model = setup.model();
    let commands = vector.history().json_lines(&setup);
    // The first command is the reset.
    let steps = commands.iter().skip(1).zip(&vector.steps).map(|(command, step)| {
        let command: Value = serde_json::from_str(command).expect("JSON");
        let mut expect = model.carry_out(&agents(), step);
        // The agents to notify are not part of the command.
        expect.as_object_mut().expect("an object").remove("rendered");
        json!({"do": command, "expect": expect})
    });
    let steps: Vec<Value> = steps.collect();
    assert_eq!(steps.len(), vector.steps.len(), "an implementation in any language can do all of {}", vector.name);
    json!({"name": vector.name, "steps": steps})
}

impl Vector {
    fn history(&self) -> History {
        History { agents: agents(), steps: self.steps.clone() }
    }
}

/// Four agents: the first has two devices; the third and fourth have the first device, and may only complete, or only
/// read.
fn agents() -> Vec<Agent> {
    let first = Agent::new().with_device("/devices/1", "3002").with_device("/devices/2", "3003");
    let with_few = |rights| Agent::new().with_device("/devices/1", "3002").with_rights(rights);
    let (third, fourth) = (with_few(Operations::of(&[Operation::Complete])), with_few(Operations::NONE));
    vec![first, Agent::new().with_device("/devices/9", "3001"), third, fourth]
}

const ID: &str = "007MDF3D0KAHL93L807GK2LAES000001";

/// An event for the session at the first device of the first agent.
fn event(name: &str) -> Event<'static> {
    event_at(name, "3002")
}

fn event_at(name: &str, this_dn: &str) -> Event<'static> {
    Event::new(name).with_this_dn(this_dn).with_call_uuid(ID).into_owned()
}

fn data(json: Value) -> KeyValueList<'static> {
    serde_json::from_value(json).expect("user data")
}

fn heard(events: impl IntoIterator<Item = Event<'static>>) -> Vec<Step> {
    events.into_iter().map(Step::Event).collect()
}

/// The states, each with the events that lead to it.
fn states() -> [(&'static str, &'static [&'static str]); 5] {
    [
        ("no session", &[]),
        ("Initiating", &["EventDialing"]),
        ("Alerting", &["EventRinging"]),
        ("Talking", &["EventRinging", "EventEstablished"]),
        ("Completed", &["EventRinging", "EventEstablished", "EventReleased"]),
    ]
}

/// The steps that lead to a state.
fn to(state: &str) -> Vec<Step> {
    let path = states().into_iter().find(|(name, _)| *name == state).expect("a state").1;
    heard(path.iter().map(|name| event(name).with_other_dn("3001")))
}

fn list() -> Step {
    Step::List { agent: 0, query: "fields=*".into() }
}

#[cfg(test)]
mod tests {
    use im_session::testing::Setup;
    use im_session::testing::conformance::run;

    use super::{Vector, played};

    #[test]
    fn the_vectors_reach_every_cell() {
        let setup = Setup::default();
        let vectors = played();
        let all = vectors.iter().flat_map(|(_, vectors)| vectors);
        let histories = all.map(Vector::history);
        let report = run(&mut setup.sessions(), &setup, histories);
        assert!(report.conforms(), "{report}");
    }
}
