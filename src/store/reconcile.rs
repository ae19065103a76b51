//! How a store catches up with another server's list.

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

/// Why a list cannot be reconciled with. Nothing has changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReconcileError {
    /// The DN is empty.
    #[error("expected a DN, found none")]
    NoDn,
    /// A session's id cannot be one.
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
    /// Makes the sessions of one DN what an upstream's list says, and returns the notifications.
    ///
    /// The list is what `GET …?fields=*` of another server answered for this DN, or what a replay after a reconnect gave. A
    /// session that is not known is new; one that differs in state, participants or user data is changed to what the list
    /// says, whatever the state was; an open one that the list does not have has vanished and is completed. A completed one
    /// that the list does not have stays until it is forgotten. First what has vanished completes, in byte order of id, then
    /// the list is followed in its order; the notifications come in byte order of id. Where the DN, a call or the store is
    /// full, completed sessions that the list does not have make room.
    ///
    /// The list must be whole: what it does not say is not there. One read with `fields=id,state` would take user data and
    /// participants away, an empty one (or that of an answer whose statusCode is not 0) would complete all. A session that
    /// only reconciling has made known has no ConnID until an event brings one, and so have the requests for it.
    ///
    /// ```
    /// # #[cfg(feature = "json")] {
    /// use im_session::resource::ImSessionList;
    /// use im_session::{BaseUri, Sessions, State, StatusCode};
    ///
    /// let json = r#"{"imSessions":[{"id":"007","state":"Talking","participants":[{"phoneNumber":"3001"}]}],"statusCode":0}"#;
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
    /// [`ReconcileError`] names the session of the list. Nothing has changed then.
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
        // What has vanished and made room at once is told all the same, so it is kept until the next list.
        let told_of: Vec<(Session, Change)> = made_room
            .into_iter()
            .filter_map(|(handle, session)| vanished.remove(&handle).map(|change| (session, change)))
            .collect();
        let mut changed: Vec<(Handle, Change)> = vanished.into_iter().collect();
        for im_session in list {
            match self.slots.find(this_dn, im_session.id()) {
                Some(handle) => match self.follow(handle, im_session) {
                    Some(change) => changed.push((handle, change)),
                    // An open one was heard of all the same.
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
            // All else of this DN is completed by then, and makes room.
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

    /// Forgets as many completed sessions as `new` sessions of a DN need room for, those that completed longest ago first, but
    /// none that the list has; which these were.
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

    /// Makes a known session what the list says.
    fn follow(&mut self, handle: Handle, im_session: &ImSession<'_>) -> Option<Change> {
        let from = self.slots.session(handle).state();
        let numbers = participant_numbers(im_session);
        // The list speaks of the session also where it says nothing new.
        let change = self.slots.change(handle, Some(self.now), |session| {
            session.follow(im_session.state(), &numbers, im_session.user_data())
        })?;
        self.counters.count_state(Some(from), Some(change.to));
        Some(change)
    }

    /// Takes over a session that is not known.
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
    // The other parties: each once, and never the agent itself.
    let others: BTreeSet<&str> = numbers.iter().map(|number| &**number).filter(|&number| number != this_dn).collect();
    let exceeded = limits.exceeded_by_session(this_dn, others.iter().copied(), im_session.user_data());
    exceeded.map(|(_, limit)| limit)
}
