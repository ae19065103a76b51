//! The targets, and whether they are reached.

use std::fmt;

use crate::figures::Figures;
use crate::workloads::PEERS;

/// The metric of allocations.
pub const ALLOCATIONS: [&str; 2] = ["allocations a change of state", "allocations a repeated or rejected event"];

const CHAIN: &str = "a step that depends on the last one waits for a load from the table, some five cycles; correctly \
    predicted branches do not wait, and on a valid stream they are predicted. Rows in words are faster there, but take \
    more than 10 instructions and more than 2 times the bare loop";
const IN_TIME: &str = "it needs fewer instructions, as demanded, but the processor completes fewer of them per \
    nanosecond than of the plain program's, many of which copy text";
const GROWTH: &str =
    "index and session are two places in memory that no cache holds at a million; the bare map grows more";
const STORE: &str = "besides finding the session, the store judges the event; if a session completes or begins again, \
    it moves in two lists, that of the store and that of its DN, so that room can be made at once: a second hash";
const SERDE: &str = "values that the struct has ready are made from the session: URIs are composed, bytes validated as \
    text, and repeated keys of user data searched";
const BUILDING: &str =
    "the derive macro of thiserror, which is intended, costs as much as statig's; statig has no code of its own";

/// A target, and whether it is reached.
pub struct Target {
    what: String,
    /// The figures by which it is judged.
    found: String,
    reached: bool,
    /// The reason, for targets that are known to be missed.
    because: &'static str,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reached = if self.reached { "reached    " } else { "not reached" };
        write!(f, "{reached}  {}: {}", self.what, self.found)
    }
}

/// The targets as a Markdown table.
pub fn markdown(targets: &[Target]) -> String {
    let mut text = String::from("| target | found | |\n|---|---|---|\n");
    for Target { what, found, reached, because } in targets {
        let reached = match (reached, because) {
            (true, _) => "reached".into(),
            (false, &"") => "**not reached**".into(),
            (false, because) => format!("**not reached**: {because}"),
        };
        text.push_str(&format!("| {what} | {found} | {reached} |\n"));
    }
    text
}

/// All targets for which there are figures.
pub fn all(figures: &Figures) -> Vec<Target> {
    let mut targets = Vec::new();
    instructions(figures, &mut targets);
    times(figures, &mut targets);
    store(figures, &mut targets);
    text(figures, &mut targets);
    costs(figures, &mut targets);
    targets
}

/// The figures for the README: what was measured, for this crate and for what it is compared with.
pub fn in_short(figures: &Figures) -> String {
    let mut text = String::from("| measured | im-session | against |\n|---|---|---|\n");
    let mut row = |what: &str, ours: Option<String>, against: Option<String>| {
        if let (Some(ours), Some(against)) = (ours, against) {
            text.push_str(&format!("| {what} | {ours} | {against} |\n"));
        }
    };
    let peer = |group, input, places: usize, unit: &str| {
        let (peer, best) = best_peer(figures, group, input)?;
        Some(format!("{best:.places$} {unit}: {peer}, the best of {} state machine crates", PEERS.len()))
    };
    let figure = |group, input, who: &str, places: usize, unit: &str| {
        figures.get(group, input, who).map(|figure| format!("{figure:.places$} {unit}"))
    };
    let other = |group, input, who: &str, unit, what: &str| {
        figure(group, input, who, 0, unit).map(|figure| format!("{figure}: {what}"))
    };

    let group = "instructions 1024 machines";
    let ours = figure(group, "mixed", "im-session", 1, "instructions");
    row("a step of the machine, 1 024 machines, any event", ours, peer(group, "mixed", 1, "instructions"));
    let group = "ns one machine";
    let ours = figure(group, "valid", "im-session", 2, "ns");
    row("a step that waits for the previous one, valid events", ours, peer(group, "valid", 2, "ns"));
    let group = "ns store of 1 million";
    let ours = figure(group, "SipHash", "im-session", 0, "ns");
    let bare = "a bare hashbrown map and the step";
    row("an event into a store of a million sessions", ours, other(group, "SipHash", "bare hashbrown", "ns", bare));
    let (group, plain) = ("bytes a session", "text keys in a `HashMap`");
    let ours = figure("memory", group, "im-session", 0, "bytes");
    row("memory for each of a million sessions", ours, other("memory", group, "plain program", "bytes", plain));
    let group = "MB/s decoding";
    let (log, lines) = ("T-Server log", "lines and UTF-8");
    let ours = figure(group, log, "im-session", 0, "MB/s");
    row("T-Server log to events", ours, other(group, log, lines, "MB/s", "splitting lines and checking UTF-8 only"));
    let (log, borrowed) = ("JSON lines", "serde_json, borrowed");
    let ours = figure(group, log, "im-session", 0, "MB/s");
    row("JSON lines to events", ours, other(group, log, borrowed, "MB/s", "serde_json into a borrowing struct"));
    let (group, input) = ("instructions notification", crate::notification::INPUTS[0]);
    let [_, _, serde] = crate::notification::CONTENDERS;
    let ours = figure(group, input, "im-session", 0, "instructions");
    row("a notification as JSON", ours, other(group, input, serde, "instructions", "serde_json from a plain struct"));
    text
}

/// The best peer: its name and figure.
fn best_peer(figures: &Figures, group: &str, input: &str) -> Option<(&'static str, f64)> {
    let found = PEERS.into_iter().filter_map(|peer| Some((peer, figures.get(group, input, peer)?)));
    found.min_by(|(_, one), (_, other)| one.total_cmp(other))
}

fn instructions(figures: &Figures, targets: &mut Vec<Target>) {
    for input in ["mixed", "valid"] {
        let group = "instructions 1024 machines";
        let ours = figures.get(group, input, "im-session");
        if let (Some(ours), Some((peer, best))) = (ours, best_peer(figures, group, input)) {
            targets.push(Target {
                what: format!("step, {input} events: fewer instructions than every peer, at most 10"),
                found: format!("{ours:.1}, best peer {peer} {best:.1}"),
                reached: ours < best && ours <= 10.0,
                because: "",
            });
        }
    }
}

fn times(figures: &Figures, targets: &mut Vec<Target>) {
    let group = "ns 1024 machines";
    let ours = figures.get(group, "mixed", "im-session");
    if let (Some(ours), Some((peer, best))) = (ours, best_peer(figures, group, "mixed")) {
        targets.push(Target {
            what: "step, 1 024 machines, mixed events: at least 5 times faster than the best peer".into(),
            found: format!("{ours:.2} ns, {peer} {best:.2} ns: {:.1} times", best / ours),
            reached: ours * 5.0 <= best,
            because: "",
        });
    }
    ratio(
        figures,
        targets,
        group,
        "mixed",
        ("im-session", "bare load-xor-store"),
        2.0,
        "step, 1 024 machines, mixed events",
        "ns",
        "",
    );
    let group = "ns one machine";
    let ours = figures.get(group, "valid", "im-session");
    if let (Some(ours), Some((peer, best))) = (ours, best_peer(figures, group, "valid")) {
        targets.push(Target {
            what: "step, one machine in a dependent chain, valid events: not slower than the best peer".into(),
            found: format!("{ours:.2} ns, {peer} {best:.2} ns"),
            reached: ours <= best,
            because: CHAIN,
        });
    }
}

/// At most this factor of the other's figure.
#[expect(
    clippy::too_many_arguments,
    reason = "a name of three parts, the other, the limit, how to say it, and what stands in the way"
)]
fn ratio(
    figures: &Figures,
    targets: &mut Vec<Target>,
    group: &str,
    input: &str,
    (who, other): (&str, &str),
    most: f64,
    what: &str,
    unit: &str,
    because: &'static str,
) {
    let ours = figures.get(group, input, who);
    if let (Some(ours), Some(theirs)) = (ours, figures.get(group, input, other)) {
        let places = if ours < 10.0 { 2 } else { 0 };
        targets.push(Target {
            what: format!("{what}: at most {most} times {other}"),
            found: format!("{ours:.places$} {unit}, {theirs:.places$} {unit}: {:.2} times", ours / theirs),
            reached: ours <= most * theirs,
            because,
        });
    }
}

fn store(figures: &Figures, targets: &mut Vec<Target>) {
    const MILLION: &str = "ns store of 1 million";
    for hasher in crate::workloads::HASHERS {
        let what = format!("one event into a million sessions, {hasher}");
        ratio(figures, targets, MILLION, hasher, ("im-session", "bare hashbrown"), 1.5, &what, "ns", STORE);
    }
    for hasher in crate::workloads::HASHERS {
        let grows = |who| {
            let many = figures.get(MILLION, hasher, who)?;
            Some((many, many / figures.get("ns store of 1 thousand", hasher, who)?))
        };
        if let (Some((ours, grown)), Some((_, bare))) = (grows("im-session"), grows("bare hashbrown")) {
            targets.push(Target {
                what: format!("an event at a million sessions: at most 4 times that at a thousand, {hasher}"),
                found: format!("{ours:.0} ns, {grown:.1} times; the bare map {bare:.1} times"),
                reached: grown <= 4.0,
                because: GROWTH,
            });
        }
    }
    for what in ALLOCATIONS {
        if let Some(each) = figures.get("memory", what, "im-session") {
            targets.push(Target {
                what: format!("no allocation where nothing new is stored: {what}"),
                found: format!("{each:.3}"),
                reached: each == 0.0,
                because: "",
            });
        }
    }
}

fn text(figures: &Figures, targets: &mut Vec<Target>) {
    for (input, other, least, least_name) in
        [("T-Server log", "lines and UTF-8", 1.0 / 3.0, "a third"), ("JSON lines", "serde_json, borrowed", 0.9, "0.9")]
    {
        let speed = |who| figures.get("MB/s decoding", input, who);
        if let (Some(ours), Some(theirs)) = (speed("im-session"), speed(other)) {
            targets.push(Target {
                what: format!("{input} decoded: at least {least_name} of the speed of {other}"),
                found: format!("{ours:.0} MB/s, {theirs:.0} MB/s: {:.2}", ours / theirs),
                reached: ours >= least * theirs,
                because: "",
            });
        }
    }
    for (input, least) in [("JSON lines", 1.3), ("T-Server log", 1.4), ("Platform SDK log", 1.4)] {
        for (group, unit, because) in
            [("instructions whole path", "instructions", ""), ("ns whole path", "ns", IN_TIME)]
        {
            let figure = |who| figures.get(group, input, who);
            if let (Some(ours), Some(theirs)) = (figure("im-session"), figure("plain program")) {
                targets.push(Target {
                    what: format!(
                        "{input}, the whole path, {unit}: at least {least} times as fast as the plain program"
                    ),
                    found: format!("{ours:.0} {unit}, {theirs:.0} {unit}: {:.2} times", theirs / ours),
                    reached: ours * least <= theirs,
                    because,
                });
            }
        }
    }
    for input in crate::notification::INPUTS {
        let [_, by_serde, other] = crate::notification::CONTENDERS;
        let what = format!("a notification, {input}, instructions");
        let group = "instructions notification";
        ratio(figures, targets, group, input, ("im-session", other), 0.35, &what, "instructions", "");
        let what = format!("a notification through serde_json, {input}, instructions");
        ratio(figures, targets, group, input, (by_serde, other), 1.1, &what, "instructions", SERDE);
    }
}

fn costs(figures: &Figures, targets: &mut Vec<Target>) {
    let bytes = |who| figures.get("memory", "bytes a session", who);
    if let (Some(ours), Some(plain)) = (bytes("im-session"), bytes("plain program")) {
        targets.push(Target {
            what: "memory a session in a store of a million: at most 200 bytes".into(),
            found: format!("{ours:.0} bytes, the plain program {plain:.0}"),
            reached: ours <= 200.0,
            because: "",
        });
    }
    let built = |who| Some((figures.get("build cost", "seconds", who)?, figures.get("build cost", "crates", who)?));
    if let (Some((ours, our_crates)), Some((theirs, their_crates))) = (built("im-session"), built("statig")) {
        targets.push(Target {
            what: "building without default features from nothing: no more processor time than statig with its macro"
                .into(),
            found: format!("{ours:.1} s, {our_crates} crates; statig {theirs:.1} s, {their_crates} crates"),
            reached: ours <= theirs,
            because: BUILDING,
        });
    }
}
