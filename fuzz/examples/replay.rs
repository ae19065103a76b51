//! Replays the seeds and the minimised corpora of these targets, or of all, for `scripts/fuzz_coverage`.

use std::path::Path;
use std::{env, fs, io};

use im_session_fuzz::{TARGETS, packed};

fn main() -> io::Result<()> {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR"));
    let wanted: Vec<String> = env::args().skip(1).collect();
    for (name, target) in TARGETS {
        if !wanted.is_empty() && !wanted.iter().any(|wanted| wanted == name) {
            continue;
        }
        let mut count = 0;
        for seed in fs::read_dir(fuzz.join("corpus").join(name))? {
            target(&fs::read(seed?.path())?);
            count += 1;
        }
        let bytes = fs::read(fuzz.join("corpus_minimised").join(name))?;
        for input in packed::inputs(&bytes) {
            target(input);
            count += 1;
        }
        eprintln!("{name}: {count} inputs");
    }
    Ok(())
}
