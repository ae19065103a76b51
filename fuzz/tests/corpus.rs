//! Replays every seed, and what the fuzzer left beside them, through its target: no fuzzer and no nightly is needed.

use std::fs;
use std::path::Path;

use im_session_fuzz::TARGETS;

#[test]
fn every_seed_holds() {
    for (name, target) in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
        let mut seeds: Vec<_> =
            fs::read_dir(&folder).expect("a folder of seeds").map(|entry| entry.unwrap().path()).collect();
        seeds.sort();
        assert!(!seeds.is_empty(), "{} has no seeds", folder.display());
        for seed in seeds {
            // Shown when the target panics.
            println!("{}", seed.display());
            target(&fs::read(&seed).expect("a seed"));
        }
    }
}
