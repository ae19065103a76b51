//! What an agent sees. Specification 4, *Request Types*.

use alloc::vec::Vec;
use core::hash::BuildHasher;

use super::operations::not_found;
use super::slots::{Handle, Shared};
use super::{Device, Sessions};
use crate::resource::{ErrorBody, Fields, ListBody, Query, SelectedFields, SingleBody};

impl<S: BuildHasher> Sessions<S> {
    /// What an agent reads at `/me/im-sessions`: the sessions of its own DNs, in byte order of DN, then id.
    ///
    /// ```
    /// # #[cfg(feature = "json")] {
    /// use im_session::{BaseUri, CallEvent, Device, Event, Query, Sessions};
    ///
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// let me = [Device { device_path: "/devices/1", dn: "3002" }];
    /// sessions.handle_event(&Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007")).unwrap();
    ///
    /// let list = sessions.list(&me, &Query::parse("fields=id,state"));
    /// let json = r#"{"imSessions":[{"id":"007","state":"Alerting"}],"statusCode":0}"#;
    /// assert_eq!(serde_json::to_string(&list).unwrap(), json);
    /// # }
    /// ```
    #[must_use]
    pub fn list<'s>(&'s self, me: &[Device<'_>], query: &Query<'_>) -> ListBody<'s> {
        let mut dns: Vec<&str> = me.iter().map(|device| device.dn).collect();
        dns.sort_unstable();
        dns.dedup();
        let handles = dns.into_iter().flat_map(|dn| self.slots.sharing(Shared::Dn, dn));
        let im_sessions = handles.filter_map(|handle| self.selected(handle, query.fields.unwrap_or(Fields::ALL)));
        let holds = |selected: &SelectedFields<'_>| {
            query.filters.iter().all(|(field, text)| selected.im_session.plain_text(*field) == Some(text))
        };
        match query.fields {
            Some(_) => ListBody::ImSessions(im_sessions.filter(holds).collect()),
            None => ListBody::Uris(im_sessions.filter(holds).map(|one| one.im_session.uri.into_owned()).collect()),
        }
    }

    /// What an agent reads at `/me/im-sessions/{id}`; without `fields` it is given whole.
    ///
    /// # Errors
    ///
    /// statusCode 6 where there is no such session; another agent's session answers to the letter the same.
    pub fn read<'s>(&'s self, me: &[Device<'_>], id: &str, query: &Query<'_>) -> Result<SingleBody<'s>, ErrorBody> {
        let handle = self.find_mine(me, id, query.device_path.as_deref());
        let selected = handle.and_then(|handle| self.selected(handle, query.fields.unwrap_or(Fields::ALL)));
        Ok(SingleBody { im_session: selected.ok_or_else(|| not_found(id))? })
    }

    fn selected(&self, handle: Handle, fields: Fields) -> Option<SelectedFields<'_>> {
        let session = self.slots.session(handle)?;
        Some(SelectedFields { im_session: self.settings.resource(session), fields })
    }
}
