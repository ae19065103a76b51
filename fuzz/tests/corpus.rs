//! Replays every seed, and the inputs found by campaigns, through its target, without a fuzzer and without nightly.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use im_session_fuzz::{TARGETS, packed};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

#[test]
fn every_seed_holds() {
    for (name, target) in TARGETS {
        let folder = folder("corpus").join(name);
        let mut seeds: Vec<_> =
            fs::read_dir(&folder).expect("a folder of seeds").map(|entry| entry.unwrap().path()).collect();
        seeds.sort();
        assert!(!seeds.is_empty(), "{} has no seeds", folder.display());
        for seed in seeds {
            // Printed if the target panics.
            println!("{}", seed.display());
            target(&fs::read(&seed).expect("a seed"));
        }
    }
}

#[test]
fn every_input_of_the_minimised_corpora_holds() {
    for (name, target) in TARGETS {
        let file = folder("corpus_minimised").join(name);
        let bytes = fs::read(&file).expect("a packed corpus: scripts/fuzz_campaign makes it");
        let mut length = 0;
        for input in packed::inputs(&bytes) {
            length += 2 + input.len();
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| target(input))) {
                println!("{}: {}", file.display(), input.escape_ascii());
                std::panic::resume_unwind(panic);
            }
        }
        assert_eq!(length, bytes.len(), "{} is packed to its end", file.display());
    }
}

#[test]
fn packed_inputs_come_back() {
    let inputs: [&[u8]; 4] = [b"", b"a", b"\n\0", &[7; 300]];
    let whole = packed::pack(inputs, usize::MAX);
    assert!(packed::inputs(&whole).eq(inputs));
    assert!(packed::inputs(&packed::pack(inputs, 10)).eq(inputs[..3].iter().copied()));
    assert!(packed::inputs(&whole[..8]).eq(inputs[..2].iter().copied()));
    assert_eq!(packed::pack([&[0; 70_000][..]], usize::MAX), b"");
}
