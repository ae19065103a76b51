//! What must hold for every input, tried with random ones. What is found goes into a named regression test.

#![cfg(feature = "json")]

mod generate;
mod key_value_list;
#[path = "../reference/mod.rs"]
mod reference;
mod session;

use proptest::prelude::ProptestConfig;

/// How many inputs a property is tried with.
fn config() -> ProptestConfig {
    ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() }
}
