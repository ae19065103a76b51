//! User data and extensions.

use super::{Bytes, FromBytes};
use crate::event::{KeyValueList, Value};
use crate::session::Limits;
use crate::testing::prelude::*;

/// What the specification allows, 2.3.
const SIZE: usize = Limits::SPECIFICATION.user_data_size;
const DEPTH: usize = Limits::SPECIFICATION.user_data_depth;

/// What T-Library packs at most, specification 2.3: no list is filled beyond it, whatever the limit allows.
const MOST: usize = 65_535;

/// The texts that are known by one byte.
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

/// A byte, counted modulo 4, and what it says: 0 a string, 1 an integer, 2 binary, 3 a list of pairs.
impl FromBytes for Value<'static> {
    fn from_bytes(bytes: &mut Bytes<'_>) -> Self {
        value(bytes, 1, &KNOWN)
    }
}

/// One byte for what is met often and for the limits, from 15 on as many pairs as its three low bits say.
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

/// The list that this byte is; none for the bytes that are pairs.
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

/// A list of pairs that nest so little that they are one.
pub(super) fn list<K, V>(pairs: impl IntoIterator<Item = (K, V)>) -> KeyValueList<'static>
where
    K: Into<Cow<'static, str>>,
    V: Into<Value<'static>>,
{
    KeyValueList::try_from_iter(pairs).unwrap_or_default()
}

fn nested(depth: usize) -> KeyValueList<'static> {
    (1..depth).fold(KeyValueList::new(), |inner, _| list([("list", inner)]))
}

/// The first byte says how many, up to 7.
pub(super) fn pairs(bytes: &mut Bytes<'_>, depth: usize, known: &Texts) -> KeyValueList<'static> {
    list(bytes.several(|bytes| (bytes.text(known.keys), value(bytes, depth, known))))
}

fn value(bytes: &mut Bytes<'_>, depth: usize, known: &Texts) -> Value<'static> {
    let owned = |text: String| Cow::Owned(text);
    match bytes.byte() % 4 {
        0 => Value::String(owned(bytes.text(known.texts))),
        1 => Value::Integer(bytes.integer()),
        2 => Value::Binary(owned(bytes.text(known.binary))),
        // As deep as bytes last, but not so deep that reading it back fails.
        3.. if depth < 40 => Value::List(pairs(bytes, depth + 1, known)),
        3.. => Value::List(KeyValueList::new()),
    }
}

/// User data within the limits: a byte for what it is filled up to (of 16, 1 the size, 2 the depth, 3 both), and the pairs, as many of
/// them as the limits allow. Where the depth allowed is 0, and so nothing is within, it is the empty list all the same.
///
/// A size over 65 535, what T-Library packs at most, is taken as that.
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

/// User data that is over one of the limits: an odd byte: by a byte, else by a level; and the pairs. A size that is not limited can only
/// be beyond in depth.
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

/// No list is deeper than a list can be.
fn deepest(limits: &Limits) -> usize {
    limits.user_data_depth.min(KeyValueList::DEEPEST - 1)
}

/// The first pairs of the list, as many as the limits allow.
fn within(mut kept: KeyValueList<'static>, limits: &Limits) -> KeyValueList<'static> {
    while !kept.is_empty() && limits.exceeded_by_user_data(&kept).is_some() {
        let fewer = kept.len() - 1;
        kept = list(kept.into_iter().take(fewer).map(|pair| (pair.key, pair.value)));
    }
    kept
}

/// Adds a list so deep that the whole is of this depth, unless it is, or the size does not allow it.
fn deepen(kept: &mut KeyValueList<'static>, depth: usize, size: usize) {
    let levels = depth.saturating_sub(1);
    if kept.depth() < depth && kept.size().saturating_add(levels) <= size {
        let nested = (1..levels).fold(KeyValueList::new(), |inner, _| list([("l", inner)]));
        kept.append(list([("l", nested)]));
    }
}

/// Adds a text of the length that the size still lacks.
fn fill(list: &mut KeyValueList<'static>, size: usize) {
    if let lacking @ 1.. = size.saturating_sub(list.size()) {
        list.push("", "x".repeat(lacking));
    }
}
