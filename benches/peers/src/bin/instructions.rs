//! Instructions per unit of every workload, by callgrind: N and 2N passes, so that start-up cancels. Writes figures.
//!
//! Argument, optional: only workloads whose `GROUP/INPUT/CONTENDER` contains this.

use std::path::Path;
use std::process::Command;

use im_session_peers::{figures, workloads};

const PASSES: u64 = 1;

fn main() {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let passes = std::env::current_exe().expect("this program's path").with_file_name("passes");
    for workload in workloads::all() {
        let workloads::Workload { group, input, contender, counted, .. } = workload;
        if !counted || !format!("{group}/{input}/{contender}").contains(&wanted) {
            continue;
        }
        let count = |times: u64| instructions(&passes, [group, input, contender, &times.to_string()]);
        let (once, units) = count(PASSES);
        let (twice, _) = count(2 * PASSES);
        let each = (twice - once) as f64 / (PASSES * units) as f64;
        figures::put(&mut std::io::stdout(), &format!("instructions {group}"), input, contender, each);
    }
}

/// The count of callgrind, and the units of a pass.
fn instructions(program: &Path, arguments: [&str; 4]) -> (u64, u64) {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .output()
        .expect("valgrind can be started");
    let (printed, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let collected = said.split("Collected : ").nth(1).and_then(|rest| rest.lines().next()?.trim().parse().ok());
    match (collected, printed.trim().parse()) {
        (Some(collected), Ok(units)) => (collected, units),
        _ => panic!("expected counts of {arguments:?}, found: {said}"),
    }
}
