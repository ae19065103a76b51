//! Does the text fit the width of the terminal?

use super::tool::{RINGING, Run, file, tool};

fn at_width(columns: usize, format: &str) -> Run {
    let mut command = tool(&["replay", "--format", format]);
    command.env("COLUMNS", columns.to_string()).output().expect("the tool runs").into()
}

/// The widest line of the output. Every character of this log takes one column.
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

/// The text fits down to 20 columns, and narrower terminals get 20 columns too. The cases have wide characters (two
/// columns), combining characters (none), long names and times, and several files.
#[test]
fn no_line_is_wider_than_a_narrow_terminal() {
    let log = concat!(
        r#"{"Event":"EventRinging","ThisDN":"3002@a-rather-long-switch.example.net","CallUUID":"A","OtherDN":"日本語の長い名前の人"}"#,
        "\n",
        r#"{"Event":"EventEstablished","ThisDN":"3002@a-rather-long-switch.example.net","CallUUID":"A","UserData":{"#,
        r#""e\u0301e\u0301 a":"👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍 日本語日本語日本語日本語日本語"}}"#,
        "\n",
        "29/May/2015:12:21:16.438 message EventDialing\n\tAttributeCallUUID\t'A'\n\tAttributeThisDN\t'日本語'\n",
        "29/May/2015:12:21:17.438 message EventReleased\n\tAttributeCallUUID\t'B'\n\tAttributeThisDN\t'日本語'\n",
    );
    let one = file("narrow", "a-name-that-is-much-longer-than-any-column-日本語日本語.log", log);
    let two = file("narrow", "two.log", log);
    let columns_of = |line: &str| unicode_width::UnicodeWidthStr::width(line);
    for columns in (10..=44).chain((45..=200).step_by(13)) {
        for files in [&[one.as_str()][..], &[&one, &two], &[]] {
            for format in ["text", "calls"] {
                let mut command = tool(&[&["replay", "--format", format], files].concat());
                let run: Run = command.env("COLUMNS", columns.to_string()).output().expect("the tool runs").into();
                for line in run.out.lines() {
                    assert!(columns_of(line) <= columns.max(20), "{format} at {columns}: {line}\n{}", run.out);
                }
            }
        }
    }
}

/// Lines break only at blanks, so the joined lines equal the text without a width limit.
#[test]
fn no_line_breaks_in_mid_word() {
    let words = |run: &Run| run.out.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let endless: Run = tool(&["replay"]).output().expect("the tool runs").into();
    assert_eq!(words(&at_width(80, "text")), words(&endless));
    assert_eq!(words(&at_width(132, "text")), words(&endless));
}

/// Long file names are shortened at the beginning.
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
