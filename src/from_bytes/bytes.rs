//! The bytes from which values are read, and numbers and texts that favour boundary values.

use crate::testing::prelude::*;

/// Bytes from which values are read. After their end every byte reads as 0.
///
/// ```
/// use im_session::from_bytes::{Bytes, FromBytes};
/// use im_session::testing::Step;
/// use im_session::{CallEvent, Event};
///
/// let mut bytes = Bytes::new(b"AC");
/// let dialing = Event::new(CallEvent::Dialing).with_this_dn("3001").with_call_uuid("A");
/// assert_eq!(Step::from_bytes(&mut bytes), Step::Event(dialing));
/// assert_eq!(bytes.rest(), b"C");
/// ```
#[derive(Debug, Clone)]
pub struct Bytes<'b> {
    rest: &'b [u8],
    /// The number for events that are numbered by their place.
    pub(super) place: u64,
}

/// A type whose values can be read from any bytes.
pub trait FromBytes: Sized {
    /// Reads a value. Without any bytes it is the first value of the type.
    fn from_bytes(bytes: &mut Bytes<'_>) -> Self;
}

impl<'b> Bytes<'b> {
    /// A reader of these bytes.
    #[must_use]
    pub const fn new(bytes: &'b [u8]) -> Self {
        Bytes { rest: bytes, place: 1 }
    }

    /// The bytes that have not been read yet.
    #[must_use]
    pub const fn rest(&self) -> &'b [u8] {
        self.rest
    }

    /// Reads the same bytes, but gives numbered events this number.
    pub(crate) const fn at_place(self, place: u64) -> Self {
        Bytes { place, ..self }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn peek(&self) -> u8 {
        self.rest.first().copied().unwrap_or_default()
    }

    pub(super) fn byte(&mut self) -> u8 {
        let byte = self.peek();
        self.rest = self.rest.get(1..).unwrap_or_default();
        byte
    }

    /// The next `count` bytes, or fewer at the end.
    pub(super) fn take(&mut self, count: usize) -> &'b [u8] {
        let (taken, rest) = self.rest.split_at_checked(count).unwrap_or((self.rest, &[]));
        self.rest = rest;
        taken
    }

    fn eight(&mut self) -> [u8; 8] {
        core::array::from_fn(|_| self.byte())
    }

    /// 0, 1, a small number, the largest, the one before it, or any.
    pub(super) fn number(&mut self) -> u64 {
        match self.byte() {
            0xff => u64::MAX,
            0xfe => u64::MAX - 1,
            0xfd => i64::MAX.unsigned_abs(),
            0xfc => u64::from_le_bytes(self.eight()),
            small => u64::from(small),
        }
    }

    /// 0, 1, -1, the ends of the range, or any.
    pub(super) fn integer(&mut self) -> i64 {
        match self.byte() {
            0xff => i64::MAX,
            0xfe => i64::MIN,
            0xfd => -1,
            0xfc => i64::from_le_bytes(self.eight()),
            small => i64::from(small),
        }
    }

    /// One of the known texts, a text of up to 15 bytes that is spelled out or, for the last byte values, one of 64,
    /// 65, 255 or 256 bytes.
    pub(super) fn text(&mut self, known: &[&str]) -> String {
        match self.byte() {
            0xff => "x".repeat(256),
            0xfe => "x".repeat(255),
            0xfd => "x".repeat(65),
            0xfc => "x".repeat(64),
            0xf0..=0xfb => self.spelled_out(),
            byte => counted(byte, known).map_or_else(String::new, ToString::to_string),
        }
    }

    /// One of the known values, selected by a byte modulo their number.
    pub(super) fn one_of<T: Clone + Default>(&mut self, known: &[T]) -> T {
        counted(self.byte(), known).cloned().unwrap_or_default()
    }

    /// A byte for the length, up to 15, and that many bytes. Bytes that are not UTF-8 are replaced.
    pub(super) fn spelled_out(&mut self) -> String {
        let length = usize::from(self.byte() & 0xf);
        String::from_utf8_lossy(self.take(length)).into_owned()
    }

    /// `None` for an even byte, otherwise a value.
    pub(super) fn perhaps<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.byte() % 2 == 1).then(|| value(self))
    }

    /// A few values. The first byte is their number, up to 7.
    pub(super) fn several<T>(&mut self, mut value: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = self.byte() & 7;
        (0..count).map(|_| value(self)).collect()
    }
}

/// The value at this place, modulo their number. `None` if there are none.
pub(super) fn counted<T>(at: u8, all: &[T]) -> Option<&T> {
    usize::from(at).checked_rem(all.len()).and_then(|at| all.get(at))
}
