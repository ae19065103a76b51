//! Numbers and texts that lean to the boundaries.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use arbitrary::{Error, Result, Unstructured};

/// 0, 1, a small one, the largest, the one before it, or any.
pub(super) fn number(u: &mut Unstructured<'_>) -> Result<u64> {
    Ok(match u.arbitrary::<u8>()? {
        0xff => u64::MAX,
        0xfe => u64::MAX - 1,
        0xfd => i64::MAX.unsigned_abs(),
        0xfc => u.arbitrary()?,
        small => u64::from(small),
    })
}

/// 0, 1, -1, the ends of the range, or any.
pub(super) fn integer(u: &mut Unstructured<'_>) -> Result<i64> {
    Ok(match u.arbitrary::<u8>()? {
        0xff => i64::MAX,
        0xfe => i64::MIN,
        0xfd => -1,
        0xfc => u.arbitrary()?,
        small => i64::from(small),
    })
}

/// One of these, or a text spelled out: by the last byte values, of 64, 65, 255 and 256 bytes, else of up to 15.
pub(super) fn text(u: &mut Unstructured<'_>, known: &[&str]) -> Result<String> {
    let byte = u.arbitrary::<u8>()?;
    let length = match byte {
        0xff => 256,
        0xfe => 255,
        0xfd => 65,
        0xfc => 64,
        0xf0..=0xfb => return spelled_out(u),
        0..=0xef => return Ok(counted(byte, known).map_or_else(String::new, ToString::to_string)),
    };
    Ok("x".repeat(length))
}

/// One of these by one byte, counted modulo.
pub(super) fn one_of(u: &mut Unstructured<'_>, known: &[&str]) -> Result<String> {
    counted(u.arbitrary()?, known).map(ToString::to_string).ok_or(Error::EmptyChoose)
}

/// The one at this place, counted modulo; none where there are none.
pub(super) fn counted<T>(at: u8, all: &[T]) -> Option<&T> {
    usize::from(at).checked_rem(all.len()).and_then(|at| all.get(at))
}

/// A byte for the length, up to 15, and that many bytes; what is not UTF-8 is replaced.
pub(super) fn spelled_out(u: &mut Unstructured<'_>) -> Result<String> {
    let length = usize::from(u.arbitrary::<u8>()? & 0xf).min(u.len());
    Ok(String::from_utf8_lossy(u.bytes(length)?).into_owned())
}

/// Nothing, or a value: even bytes are nothing.
pub(super) fn perhaps<T>(
    u: &mut Unstructured<'_>,
    value: impl FnOnce(&mut Unstructured<'_>) -> Result<T>,
) -> Result<Option<T>> {
    if u.arbitrary::<u8>()? % 2 == 0 { Ok(None) } else { value(u).map(Some) }
}

/// A few values: the first byte says how many, up to 7.
pub(super) fn several<T>(
    u: &mut Unstructured<'_>,
    mut value: impl FnMut(&mut Unstructured<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let count = u.arbitrary::<u8>()? & 7;
    (0..count).map(|_| value(u)).collect()
}
