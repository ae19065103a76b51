//! User data and extensions.

use super::{Bytes, FromBytes};
use crate::event::{KeyValueList, Value};
use crate::session::Limits;
use crate::testing::prelude::*;

/// The limits of specification 2.3.
const SIZE: usize = Limits::SPECIFICATION.user_data_size;
const DEPTH: usize = Limits::SPECIFICATION.user_data_depth;

/// The maximum size in T-Library, specification 2.3. No list is filled beyond it, whatever the limit.
const MOST: usize = 65_535;

/// The texts that one byte can select.
pub(super) struct Texts {
    pub(super) keys: &'static [&'static str],
    pub(super) texts: &'static [&'static str],
    pub(super) binary: &'static [&'static str],
}

const KNOWN: Texts = Texts {
    keys: &["k", "text", "n", "", "größer", "list"],
    texts: &["v", "w", "", "hello", "größer", "two\nlines"],
    binary: &["00 01..", ""],
};

/// A byte for the kind, modulo 4, and the value: 0 a string, 1 an integer, 2 a binary, 3 a list of pairs.
impl FromBytes for Value<'static> {
    fn from_bytes(bytes: &mut Bytes<'_>) -> Self {
        value(bytes, 1, &KNOWN)
    }
}

/// One byte for common lists and those at the limits. From 15 on its three low bits are the number of pairs that
/// follow.
impl FromBytes for KeyValueList<'static> {
    fn from_bytes(bytes: &mut Bytes<'_>) -> Self {
        match list_of(bytes.peek()) {
            Some(list) => {
                bytes.byte();
                list
            }
            None => pairs(bytes, 1, &KNOWN),
        }
    }
}

/// The list for this byte. `None` for bytes that announce pairs.
pub(super) fn list_of(byte: u8) -> Option<KeyValueList<'static>> {
    let of = |key: &'static str, value: Value<'static>| list([(key, value)]);
    Some(match byte {
        0 => KeyValueList::new(),
        1 => of("k", "v".into()),
        2 => of("k", "w".into()),
        3 => KeyValueList::from_iter([("k", "v"), ("k", "w")]),
        4 => of("n", 1.into()),
        5 => of("list", of("k", "v".into()).into()),
        6 => of("k", Value::Binary("00 01".into())),
        7 => of("k", "00 01".into()),
        8 => nested("list", DEPTH),
        9 => nested("list", DEPTH + 1),
        10 => of("k", "x".repeat(SIZE - 1).into()),
        11 => of("k", "x".repeat(SIZE).into()),
        12 => of("text", "hello".into()),
        13 => of("text", (-7).into()),
        14 => of("text", KeyValueList::new().into()),
        15.. => return None,
    })
}

/// A list of these pairs, which must not exceed the maximum depth.
pub(super) fn list<K, V>(pairs: impl IntoIterator<Item = (K, V)>) -> KeyValueList<'static>
where
    K: Into<Cow<'static, str>>,
    V: Into<Value<'static>>,
{
    KeyValueList::try_from_iter(pairs).unwrap_or_default()
}

fn nested(key: &'static str, depth: usize) -> KeyValueList<'static> {
    (1..depth).fold(KeyValueList::new(), |inner, _| list([(key, inner)]))
}

/// A list of pairs. The first byte is their number, up to 7.
pub(super) fn pairs(bytes: &mut Bytes<'_>, depth: usize, known: &Texts) -> KeyValueList<'static> {
    list(bytes.several(|bytes| (bytes.text(known.keys), value(bytes, depth, known))))
}

fn value(bytes: &mut Bytes<'_>, depth: usize, known: &Texts) -> Value<'static> {
    let owned = |text: String| Cow::Owned(text);
    match bytes.byte() % 4 {
        0 => Value::String(owned(bytes.text(known.texts))),
        1 => Value::Integer(bytes.integer()),
        2 => Value::Binary(owned(bytes.text(known.binary))),
        // The depth is limited so that the list can be read back.
        3.. if depth < 40 => Value::List(pairs(bytes, depth + 1, known)),
        3.. => Value::List(KeyValueList::new()),
    }
}

/// User data within the limits. A byte, modulo 16, says which limit it is filled up to (1 the size, 2 the depth, 3
/// both, otherwise none). Then the pairs follow, and as many are kept as the limits allow. If the maximum depth is 0,
/// so that no list is within it, the result is still the empty list.
///
/// A maximum size above 65 535, the maximum in T-Library, counts as that.
#[must_use]
pub fn user_data_within(bytes: &mut Bytes<'_>, limits: &Limits) -> KeyValueList<'static> {
    let filling = bytes.byte() % 16;
    let mut list = within(KeyValueList::from_bytes(bytes), limits);
    if filling == 2 || filling == 3 {
        deepen(&mut list, deepest(limits), limits.user_data_size);
    }
    if (filling == 1 || filling == 3) && deepest(limits) > 0 {
        fill(&mut list, limits.user_data_size.min(MOST));
    }
    list
}

/// User data that exceeds a limit: with an odd byte by one byte of size, otherwise by one level of depth. The pairs
/// follow. If the size is not limited, only the depth is exceeded.
#[must_use]
pub fn user_data_beyond(bytes: &mut Bytes<'_>, limits: &Limits) -> KeyValueList<'static> {
    let size = bytes.byte() % 2 == 1;
    let mut list = within(KeyValueList::from_bytes(bytes), limits);
    if size && limits.user_data_size <= MOST {
        fill(&mut list, limits.user_data_size + 1);
    } else {
        deepen(&mut list, deepest(limits) + 1, usize::MAX);
    }
    list
}

/// The maximum depth by the limits, with room for one more level.
fn deepest(limits: &Limits) -> usize {
    limits.user_data_depth.min(KeyValueList::DEEPEST - 1)
}

/// Keeps as many of the first pairs as the limits allow.
fn within(mut kept: KeyValueList<'static>, limits: &Limits) -> KeyValueList<'static> {
    while !kept.is_empty() && limits.exceeded_by_user_data(&kept).is_some() {
        let fewer = kept.len() - 1;
        kept = list(kept.into_iter().take(fewer).map(|pair| (pair.key, pair.value)));
    }
    kept
}

/// Adds a nested list so that the whole has this depth, unless it has, or the size does not allow it.
fn deepen(kept: &mut KeyValueList<'static>, depth: usize, size: usize) {
    let levels = depth.saturating_sub(1);
    if kept.depth() < depth && kept.size().saturating_add(levels) <= size {
        kept.append(list([("l", nested("l", levels))]));
    }
}

/// Adds a text so that the list has this size.
fn fill(list: &mut KeyValueList<'static>, size: usize) {
    if let lacking @ 1.. = size.saturating_sub(list.size()) {
        list.push("", "x".repeat(lacking));
    }
}
