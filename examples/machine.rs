//! Prints the machine: `cargo run --example machine -- [table|cells|mermaid|dot|capabilities]`.
//!
//! Everything comes out of the one `match` by enumeration; the README's table and diagram are this output.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use im_session::{CapabilityTable, Dot, Mermaid, Step, TRANSITIONS, Table};

/// Prints the state machine of an IM session.
#[derive(Parser)]
#[command(name = "machine", version)]
struct Arguments {
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

fn main() -> ExitCode {
    match print(Arguments::parse().what, &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        // The reader of the pipe has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("standard output: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print(what: What, output: &mut impl Write) -> io::Result<()> {
    match what {
        What::Table => write!(output, "{Table}"),
        What::Mermaid => write!(output, "{Mermaid}"),
        What::Dot => write!(output, "{Dot}"),
        What::Capabilities => write!(output, "{}", CapabilityTable::DEFAULT),
        What::Cells => TRANSITIONS.iter().try_for_each(|cell| {
            let state = cell.state.map_or("no session", im_session::State::name);
            match cell.step {
                Step::Changed(transition) => writeln!(output, "{state}: {} -> {}", cell.event, transition.to),
                Step::Unchanged(_) => writeln!(output, "{state}: {} unchanged", cell.event),
                Step::Rejected(rejection) => writeln!(output, "{state}: {} rejected, {}", cell.event, rejection.reason),
            }
        }),
    }
}
