//! Tests an implementation in any language: `im-session conformance COMMAND…`
//!
//! The command's standard input and output carry one JSON object per line, as described at
//! `im_session::testing::conformance::JsonLines`. It is started once, and again after it has crashed or not answered in
//! time, so that a failing history can be shortened. The exit status is 0 if it conforms, 1 if not.
//!
//! ```text
//! im-session conformance python3 tests/kit/im_session.py
//! im-session conformance --serve      # the other side, with this crate's own store
//! ```

mod process;
mod vectors;

use std::io::{self, stdin, stdout};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use im_session::Limits;
use im_session::testing::Setup;
use im_session::testing::conformance::{self, Histories, serve};
use process::Process;

/// The options of the conformance kit.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Number of random histories to play.
    #[arg(long, default_value_t = 1000)]
    histories: usize,
    /// Seed of the random histories.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Limits of the implementation: those of the specification, or `Limits::DEFAULT`, which `reset` then contains.
    #[arg(long, value_enum, default_value_t, value_name = "WHICH")]
    limits: Which,
    /// Seconds that it may take for one answer.
    #[arg(long, default_value_t = 10)]
    answer_within: u64,
    /// Answer the kit with this crate's own store, instead of testing.
    #[arg(long, conflicts_with = "command")]
    serve: bool,
    /// Instead of testing, write the test vectors into this folder, for implementations that cannot be driven.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["command", "serve"])]
    write_vectors: Option<PathBuf>,
    /// The command that starts the implementation, with its arguments.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required_unless_present_any = ["serve", "write_vectors"])]
    command: Vec<String>,
}

/// The limits that have a word in the protocol.
#[derive(Clone, Copy, Default, ValueEnum)]
enum Which {
    Default,
    #[default]
    Specification,
}

impl Which {
    fn setup(self) -> Setup {
        let mut setup = Setup::default();
        setup.limits = match self {
            Which::Default => Limits::DEFAULT,
            Which::Specification => Limits::SPECIFICATION,
        };
        setup
    }
}

/// Tests the implementation; whether it conforms. The error is one of writing.
pub(crate) fn run(arguments: Arguments) -> io::Result<bool> {
    let setup = arguments.limits.setup();
    if let Some(folder) = arguments.write_vectors {
        vectors::write(&folder)?;
        return Ok(true);
    }
    if arguments.serve {
        serve(&mut setup.sessions(), &setup, stdin().lock(), stdout().lock())?;
        return Ok(true);
    }
    let mut process = Process::new(arguments.command, Duration::from_secs(arguments.answer_within));
    let report = conformance::run(&mut process, &setup, Histories::new(arguments.seed).take(arguments.histories));
    drop(process);
    print!("{report}");
    Ok(report.conforms())
}
