//! Writes the language-neutral vectors: `cargo run --example vectors -- [FOLDER]`, into `tests/vectors` unless told otherwise.
//!
//! What must come of each is said by the reference model, of the text forms by hand.

mod make;

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use clap::Parser;

#[derive(Parser)]
#[command(about = "Writes the language-neutral vectors")]
struct Arguments {
    /// Where to.
    #[arg(default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors"))]
    folder: PathBuf,
}

fn main() -> Result<(), Box<dyn Error>> {
    let Arguments { folder } = Arguments::parse();
    for (name, text) in make::files() {
        let path = folder.join(name);
        fs::write(&path, &text).map_err(|error| format!("{}: {error}", path.display()))?;
        // The brackets stand on lines of their own.
        println!("{}: {} vectors", path.display(), text.lines().count() - 2);
    }
    Ok(())
}
