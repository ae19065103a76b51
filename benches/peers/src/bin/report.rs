//! Writes the figures to RESULTS.md, the README and the plots, and prints which targets are reached.
//!
//! Arguments: the file of figures, the date, and `--quick` to write no files.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use im_session_peers::figures::Figures;
use im_session_peers::{plot, results, targets};

const README: &str = "../../README.md";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (path, date) = match &arguments[..] {
        [path, date] | [path, date, _] => (path, date),
        _ => panic!("expected FIGURES DATE, found {arguments:?}"),
    };
    let figures = Figures::read(Path::new(path)).expect("a file of figures");
    let targets = targets::all(&figures);
    if arguments.len() == 2 {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let write = |name: &str, text: String| {
            std::fs::write(folder.join(name), text).expect("the results can be written");
        };
        let machine = machine(date);
        let table = targets::markdown(&targets);
        let short = targets::in_short(&figures);
        let text = format!("{}\n## In short\n\n{short}\n## Targets\n\n{table}", results::markdown(&figures, &machine));
        write("RESULTS.md", text);
        let readme = std::fs::read_to_string(folder.join(README)).expect("the README");
        write(README, in_readme(&readme, &format!("{machine}\n\n{short}")));
        for (name, svg) in plot::all(&figures) {
            write(name, svg);
        }
    }
    let mut text = String::new();
    for target in &targets {
        writeln!(text, "{target}").expect("a String takes what is written");
    }
    print!("{text}");
}

/// The README with this text between its two markers.
fn in_readme(readme: &str, text: &str) -> String {
    let [begin, end] = ["<!-- figures -->\n", "<!-- end of figures -->\n"];
    let (before, rest) = readme.split_once(begin).expect("the marker before the figures");
    let (_, after) = rest.split_once(end).expect("the marker after the figures");
    format!("{before}{begin}{text}{end}{after}")
}

/// The machine and the date.
fn machine(date: &str) -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let model = model.map_or("unknown processor", |(_, model)| model.trim());
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{model}, {cores} cores, {}, {}, {date}", said("rustc", "--version"), said("valgrind", "--version"))
}

fn said(program: &str, argument: &str) -> String {
    let output = Command::new(program).arg(argument).output();
    output.map_or_else(|_| format!("no {program}"), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
