//! The tables of RESULTS.md.

use std::fmt::Write;

use crate::figures::Figures;
use crate::texts::FORMS;
use crate::workloads::{HASHERS, STORES, contenders};
use crate::{decode, notification, whole_path};

const HEAD: &str = "# Results

Written by `benches/peers/run`; not edited by hand. Instructions are counted by callgrind, in user code, for one more
event (N and 2N passes, so that start-up cancels out): they repeat. Times are the fastest of criterion's samples, and
depend on other load; compare only within one run.

";

/// All tables.
pub fn markdown(figures: &Figures, machine: &str) -> String {
    let mut text = format!("{HEAD}{machine}\n");
    let parts = [machines, store, texts, notifications, memory, build];
    for part in parts {
        part(figures, &mut text).expect("a String takes what is written");
    }
    text
}

/// A figure with this many decimal places, or a dash.
fn cell(figures: &Figures, group: &str, input: &str, who: &str, places: usize) -> String {
    figures.get(group, input, who).map_or_else(|| "–".into(), |value| format!("{value:.places$}"))
}

fn machines(figures: &Figures, text: &mut String) -> std::fmt::Result {
    text.write_str(
        "
## The machine

An event, with its outcome (changed, unchanged or rejected) counted. Streams: *mixed* is any event at any time, *valid*
only events that the state accepts; after six events a machine is created anew. *1 024*: machines side by side, each
event for another one. *Chain*: one machine, each step waits for the last. *16 M*: machines in one array, one event for
each in turn.

| | instructions, 1 024, mixed | valid | instructions, chain, mixed | valid | ns, 1 024, mixed | valid | ns, chain, mixed | valid | ns, 16 M, mixed | bytes a machine |
|---|---|---|---|---|---|---|---|---|---|---|
",
    )?;
    let sizes = crate::machines::sizes();
    for (who, size) in contenders().into_iter().zip(sizes) {
        write!(text, "| {who} |")?;
        for (unit, places) in [("instructions", 1), ("ns", 2)] {
            for group in ["1024 machines", "one machine"] {
                for input in ["mixed", "valid"] {
                    write!(text, " {} |", cell(figures, &format!("{unit} {group}"), input, who, places))?;
                }
            }
        }
        writeln!(text, " {} | {size} |", cell(figures, "ns 16M machines", "mixed", who, 2))?;
    }
    text.write_str(
        "
All seven crates can express the machine and are checked against all 25 cells. What a user has to add: *smlang* and
*stateforward-sml* do not report whether the state changed, so it is compared with the one before (the states of
stateforward-sml cannot be copied, so a separate copy is kept); *statig*, *finny* and *rust-sfsm* do not report the
outcome of an event, so it is kept in the shared storage; *sm* checks transitions at compile time only, so every pair of
state and event is matched by hand; *rust-fsm* returns the outcome as an output.

![Instructions](machine-instructions.svg)

![Times](machine-times.svg)
",
    )
}

fn store(figures: &Figures, text: &mut String) -> std::fmt::Result {
    text.write_str(
        "
## The store

From a decoded event to its outcome, in ns; sessions are accessed in a shuffled order. For comparison: a bare hashbrown
map from (DN, id) to the state, with the same hasher, and the step.

| | hasher | a thousand | 100 thousand | a million |
|---|---|---|---|---|
",
    )?;
    for hasher in HASHERS {
        for who in ["im-session", "bare hashbrown"] {
            write!(text, "| {who} | {hasher} |")?;
            for (group, _) in STORES {
                write!(text, " {} |", cell(figures, &format!("ns {group}"), hasher, who, 0))?;
            }
            text.write_str("\n")?;
        }
    }
    text.write_str("\n![Store](store.svg)\n")
}

fn texts(figures: &Figures, text: &mut String) -> std::fmt::Result {
    text.write_str(
        "
## Text to events, and the whole path

The same events in each form. *Decoding*: text to event. *Whole path*: text, event, store, notification as JSON in a
reused buffer. The plain program (`src/plain`) uses serde_json into a struct, or splits lines by hand, a `HashMap` keyed
by text, and serde_json for output; it writes the same bytes.

| | form | who | ns an event | MB/s | instructions an event |
|---|---|---|---|---|---|
",
    )?;
    for (form, _) in FORMS {
        let rows = decode::contenders(form).map(|who| ("decoding", who)).into_iter();
        for (group, who) in rows.chain(whole_path::CONTENDERS.map(|who| ("whole path", who))) {
            writeln!(
                text,
                "| {group} | {form} | {who} | {} | {} | {} |",
                cell(figures, &format!("ns {group}"), form, who, 0),
                cell(figures, &format!("MB/s {group}"), form, who, 0),
                cell(figures, &format!("instructions {group}"), form, who, 0),
            )?;
        }
    }
    text.write_str("\n![Text](text.svg)\n")
}

fn notifications(figures: &Figures, text: &mut String) -> std::fmt::Result {
    text.write_str(
        "
## A notification

From a session to JSON in a reused buffer, compared with serde_json for a struct of owned text that derives `Serialize`
and writes the same bytes.

| | who | instructions | ns |
|---|---|---|---|
",
    )?;
    for input in notification::INPUTS {
        for who in notification::CONTENDERS {
            let instructions = cell(figures, "instructions notification", input, who, 0);
            writeln!(
                text,
                "| {input} | {who} | {instructions} | {} |",
                cell(figures, "ns notification", input, who, 0)
            )?;
        }
    }
    Ok(())
}

fn memory(figures: &Figures, text: &mut String) -> std::fmt::Result {
    text.write_str(
        "
## Memory

Bytes requested from the allocator for each of a million sessions with one participant and no user data, all indices
included: two sessions per call, five per DN.

| | bytes a session |
|---|---|
",
    )?;
    for who in ["im-session", "bare hashbrown", "plain program"] {
        writeln!(text, "| {who} | {} |", cell(figures, "memory", "bytes a session", who, 0))?;
    }
    text.write_str("\nWhere an event stores nothing new:")?;
    for (what, end) in crate::targets::ALLOCATIONS.into_iter().zip([",", ".\n"]) {
        write!(text, " {what} {}{end}", cell(figures, "memory", what, "im-session", 3))?;
    }
    Ok(())
}

fn build(figures: &Figures, text: &mut String) -> std::fmt::Result {
    text.write_str(
        "
## Building it

From scratch, offline, two jobs, debug profile; processor time, user and system.

| | seconds | crates |
|---|---|---|
",
    )?;
    for (who, name) in [("im-session", "im-session, no default features"), ("statig", "a machine with statig's macro")]
    {
        let seconds = cell(figures, "build cost", "seconds", who, 1);
        writeln!(text, "| {name} | {seconds} | {} |", cell(figures, "build cost", "crates", who, 0))?;
    }
    Ok(())
}
