//! Which operations are possible in which state, and do sets of operations behave as sets?

use std::collections::BTreeSet;

use im_session::machine::CapabilityRow;
use im_session::{CapabilityTable, Operation, Operations, State};

/// The 64 sets, each with a naive set of the same operations.
fn all_sets() -> impl Iterator<Item = (Operations, BTreeSet<Operation>)> {
    (0..64_u32).map(|bits| {
        let chosen = (0..6).filter(|index| bits & (1 << index) != 0).map(|index| Operation::ALL[index as usize]);
        let naive: BTreeSet<Operation> = chosen.collect();
        (naive.iter().copied().collect(), naive)
    })
}

#[test]
fn every_set_of_operations_against_a_naive_set() {
    let mut seen = BTreeSet::new();
    for (set, naive) in all_sets() {
        let in_order: Vec<Operation> = naive.iter().copied().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), in_order, "definition order");
        assert_eq!((set.len(), set.is_empty()), (naive.len(), naive.is_empty()));
        assert_eq!(Operations::of(&in_order), set);
        assert_eq!(in_order.iter().rev().copied().collect::<Operations>(), set, "any order gives the same set");

        let names = in_order.iter().map(|operation| operation.name()).collect::<Vec<_>>().join(", ");
        let printed = set.to_string();
        assert_eq!(printed, if names.is_empty() { "none" } else { &names });
        assert!(seen.insert(printed), "64 different sets");
        assert_eq!(format!("{set:?}"), format!("{naive:?}"));

        for operation in Operation::ALL {
            assert_eq!(set.contains(operation), naive.contains(&operation));
            let (mut with, mut without) = (naive.clone(), naive.clone());
            with.insert(operation);
            without.remove(&operation);
            assert!(set.with(operation).iter().eq(with));
            assert!(set.without(operation).iter().eq(without));
        }
        for (other, other_naive) in all_sets() {
            assert!(set.intersection(other).iter().eq(naive.intersection(&other_naive).copied()));
            assert_eq!(set == other, naive == other_naive);
        }
    }
    assert_eq!(seen.len(), 64);
    assert_eq!(Operations::default(), Operations::NONE);
    assert!(Operations::ALL.iter().eq(Operation::ALL));
}

/// Specification 3: the capabilities without and with user data.
const CAPABILITIES: [(State, &str, &str); 4] = [
    (State::Initiating, "AttachUserData, Complete", "AttachUserData, UpdateUserData, DeleteUserData, Complete"),
    (State::Alerting, "AttachUserData, Complete", "AttachUserData, UpdateUserData, DeleteUserData, Complete"),
    (
        State::Talking,
        "SendMessage, AttachUserData, Complete",
        "SendMessage, AttachUserData, UpdateUserData, DeleteUserData, Complete",
    ),
    (State::Completed, "none", "none"),
];

#[test]
fn every_cell_of_the_capability_table() {
    assert_eq!(CapabilityTable::default(), CapabilityTable::DEFAULT);
    for (state, without, with) in CAPABILITIES {
        assert_eq!(CapabilityTable::DEFAULT.get(state, false).to_string(), without, "{state}");
        assert_eq!(CapabilityTable::DEFAULT.get(state, true).to_string(), with, "{state}");
    }
}

#[test]
fn the_documented_sample_differs_only_in_completed() {
    let all_five = "SendMessage, AttachUserData, UpdateUserData, DeleteUserData, Complete";
    for state in State::ALL {
        for has_user_data in [false, true] {
            let sample = CapabilityTable::DOCUMENTED_SAMPLE.get(state, has_user_data);
            if state == State::Completed {
                assert_eq!(sample.to_string(), all_five);
            } else {
                assert_eq!(sample, CapabilityTable::DEFAULT.get(state, has_user_data));
            }
        }
    }
}

#[test]
fn an_own_row_of_capabilities_is_the_one_that_counts() {
    let mut table = CapabilityTable::DEFAULT;
    table.alerting.with_user_data = Operations::of(&[Operation::SendMessage]);
    for (state, without, with) in CAPABILITIES {
        assert_eq!(table.get(state, false).to_string(), without);
        assert_eq!(table.get(state, true).to_string(), if state == State::Alerting { "SendMessage" } else { with });
    }
    // A different row for each state.
    let row = |operation| CapabilityRow { without_user_data: Operations::of(&[operation]), ..CapabilityRow::default() };
    let rows = [Operation::SendMessage, Operation::AttachUserData, Operation::UpdateUserData, Operation::Complete];
    let [initiating, alerting, talking, completed] = rows.map(row);
    let table = CapabilityTable { initiating, alerting, talking, completed };
    for (state, operation) in State::ALL.into_iter().zip(rows) {
        assert_eq!(table.get(state, false), Operations::of(&[operation]), "{state}");
        assert_eq!(table.get(state, true), Operations::NONE, "{state}");
    }
}

#[test]
fn a_capability_table_is_a_markdown_table() {
    assert_eq!(
        CapabilityTable::DOCUMENTED_SAMPLE.to_string().lines().skip(4).collect::<Vec<_>>(),
        [
            "| Talking | SendMessage, AttachUserData, Complete \
             | SendMessage, AttachUserData, UpdateUserData, DeleteUserData, Complete |",
            "| Completed | SendMessage, AttachUserData, UpdateUserData, DeleteUserData, Complete \
             | SendMessage, AttachUserData, UpdateUserData, DeleteUserData, Complete |",
        ]
    );
    assert!(CapabilityTable::DEFAULT.to_string().ends_with("| Completed | none | none |\n"));
}
