//! No sequence of requests lets anyone see or do what the model forbids. The attack finds every deliberate hole.

use std::cell::RefCell;

use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

use crate::attacker::{Attacker, Seen, Violation};
use crate::house::Hole;
use crate::steps::{Step, steps};

/// The number of cases in a test. They are the same each time, because the test also asserts how often something occurs
/// in them. `ATTACK_CASES` sets a different number, of random cases.
const CASES: u32 = 100;
const CASES_VARIABLE: &str = "ATTACK_CASES";
/// The number of cases within which a hole must be found.
const CASES_FOR_A_HOLE: u32 = 400;

async fn case(hole: Hole, steps: &[Step], seen: &mut Seen) -> Result<(), Violation> {
    let mut attacker = Attacker::new(hole, seen).await?;
    for step in steps {
        attacker.step(step).await?;
    }
    attacker.end().await
}

fn attack(hole: Hole, cases: u32) -> (Result<(), String>, Seen) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let seen = RefCell::new(Seen::default());
    let shrinks = if hole == Hole::None { 200 } else { 0 };
    let config = Config { cases, failure_persistence: None, max_shrink_iters: shrinks, ..Config::default() };
    let mut runner = if std::env::var_os(CASES_VARIABLE).is_some() {
        TestRunner::new(config)
    } else {
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
    };
    let outcome = runner.run(&steps(), |steps| {
        let result = runtime.block_on(case(hole, &steps, &mut seen.borrow_mut()));
        result.map_err(|Violation(what)| proptest::test_runner::TestCaseError::fail(what))
    });
    let outcome = outcome.map_err(|error| match error {
        TestError::Fail(reason, steps) => {
            let shown: Vec<String> = steps.iter().map(|step| format!("{step:?}")).collect();
            format!("{reason}\nafter {} steps:\n{}", steps.len(), shown.join("\n"))
        }
        TestError::Abort(reason) => reason.to_string(),
    });
    (outcome, seen.into_inner())
}

#[test]
fn nobody_sees_or_does_what_the_model_does_not_allow() {
    let cases = std::env::var(CASES_VARIABLE).ok().map_or(CASES, |cases| cases.parse().unwrap());
    let (outcome, seen) = attack(Hole::None, cases);
    println!("{seen:#?}");
    outcome.unwrap_or_else(|what| panic!("{what}"));
    assert_eq!(seen.cases, u64::from(cases), "each case reaches its end");
    if cases < CASES {
        return;
    }
    // The attack also needs requests that succeed, or it would test the refusals only.
    let share = seen.succeeded as f64 / seen.requests as f64;
    assert!((0.25..0.75).contains(&share), "{share}");
    let cases = u64::from(cases);
    for (what, count, a_case) in [
        ("requests", seen.requests, 15.0),
        ("seen by its owner alone", seen.own, 0.5),
        ("heard by its owner alone", seen.heard, 0.15),
        ("unchanged after a refusal", seen.unchanged, 5.0),
        ("changed", seen.changed, 0.15),
        ("sockets", seen.sockets, 0.1),
        ("sockets refused", seen.sockets_refused, 0.03),
        ("held", seen.held, 0.15),
        ("foreign clients", seen.foreign_clients, 0.2),
        ("clients at the end", seen.clients_at_the_end, 1.0),
    ] {
        assert!(count as f64 >= a_case * cases as f64, "{what}: {count} in {cases} cases");
    }
    for (target, (succeeded, refused)) in &seen.targets {
        assert!(*succeeded > 0 || *target == "unknown", "{target} never succeeded");
        assert!(*refused > 0, "{target} was never refused");
    }
    assert_eq!(seen.targets.len(), 17);
}

#[test]
fn each_hole_is_found() {
    for hole in Hole::ALL {
        let (outcome, seen) = attack(hole, CASES_FOR_A_HOLE);
        let found = outcome.expect_err(&format!("{hole:?} was not found in {} cases", seen.cases));
        println!("{hole:?} after {} cases: {}", seen.cases, found.lines().next().unwrap());
        let expected = match hole {
            Hole::None => unreachable!("it is not among all"),
            Hole::Reads | Hole::OpenFeed => &["this is not allowed"][..],
            // Without the token, a password also authorizes operations.
            Hole::NoToken => &["this is not allowed", "nobody signed in"],
            Hole::Override => &["this is not allowed", "it changed something"],
            Hole::Eternal => &["this is not allowed", "HTTP sessions are left"],
            Hole::Hears => &["is told"],
            Hole::Changes => &["it changed something"],
            Hole::Fails => &["the gateway fails"],
        };
        let first = found.lines().next().unwrap();
        assert!(expected.iter().any(|expected| first.contains(expected)), "{hole:?}: {found}");
    }
}
