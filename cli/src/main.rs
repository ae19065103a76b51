//! `im-session`: shows what the logs and captures of a SIP Server say about instant-messaging sessions.

mod conformance;
mod gzip;
mod machine;
mod replay;
mod show;
mod sip;
mod when;

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Instant-messaging sessions of a SIP Server, from its logs and from SIP traffic.
///
/// Without a command it replays a recorded log that ships with the program.
#[derive(Parser)]
#[command(name = "im-session", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Replays logs and shows the IM sessions in them.
    Replay(replay::Arguments),
    /// Shows the IM sessions in SIP traffic, at every endpoint.
    Sip(sip::Arguments),
    /// Prints the state machine: its table, its diagram, its capabilities.
    Machine(machine::Arguments),
    /// Tests an implementation in any language against the reference model.
    Conformance(conformance::Arguments),
}

fn main() -> ExitCode {
    let command = Arguments::parse().command.unwrap_or_else(|| Command::Replay(replay::Arguments::default()));
    let done = match command {
        Command::Replay(arguments) => replay::run(arguments),
        Command::Sip(arguments) => sip::run(arguments),
        Command::Machine(arguments) => machine::run(&arguments),
        Command::Conformance(arguments) => conformance::run(arguments),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // The reader of the pipe has closed it.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
