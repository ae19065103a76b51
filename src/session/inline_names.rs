//! The names of a session, stored inline if they are short, which they nearly always are.
//!
//! The key of the session is then part of the session itself, which saves a memory access when a large store compares
//! an event with it.

use alloc::boxed::Box;

/// The most bytes that are stored inline: an id of 32 characters and two numbers of 8 digits fit.
const WITHIN: usize = 48;

/// The id, ThisDN and the first participant (empty if there is none).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum InlineNames {
    /// Stored inline: the lengths of the three, and their bytes one after the other.
    Within { id: u8, this_dn: u8, participant: u8, bytes: Bytes },
    /// Stored on the heap if longer: the lengths of the first two, and the three texts one after the other.
    Apart { id: usize, this_dn: usize, text: Box<str> },
}

/// The names, padded with zeros so that equal names have equal bytes. Aligned, since UTF-8 is validated word by word.
#[derive(Debug, Clone, PartialEq, Eq)]
#[repr(align(8))]
pub(super) struct Bytes([u8; WITHIN]);

impl InlineNames {
    pub(super) fn new(this_dn: &str, id: &str, participant: &str) -> Self {
        let names = [id, this_dn, participant];
        Self::within(names).unwrap_or_else(|| InlineNames::Apart {
            id: id.len(),
            this_dn: this_dn.len(),
            text: names.concat().into(),
        })
    }

    fn within(names: [&str; 3]) -> Option<Self> {
        let mut bytes = Bytes([0; WITHIN]);
        let mut rest = bytes.0.as_mut_slice();
        for name in names {
            let (place, after) = rest.split_at_mut_checked(name.len())?;
            place.copy_from_slice(name.as_bytes());
            rest = after;
        }
        // No length is greater than `WITHIN`, so each fits in a byte.
        let [id, this_dn, participant] = names.map(|name| name.len() as u8);
        Some(InlineNames::Within { id, this_dn, participant, bytes })
    }

    pub(super) fn this_dn(&self) -> &str {
        text(self.this_dn_bytes())
    }

    pub(super) fn this_dn_bytes(&self) -> &[u8] {
        let [_, this_dn, _] = self.parts();
        this_dn
    }

    pub(super) fn id(&self) -> &str {
        text(self.id_bytes())
    }

    pub(super) fn id_bytes(&self) -> &[u8] {
        let [id, _, _] = self.parts();
        id
    }

    pub(super) fn participant(&self) -> &str {
        let [_, _, participant] = self.parts();
        text(participant)
    }

    /// Whether these are the DN and the id of the session.
    pub(super) fn are(&self, this_dn: &str, id: &str) -> bool {
        let [own_id, own_dn, _] = self.parts();
        own_id == id.as_bytes() && own_dn == this_dn.as_bytes()
    }

    fn parts(&self) -> [&[u8]; 3] {
        let (lengths, bytes) = match self {
            InlineNames::Within { id, this_dn, participant, bytes } => {
                ([*id, *this_dn, *participant].map(usize::from), bytes.0.as_slice())
            }
            InlineNames::Apart { id, this_dn, text } => ([*id, *this_dn, text.len() - id - this_dn], text.as_bytes()),
        };
        let mut rest = bytes;
        lengths.map(|length| {
            let (part, after) = rest.split_at_checked(length).unwrap_or_default();
            rest = after;
            part
        })
    }
}

/// The bytes were a `str` when they were stored, so this cannot fail. Without `unsafe` code they have to be validated
/// again.
fn text(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap_or_default()
}
