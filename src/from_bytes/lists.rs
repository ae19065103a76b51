//! User data and extensions.

use alloc::borrow::Cow;
use alloc::string::String;

use arbitrary::{Arbitrary, Result, Unstructured};

use super::primitives::{integer, several, text};
use crate::event::{KeyValueList, Value};
use crate::session::Limits;

/// What the specification allows, 2.3.
const SIZE: usize = Limits::SPECIFICATION.user_data_size;
const DEPTH: usize = Limits::SPECIFICATION.user_data_depth;

const KEYS: [&str; 6] = ["k", "text", "n", "", "größer", "list"];
const TEXTS: [&str; 6] = ["v", "w", "", "hello", "größer", "two\nlines"];

/// One byte for the kind, and what the value takes: see [`from_bytes`](crate::from_bytes#user-data).
impl<'a> Arbitrary<'a> for Value<'_> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        value(u, 1)
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        (1, None)
    }
}

/// One byte for what is met often and for the limits, else pairs spelled out: see [`from_bytes`](crate::from_bytes#user-data).
impl<'a> Arbitrary<'a> for KeyValueList<'_> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        list(u)
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        (1, None)
    }
}

fn list<'v>(u: &mut Unstructured<'_>) -> Result<KeyValueList<'v>> {
    match list_of(u.peek_bytes(1).and_then(|bytes| bytes.first().copied()).unwrap_or(0)) {
        Some(list) => u.arbitrary::<u8>().map(|_| list),
        None => pairs(u, 1),
    }
}

/// The list that this byte is, by the table of the module; none for the bytes that are pairs.
pub(super) fn list_of<'v>(byte: u8) -> Option<KeyValueList<'v>> {
    let of = |key: &'static str, value: Value<'v>| KeyValueList::try_from_iter([(key, value)]).unwrap_or_default();
    Some(match byte {
        0 => KeyValueList::new(),
        1 => of("k", "v".into()),
        2 => of("k", "w".into()),
        3 => KeyValueList::from_iter([("k", "v"), ("k", "w")]),
        4 => of("n", 1.into()),
        5 => of("list", of("k", "v".into()).into()),
        6 => of("k", Value::Binary("00 01".into())),
        7 => of("k", "00 01".into()),
        8 => nested(DEPTH),
        9 => nested(DEPTH + 1),
        10 => of("k", "x".repeat(SIZE - 1).into()),
        11 => of("k", "x".repeat(SIZE).into()),
        12 => of("text", "hello".into()),
        13 => of("text", (-7).into()),
        14 => of("text", KeyValueList::new().into()),
        15.. => return None,
    })
}

fn nested<'v>(depth: usize) -> KeyValueList<'v> {
    (1..depth).fold(KeyValueList::new(), |inner, _| KeyValueList::try_from_iter([("list", inner)]).unwrap_or_default())
}

/// The first byte says how many, up to 7.
fn pairs<'v>(u: &mut Unstructured<'_>, depth: usize) -> Result<KeyValueList<'v>> {
    let pairs = several(u, |u| Ok((text(u, &KEYS)?, value(u, depth)?)))?;
    KeyValueList::try_from_iter(pairs).map_err(|_| arbitrary::Error::IncorrectFormat)
}

fn value<'v>(u: &mut Unstructured<'_>, depth: usize) -> Result<Value<'v>> {
    let owned = |text: String| Cow::Owned(text);
    Ok(match u.arbitrary::<u8>()? % 4 {
        0 => Value::String(owned(text(u, &TEXTS)?)),
        1 => Value::Integer(integer(u)?),
        2 => Value::Binary(owned(text(u, &["00 01..", ""])?)),
        // As deep as bytes last, but not so deep that reading it back fails.
        3.. if depth < 40 => Value::List(pairs(u, depth + 1)?),
        3.. => Value::List(KeyValueList::new()),
    })
}
