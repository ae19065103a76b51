//! The machine for people: diagrams and a table, written from [`TRANSITIONS`].

use core::fmt;

use super::{CallEvent, STATES, State, Step, TRANSITIONS};

/// The machine as a Mermaid state diagram.
///
/// ```
/// assert!(im_session::Mermaid.to_string().starts_with("stateDiagram-v2\n    [*] --> Initiating : Dialing\n"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mermaid;

/// The machine as a Graphviz DOT digraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dot;

/// The machine as the Markdown table of specification 2.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table;

/// The events that lead from one state to another, joined by `, `; nothing where none does.
struct Label(Option<State>, State);

impl Label {
    fn events(&self) -> impl Iterator<Item = CallEvent> {
        let (from, to) = (self.0, self.1);
        TRANSITIONS.into_iter().filter_map(move |cell| match cell.step {
            Step::Changed(transition) if transition.from == from && transition.to == to => Some(cell.event),
            Step::Changed(_) | Step::Unchanged(_) | Step::Rejected(_) => None,
        })
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, event) in self.events().enumerate() {
            if position > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{event:?}")?;
        }
        Ok(())
    }
}

/// Every pair of states that some event leads from and to.
fn edges() -> impl Iterator<Item = (Option<State>, State, Label)> {
    STATES.into_iter().flat_map(|from| {
        State::ALL
            .into_iter()
            .map(move |to| (from, to, Label(from, to)))
            .filter(|(_, _, label)| label.events().next().is_some())
    })
}

fn mermaid_name(state: Option<State>) -> &'static str {
    state.map_or("[*]", State::name)
}

fn dot_name(state: Option<State>) -> &'static str {
    state.map_or("none", State::name)
}

impl fmt::Display for Mermaid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stateDiagram-v2\n")?;
        for (from, to, label) in edges() {
            writeln!(f, "    {} --> {to} : {label}", mermaid_name(from))?;
        }
        for state in State::ALL.into_iter().filter(|state| state.is_terminal()) {
            writeln!(f, "    {state} --> [*]")?;
        }
        Ok(())
    }
}

impl fmt::Display for Dot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("digraph im_session {\n    rankdir=LR;\n    none [shape=point, xlabel=\"no session\"];\n")?;
        for state in State::ALL {
            let shape = if state.is_terminal() { "doublecircle" } else { "circle" };
            writeln!(f, "    {state} [shape={shape}];")?;
        }
        for (from, to, label) in edges() {
            writeln!(f, "    {} -> {to} [label=\"{label}\"];", dot_name(from))?;
        }
        f.write_str("}\n")
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("| event \\ state |")?;
        for state in STATES {
            write!(f, " {} |", state.map_or("no session", State::name))?;
        }
        f.write_str("\n|---|---|---|---|---|---|\n")?;
        for event in CallEvent::ALL {
            write!(f, "| {event:?} |")?;
            for cell in TRANSITIONS.into_iter().filter(|cell| cell.event == event) {
                match cell.step {
                    Step::Changed(transition) => write!(f, " → {} |", transition.to)?,
                    Step::Unchanged(_) => f.write_str(" unchanged |")?,
                    Step::Rejected(rejection) => write!(f, " reject: {} |", rejection.reason)?,
                }
            }
            f.write_str("\n")?;
        }
        Ok(())
    }
}
