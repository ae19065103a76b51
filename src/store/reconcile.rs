//! How a store is brought up to date from a list of another server.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use core::hash::BuildHasher;

use super::Sessions;
use super::handle_event::Aside;
use super::handled::Handled;
use super::parts::PartKey;
use super::room::Full;
use super::slots::{Handle, Shared};
use crate::event::{BadCallUuid, check_call_uuid};
use crate::resource::{ImSession, participant_numbers};
use crate::session::{Cause, Change, Limit, Limits, Session};

/// Why a list cannot be reconciled. Nothing has changed in this case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReconcileError {
    /// The DN is empty.
    #[error("expected a DN, found none")]
    NoDn,
    /// The id of a session is not valid.
    #[error("imSessions[{position}]: {source}")]
    BadId {
        /// Which session of the list, from 0.
        position: usize,
        /// What is wrong with the id.
        source: BadCallUuid,
    },
    /// Two sessions have the same id.
    #[error("imSessions[{position}]: expected every id once, found {id} again")]
    Repeated {
        /// The second of the two, from 0.
        position: usize,
        /// The id.
        id: String,
    },
    /// A session, or all of them together, would go over a limit.
    #[error("imSessions[{position}]: over a limit: {limit}")]
    Limit {
        /// Which session of the list, from 0.
        position: usize,
        /// The limit.
        limit: Limit,
    },
}

impl<S: BuildHasher> Sessions<S> {
    /// Makes the sessions of one DN match the list of an upstream server, and returns the notifications.
    ///
    /// The list is the answer of another server to `GET …?fields=*` for this DN, or the result of a replay after a
    /// reconnect. An unknown session is added. A session that differs in state, participants or user data is changed to
    /// match the list, whatever its state was. An open session that is missing from the list has vanished and is
    /// completed. A completed session that is missing stays until it is forgotten.
    ///
    /// First the vanished sessions are completed, in byte order of id; then the list is processed in its order. The
    /// notifications are in byte order of id. If the DN, a call or the store is full, completed sessions that are not
    /// in the list make room.
    ///
    /// The list must be complete, since everything that is missing from it is removed. One that was read with
    /// `fields=id,state` would remove user data and participants. An empty one, or that of an answer whose statusCode
    /// is not 0, would complete all sessions. A session that was added by reconciling has no ConnID until an event
    /// brings one, so requests for it have none either.
    ///
    /// ```
    /// # #[cfg(feature = "json")] {
    /// use im_session::resource::ImSessionList;
    /// use im_session::{BaseUri, Sessions, State, StatusCode};
    ///
    /// let json = r#"{"statusCode":0,
    ///     "imSessions":[{"id":"007","state":"Talking","participants":[{"phoneNumber":"3001"}]}]}"#;
    /// let upstream: ImSessionList = serde_json::from_str(json).unwrap();
    /// assert_eq!(upstream.status_code, StatusCode::Ok);
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// let handled = sessions.reconcile("3002", &upstream.im_sessions).unwrap();
    /// assert_eq!(handled.notifications().count(), 1);
    /// assert_eq!(sessions.get("3002", "007").map(|session| session.state()), Some(State::Talking));
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ReconcileError`] names the session of the list. Nothing has changed in this case.
    pub fn reconcile(&mut self, this_dn: &str, list: &[ImSession<'_>]) -> Result<Handled<'_>, ReconcileError> {
        self.check_list(this_dn, list)?;
        let listed: BTreeSet<&str> = list.iter().map(ImSession::id).collect();
        let mut aside = Aside::default();
        let mut vanished: BTreeMap<Handle, Change> = BTreeMap::new();
        for handle in self.slots.sharing(Shared::Dn, this_dn) {
            let session = self.slots.session(handle);
            if session.state().is_open() && !listed.contains(session.id()) {
                vanished.insert(handle, self.end(handle, Cause::Vanished));
            }
        }
        let known = list.iter().filter(|im_session| self.slots.find(this_dn, im_session.id()).is_some()).count();
        let made_room = self.make_room_for_list(this_dn, &listed, listed.len() - known, &mut aside);
        // Agents are notified of these sessions as well, so the store keeps them until the next list.
        let told_of: Vec<(Session, Change)> = made_room
            .into_iter()
            .filter_map(|(handle, session)| vanished.remove(&handle).map(|change| (session, change)))
            .collect();
        let mut changed: Vec<(Handle, Change)> = vanished.into_iter().collect();
        for im_session in list {
            match self.slots.find(this_dn, im_session.id()) {
                Some(handle) => match self.follow(handle, im_session) {
                    Some(change) => changed.push((handle, change)),
                    // The time of an open session has changed nevertheless.
                    None if im_session.state().is_open() => {
                        aside.parts.push(PartKey::session(this_dn, im_session.id()))
                    }
                    None => {}
                },
                None => changed.extend(self.adopt(this_dn, im_session, &mut aside)),
            }
        }
        self.vanished_and_forgotten = told_of;
        let gone = self.vanished_and_forgotten.iter().map(|(session, change)| (session, *change));
        let kept = changed.into_iter().map(|(handle, change)| (self.slots.session(handle), change));
        let Aside { forgotten, parts } = aside;
        Ok(Handled { forgotten, parts, ..self.handled(gone.chain(kept).collect(), "reconciled") })
    }

    fn check_list(&self, this_dn: &str, list: &[ImSession<'_>]) -> Result<(), ReconcileError> {
        let limits = &self.settings.limits;
        if this_dn.is_empty() {
            return Err(ReconcileError::NoDn);
        }
        let open_here = self.slots.sharing(Shared::Dn, this_dn).into_iter();
        let open_here = open_here.filter(|&handle| self.slots.session(handle).state().is_open()).count();
        let open_elsewhere = self.counters.open_sessions() - open_here;
        let mut ids = BTreeSet::new();
        let mut any_is_new = false;
        for (position, im_session) in list.iter().enumerate() {
            check_call_uuid(im_session.id()).map_err(|source| ReconcileError::BadId { position, source })?;
            if !ids.insert(im_session.id()) {
                return Err(ReconcileError::Repeated { position, id: im_session.id().into() });
            }
            let is_new = self.slots.find(this_dn, im_session.id()).is_none();
            any_is_new |= is_new;
            // All other sessions of this DN are completed by then, and make room.
            let limit = if any_is_new && open_elsewhere.saturating_add(position) >= limits.sessions {
                Some(Limit::Sessions)
            } else if any_is_new && position >= limits.sessions_per_dn {
                Some(Limit::SessionsPerDn)
            } else if is_new && !self.call_has_room(im_session.id()) {
                Some(Limit::SessionsPerCall)
            } else {
                exceeded(limits, this_dn, im_session)
            };
            if let Some(limit) = limit {
                return Err(ReconcileError::Limit { position, limit });
            }
        }
        Ok(())
    }

    /// Forgets enough completed sessions to make room for `new` sessions of a DN, the ones that completed longest ago
    /// first, except for those in the list. Returns the forgotten sessions.
    fn make_room_for_list(
        &mut self,
        this_dn: &str,
        listed: &BTreeSet<&str>,
        new: usize,
        aside: &mut Aside,
    ) -> Vec<(Handle, Session)> {
        let limits = self.settings.limits;
        let is_listed = |session: &Session| session.this_dn() == this_dn && listed.contains(session.id());
        let over = |len: usize, limit: usize| len.saturating_add(new).saturating_sub(limit);

        let surplus = over(self.slots.count(Shared::Dn, this_dn), limits.sessions_per_dn);
        let of_dn = self.slots.completed_of_dn(this_dn).into_iter();
        let goes: Vec<_> = of_dn.filter(|&handle| !is_listed(self.slots.session(handle))).take(surplus).collect();
        let mut gone: Vec<_> =
            goes.into_iter().map(|handle| (handle, self.forget_to_make_room(handle, aside))).collect();

        let surplus = over(self.slots.len(), limits.sessions);
        let all = self.slots.completed();
        let goes: Vec<_> = all.filter(|&handle| !is_listed(self.slots.session(handle))).take(surplus).collect();
        gone.extend(goes.into_iter().map(|handle| (handle, self.forget_to_make_room(handle, aside))));
        gone
    }

    /// Makes a known session match the list.
    fn follow(&mut self, handle: Handle, im_session: &ImSession<'_>) -> Option<Change> {
        let from = self.slots.session(handle).state();
        let numbers = participant_numbers(im_session);
        // Being in the list counts as activity, even if nothing differs.
        let change = self.slots.change(handle, Some(self.now), |session| {
            session.follow(im_session.state(), &numbers, im_session.user_data())
        })?;
        self.counters.count_state(Some(from), Some(change.to));
        Some(change)
    }

    /// Adds an unknown session.
    fn adopt(&mut self, this_dn: &str, im_session: &ImSession<'_>, aside: &mut Aside) -> Option<(Handle, Change)> {
        let mut session = Session::bare(this_dn, im_session.id(), im_session.state());
        session.follow(im_session.state(), &participant_numbers(im_session), im_session.user_data());
        if let Some(end) = self.remembered_ends.forget(this_dn, im_session.id()) {
            session.set_last_event(Some(end));
            aside.parts.push(PartKey::end(this_dn, im_session.id()));
        }
        self.make_room(Full::Call, this_dn, im_session.id(), aside);
        let change = Change {
            from: None,
            to: session.state(),
            participants: session.participants().len() > 0,
            user_data: !session.user_data().is_empty(),
        };
        let handle = self.slots.insert(session, self.now)?;
        self.counters.count_state(None, Some(change.to));
        Some((handle, change))
    }
}

fn exceeded(limits: &Limits, this_dn: &str, im_session: &ImSession<'_>) -> Option<Limit> {
    let numbers = participant_numbers(im_session);
    // The other parties: each once, and without the agent itself.
    let others: BTreeSet<&str> = numbers.iter().map(|number| &**number).filter(|&number| number != this_dn).collect();
    let exceeded = limits.exceeded_by_session(this_dn, others.iter().copied(), im_session.user_data());
    exceeded.map(|(_, limit)| limit)
}
