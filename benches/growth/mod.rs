//! Counts the instructions for an input and for inputs of two and four times its size: the table of `scripts/costs`.
//!
//! A bench runs itself once under `valgrind --tool=callgrind`. That child process does every piece of work with n, 2n
//! and 4n. Valgrind counts only inside [`measured`], so preparing an input does not count. No clock is read. Without
//! valgrind the bench prints a message and succeeds.
//!
//! `cargo bench --bench linear -- --only pairs` counts only the lines with this text.

use std::ffi::OsString;
use std::hint::black_box;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, ExitCode};

/// The maximum cost of doubling the input. It is above 2 to allow for vectors that grow, and for n log n.
const MOST: f64 = 2.2;

/// The argument of the child.
const CHILD: &str = "--count";

/// A piece of work and its input.
pub(crate) struct Work {
    /// The public entry.
    pub(crate) entry: &'static str,
    /// The worst known input.
    pub(crate) input: &'static str,
    /// The smallest size.
    pub(crate) n: usize,
    /// Prepares an input of this size, and calls [`measured`] once.
    pub(crate) run: fn(usize),
}

/// Runs the part that is counted. All other work of the child process is not counted.
pub(crate) fn measured<T>(work: impl FnOnce() -> T) -> T {
    let (mut work, mut result) = (Some(work), None);
    counted(&mut || result = work.take().map(|work| work()));
    black_box(result).expect("it was called")
}

/// Valgrind finds this function by its name. It has no type parameters, because they would become part of the name.
#[inline(never)]
fn counted(work: &mut dyn FnMut()) {
    work();
    black_box(());
}

const COUNTED: &str = concat!(module_path!(), "::counted");

/// The `main` of a bench.
pub(crate) fn main(works: &[Work]) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |wanted: &str| arguments.iter().any(|argument| argument == wanted);
    let only = arguments.iter().skip_while(|argument| *argument != "--only").nth(1);
    let asked: Vec<&Work> = works.iter().filter(|work| only.is_none_or(|only| work.is_about(only))).collect();
    if has(CHILD) {
        for Work { n, run, .. } in asked {
            [*n, 2 * n, 4 * n].into_iter().for_each(run);
        }
        return ExitCode::SUCCESS;
    }
    // `cargo test --all-targets` also starts benches, but without this argument.
    if !has("--bench") {
        return ExitCode::SUCCESS;
    }
    match Command::new("valgrind").arg("--version").output() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            println!("valgrind is not installed: no instructions counted");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("valgrind: {error}");
            return ExitCode::FAILURE;
        }
        Ok(_) => {}
    }
    match table(&asked, only) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("expected at most {MOST} times the instructions for twice the input, found more");
            ExitCode::FAILURE
        }
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

impl Work {
    fn is_about(&self, text: &str) -> bool {
        self.entry.contains(text) || self.input.contains(text)
    }
}

/// Prints a line for each piece of work. Returns whether all are linear.
fn table(works: &[&Work], only: Option<&String>) -> Result<bool, String> {
    let counted = count(works.len(), only)?;
    println!("{:<26} {:<46} {:>7} {:>12} {:>12} {:>12}", "entry", "input", "n", "n", "2n", "4n");
    let mut linear = true;
    for (work, [once, twice, four_times]) in works.iter().zip(counted) {
        let growth = [(once, twice), (twice, four_times)].map(|(less, more)| more as f64 / less.max(1) as f64);
        let is_linear = growth.iter().all(|growth| *growth <= MOST);
        let Work { entry, input, n, .. } = work;
        let verdict = if is_linear { "" } else { "  not linear" };
        println!(
            "{entry:<26} {input:<46} {n:>7} {once:>12} {twice:>12} {four_times:>12}  ×{:.2} ×{:.2}{verdict}",
            growth[0], growth[1]
        );
        linear &= is_linear;
    }
    Ok(linear)
}

/// The instructions of each piece of work, for each of its sizes.
fn count(works: usize, only: Option<&String>) -> Result<Vec<[u64; 3]>, String> {
    let program = std::env::current_exe().map_err(|error| format!("this program: {error}"))?;
    let directory = program.with_extension("callgrind");
    // Files of an earlier run would be counted, too.
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(&directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    let out = directory.join("out");
    let mut out_file = OsString::from("--callgrind-out-file=");
    out_file.push(&out);
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", &format!("--toggle-collect={COUNTED}"), &format!("--dump-after={COUNTED}")]);
    command.arg(out_file).arg(program).arg(CHILD);
    if let Some(only) = only {
        command.args(["--only", only]);
    }
    let output = command.output().map_err(|error| format!("valgrind: {error}"))?;
    if !output.status.success() {
        return Err(format!("valgrind ended with {}:\n{}", output.status, String::from_utf8_lossy(&output.stderr)));
    }
    (0..works)
        .map(|work| Ok([total(&out, 3 * work + 1)?, total(&out, 3 * work + 2)?, total(&out, 3 * work + 3)?]))
        .collect()
}

/// The instructions counted between the previous dump and this one.
fn total(out: &Path, number: usize) -> Result<u64, String> {
    let path = out.with_extension(number.to_string());
    let dump = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let dump = String::from_utf8_lossy(&dump);
    let total = dump.lines().find_map(|line| line.strip_prefix("totals: ")?.trim().parse().ok());
    total.ok_or_else(|| format!("{}: no totals", path.display()))
}
