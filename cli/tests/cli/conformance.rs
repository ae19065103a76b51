//! What does `im-session conformance` report?

use std::fs;

use super::tool::{folder, path_text, repository, run};

#[test]
fn this_crates_own_store_conforms() {
    let tool = env!("CARGO_BIN_EXE_im-session");
    let run = run(&["conformance", "--histories", "400", "--", tool, "conformance", "--serve"]);
    run.assert_clean();
    run.assert_line(&["CONFORMS"]);
}

/// `reset` states the default limits, so a system that is started without limits gets them too.
#[test]
fn the_limits_can_be_the_default_ones() {
    let tool = env!("CARGO_BIN_EXE_im-session");
    let tested = |limits: &[&str], serves: &[&str]| {
        let command = [&["conformance", "--histories", "400"], limits, &["--", tool, "conformance", "--serve"], serves];
        run(&command.concat())
    };
    for serves in [&[][..], &["--limits", "specification"]] {
        let run = tested(&["--limits", "default"], serves);
        run.assert_clean();
        run.assert_line(&["CONFORMS"]);
    }
    // Without limits in `reset`, the system keeps its own. It then refuses input that the specification allows.
    let run = tested(&["--limits", "specification"], &["--limits", "default"]);
    run.assert_line(&["DOES NOT CONFORM"]);
    assert_eq!(run_status_of("--limits", "none"), 2);
}

fn run_status_of(option: &str, value: &str) -> i32 {
    run(&["conformance", option, value, "--serve"]).status
}

#[test]
fn a_program_that_does_not_answer_does_not_conform() {
    let run = run(&["conformance", "--histories", "1", "--", "no-such-program"]);
    assert_eq!(run.status, 1);
    run.assert_line(&["DOES NOT CONFORM"]);
}

#[test]
fn the_committed_vectors_are_what_it_writes() {
    let written = folder("vectors");
    run(&["conformance", "--write-vectors", &path_text(&written)]).assert_clean();
    let mut names = 0;
    for entry in fs::read_dir(repository("tests/vectors")).expect("the vectors") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let name = path.file_name().expect("a name");
            let text = |path| fs::read_to_string(path).expect("a file");
            assert!(text(&path) == text(&written.join(name)), "{} is not what the tool writes", path.display());
            names += 1;
        }
    }
    assert_eq!(names, 6);
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let run = run(&["conformance", "--write-vectors", "no/such/folder"]);
    assert_eq!(run.status, 1);
    assert!(run.errors[0].contains("no/such/folder"), "{:?}", run.errors);
}
