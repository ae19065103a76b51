//! User data and extensions: T-Library's list of key-value pairs.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// A list of key-value pairs: ordered, nested, and with repeated keys kept. [Specification 2.3][2.3].
///
/// `==` compares pair by pair. [`same_view`](KeyValueList::same_view) compares what readers of the JSON see: there the
/// order does not count, and the last of several equal keys wins.
///
/// A list is never deeper than [`DEEPEST`](KeyValueList::DEEPEST), so recursion over it cannot overflow the stack.
///
/// ```
/// use im_session::{KeyValueList, Value};
///
/// let mut list = KeyValueList::new();
/// list.push("ServiceType", "default");
/// list.push("PegAG", 1);
/// list.push("ServiceType", "gold");
/// list.try_push("Skills", KeyValueList::from_iter([("English", 5)]))?;
/// assert_eq!(list.get("ServiceType").and_then(Value::as_str), Some("gold"));
/// assert_eq!((list.len(), list.pair_count(), list.size(), list.depth()), (4, 5, 59, 2));
/// for pair in &list {
///     println!("{}: {:?}", pair.key, pair.value);
/// }
/// # Ok::<(), im_session::event::TooDeep>(())
/// ```
///
/// [2.3]: crate::guide::specification#23-user-data
#[derive(Clone, PartialEq, Eq, Default)]
pub struct KeyValueList<'a> {
    pairs: Vec<Pair<'a>>,
    /// The depth of the deepest list among the values; 0 without lists. At most [`DEEPEST`](KeyValueList::DEEPEST) - 1.
    inner_depth: u8,
}

/// Up to this many pairs a search for a repeated key is cheaper than sorting.
const SHORT: usize = 16;

/// A key and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair<'a> {
    /// The key. It may occur several times in one list.
    pub key: Cow<'a, str>,
    /// The value.
    pub value: Value<'a>,
}

/// A value of a [`KeyValueList`]. Deliberately exhaustive: T-Library has these four.
///
/// ```
/// use im_session::{KeyValueList, Value};
///
/// assert_eq!(Value::from("gold").as_str(), Some("gold"));
/// assert_eq!(Value::from(5).as_integer(), Some(5));
/// assert_eq!(Value::from(KeyValueList::new()).as_list().map(|list| list.len()), Some(0));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// A string.
    String(Cow<'a, str>),
    /// An integer.
    Integer(i64),
    /// Binary: the text that a log printed for it.
    Binary(Cow<'a, str>),
    /// A list one level deeper.
    List(KeyValueList<'a>),
}

/// A [`Value`] that is not a list, so it can be added to any list. Deliberately exhaustive, like [`Value`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlainValue<'a> {
    /// A string.
    String(Cow<'a, str>),
    /// An integer.
    Integer(i64),
    /// Binary: the text that a log printed for it.
    Binary(Cow<'a, str>),
}

/// A list that would be deeper than [`KeyValueList::DEEPEST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected lists nested at most {} deep, found deeper ones", KeyValueList::DEEPEST)]
pub struct TooDeep;

impl<'a> KeyValueList<'a> {
    /// The maximum depth of a list. An event with a deeper one cannot be read. A list without lists in it has depth 1.
    pub const DEEPEST: usize = 100;

    /// An empty list.
    #[must_use]
    pub const fn new() -> Self {
        KeyValueList { pairs: Vec::new(), inner_depth: 0 }
    }

    /// A list of these pairs, whose values may be lists.
    ///
    /// If no value is a list, [`FromIterator`] does the same and cannot fail.
    ///
    /// # Errors
    ///
    /// [`TooDeep`] if one of the values is a list of the maximum depth.
    pub fn try_from_iter<K, V>(pairs: impl IntoIterator<Item = (K, V)>) -> Result<Self, TooDeep>
    where
        K: Into<Cow<'a, str>>,
        V: Into<Value<'a>>,
    {
        let mut list = KeyValueList::new();
        for (key, value) in pairs {
            list.try_push(key, value)?;
        }
        Ok(list)
    }

    /// The pairs in order.
    #[must_use]
    pub fn pairs(&self) -> &[Pair<'a>] {
        &self.pairs
    }

    /// The pairs in order.
    pub fn iter(&self) -> core::slice::Iter<'_, Pair<'a>> {
        self.pairs.iter()
    }

    /// The number of pairs at the outermost level. Each pair of a repeated key counts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether the list has no pairs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Adds a pair at the end, even if the key exists.
    pub fn push(&mut self, key: impl Into<Cow<'a, str>>, value: impl Into<PlainValue<'a>>) {
        self.pairs.push(Pair { key: key.into(), value: value.into().into() });
    }

    /// Adds a pair at the end, even if the key exists. The value may be a list.
    ///
    /// # Errors
    ///
    /// [`TooDeep`] if the value is a list of the maximum depth. Nothing is added in this case.
    pub fn try_push(&mut self, key: impl Into<Cow<'a, str>>, value: impl Into<Value<'a>>) -> Result<(), TooDeep> {
        let value = value.into();
        if let Value::List(list) = &value {
            let depth = list.inner_depth + 1;
            if usize::from(depth) >= Self::DEEPEST {
                return Err(TooDeep);
            }
            self.inner_depth = self.inner_depth.max(depth);
        }
        self.pairs.push(Pair { key: key.into(), value });
        Ok(())
    }

    /// Keeps only the pairs for which `keep` is true.
    pub fn retain(&mut self, keep: impl FnMut(&Pair<'a>) -> bool) {
        self.pairs.retain(keep);
        let depths = self.pairs.iter().filter_map(|pair| pair.value.as_list()).map(|list| list.inner_depth + 1);
        self.inner_depth = depths.max().unwrap_or(0);
    }

    /// Adds all pairs of another list at the end, even if their keys exist.
    pub fn append(&mut self, other: KeyValueList<'a>) {
        self.inner_depth = self.inner_depth.max(other.inner_depth);
        self.pairs.extend(other.pairs);
    }

    /// The value of the last pair with this key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value<'a>> {
        self.pairs.iter().rev().find(|pair| pair.key == key).map(|pair| &pair.value)
    }

    /// The size that counts against the limit, in bytes: the UTF-8 length of keys and strings, 4 for an integer, the
    /// key and the pairs of a list, and the kept text of a binary.
    #[must_use]
    pub fn size(&self) -> usize {
        self.pairs.iter().map(|pair| pair.key.len().saturating_add(pair.value.size())).fold(0, usize::saturating_add)
    }

    /// The number of all pairs, including nested ones and pairs whose values are lists.
    #[must_use]
    pub fn pair_count(&self) -> usize {
        if self.inner_depth == 0 {
            return self.len();
        }
        self.pairs.iter().map(|pair| 1 + pair.value.as_list().map_or(0, KeyValueList::pair_count)).sum()
    }

    /// The depth of the nesting; a list without lists in it has depth 1. It is stored, so this takes constant time.
    #[must_use]
    pub const fn depth(&self) -> usize {
        1 + self.inner_depth as usize
    }

    /// The pairs of the JSON view, in the order of the list. Of several pairs with the same key it has only the last.
    ///
    /// ```
    /// use im_session::KeyValueList;
    ///
    /// let list = KeyValueList::from_iter([("k", 1), ("other", 2), ("k", 3)]);
    /// assert!(list.view().map(|pair| pair.value.as_integer()).eq([Some(2), Some(3)]));
    /// assert!(list.same_view(&KeyValueList::from_iter([("k", 3), ("other", 2)])));
    /// ```
    #[inline]
    pub fn view(&self) -> impl Iterator<Item = &Pair<'a>> {
        let is_short = self.len() <= SHORT;
        let overridden = if is_short { Vec::new() } else { self.overridden() };
        let mut pairs = self.pairs.iter();
        core::iter::from_fn(move || {
            loop {
                let pair = pairs.next()?;
                let later = pairs.as_slice();
                let is_overridden = if is_short {
                    later.iter().any(|later| later.key == pair.key)
                } else {
                    overridden.binary_search(&(self.len() - later.len() - 1)).is_ok()
                };
                if !is_overridden {
                    return Some(pair);
                }
            }
        })
    }

    /// Whether both lists have the same JSON view: the order of keys does not count, and the last of several equal keys
    /// wins.
    #[must_use]
    pub fn same_view(&self, other: &KeyValueList<'_>) -> bool {
        // The common case, a repeated event, needs no sorting.
        self == other || self.same_sorted_view(other)
    }

    fn same_sorted_view(&self, other: &KeyValueList<'_>) -> bool {
        let (mine, theirs) = (self.sorted_view(), other.sorted_view());
        mine.len() == theirs.len()
            && mine
                .iter()
                .zip(&theirs)
                .all(|(mine, theirs)| mine.key == theirs.key && mine.value.same_sorted_view(&theirs.value))
    }

    /// The same list with all its text copied.
    #[must_use]
    pub fn into_owned(self) -> KeyValueList<'static> {
        let own = |pair: Pair<'a>| Pair { key: Cow::Owned(pair.key.into_owned()), value: pair.value.into_owned() };
        KeyValueList { pairs: self.pairs.into_iter().map(own).collect(), inner_depth: self.inner_depth }
    }

    /// The positions by key; of equal keys by position.
    fn sorted_positions(&self) -> Vec<(usize, &Pair<'a>)> {
        let mut positions: Vec<_> = self.pairs.iter().enumerate().collect();
        positions.sort_by(|(_, one), (_, other)| one.key.cmp(&other.key));
        positions
    }

    /// The positions, ascending, of the pairs that a later pair of the same key overrides.
    fn overridden(&self) -> Vec<usize> {
        let sorted = self.sorted_positions();
        let followers = sorted.iter().skip(1);
        let mut overridden: Vec<usize> = sorted
            .iter()
            .zip(followers)
            .filter(|((_, pair), (_, next))| pair.key == next.key)
            .map(|(&(index, _), _)| index)
            .collect();
        overridden.sort_unstable();
        overridden
    }

    fn sorted_view(&self) -> Vec<&Pair<'a>> {
        let mut view: Vec<&Pair<'a>> = self.view().collect();
        view.sort_by(|one, other| one.key.cmp(&other.key));
        view
    }
}

impl<'a> Value<'a> {
    /// The text of a string, or the text that a log printed for a binary.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) | Value::Binary(text) => Some(text),
            Value::Integer(_) | Value::List(_) => None,
        }
    }

    /// The integer.
    #[must_use]
    pub const fn as_integer(&self) -> Option<i64> {
        match self {
            Value::Integer(number) => Some(*number),
            Value::String(_) | Value::Binary(_) | Value::List(_) => None,
        }
    }

    /// The list.
    #[must_use]
    pub const fn as_list(&self) -> Option<&KeyValueList<'a>> {
        match self {
            Value::List(list) => Some(list),
            Value::String(_) | Value::Integer(_) | Value::Binary(_) => None,
        }
    }

    fn size(&self) -> usize {
        match self {
            Value::String(text) | Value::Binary(text) => text.len(),
            Value::Integer(_) => 4,
            Value::List(list) => list.size(),
        }
    }

    /// A binary is shown as its text, a list as an object, and the others as they are.
    fn same_sorted_view(&self, other: &Value<'_>) -> bool {
        match (self, other) {
            (Value::String(mine) | Value::Binary(mine), Value::String(theirs) | Value::Binary(theirs)) => {
                mine == theirs
            }
            (Value::Integer(mine), Value::Integer(theirs)) => mine == theirs,
            (Value::List(mine), Value::List(theirs)) => mine.same_sorted_view(theirs),
            (Value::String(_) | Value::Binary(_), Value::Integer(_) | Value::List(_))
            | (Value::Integer(_), Value::String(_) | Value::Binary(_) | Value::List(_))
            | (Value::List(_), Value::String(_) | Value::Binary(_) | Value::Integer(_)) => false,
        }
    }

    /// The same value with all its text copied.
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::String(text) => Value::String(Cow::Owned(text.into_owned())),
            Value::Integer(number) => Value::Integer(number),
            Value::Binary(text) => Value::Binary(Cow::Owned(text.into_owned())),
            Value::List(list) => Value::List(list.into_owned()),
        }
    }
}

impl<'a> From<PlainValue<'a>> for Value<'a> {
    fn from(value: PlainValue<'a>) -> Self {
        match value {
            PlainValue::String(text) => Value::String(text),
            PlainValue::Integer(number) => Value::Integer(number),
            PlainValue::Binary(text) => Value::Binary(text),
        }
    }
}

impl<'a> From<&'a str> for PlainValue<'a> {
    fn from(text: &'a str) -> Self {
        PlainValue::String(Cow::Borrowed(text))
    }
}

impl From<String> for PlainValue<'_> {
    fn from(text: String) -> Self {
        PlainValue::String(Cow::Owned(text))
    }
}

impl<'a> From<Cow<'a, str>> for PlainValue<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        PlainValue::String(text)
    }
}

impl From<i64> for PlainValue<'_> {
    fn from(number: i64) -> Self {
        PlainValue::Integer(number)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::String(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Value::String(Cow::Owned(text))
    }
}

impl<'a> From<Cow<'a, str>> for Value<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Value::String(text)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Value::Integer(number)
    }
}

impl<'a> From<KeyValueList<'a>> for Value<'a> {
    fn from(list: KeyValueList<'a>) -> Self {
        Value::List(list)
    }
}

/// For values that are not lists. [`try_from_iter`](KeyValueList::try_from_iter) accepts lists as well.
impl<'a, K: Into<Cow<'a, str>>, V: Into<PlainValue<'a>>> FromIterator<(K, V)> for KeyValueList<'a> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let pair = |(key, value): (K, V)| Pair { key: key.into(), value: value.into().into() };
        KeyValueList { pairs: pairs.into_iter().map(pair).collect(), inner_depth: 0 }
    }
}

/// The pairs in order.
impl<'l, 'a> IntoIterator for &'l KeyValueList<'a> {
    type Item = &'l Pair<'a>;
    type IntoIter = core::slice::Iter<'l, Pair<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The pairs in order.
impl<'a> IntoIterator for KeyValueList<'a> {
    type Item = Pair<'a>;
    type IntoIter = alloc::vec::IntoIter<Pair<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.pairs.into_iter()
    }
}
