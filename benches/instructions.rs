//! Counts instructions: `cargo bench --bench instructions`. The figures are the same every time, on any load.
//!
//! The program runs itself under `valgrind --tool=callgrind`, once with N calls and once with 2N, and takes the
//! difference, so that start and preparation cancel out. Without valgrind it prints a message and succeeds. `--
//! --quick` makes fewer calls; the figures differ by less than one in a hundred.

mod callgrind;
mod workloads;

use std::process::ExitCode;

use callgrind::Started;
use workloads::{Bench, Workload, visit};

fn main() -> ExitCode {
    match callgrind::started() {
        Started::AsBench => {}
        Started::InVain(code) => return code,
        Started::AsChild(arguments) => {
            if let [name, calls] = arguments.as_slice() {
                visit(&mut Repeat { name, calls: calls.parse().expect("a number of calls") });
            }
            return ExitCode::SUCCESS;
        }
    }
    let quick = std::env::args().any(|argument| argument == "--quick");
    println!("{:<40} {:>14} {:>14}", "", "instructions", "instructions");
    println!("{:<40} {:>14} {:>14}", "operation", "an operation", "a byte");
    let mut table = Table { quick, failure: None };
    visit(&mut table);
    match table.failure {
        None => ExitCode::SUCCESS,
        Some(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// In the child: repeats the workload with this name.
struct Repeat<'a> {
    name: &'a str,
    calls: u64,
}

impl Bench for Repeat<'_> {
    fn workload<W: FnMut()>(&mut self, workload: &Workload, prepare: impl FnOnce() -> W) {
        if workload.name == self.name {
            let mut work = prepare();
            for _ in 0..self.calls {
                work();
            }
        }
    }
}

/// In the parent: prints a line for each workload.
struct Table {
    quick: bool,
    failure: Option<String>,
}

impl Bench for Table {
    fn workload<W: FnMut()>(&mut self, workload: &Workload, _: impl FnOnce() -> W) {
        let calls = match (workload.bytes.is_some(), self.quick) {
            (false, false) => 10_000,
            (false, true) => 1_000,
            (true, false) => 4,
            (true, true) => 1,
        };
        let counted = count(workload.name, calls).and_then(|once| Ok((once, count(workload.name, 2 * calls)?)));
        let (once, twice) = match counted {
            Ok(counted) => counted,
            Err(failure) => {
                self.failure = Some(failure);
                return;
            }
        };
        let of_a_call = (twice - once) as f64 / calls as f64;
        let of_an_operation = of_a_call / workload.operations as f64;
        let of_a_byte = workload.bytes.map(|bytes| format!("{:.2}", of_a_call / bytes as f64)).unwrap_or_default();
        println!("{:<40} {of_an_operation:>14.1} {of_a_byte:>14}", workload.name);
    }
}

/// The instructions of this program with this many calls of one workload.
fn count(name: &str, calls: u64) -> Result<u64, String> {
    callgrind::instructions(&[name, &calls.to_string()])
}
