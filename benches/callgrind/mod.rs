//! How many instructions does a piece of work need? A bench starts itself under `valgrind --tool=callgrind`, and this
//! child process does the work.

use std::io::ErrorKind;
use std::process::{Command, ExitCode};

/// The first argument of a child.
const CHILD: &str = "--count";

/// The role in which the program was started.
pub(crate) enum Started {
    /// A child process, which does only the work that these arguments name.
    AsChild(Vec<String>),
    /// A bench, which counts.
    AsBench,
    /// Neither of them. The program exits with this code.
    InVain(ExitCode),
}

pub(crate) fn started() -> Started {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == CHILD) {
        return Started::AsChild(arguments.split_off(1));
    }
    // `cargo test --all-targets` starts benches, too, without this argument.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return Started::InVain(ExitCode::SUCCESS);
    }
    match Command::new("valgrind").arg("--version").output() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            println!("valgrind is not installed: no instructions counted");
            Started::InVain(ExitCode::SUCCESS)
        }
        Err(error) => {
            eprintln!("valgrind: {error}");
            Started::InVain(ExitCode::FAILURE)
        }
        Ok(_) => Started::AsBench,
    }
}

/// The number of instructions that a child with these arguments needs.
pub(crate) fn instructions(arguments: &[&str]) -> Result<u64, String> {
    let program = std::env::current_exe().map_err(|error| format!("this program: {error}"))?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .arg(CHILD)
        .args(arguments)
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    let told = String::from_utf8_lossy(&output.stderr);
    let collected = told.lines().find_map(|line| line.split("Collected :").nth(1)?.trim().parse().ok());
    collected
        .filter(|_| output.status.success())
        .ok_or_else(|| format!("{}: no count from valgrind, but\n{told}", arguments.join(" ")))
}
