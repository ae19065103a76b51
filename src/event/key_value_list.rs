//! User data and extensions: T-Library's list of key-value pairs.

use alloc::borrow::Cow;
use alloc::vec::Vec;

/// A list of key-value pairs: ordered, nested, and with repeated keys kept. Specification 2.3.
///
/// `==` compares pair by pair. What readers of the JSON see, where the order does not count and of equal keys the last
/// wins, is compared by [`same_view`](KeyValueList::same_view).
///
/// ```
/// use im_session::{KeyValueList, Value};
///
/// let mut list = KeyValueList::new();
/// list.push("ServiceType", "default");
/// list.push("PegAG", 1);
/// list.push("ServiceType", "gold");
/// assert_eq!(list.get("ServiceType"), Some(&Value::from("gold")));
/// assert_eq!((list.len(), list.size(), list.depth()), (3, 42, 1));
/// ```
#[derive(Clone, PartialEq, Eq, Default)]
pub struct KeyValueList<'a> {
    pairs: Vec<Pair<'a>>,
}

/// Up to this many pairs it costs less to look for a repeated key than to sort them.
const SHORT: usize = 16;

/// A key and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair<'a> {
    /// The key; may occur several times in one list.
    pub key: Cow<'a, str>,
    /// The value.
    pub value: Value<'a>,
}

/// A value of a [`KeyValueList`]. Exhaustive by decision: T-Library has these four.
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

impl<'a> KeyValueList<'a> {
    /// An empty list.
    #[must_use]
    pub const fn new() -> Self {
        KeyValueList { pairs: Vec::new() }
    }

    /// The pairs in order.
    #[must_use]
    pub fn pairs(&self) -> &[Pair<'a>] {
        &self.pairs
    }

    /// How many pairs there are at the outermost level, repeated keys counted each time.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there is no pair.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Adds a pair at the end, even if the key exists.
    pub fn push(&mut self, key: impl Into<Cow<'a, str>>, value: impl Into<Value<'a>>) {
        self.pairs.push(Pair { key: key.into(), value: value.into() });
    }

    /// The value of the last pair with this key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value<'a>> {
        self.pairs.iter().rev().find(|pair| pair.key == key).map(|pair| &pair.value)
    }

    /// The size that counts against the limit, in bytes: the UTF-8 length of keys and strings, 4 for an integer, a list
    /// its key and its pairs, binary as the text kept.
    #[must_use]
    pub fn size(&self) -> usize {
        self.pairs.iter().map(|pair| pair.key.len().saturating_add(pair.value.size())).fold(0, usize::saturating_add)
    }

    /// How deep lists are nested; a list without lists in it has depth 1.
    #[must_use]
    pub fn depth(&self) -> usize {
        let inner = self.pairs.iter().map(|pair| match &pair.value {
            Value::List(list) => list.depth(),
            Value::String(_) | Value::Integer(_) | Value::Binary(_) => 0,
        });
        1 + inner.max().unwrap_or(0)
    }

    /// The pairs that the JSON view shows: of equal keys the last. In the order of the list.
    pub fn view(&self) -> impl Iterator<Item = &Pair<'a>> {
        let hidden = if self.len() <= SHORT { Vec::new() } else { self.hidden() };
        self.pairs
            .iter()
            .enumerate()
            .filter(move |&(index, pair)| {
                if self.len() <= SHORT { !self.is_hidden(index, pair) } else { hidden.binary_search(&index).is_err() }
            })
            .map(|(_, pair)| pair)
    }

    /// Whether a later pair has the same key.
    fn is_hidden(&self, index: usize, pair: &Pair<'a>) -> bool {
        self.pairs.iter().skip(index + 1).any(|later| later.key == pair.key)
    }

    /// Whether both lists have the same JSON view: the order of keys does not count, of equal keys the last wins.
    #[must_use]
    pub fn same_view(&self, other: &KeyValueList<'_>) -> bool {
        // The common case, a repeated event, needs no sorting.
        if self == other {
            return true;
        }
        let (mine, theirs) = (self.sorted_view(), other.sorted_view());
        mine.len() == theirs.len()
            && mine
                .iter()
                .zip(&theirs)
                .all(|(mine, theirs)| mine.key == theirs.key && mine.value.same_view(&theirs.value))
    }

    /// The same list with all its text copied.
    #[must_use]
    pub fn into_owned(self) -> KeyValueList<'static> {
        let own = |pair: Pair<'a>| Pair { key: Cow::Owned(pair.key.into_owned()), value: pair.value.into_owned() };
        KeyValueList { pairs: self.pairs.into_iter().map(own).collect() }
    }

    /// The positions by key; of equal keys by position.
    fn sorted_positions(&self) -> Vec<(usize, &Pair<'a>)> {
        let mut positions: Vec<_> = self.pairs.iter().enumerate().collect();
        positions.sort_by(|(_, one), (_, other)| one.key.cmp(&other.key));
        positions
    }

    /// The positions, ascending, of the pairs that a later pair of the same key hides.
    fn hidden(&self) -> Vec<usize> {
        let sorted = self.sorted_positions();
        let followers = sorted.iter().skip(1);
        let mut hidden: Vec<usize> = sorted
            .iter()
            .zip(followers)
            .filter(|((_, pair), (_, next))| pair.key == next.key)
            .map(|(&(index, _), _)| index)
            .collect();
        hidden.sort_unstable();
        hidden
    }

    fn sorted_view(&self) -> Vec<&Pair<'a>> {
        let mut view: Vec<&Pair<'a>> = self.view().collect();
        view.sort_by(|one, other| one.key.cmp(&other.key));
        view
    }
}

impl<'a> Value<'a> {
    fn size(&self) -> usize {
        match self {
            Value::String(text) | Value::Binary(text) => text.len(),
            Value::Integer(_) => 4,
            Value::List(list) => list.size(),
        }
    }

    /// Binary shows as its text; all else as what it is.
    fn same_view(&self, other: &Value<'_>) -> bool {
        match (self, other) {
            (Value::String(mine) | Value::Binary(mine), Value::String(theirs) | Value::Binary(theirs)) => {
                mine == theirs
            }
            (Value::Integer(mine), Value::Integer(theirs)) => mine == theirs,
            (Value::List(mine), Value::List(theirs)) => mine.same_view(theirs),
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

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::String(Cow::Borrowed(text))
    }
}

impl From<alloc::string::String> for Value<'_> {
    fn from(text: alloc::string::String) -> Self {
        Value::String(Cow::Owned(text))
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

impl<'a, K: Into<Cow<'a, str>>, V: Into<Value<'a>>> FromIterator<(K, V)> for KeyValueList<'a> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let pair = |(key, value): (K, V)| Pair { key: key.into(), value: value.into() };
        KeyValueList { pairs: pairs.into_iter().map(pair).collect() }
    }
}
