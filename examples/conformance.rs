//! Tests an implementation in any language: `cargo run --example conformance -- COMMAND…`
//!
//! The command is started once and spoken to over its standard input and output, one JSON object a line: what is said stands at
//! `im_session::testing::conformance::JsonLines`. The exit status is 0 if it conforms, 1 if not.
//!
//! ```text
//! cargo run --example conformance -- python3 tests/conformance/im_session.py
//! cargo run --example conformance -- --serve      # the other side, with this crate's own store
//! ```

use std::error::Error;
use std::io::{BufReader, stdin, stdout};
use std::process::{Command, ExitCode, Stdio};

use clap::Parser;
use im_session::testing::Setup;
use im_session::testing::conformance::{Histories, JsonLines, ThisCrate, run, serve};

#[derive(Parser)]
#[command(about = "Tests an implementation of IM sessions against the reference model")]
struct Arguments {
    /// How many random histories to play.
    #[arg(long, default_value_t = 1000)]
    histories: usize,
    /// Which random histories these are.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Answer the kit with this crate's own store, instead of testing.
    #[arg(long, conflicts_with = "command")]
    serve: bool,
    /// The command that starts the implementation, with its arguments.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required_unless_present = "serve")]
    command: Vec<String>,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments = Arguments::parse();
    let setup = Setup::default();
    let Some((program, its_arguments)) = arguments.command.split_first() else {
        serve(&mut ThisCrate::new(&setup), stdin().lock(), stdout().lock())?;
        return Ok(ExitCode::SUCCESS);
    };
    let mut child = Command::new(program)
        .args(its_arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{program}: {error}"))?;
    let (to_system, from_system) = (child.stdin.take(), child.stdout.take());
    let (to_system, from_system) = to_system.zip(from_system).ok_or("expected the child's pipes")?;

    // With the system its pipes are closed, and so it ends.
    let report = {
        let mut system = JsonLines::new(BufReader::new(from_system), to_system, &setup);
        run(&mut system, &setup, Histories::new(arguments.seed).take(arguments.histories))
    };
    child.wait()?;
    print!("{report}");
    Ok(if report.conforms() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
