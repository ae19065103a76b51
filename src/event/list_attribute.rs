//! An attribute that holds a list of pairs, which a log filter may have hidden.

use super::KeyValueList;

/// The value of UserData or Extensions. [Specification 2.3][2.3].
///
/// Log filters hide user data: the attribute is then present, but without its pairs. This is neither an absent
/// attribute nor an empty list, so it has its own variant. Deliberately exhaustive.
///
/// ```
/// use im_session::event::{KeyValueList, ListAttribute};
///
/// let present = ListAttribute::Present(KeyValueList::from_iter([("k", "v")]));
/// assert_eq!(present.list().map(KeyValueList::len), Some(1));
/// assert_eq!(ListAttribute::Hidden.list(), None);
/// assert!(ListAttribute::default().is_absent());
/// ```
///
/// [2.3]: crate::guide::specification#23-user-data
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ListAttribute<'a> {
    /// The event does not have the attribute.
    #[default]
    Absent,
    /// The event has the attribute, but a filter removed its pairs from the log.
    Hidden,
    /// The list, which may be empty.
    Present(KeyValueList<'a>),
}

impl<'a> ListAttribute<'a> {
    /// The list, if the event has it and it is not hidden.
    #[must_use]
    pub const fn list(&self) -> Option<&KeyValueList<'a>> {
        match self {
            ListAttribute::Present(list) => Some(list),
            ListAttribute::Absent | ListAttribute::Hidden => None,
        }
    }

    /// Whether the event does not have the attribute.
    #[must_use]
    pub const fn is_absent(&self) -> bool {
        matches!(self, ListAttribute::Absent)
    }

    /// Whether the event has the attribute without its pairs.
    #[must_use]
    pub const fn is_hidden(&self) -> bool {
        matches!(self, ListAttribute::Hidden)
    }

    /// The same attribute with all its text copied.
    #[must_use]
    pub fn into_owned(self) -> ListAttribute<'static> {
        match self {
            ListAttribute::Absent => ListAttribute::Absent,
            ListAttribute::Hidden => ListAttribute::Hidden,
            ListAttribute::Present(list) => ListAttribute::Present(list.into_owned()),
        }
    }
}

impl<'a> From<KeyValueList<'a>> for ListAttribute<'a> {
    fn from(list: KeyValueList<'a>) -> Self {
        ListAttribute::Present(list)
    }
}

/// `None` is absent.
impl<'a> From<Option<KeyValueList<'a>>> for ListAttribute<'a> {
    fn from(list: Option<KeyValueList<'a>>) -> Self {
        list.map_or(ListAttribute::Absent, ListAttribute::Present)
    }
}
