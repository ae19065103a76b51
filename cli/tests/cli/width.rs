//! Text fits the width of the terminal.

use super::tool::{RINGING, Run, file, tool};

fn at_width(columns: usize, format: &str) -> Run {
    let mut command = tool(&["replay", "--format", format]);
    command.env("COLUMNS", columns.to_string()).output().expect("the tool runs").into()
}

/// In this log every character takes one column.
fn widest(run: &Run) -> usize {
    run.out.lines().map(|line| line.chars().count()).max().unwrap_or(0)
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for format in ["text", "calls"] {
        for columns in [60, 80, 100, 132, 200] {
            let run = at_width(columns, format);
            run.assert_clean();
            assert!(widest(&run) <= columns, "{format} at {columns}:\n{}", run.out);
        }
    }
}

/// Lines break at blanks: joined again, they are the text without a width limit.
#[test]
fn no_line_breaks_in_mid_word() {
    let words = |run: &Run| run.out.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let endless: Run = tool(&["replay"]).output().expect("the tool runs").into();
    assert_eq!(words(&at_width(80, "text")), words(&endless));
    assert_eq!(words(&at_width(132, "text")), words(&endless));
}

/// Long file names are shortened at their beginning.
#[test]
fn files_are_named_within_the_width() {
    let path = |name: &str| file("width", &format!("a-name-that-is-much-longer-than-any-column-{name}.jsonl"), RINGING);
    let mut command = tool(&["replay", &path("one"), &path("two")]);
    let run: Run = command.env("COLUMNS", "80").output().expect("the tool runs").into();
    assert!(widest(&run) <= 80, "{}", run.out);
    run.assert_line(&["…", "-one.jsonl:1", "Ringing"]);
    run.assert_line(&["…", "-two.jsonl:1", "Ringing"]);
}

#[test]
fn without_a_terminal_no_line_breaks() {
    let run: Run = tool(&["replay"]).output().expect("the tool runs").into();
    assert!(widest(&run) > 132, "one event is one line:\n{}", run.out);
}
