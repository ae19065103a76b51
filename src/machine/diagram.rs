//! Diagrams and a table of the machine, generated from [`transitions`].

use core::fmt;

use super::table::columns;
use super::{CallEvent, State, Step, step, transitions};

/// The machine as a Mermaid state diagram.
///
/// ```
/// use im_session::machine::Mermaid;
///
/// assert!(Mermaid.to_string().starts_with("stateDiagram-v2\n    [*] --> Initiating : Dialing\n"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mermaid;

/// The machine as a Graphviz DOT digraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dot;

/// The machine as the Markdown table of [specification 2.1][2.1].
///
/// [2.1]: crate::guide::specification#21-the-transition-table-d
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table;

/// The events that lead from one state to another, separated by commas; empty if there is none.
struct Label(Option<State>, State);

impl Label {
    fn events(&self) -> impl Iterator<Item = CallEvent> {
        let Label(from, to) = *self;
        transitions()
            .filter(move |&(state, _, step)| state == from && step == Step::Changed { to })
            .map(|(_, event, _)| event)
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, event) in self.events().enumerate() {
            f.write_str(if position > 0 { ", " } else { "" })?;
            write!(f, "{event:?}")?;
        }
        Ok(())
    }
}

/// Every pair of states with a transition from the first to the second.
fn edges() -> impl Iterator<Item = (Option<State>, State, Label)> {
    columns().flat_map(|from| {
        State::ALL
            .into_iter()
            .map(move |to| (from, to, Label(from, to)))
            .filter(|(_, _, label)| label.events().next().is_some())
    })
}

impl fmt::Display for Mermaid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stateDiagram-v2\n")?;
        for (from, to, label) in edges() {
            writeln!(f, "    {} --> {to} : {label}", from.map_or("[*]", State::name))?;
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
            writeln!(f, "    {} -> {to} [label=\"{label}\"];", from.map_or("none", State::name))?;
        }
        f.write_str("}\n")
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("| event \\ state |")?;
        for state in columns() {
            write!(f, " {} |", state.map_or("no session", State::name))?;
        }
        f.write_str("\n|")?;
        for _ in columns() {
            f.write_str("---|")?;
        }
        f.write_str("---|\n")?;
        for event in CallEvent::ALL {
            write!(f, "| {event:?} |")?;
            for state in columns() {
                match step(state, event) {
                    Step::Changed { to } => write!(f, " → {to} |")?,
                    Step::Unchanged { .. } => f.write_str(" unchanged |")?,
                    Step::Rejected { reason, .. } => write!(f, " reject: {reason} |")?,
                }
            }
            f.write_str("\n")?;
        }
        Ok(())
    }
}
