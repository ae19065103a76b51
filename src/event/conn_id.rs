//! The connection id of a call.

use core::fmt;
use core::str::FromStr;

/// A T-Library ConnID: 64 bits, written as 16 hex digits.
///
/// ```
/// use im_session::ConnId;
///
/// let conn_id: ConnId = "0077028A809F7004".parse().unwrap();
/// assert_eq!(conn_id.to_string(), "0077028a809f7004");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnId(pub u64);

/// A text that is not a ConnID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected hex digits of at most 64 bits")]
pub struct BadConnId;

impl FromStr for ConnId {
    type Err = BadConnId;

    fn from_str(text: &str) -> Result<Self, BadConnId> {
        if text.is_empty() { Err(BadConnId) } else { hex_number(text.as_bytes()).map(ConnId).ok_or(BadConnId) }
    }
}

/// The number with these hex digits; 0 for none. `None` for any other character, and beyond 64 bits.
#[inline]
pub(crate) fn hex_number(digits: &[u8]) -> Option<u64> {
    if let Some((high, low)) = digits.split_first_chunk::<8>() {
        if let Ok(low) = low.try_into() {
            return Some(eight_hex_digits(*high)? << 32 | eight_hex_digits(low)?);
        }
    }
    let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
    let digits = digits.get(zeros..).filter(|digits| digits.len() <= 16)?;
    digits.iter().try_fold(0, |number, &digit| Some((number << 4) + u64::from(char::from(digit).to_digit(16)?)))
}

/// The number with these eight hex digits, all processed at once as the bytes of a word.
#[inline]
fn eight_hex_digits(digits: [u8; 8]) -> Option<u64> {
    const fn each(byte: u8) -> u64 {
        u64::from_ne_bytes([byte; 8])
    }
    let word = u64::from_be_bytes(digits);
    // Letters have this bit, and are worth nine more than their low four bits.
    let letters = (word >> 6) & each(1);
    let values = (word & each(0x0f)) + letters * 9;
    // The high four bits are 3 for a digit, and 4 or 6 for a letter: 4 once the bit for lower case is cleared.
    let high_halves = ((word & !(letters << 5)) >> 4) & each(0x0f);
    let is_ten_or_more = ((values + each(6)) >> 4) & each(1);
    let are_digits = high_halves == each(3) + letters && values & each(0xf0) == 0 && is_ten_or_more == letters;
    let pairs = (values | values >> 4) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs | pairs >> 8) & 0x0000_ffff_0000_ffff;
    are_digits.then_some((fours | fours >> 16) & 0xffff_ffff)
}

impl fmt::Display for ConnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(feature = "serde")]
mod wire {
    use core::fmt;

    use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
    use serde::ser::{Serialize, Serializer};

    use super::ConnId;

    /// A string of 16 hex digits.
    impl Serialize for ConnId {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(self)
        }
    }

    /// A string of hex digits.
    impl<'de> Deserialize<'de> for ConnId {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct DigitsVisitor;

            impl Visitor<'_> for DigitsVisitor {
                type Value = ConnId;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("a string of hex digits of at most 64 bits")
                }

                fn visit_str<E: Error>(self, text: &str) -> Result<ConnId, E> {
                    text.parse().map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
                }
            }

            deserializer.deserialize_str(DigitsVisitor)
        }
    }
}
