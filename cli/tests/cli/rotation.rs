//! Are the files of a rotated log read as one log?

use super::tool::{Run, file, replay_jsonl, tserver_event};

fn together(test: &str, parts: &[&str]) -> Run {
    let paths: Vec<String> = (1..)
        .zip(parts)
        .map(|(number, part)| file(&format!("rotation-{test}"), &format!("{number}.log"), part))
        .collect();
    replay_jsonl(&paths.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The events are those of the whole log wherever it is cut, at a line end or within a line.
#[test]
fn a_cut_between_lines_changes_nothing_but_files_and_lines() {
    let log = [
        tserver_event("10:00:00.000", "Ringing", "3002", "A"),
        "10:00:01.000 message EventAttachedDataChanged\n\tAttributeCallUUID\t'A'\n\tAttributeThisDN\t'3002'\n"
            .to_owned(),
        "\tAttributeUserData\t[30] 00\n\t\t'list'(list)\n\t\t\t'a'\t1\n\t\t'k'\t'two\nlines'\n".to_owned(),
        tserver_event("10:00:02.000", "Released", "3002", "A"),
    ]
    .concat();
    let events = |run: &Run| {
        let (mut objects, list) = run.objects();
        for object in &mut objects {
            let object = object.as_object_mut().expect("an object");
            object.remove("file");
            object.remove("line");
        }
        (objects, list)
    };
    let whole = events(&together("whole", &[&log]));
    assert_eq!(whole.0.len(), 3);
    let line_ends: Vec<usize> = log.match_indices('\n').map(|(at, _)| at + 1).collect();
    for &cut in line_ends.iter().filter(|&&cut| cut < log.len()) {
        let (first, second) = log.split_at(cut);
        let run = together("between", &[first, second]);
        run.assert_clean();
        assert_eq!(events(&run), whole, "cut at {cut}");
    }
}

#[test]
fn a_message_goes_on_in_the_next_file() {
    let first = "10:00:00.000 message EventRinging\n\tAttributeCallUUID\t'A'\n";
    let second = "\tAttributeThisDN\t'3002'\n10:00:01.000 message EventReleased\n\tAttributeCallUUID\t'A'\n\tAttributeThisDN\t'3002'\n";
    let run = together("goes-on", &[first, second]);
    run.assert_clean();
    assert_eq!(run.column("line"), ["1", "2"]);
    assert!(run.column("file")[0].ends_with("1.log") && run.column("file")[1].ends_with("2.log"));
}

#[test]
fn a_message_ends_with_its_file_where_the_next_begins_anew() {
    let first = tserver_event("10:00:00.000", "Ringing", "3002", "A");
    let second = tserver_event("10:00:01.000", "Established", "3002", "A");
    for first in [first.as_str(), first.trim_end()] {
        let run = together("anew", &[first, &second]);
        run.assert_clean();
        assert_eq!(
            run.column("to"),
            ["Alerting", "Talking"],
            "a line without an end is whole where the next begins with a time"
        );
    }
}

#[test]
fn a_line_that_was_cut_is_one_line() {
    let log = tserver_event("10:00:00.000", "Ringing", "3002", "A");
    for cut in 1..log.len() {
        let (first, second) = log.split_at(cut);
        // A continuation that looks like a separate line counts as one, because the two cannot be told apart.
        if first.ends_with('\n')
            || second.starts_with(['\t', '\n', ' ', '\''])
            || second.starts_with("Attribute")
            || second.starts_with("message")
            || cut < 13
        {
            continue;
        }
        let run = together("in-a-line", &[first, second]);
        run.assert_clean();
        assert_eq!(run.column("to"), ["Alerting"], "cut at {cut}");
        assert_eq!(run.column("line"), ["1"]);
    }
}

#[test]
fn a_json_line_that_was_cut_is_one_line() {
    let log = super::tool::RINGING;
    for cut in [10, 25, 40, 60] {
        let (first, second) = log.split_at(cut);
        let run = together("json", &[first, second]);
        run.assert_clean();
        assert_eq!(run.column("thisDN"), ["3002"], "cut at {cut}");
        assert!(run.column("file")[0].ends_with("1.log"));
    }
}

/// The file continues another one, so a missing header is not an error.
#[test]
fn a_file_that_only_continues_is_no_error() {
    let first = "10:00:00.000 message EventRinging\n\tAttributeCallUUID\t'A'\n";
    let run = together("continues", &[first, "\tAttributeThisDN\t'3002'\n", "\tAttributeOtherDN\t'3001'\n"]);
    run.assert_clean();
    let (objects, _) = run.objects();
    assert_eq!(objects.len(), 1);
    assert_eq!(objects[0]["notifications"][0]["data"]["imSession"]["participants"][0]["digits"], "3001");
}
