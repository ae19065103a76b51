//! The project's own form: `#N t=SECONDS SRC -> DST`, possibly after `-- `.

use std::time::Duration;

use super::super::found::{Address, When};
use super::head::Head;

/// Reads a header line. One that has this form but is invalid gives an unknown time and unknown addresses.
pub(super) fn head(line: &str) -> Option<Head> {
    if !looks_like_one(line) {
        return None;
    }
    let head = |when, source, destination| {
        Some(Head { when, certain: true, dense: true, ..Head::new("", source, destination) })
    };
    match parts(line) {
        Ok((at, source, destination)) => {
            head(When::SinceBegin(at), Address::parse(source), Address::parse(destination))
        }
        Err(_) => head(When::Unknown, Address::Name("".into()), Address::Name("".into())),
    }
}

/// What is wrong with a header line of this form.
pub(super) fn fault(line: &str) -> Option<String> {
    if !looks_like_one(line) {
        return None;
    }
    parts(line).err().map(|expected| format!("expected {expected}, found {:?}", line.trim_start_matches("-- ")))
}

fn looks_like_one(line: &str) -> bool {
    let head = line.strip_prefix("-- ").unwrap_or(line);
    let numbered = head.strip_prefix('#').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    numbered && head.contains(" t=")
}

fn parts(line: &str) -> Result<(Duration, &str, &str), &'static str> {
    let head = line.strip_prefix("-- ").unwrap_or(line);
    let words: Vec<&str> = head.split_whitespace().collect();
    let &[_, time, source, "->", destination] = words.as_slice() else {
        return Err("a head `#N t=SECONDS SRC -> DST`");
    };
    let seconds = time.strip_prefix("t=").and_then(|seconds| seconds.parse::<f64>().ok());
    let at = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).ok_or("a time")?;
    Ok((at, source, destination))
}
