//! The order in which sessions expire, are forgotten and make room: open sessions by the time of their last event,
//! completed ones by the time of their completion. Each session is in one of two linked lists, so the cost of ending or
//! forgetting sessions depends only on their number.

use alloc::vec::Vec;

use super::slots::Handle;

#[derive(Debug, Clone)]
pub(super) struct Order {
    /// Indexed by the place of the handle.
    places: Vec<Place>,
    open: Ends,
    completed: Ends,
    /// The number of completions so far.
    completions: u64,
}

/// The place of a session in its list.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    previous: Option<Handle>,
    next: Option<Handle>,
    /// The number of the completion of a completed session; 0 for an open one.
    completion: u64,
}

/// The two ends of a list.
#[derive(Debug, Clone, Copy, Default)]
struct Ends {
    first: Option<Handle>,
    last: Option<Handle>,
}

impl Order {
    pub(super) const fn new() -> Self {
        const EMPTY: Ends = Ends { first: None, last: None };
        Order { places: Vec::new(), open: EMPTY, completed: EMPTY, completions: 0 }
    }

    /// The open session with the oldest last event.
    pub(super) fn first_open(&self) -> Option<Handle> {
        self.open.first
    }

    /// The session that completed longest ago.
    pub(super) fn first_completed(&self) -> Option<Handle> {
        self.completed.first
    }

    /// The completed sessions, the one that completed longest ago first.
    pub(super) fn completed(&self) -> impl Iterator<Item = Handle> {
        core::iter::successors(self.completed.first, |&handle| self.place(handle).next)
    }

    /// The number of completions so far.
    #[cfg(feature = "serde")]
    pub(super) fn completions(&self) -> u64 {
        self.completions
    }

    /// Raises the number of completions to this one, if it is lower.
    #[cfg(feature = "serde")]
    pub(super) fn count_completions_from(&mut self, completions: u64) {
        self.completions = self.completions.max(completions);
    }

    /// The number of the completion of this session, from 1; 0 while it is open.
    pub(super) fn completion(&self, handle: Handle) -> u64 {
        self.place(handle).completion
    }

    /// Adds a session at the end of its list.
    pub(super) fn insert(&mut self, handle: Handle, is_open: bool) {
        if self.places.len() <= handle.place() {
            self.places.resize(handle.place() + 1, Place::default());
        }
        self.place_mut(handle).completion = 0;
        if is_open { self.append_open(handle) } else { self.append_completed(handle) }
    }

    /// Moves an open session with a new event to the end of its list.
    pub(super) fn move_to_end(&mut self, handle: Handle) {
        if self.open.last != Some(handle) {
            self.remove(handle);
            self.append_open(handle);
        }
    }

    /// Moves a session that was completed to the list of completed ones.
    pub(super) fn complete(&mut self, handle: Handle) {
        self.remove(handle);
        self.append_completed(handle);
    }

    /// Moves a session that was opened anew to the list of open ones.
    pub(super) fn reopen(&mut self, handle: Handle) {
        self.remove(handle);
        self.append_open(handle);
    }

    /// Removes a session from its list.
    pub(super) fn remove(&mut self, handle: Handle) {
        let Place { previous, next, completion } = self.place(handle);
        match previous {
            Some(previous) => self.place_mut(previous).next = next,
            None => self.ends_mut(completion).first = next,
        }
        match next {
            Some(next) => self.place_mut(next).previous = previous,
            None => self.ends_mut(completion).last = previous,
        }
        *self.place_mut(handle) = Place::default();
    }

    fn append_open(&mut self, handle: Handle) {
        self.append(handle, 0);
    }

    fn append_completed(&mut self, handle: Handle) {
        self.completions += 1;
        self.append(handle, self.completions);
    }

    fn append(&mut self, handle: Handle, completion: u64) {
        let last = self.ends_mut(completion).last.replace(handle);
        *self.place_mut(handle) = Place { previous: last, next: None, completion };
        match last {
            Some(last) => self.place_mut(last).next = Some(handle),
            None => self.ends_mut(completion).first = Some(handle),
        }
    }

    fn ends_mut(&mut self, completion: u64) -> &mut Ends {
        if completion == 0 { &mut self.open } else { &mut self.completed }
    }

    #[expect(clippy::indexing_slicing, reason = "every handle that is given out was inserted here")]
    fn place(&self, handle: Handle) -> Place {
        self.places[handle.place()]
    }

    #[expect(clippy::indexing_slicing, reason = "every handle that is given out was inserted here")]
    fn place_mut(&mut self, handle: Handle) -> &mut Place {
        &mut self.places[handle.place()]
    }
}
