//! The README shows what the machine does.

use im_session::CapabilityTable;
use im_session::machine::{Mermaid, Table};

const README: &str = include_str!("../../README.md");

/// The contents of the fenced blocks of this language.
fn blocks(language: &str) -> Vec<&'static str> {
    let opening = format!("```{language}\n");
    README.split(opening.as_str()).skip(1).filter_map(|after| Some(after.split_once("```")?.0)).collect()
}

#[test]
fn the_diagram_in_the_readme_is_the_machine() {
    let diagram = Mermaid.to_string();
    assert!(blocks("mermaid").contains(&diagram.as_str()), "README.md should have, in a block ```mermaid:\n{diagram}");
}

#[test]
fn the_table_in_the_readme_is_the_machine() {
    let table = Table.to_string();
    assert!(README.contains(&table), "README.md should have:\n{table}");
}

#[test]
fn the_capabilities_in_the_readme_are_the_default() {
    let table = CapabilityTable::DEFAULT.to_string();
    assert!(README.contains(&table), "README.md should have:\n{table}");
}

#[test]
fn the_figures_in_the_readme_are_those_of_the_last_run() {
    let results = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/RESULTS.md");
    let results = std::fs::read_to_string(results).expect("what benches/peers/run wrote");
    let machine = results.lines().find(|line| line.contains(" cores, ")).expect("the machine");
    let (_, table) = results.split_once("## Targets\n\n").expect("the table of targets");
    let figures = format!("<!-- figures -->\n{machine}\n\n{table}<!-- end of figures -->\n");
    assert!(README.contains(&figures), "README.md should have:\n{figures}");
}
