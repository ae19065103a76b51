//! The reads of an agent. Specification 4, *Request Types*.

use core::hash::BuildHasher;

use super::operations::not_found;
use super::slots::{Handle, Shared};
use super::{Agent, Sessions};
use crate::resource::{ErrorBody, Fields, ImSession, ListBody, Query, SingleBody};
use crate::session::Session;

impl<S: BuildHasher> Sessions<S> {
    /// The answer to reading `/me/im-sessions`: the sessions of the agent's own DNs, in byte order of DN, then id.
    ///
    /// ```
    /// # #[cfg(feature = "json")] {
    /// use im_session::{Agent, BaseUri, CallEvent, Event, Query, Sessions};
    ///
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// let me = Agent::new().with_device("/devices/1", "3002");
    /// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    /// assert_eq!(sessions.handle_event(&ringing).unwrap().notifications().count(), 1);
    ///
    /// let list = sessions.list(&me, &Query::parse("fields=id,state"));
    /// let json = r#"{"imSessions":[{"id":"007","state":"Alerting"}],"statusCode":0}"#;
    /// assert_eq!(serde_json::to_string(&list).unwrap(), json);
    /// # }
    /// ```
    #[must_use]
    pub fn list(&self, me: &Agent, query: &Query<'_>) -> ListBody<'_> {
        let handles = me.sorted_dns().into_iter().flat_map(|dn| self.slots.sharing(Shared::Dn, dn));
        let im_sessions = handles.map(|handle| self.shown(handle, me)).filter(|im_session| {
            query.filters.iter().all(|(field, text)| im_session.plain_text(*field).as_ref() == Some(text))
        });
        ListBody { im_sessions: im_sessions.collect(), fields: query.fields }
    }

    /// The answer to reading `/me/im-sessions/{id}`. Without `fields` it has all fields.
    ///
    /// ```
    /// # #[cfg(feature = "json")] {
    /// use im_session::{Agent, BaseUri, CallEvent, Event, Query, Sessions, StatusCode};
    ///
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    /// assert_eq!(sessions.handle_event(&ringing).unwrap().notifications().count(), 1);
    /// let me = Agent::new().with_device("/devices/1", "3002");
    /// let answer = sessions.read(&me, "007", &Query::parse("fields=state")).unwrap();
    /// assert_eq!(serde_json::to_string(&answer).unwrap(), r#"{"imSession":{"state":"Alerting"},"statusCode":0}"#);
    ///
    /// let other = Agent::new().with_device("/devices/1", "3001");
    /// assert_eq!(sessions.read(&other, "007", &Query::parse("")).unwrap_err().status_code, StatusCode::NotFound);
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// StatusCode 6 if there is no such session. The answer for a session of another agent is the same.
    pub fn read(&self, me: &Agent, id: &str, query: &Query<'_>) -> Result<SingleBody<'_>, ErrorBody> {
        let handle = self.find_mine(me, id, query.device_path.as_deref()).ok_or_else(|| not_found(id))?;
        Ok(SingleBody { im_session: self.shown(handle, me), fields: query.fields.unwrap_or(Fields::ALL) })
    }

    /// The sessions of a DN, in byte order of id.
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use im_session::{BaseUri, CallEvent, Event, Sessions};
    ///
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    /// assert_eq!(sessions.handle_event(&ringing).unwrap().notifications().count(), 1);
    /// assert!(sessions.of_dn("3002").map(|session| session.id()).eq(["007"]));
    /// # }
    /// ```
    pub fn of_dn(&self, dn: &str) -> impl Iterator<Item = &Session> {
        self.slots.sharing(Shared::Dn, dn).into_iter().map(|handle| self.slots.session(handle))
    }

    /// The sessions of a call, in byte order of DN.
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use im_session::{BaseUri, CallEvent, Event, Sessions};
    ///
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    /// assert_eq!(sessions.handle_event(&ringing).unwrap().notifications().count(), 1);
    /// assert!(sessions.of_call("007").map(|session| session.this_dn()).eq(["3002"]));
    /// # }
    /// ```
    pub fn of_call(&self, id: &str) -> impl Iterator<Item = &Session> {
        self.slots.sharing(Shared::Call, id).into_iter().map(|handle| self.slots.session(handle))
    }

    /// A session as the API shows it to an agent.
    fn shown(&self, handle: Handle, me: &Agent) -> ImSession<'_> {
        self.settings.resource(self.slots.session(handle)).for_rights(me.rights())
    }
}
