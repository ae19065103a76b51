//! Do the README and `docs/machine.md` match the machine and the measured figures?

use im_session::CapabilityTable;
use im_session::machine::{Mermaid, Table};

const README: &str = include_str!("../../README.md");
const MACHINE: &str = include_str!("../../docs/machine.md");

#[test]
fn the_diagram_on_the_page_is_the_machine() {
    let diagram = format!("```mermaid\n{Mermaid}```\n");
    assert!(MACHINE.contains(&diagram), "docs/machine.md should have:\n{diagram}");
}

#[test]
fn the_table_on_the_page_is_the_machine() {
    let table = Table.to_string();
    assert!(MACHINE.contains(&table), "docs/machine.md should have:\n{table}");
}

#[test]
fn the_capabilities_on_the_page_are_the_default() {
    let table = CapabilityTable::DEFAULT.to_string();
    assert!(MACHINE.contains(&table), "docs/machine.md should have:\n{table}");
}

#[test]
fn the_figures_in_the_readme_are_those_of_the_last_run() {
    let results = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/RESULTS.md");
    let results = std::fs::read_to_string(results).expect("what benches/peers/run wrote");
    let machine = results.lines().find(|line| line.contains(" cores, ")).expect("the machine");
    let (_, rest) = results.split_once("## In short\n\n").expect("the short table");
    let (table, _) = rest.split_once("\n## Targets\n").expect("the table of targets after it");
    let figures = format!("<!-- figures -->\n{machine}\n\n{table}<!-- end of figures -->\n");
    assert!(README.contains(&figures), "README.md should have:\n{figures}");
}
