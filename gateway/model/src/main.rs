//! Models of one shard on Redis (`gateway/src/engine/redis`). The checker visits every state within the bounds.
//!
//! `cargo run --release` checks each model, and then faulty variants of it. Each faulty variant must fail, which shows
//! that the check can find faults. The argument `short` reduces the bounds.
//!
//! | file | question |
//! |---|---|
//! | `hand_over` | Is each entry committed once, however the shard moves between workers? |
//! | `loss` | Do clients find out that Redis has lost commits? |

mod hand_over;
mod loss;

use std::fmt::Debug;
use std::hash::Hash;
use std::process::ExitCode;

use hand_over::HandOver;
use loss::Loss;
use stateright::{Checker, Expectation, Model};

/// Checks every state. Returns the properties that were violated.
fn check<M>(model: M, name: &str) -> Vec<&'static str>
where
    M: Model + Send + Sync + 'static,
    M::State: Clone + Debug + Hash + PartialEq + Send + Sync,
    M::Action: Clone + Debug + PartialEq,
{
    let checker = model.checker().threads(2).spawn_bfs().join();
    let properties = checker.model().properties();
    let broken = properties.iter().filter(|property| {
        let is_found = checker.discovery(property.name).is_some();
        match property.expectation {
            Expectation::Sometimes => !is_found,
            Expectation::Always | Expectation::Eventually => is_found,
        }
    });
    let broken: Vec<&'static str> = broken.map(|property| property.name).collect();
    println!("{name}: {} states, depth {}", checker.unique_state_count(), checker.max_depth());
    for name in &broken {
        println!("  does not hold: {name}");
        if let Some(path) = checker.discovery(name) {
            println!("    {:?}", path.into_actions());
        }
    }
    broken
}

fn holds(broken: &[&str]) -> bool {
    println!("as it is: {}", if broken.is_empty() { "everything holds" } else { "WRONG" });
    broken.is_empty()
}

fn is_found(broken: &[&str], expected: &str) -> bool {
    let is_found = broken.contains(&expected);
    println!("{}", if is_found { "it is found" } else { "WRONG: it is not found" });
    is_found
}

fn hand_over_is_right(bounds: hand_over::Bounds) -> bool {
    use hand_over::{Rules, TRIMMED, TWICE, ZOMBIE};
    let check = |rules| check(HandOver { bounds, rules }, &format!("hand-over, {rules:?}, {bounds:?}"));
    let mut is_right = holds(&check(Rules::AsTheyAre));
    for (rules, breaks) in [(Rules::NoToken, ZOMBIE), (Rules::NoChecks, TWICE), (Rules::TrimsWhatIsAppended, TRIMMED)] {
        is_right &= is_found(&check(rules), breaks);
    }
    is_right
}

fn loss_is_right(bounds: loss::Bounds) -> bool {
    use loss::{Rules, STALE};
    let check = |rules| check(Loss { bounds, rules }, &format!("loss, {rules:?}, {bounds:?}"));
    let mut is_right = holds(&check(Rules::AsTheyAre));
    for rules in [Rules::ReusesNumbers, Rules::ComparesNumbers] {
        is_right &= is_found(&check(rules), STALE);
    }
    is_right
}

fn main() -> ExitCode {
    let (hand_over, loss) = if std::env::args().any(|argument| argument == "short") {
        let hand_over = hand_over::Bounds { workers: 2, entries: 3, claims: 3, lost_answers: 1 };
        (hand_over, loss::Bounds { commits: 5, losses: 2 })
    } else {
        let hand_over = hand_over::Bounds { workers: 3, entries: 4, claims: 4, lost_answers: 2 };
        (hand_over, loss::Bounds { commits: 8, losses: 3 })
    };
    let is_right = hand_over_is_right(hand_over) & loss_is_right(loss);
    if is_right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
