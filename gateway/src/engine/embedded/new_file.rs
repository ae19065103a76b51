//! A new file comes to be whole, or not at all: it is made under another name. A process that is killed while redb makes a file
//! leaves one that cannot be opened again.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use redb::Database;

/// What the name of a file that is being made has after that of the file that it becomes.
const BEING_MADE: &str = ".new-";

/// Makes the file, unless it is there.
pub(super) fn make(path: &Path) -> io::Result<()> {
    if path.try_exists()? {
        return Ok(());
    }
    remove_what_others_left(path)?;
    let new = with_ending(path, &format!("{BEING_MADE}{}", std::process::id()));
    // For its owner alone, wherever it is: user data is in it.
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&new)?;
    drop(Database::builder().create_file(file).map_err(io::Error::other)?);
    // Unlike a rename, this never takes the place of a file that another process has made meanwhile, and uses.
    let linked = fs::hard_link(&new, path);
    match linked {
        Ok(()) => fs::remove_file(&new)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::remove_file(&new)?,
        // Not every file system has links.
        Err(_) => fs::rename(&new, path)?,
    }
    File::open(directory_of(path))?.sync_all()
}

/// Files that were being made when their process ended: nobody has used them.
fn remove_what_others_left(path: &Path) -> io::Result<()> {
    let begin = with_ending(path, BEING_MADE);
    let begin = begin.file_name().unwrap_or_default().as_encoded_bytes();
    for entry in fs::read_dir(directory_of(path))? {
        let entry = entry?;
        if entry.file_name().as_encoded_bytes().starts_with(begin) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
