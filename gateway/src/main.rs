//! The program: command line → configuration → serve.

#![forbid(unsafe_code)]

use std::io::{self, Read, Write};
use std::process::ExitCode;

use clap::Parser;
use im_session_gateway::clock::SystemRandom;
use im_session_gateway::config::{Command, CommandLine, Cost, LONGEST_PASSWORD, hash_password};
#[cfg(feature = "redis")]
use im_session_gateway::config::{PasswordHash, ReshardOptions, demo_agents, read_agents_file};
#[cfg(feature = "redis")]
use im_session_gateway::engine::redis::{self, Resharded};
use im_session_gateway::logs::log;
use im_session_gateway::serve::serve;

fn main() -> ExitCode {
    let command_line = CommandLine::parse();
    let done: Result<(), Box<dyn std::error::Error>> = match command_line.command {
        Some(Command::HashPassword) => print_hash(),
        #[cfg(feature = "redis")]
        Some(Command::Reshard(options)) => reshard(&options),
        None => run(command_line),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("im-session-gateway: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command_line: CommandLine) -> Result<(), Box<dyn std::error::Error>> {
    let filter = std::env::var("RUST_LOG").ok();
    let (format, contents) = (command_line.serve.log_format, command_line.serve.log_contents);
    tracing::subscriber::set_global_default(log(format, contents, filter.as_deref(), io::stderr))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    Ok(runtime.block_on(serve(command_line.serve, |greeting| {
        // The reader of standard output may be gone.
        let _ = io::stdout().write_all(greeting.as_bytes()).and_then(|()| io::stdout().flush());
    }))?)
}

#[cfg(feature = "redis")]
fn reshard(options: &ReshardOptions) -> Result<(), Box<dyn std::error::Error>> {
    let agents = match &options.agents {
        Some(file) => read_agents_file(file)?,
        // Whether they can sign in does not matter here.
        None => demo_agents(&PasswordHash::new(""))?,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let resharding = redis::reshard(&options.engine, &agents, options.shards, options.silence);
    let Resharded { from, to, records } = runtime.block_on(resharding)?;
    let done = match records {
        0 => format!("everything is at its place in {to} shards"),
        records => format!("{from} shards were divided into {to}: {records} records"),
    };
    writeln!(io::stdout(), "{done}")?;
    Ok(())
}

fn print_hash() -> Result<(), Box<dyn std::error::Error>> {
    let mut password = Vec::new();
    // Reads one byte more than is allowed, so that a longer password is detected.
    io::stdin().lock().take(LONGEST_PASSWORD as u64 + 2).read_to_end(&mut password)?;
    let line = password.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let hash = hash_password(line, &SystemRandom, Cost::Usual)?;
    writeln!(io::stdout(), "{}", hash.as_str())?;
    Ok(())
}
