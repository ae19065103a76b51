//! Creates a file completely or not at all, by building it under another name first. If the process is killed while
//! redb creates a file, that file can never be opened again.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use redb::Database;

/// Appended to the name of the final file while it is being created.
const BEING_MADE: &str = ".new-";

/// Creates the file unless it exists.
pub(super) fn make(path: &Path) -> io::Result<()> {
    if path.try_exists()? {
        return Ok(());
    }
    remove_what_others_left(path)?;
    let new = with_ending(path, &format!("{BEING_MADE}{}", std::process::id()));
    // Only the owner may read it, whatever the directory allows, because it contains user data.
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&new)?;
    drop(Database::builder().create_file(file).map_err(io::Error::other)?);
    // Unlike a rename, a link does not replace a file that another process has created in the meantime and uses.
    let linked = fs::hard_link(&new, path);
    match linked {
        Ok(()) => fs::remove_file(&new)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::remove_file(&new)?,
        // Some file systems have no hard links.
        Err(_) => fs::rename(&new, path)?,
    }
    File::open(directory_of(path))?.sync_all()
}

/// Removes the unfinished files of processes that have ended.
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
