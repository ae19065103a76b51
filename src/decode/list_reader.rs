//! Builds nested lists from pairs and their indentation. Specification 6.2.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::event::{KeyValueList, ListAttribute, PlainValue, TooDeep};

/// The size of an empty list that a log prints in brackets.
const EMPTY_SIZE: u64 = 4;

/// Builds the list of an attribute.
#[derive(Debug)]
pub(super) struct ListReader<'a> {
    root: KeyValueList<'a>,
    /// The open lists, the innermost last.
    open: Vec<OpenList<'a>>,
    too_deep: bool,
    /// The value of the attribute: its size in brackets, and its first bytes.
    written: &'a [u8],
}

#[derive(Debug)]
struct OpenList<'a> {
    indentation: usize,
    key: Cow<'a, str>,
    list: KeyValueList<'a>,
}

impl<'a> ListReader<'a> {
    /// A reader for the list of an attribute with this value.
    pub(super) fn new(written: &'a [u8]) -> Self {
        ListReader { root: KeyValueList::new(), open: Vec::new(), too_deep: false, written }
    }

    /// Adds a pair. Without an indentation it belongs to the outermost list.
    pub(super) fn pair(&mut self, indentation: Option<usize>, key: Cow<'a, str>, value: PlainValue<'a>) {
        self.close_to(indentation);
        self.innermost().push(key, value);
    }

    /// Adds a pair whose value is a list. Following pairs with a deeper indentation are its pairs. Without an
    /// indentation the list stays empty.
    pub(super) fn list(&mut self, indentation: Option<usize>, key: Cow<'a, str>) {
        self.close_to(indentation);
        match indentation {
            Some(indentation) if self.open.len() + 1 < KeyValueList::DEEPEST => {
                self.open.push(OpenList { indentation, key, list: KeyValueList::new() });
            }
            Some(_) => self.too_deep = true,
            None => self.add(key, KeyValueList::new()),
        }
    }

    fn close_to(&mut self, indentation: Option<usize>) {
        let indentation = indentation.unwrap_or(0);
        while self.open.last().is_some_and(|open| open.indentation >= indentation) {
            self.close();
        }
    }

    fn innermost(&mut self) -> &mut KeyValueList<'a> {
        self.open.last_mut().map_or(&mut self.root, |open| &mut open.list)
    }

    fn close(&mut self) {
        if let Some(OpenList { key, list, .. }) = self.open.pop() {
            self.add(key, list);
        }
    }

    fn add(&mut self, key: Cow<'a, str>, list: KeyValueList<'a>) {
        self.too_deep |= self.innermost().try_push(key, list).is_err();
    }

    /// The list. It is hidden if its size says that there are pairs, but none are printed.
    pub(super) fn finish(mut self) -> Result<ListAttribute<'a>, TooDeep> {
        while !self.open.is_empty() {
            self.close();
        }
        if self.too_deep {
            return Err(TooDeep);
        }
        let is_hidden = self.root.is_empty() && size(self.written).is_some_and(|size| size > EMPTY_SIZE);
        Ok(if is_hidden { ListAttribute::Hidden } else { ListAttribute::Present(self.root) })
    }
}

/// The size in brackets at the start of a value.
fn size(value: &[u8]) -> Option<u64> {
    let inside = value.strip_prefix(b"[")?;
    let digits = inside.get(..inside.iter().position(|&byte| byte == b']')?)?;
    core::str::from_utf8(digits.trim_ascii()).ok()?.parse().ok()
}
