//! The catalogue: every workload by its three names.

use crate::for_each_contender;
use crate::machines::{self, Contender};
use crate::stream::Kind;
use crate::texts::FORMS;
use crate::work::Work;
use crate::{decode, notification, store, whole_path};

/// The measured operation, its input, and the contender.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Workload {
    pub group: &'static str,
    pub input: &'static str,
    pub contender: &'static str,
    /// Whether it is part of the quick run.
    pub quick: bool,
    /// Whether its instructions are counted. They are not if most of its cost is waiting for memory.
    pub counted: bool,
}

/// The state machine crates.
pub const PEERS: [&str; 7] = ["smlang", "rust-fsm", "statig", "sm", "finny", "rust-sfsm", "stateforward-sml"];

pub const STORES: [(&str, usize); 3] =
    [("store of 1 thousand", 1_000), ("store of 100 thousand", 100_000), ("store of 1 million", 1_000_000)];
pub const HASHERS: [&str; 2] = ["SipHash", "foldhash"];

/// All workloads, in the order of the tables.
pub fn all() -> Vec<Workload> {
    let mut all = Vec::new();
    let mut add = |group, input, contender, counted| {
        // These take long to prepare, and no target needs these contenders.
        let slow = (group == "16M machines" && !["im-session", "bare load-xor-store"].contains(&contender))
            || (group != STORES[0].0 && input == "foldhash");
        all.push(Workload { group, input, contender, quick: !slow, counted });
    };
    for (group, counted) in [("one machine", true), ("1024 machines", true), ("16M machines", false)] {
        for kind in Kind::ALL {
            if counted || kind == Kind::Mixed {
                for contender in contenders() {
                    add(group, kind.name(), contender, counted);
                }
            }
        }
    }
    for (group, count) in STORES {
        for hasher in HASHERS {
            for contender in ["im-session", "bare hashbrown"] {
                // A random key of SipHash would make counts differ.
                add(group, hasher, contender, count == 1_000 && hasher == "foldhash");
            }
        }
    }
    for (form, _) in FORMS {
        for contender in decode::contenders(form) {
            add("decoding", form, contender, true);
        }
        for contender in whole_path::CONTENDERS {
            add("whole path", form, contender, true);
        }
    }
    for input in notification::INPUTS {
        for contender in notification::CONTENDERS {
            add("notification", input, contender, true);
        }
    }
    all
}

/// The names of all implementations of the machine.
pub fn contenders() -> Vec<&'static str> {
    fn add<C: Contender>(names: &mut Vec<&'static str>) {
        names.push(C::NAME);
    }
    let mut names = Vec::new();
    for_each_contender!(add(&mut names));
    names
}

/// The length of a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// For timing: so long that no branch predictor learns the stream.
    Timed,
    /// For callgrind, which is slow.
    Counted,
}

/// The workload with this name, prepared.
pub fn work(length: Length, group: &str, input: &str, contender: &str) -> Option<Box<dyn Work>> {
    fn machine<C: Contender + 'static>(length: Length, names: [&str; 3], work: &mut Option<Box<dyn Work>>) {
        let lives = match length {
            Length::Timed => 170,
            Length::Counted => 8,
        };
        if C::NAME == names[2] {
            *work = machines::work::work::<C>(names[0], names[1], lives);
        }
    }
    if let Some((_, count)) = STORES.into_iter().find(|(name, _)| *name == group) {
        return store::work(count, input, contender);
    }
    match group {
        "decoding" => return decode::work(input, contender),
        "whole path" => return whole_path::work(input, contender),
        "notification" => return notification::work(input, contender),
        _ => {}
    }
    let mut work = None;
    for_each_contender!(machine(length, [group, input, contender], &mut work));
    work
}
