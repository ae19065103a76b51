//! The id, the path and the full address of a session in one buffer, since each is the end of the next.

use core::str::from_utf8;

use super::BaseUri;

/// The size of the buffer: enough for a base address of 76 characters with the longest id.
const ROOM: usize = 160;

/// The buffer. Aligned, since UTF-8 is validated word by word.
#[repr(align(8))]
pub(super) struct Addresses([u8; ROOM]);

impl Addresses {
    pub(super) const fn new() -> Self {
        Addresses([0; ROOM])
    }

    /// The id, the path and the full address of the session with this id. `None` if they do not fit.
    pub(super) fn of(&mut self, base_uri: &BaseUri, id: &[u8]) -> Option<[&str; 3]> {
        let before_id = base_uri.before_id();
        let (place, rest) = self.0.split_at_mut_checked(before_id.len())?;
        place.copy_from_slice(before_id.as_bytes());
        rest.get_mut(..id.len())?.copy_from_slice(id);
        let uri = from_utf8(self.0.get(..before_id.len() + id.len())?).ok()?;
        let id = uri.get(before_id.len()..)?;
        let path = uri.get(before_id.len() - BaseUri::PATH.len()..)?;
        Some([id, path, uri])
    }
}
