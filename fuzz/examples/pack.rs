//! Packs a folder of inputs into one file, and back: `pack FOLDER FILE`, `unpack FILE FOLDER`.

use std::path::Path;
use std::{env, fs, io};

use im_session_fuzz::packed;

/// The maximum size of the committed file, in bytes. The smallest inputs come first, and the rest is left out.
const LARGEST: usize = 100 * 1024;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["pack", folder, file] => pack(Path::new(folder), Path::new(file)),
        ["unpack", file, folder] => unpack(Path::new(file), Path::new(folder)),
        _ => Err(io::Error::other("expected pack FOLDER FILE or unpack FILE FOLDER")),
    }
}

fn pack(folder: &Path, file: &Path) -> io::Result<()> {
    let mut inputs = Vec::new();
    for entry in fs::read_dir(folder)? {
        inputs.push(fs::read(entry?.path())?);
    }
    inputs.sort_by(|one, other| (one.len(), one).cmp(&(other.len(), other)));
    let all = inputs.len();
    let bytes = packed::pack(inputs.iter().map(Vec::as_slice), LARGEST);
    let kept = packed::inputs(&bytes).count();
    fs::write(file, &bytes)?;
    println!("{kept} of {all} inputs, {} bytes", bytes.len());
    Ok(())
}

fn unpack(file: &Path, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let bytes = fs::read(file)?;
    for (number, input) in packed::inputs(&bytes).enumerate() {
        fs::write(folder.join(format!("packed-{number:04}")), input)?;
    }
    Ok(())
}
