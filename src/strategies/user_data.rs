//! User data: few keys, all kinds of values, up to the limits and just beyond.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::names::{any_line, few, text_of};
use crate::event::{KeyValueList, Value};
use crate::session::Limits;

/// How much is put into a list beyond what came at random.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filling {
    AsItCame,
    ToTheSize,
    ToTheDepth,
    ToBoth,
}

/// What T-Library packs at most, specification 2.3: no list is filled beyond it, whatever the limit allows.
const MOST: usize = 65_535;

/// User data within the limits: `user_data_size` and `user_data_depth` are kept, and now and then met to the byte and to the
/// level (of a size over 65 535, what T-Library packs at most: to that).
///
/// Keys repeat, lists are nested, binary is among the values. Shrinks to the empty list. Where the depth allowed is 0, and
/// so nothing is within, it is the empty list all the same.
///
/// ```
/// use im_session::{Limits, strategies::user_data};
/// use proptest::strategy::{Strategy, ValueTree};
/// use proptest::test_runner::TestRunner;
///
/// let mut limits = Limits::DEFAULT;
/// limits.user_data_size = 30;
/// let list = user_data(&limits).new_tree(&mut TestRunner::deterministic()).unwrap().current();
/// assert!(list.size() <= 30);
/// ```
pub fn user_data(limits: &Limits) -> impl Strategy<Value = KeyValueList<'static>> + use<> {
    let limits = *limits;
    let filling = prop_oneof![
        12 => Just(Filling::AsItCame),
        1 => Just(Filling::ToTheSize),
        1 => Just(Filling::ToTheDepth),
        1 => Just(Filling::ToBoth),
    ];
    (pairs(any_key(), any_value()), filling).prop_map(move |(list, filling)| {
        let mut list = within(list, &limits);
        if matches!(filling, Filling::ToTheDepth | Filling::ToBoth) {
            deepen(&mut list, limits.deepest_user_data(), limits.user_data_size);
        }
        if matches!(filling, Filling::ToTheSize | Filling::ToBoth) && limits.deepest_user_data() > 0 {
            fill(&mut list, limits.user_data_size.min(MOST));
        }
        list
    })
}

/// User data that is over one of the limits: by a byte, or by a level.
///
/// Shrinks to as few pairs as that takes. A size that is not limited can only be beyond in depth.
pub fn user_data_beyond(limits: &Limits) -> impl Strategy<Value = KeyValueList<'static>> + use<> {
    let limits = *limits;
    (pairs(any_key(), any_value()), any::<bool>()).prop_map(move |(list, size)| {
        let mut list = within(list, &limits);
        if size && limits.user_data_size <= MOST {
            fill(&mut list, limits.user_data_size + 1);
        } else {
            deepen(&mut list, limits.deepest_user_data() + 1, usize::MAX);
        }
        list
    })
}

/// User data that every text form can carry: texts of one line, keys that end where they should. It may have what the
/// logs give a meaning to: quotes, `(list)`, `KVList:`.
///
/// Binary reads back as a string from JSON: see [`read_back`](super::read_back).
pub fn loggable_user_data() -> impl Strategy<Value = KeyValueList<'static>> {
    let key = prop_oneof![
        4 => few(&["a", "b", "text", "Key", "k k"]),
        1 => line_of_text().prop_filter("a key that ends early", |key| !ends_early(key)),
    ];
    let value = prop_oneof![
        4 => line_of_text().prop_map(text),
        2 => (-3..3_i64).prop_map(Value::Integer),
        1 => any::<i64>().prop_map(Value::Integer),
        1 => printed_binary().prop_map(binary),
    ];
    pairs(key, value)
}

/// The extensions of an EventPrivateInfo: nearly always a `text`, now and then one that is none.
pub(super) fn extensions() -> impl Strategy<Value = KeyValueList<'static>> {
    let value = prop_oneof![
        6 => few(&["hello", "", "größer"]).prop_map(text),
        1 => (-3..3_i64).prop_map(Value::Integer),
        1 => Just(binary(String::from("00 01.."))),
        1 => Just(Value::List(KeyValueList::new())),
    ];
    vec((few(&["text", "text", "Text"]), value), 0..3).prop_map(list_of)
}

/// A few pairs of each kind, for events that meet.
pub(super) fn few_pairs() -> impl Strategy<Value = KeyValueList<'static>> {
    pairs(any_key(), any_value())
}

fn any_key() -> impl Strategy<Value = String> + Clone {
    few(&["k", "n", "text", "k", "text", ""])
}

fn any_value() -> impl Strategy<Value = Value<'static>> + 'static {
    prop_oneof![
        4 => few(&["v", "w", "", "größer", "two\nlines", "'\"\\\u{0}"]).prop_map(text),
        1 => select(&[0, 1, -1, i64::MAX, i64::MIN][..]).prop_map(Value::Integer),
        1 => any::<i64>().prop_map(Value::Integer),
        1 => few(&["00 01..", ""]).prop_map(binary),
    ]
}

fn text(text: String) -> Value<'static> {
    Value::String(Cow::Owned(text))
}

fn binary(text: String) -> Value<'static> {
    Value::Binary(Cow::Owned(text))
}

/// A value of any kind, as in the events that meet.
pub(super) fn value() -> impl Strategy<Value = Value<'static>> {
    nested(any_key().boxed(), any_value())
}

/// Lists nested up to a few levels, with keys that repeat.
fn pairs(
    key: impl Strategy<Value = String> + 'static,
    value: impl Strategy<Value = Value<'static>> + 'static,
) -> impl Strategy<Value = KeyValueList<'static>> {
    let key = key.boxed();
    vec((key.clone(), nested(key, value)), 0..5).prop_map(list_of)
}

/// Such a value, or a list of such keys and values, up to a few levels.
fn nested(
    key: BoxedStrategy<String>,
    value: impl Strategy<Value = Value<'static>> + 'static,
) -> impl Strategy<Value = Value<'static>> {
    value.prop_recursive(3, 16, 4, move |inner| {
        vec((key.clone(), inner), 0..4).prop_map(|pairs| Value::List(list_of(pairs)))
    })
}

/// A list of these pairs, which nest so little that they are one.
fn list_of<K: Into<Cow<'static, str>>, V: Into<Value<'static>>>(
    pairs: impl IntoIterator<Item = (K, V)>,
) -> KeyValueList<'static> {
    KeyValueList::try_from_iter(pairs).unwrap_or_default()
}

/// The first pairs of the list, as many as the limits allow.
fn within(list: KeyValueList<'static>, limits: &Limits) -> KeyValueList<'static> {
    let mut kept = list;
    while !kept.is_empty() && limits.exceeded_by_user_data(&kept).is_some() {
        let fewer = kept.len() - 1;
        kept = list_of(kept.into_iter().take(fewer).map(|pair| (pair.key, pair.value)));
    }
    kept
}

/// Adds a list so deep that the whole is of this depth, unless it is, or the size does not allow it.
fn deepen(list: &mut KeyValueList<'static>, depth: usize, size: usize) {
    let levels = depth.saturating_sub(1);
    if list.depth() < depth && list.size().saturating_add(levels) <= size {
        let nested = (1..levels).fold(KeyValueList::new(), |inner, _| list_of([("l", inner)]));
        let _ = list.try_push("l", nested);
    }
}

/// Adds a text of the length that the size still lacks.
fn fill(list: &mut KeyValueList<'static>, size: usize) {
    if let lacking @ 1.. = size.saturating_sub(list.size()) {
        list.push("", "x".repeat(lacking));
    }
}

/// A text of one line, often with what the logs give a meaning to.
pub(super) fn line_of_text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => text_of(b"abcxyz", 0..=6),
        1 => text_of(b"ab '\"\\(){}[]=:\t,", 0..=12),
        1 => any_line(0..=8),
        1 => few(&["café", "(list)", "KVList:", "[3] 00 01..", "12", "-7", "text", "'", "\"", "\u{feff}"]),
    ]
}

/// Whether a quote in the key is followed by white space or `(list)`: a log ends the key there.
fn ends_early(key: &str) -> bool {
    let ends = |after: &str| after.starts_with("(list)") || after.starts_with(|c: char| c.is_ascii_whitespace());
    let pieces: Vec<&str> = key.split('\'').skip(1).collect();
    pieces.into_iter().any(ends)
}

/// What a log prints for something binary: neither quoted nor a number, nor white space at its ends.
fn printed_binary() -> impl Strategy<Value = String> {
    prop_oneof![
        few(&["00 01 03 00..", "[3] 00 01 02", "5.5", "0x1F", "+5", "true", "9223372036854775808"]),
        text_of(b"ABCDEF0123456789 ", 0..=8).prop_map(|digits| format!("A{digits}F..")),
    ]
}
