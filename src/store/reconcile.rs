//! How a store catches up with another server's list.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use core::hash::BuildHasher;

use super::Sessions;
use super::handled::Handled;
use super::slots::{Handle, Shared};
use crate::event::{BadCallUuid, check_call_uuid};
use crate::resource::{ImSession, participant_numbers};
use crate::session::{Change, Limit, Limits, Session};

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
    /// that the list does not have stays until it is forgotten. The order of the notifications is that of the list.
    ///
    /// The list must be whole: what it does not say is not there. One read with `fields=id,state` would take user data and
    /// participants away, an empty one (or that of an answer whose statusCode is not 0) would complete all. A session that
    /// only reconciling has made known has no ConnID until an event brings one, and so have the requests for it.
    ///
    /// ```
    /// # #[cfg(feature = "json")] {
    /// use im_session::resource::ImSessionList;
    /// use im_session::{BaseUri, Sessions, State};
    ///
    /// let json = r#"{"imSessions":[{"id":"007","state":"Talking","participants":[{"phoneNumber":"3001"}]}],"statusCode":0}"#;
    /// let upstream: ImSessionList = serde_json::from_str(json).unwrap();
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
        let mut changed: Vec<(Handle, Change)> = Vec::new();
        for im_session in list {
            changed.extend(match self.slots.find(this_dn, im_session.id()) {
                Some(handle) => self.follow(handle, im_session),
                None => self.adopt(this_dn, im_session),
            });
        }
        let listed: BTreeSet<&str> = list.iter().map(ImSession::id).collect();
        for handle in self.slots.sharing(Shared::Dn, this_dn) {
            let session = &self.slots.slot(handle).session;
            if session.state().is_open() && !listed.contains(session.id()) {
                changed.push((handle, self.end(handle)));
            }
        }
        changed.sort_by(|(one, _), (other, _)| self.slots.list_key(*one).cmp(&self.slots.list_key(*other)));
        Ok(self.handled(changed, "reconciled"))
    }

    fn check_list(&self, this_dn: &str, list: &[ImSession<'_>]) -> Result<(), ReconcileError> {
        let limits = &self.settings.limits;
        if this_dn.is_empty() {
            return Err(ReconcileError::NoDn);
        }
        let of_dn = self.slots.count(Shared::Dn, this_dn);
        let mut ids = BTreeSet::new();
        let mut new = 0;
        for (position, im_session) in list.iter().enumerate() {
            check_call_uuid(im_session.id()).map_err(|source| ReconcileError::BadId { position, source })?;
            if !ids.insert(im_session.id()) {
                return Err(ReconcileError::Repeated { position, id: im_session.id().into() });
            }
            new += usize::from(self.slots.find(this_dn, im_session.id()).is_none());
            let limit = if self.slots.len().saturating_add(new) > limits.sessions && new > 0 {
                Some(Limit::Sessions)
            } else if of_dn.saturating_add(new) > limits.sessions_per_dn && new > 0 {
                Some(Limit::SessionsPerDn)
            } else {
                exceeded(limits, this_dn, im_session)
            };
            if let Some(limit) = limit {
                return Err(ReconcileError::Limit { position, limit });
            }
        }
        Ok(())
    }

    /// Makes a known session what the list says.
    fn follow(&mut self, handle: Handle, im_session: &ImSession<'_>) -> Option<(Handle, Change)> {
        let slot = self.slots.slot_mut(handle);
        let from = slot.session.state();
        let change = slot.session.follow(im_session.state(), &participant_numbers(im_session), im_session.user_data());
        // The list speaks of the session also where it says nothing new. A completed one keeps the time of its end.
        if from.is_open() || slot.session.state().is_open() {
            slot.last_heard = self.now;
        }
        let change = change?;
        self.counters.count_state(Some(from), Some(change.to));
        Some((handle, change))
    }

    /// Takes over a session that is not known.
    fn adopt(&mut self, this_dn: &str, im_session: &ImSession<'_>) -> Option<(Handle, Change)> {
        let mut session = Session::bare(this_dn, im_session.id(), im_session.state());
        session.follow(im_session.state(), &participant_numbers(im_session), im_session.user_data());
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
    if numbers.iter().map(|number| number.len()).chain([this_dn.len()]).max() > Some(limits.dn_length) {
        Some(Limit::DnLength)
    } else if others.len() > limits.participants {
        Some(Limit::Participants)
    } else {
        limits.exceeded_by_user_data(im_session.user_data())
    }
}
