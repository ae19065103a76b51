//! Prints the machine: `im-session machine [table|cells|mermaid|dot|capabilities]`.
//!
//! Everything comes out of the one `match` by enumeration; the README's table and diagram are this output.

use std::io::{self, Write};

use clap::{Args, ValueEnum};
use im_session::machine::{CapabilityTable, Dot, Mermaid, State, Step, Table, transitions};

/// What of the machine is printed.
#[derive(Args)]
pub(crate) struct Arguments {
    /// What to print.
    #[arg(value_enum, default_value_t = What::Table)]
    what: What,
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    /// The transition table in Markdown.
    Table,
    /// Each of the 25 cells on a line of its own.
    Cells,
    /// A Mermaid state diagram.
    Mermaid,
    /// A Graphviz DOT digraph.
    Dot,
    /// The capabilities of each state in Markdown.
    Capabilities,
}

/// Prints what is asked for. The error is one of writing.
pub(crate) fn run(arguments: &Arguments) -> io::Result<bool> {
    print(arguments.what, &mut io::stdout().lock())?;
    Ok(true)
}

fn print(what: What, output: &mut impl Write) -> io::Result<()> {
    match what {
        What::Table => write!(output, "{Table}"),
        What::Mermaid => write!(output, "{Mermaid}"),
        What::Dot => write!(output, "{Dot}"),
        What::Capabilities => write!(output, "{}", CapabilityTable::DEFAULT),
        What::Cells => transitions().try_for_each(|(state, event, step)| {
            let state = state.map_or("no session", State::name);
            match step {
                Step::Changed { to } => writeln!(output, "{state}: {event} -> {to}"),
                Step::Unchanged { .. } => writeln!(output, "{state}: {event} unchanged"),
                Step::Rejected { reason, .. } => writeln!(output, "{state}: {event} rejected, {reason}"),
            }
        }),
    }
}
