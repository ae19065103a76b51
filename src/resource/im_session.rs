//! The resource itself.

use alloc::borrow::{Cow, ToOwned};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::{AnalysedNumber, BaseUri, Field, NumberAnalysis, Participant};
use crate::event::KeyValueList;
use crate::machine::{CapabilityTable, Operations, State};
use crate::session::Session;

/// An IM session as `GET /api/v2/me/im-sessions?fields=*` shows it. [Specification 1][1], *IM Session Resource*.
///
/// For a session in a store it is a view: it is cheap to make, and written as JSON without building its parts. A
/// resource that was read or [made](ImSession::new) by hand has its own data, and so has the result of
/// [`into_owned`](ImSession::into_owned).
///
/// Reading is tolerant: unknown fields are skipped, the state is trimmed, capabilities may be in any order, and only
/// `id` and `state` are required.
///
/// ```
/// # #[cfg(feature = "json")] {
/// use im_session::{ImSession, Operation, State};
///
/// let json = r#"{"id":"007","state":" Talking","capabilities":["Complete","SendMessage"],"new":1}"#;
/// let im_session: ImSession<'_> = serde_json::from_str(json).unwrap();
/// assert_eq!(im_session.state(), State::Talking);
/// assert!(im_session.capabilities().contains(Operation::SendMessage));
/// # }
/// ```
///
/// [1]: crate::guide::specification#1-the-resource
#[derive(Clone)]
pub struct ImSession<'a> {
    source: Source<'a>,
    capabilities: Operations,
}

/// The data of a resource.
#[derive(Clone)]
enum Source<'a> {
    Session { session: &'a Session, base_uri: &'a BaseUri, numbers: Option<&'a dyn NumberAnalysis> },
    Own(Box<Own>),
}

#[derive(Clone)]
struct Own {
    /// Not part of the resource, so `None` if the resource was read.
    this_dn: Option<String>,
    id: String,
    participants: Vec<Participant<'static>>,
    path: String,
    state: State,
    uri: String,
    user_data: KeyValueList<'static>,
}

impl<'a> ImSession<'a> {
    /// `session` as the API shows it.
    #[must_use]
    pub fn of(session: &'a Session, base_uri: &'a BaseUri, table: &CapabilityTable) -> Self {
        let source = Source::Session { session, base_uri, numbers: None };
        ImSession { source, capabilities: session.capabilities(table) }
    }

    /// This resource with an analysis of the participants' numbers. A resource with its own data is unchanged.
    #[must_use]
    pub fn with_number_analysis(mut self, analysis: &'a dyn NumberAnalysis) -> Self {
        if let Source::Session { numbers, .. } = &mut self.source {
            *numbers = Some(analysis);
        }
        self
    }

    /// A resource with only this id and state: no capabilities, no participants, no user data, an empty `uri`.
    ///
    /// ```
    /// use im_session::{ImSession, Participant, State};
    ///
    /// let upstream = ImSession::new("007", State::Talking).with_participants([Participant::from_number("3001")]);
    /// assert_eq!(upstream.path(), "/im-sessions/007");
    /// ```
    #[must_use]
    pub fn new(id: impl Into<String>, state: State) -> Self {
        let id = id.into();
        let path = BaseUri::path_of(&id).to_string();
        let (participants, uri, user_data) = (Vec::new(), String::new(), KeyValueList::new());
        let own = Own { this_dn: None, id, participants, path, state, uri, user_data };
        ImSession { source: Source::Own(Box::new(own)), capabilities: Operations::NONE }
    }

    /// This resource with these capabilities.
    #[must_use]
    pub fn with_capabilities(mut self, capabilities: Operations) -> Self {
        self.capabilities = capabilities;
        self
    }

    /// This resource, owned, with these participants.
    #[must_use]
    pub fn with_participants<'p>(self, participants: impl IntoIterator<Item = Participant<'p>>) -> ImSession<'static> {
        self.with(|own| own.participants = participants.into_iter().map(Participant::into_owned).collect())
    }

    /// This resource, owned, with this path.
    #[must_use]
    pub fn with_path(self, path: impl Into<String>) -> ImSession<'static> {
        self.with(|own| own.path = path.into())
    }

    /// This resource, owned, with this full address.
    #[must_use]
    pub fn with_uri(self, uri: impl Into<String>) -> ImSession<'static> {
        self.with(|own| own.uri = uri.into())
    }

    /// This resource, owned, with this user data.
    #[must_use]
    pub fn with_user_data(self, user_data: KeyValueList<'_>) -> ImSession<'static> {
        self.with(|own| own.user_data = user_data.into_owned())
    }

    fn with(self, change: impl FnOnce(&mut Own)) -> ImSession<'static> {
        let capabilities = self.capabilities;
        let mut own = self.into_own();
        change(&mut own);
        ImSession { source: Source::Own(own), capabilities }
    }

    /// The resource as an agent with these rights sees it: without the capabilities for which the agent has no right.
    /// [Specification 3][3].
    ///
    /// ```
    /// use im_session::{ImSession, Operation, Operations, State};
    ///
    /// let both = Operations::of(&[Operation::SendMessage, Operation::Complete]);
    /// let im_session = ImSession::new("007", State::Talking).with_capabilities(both);
    /// let reader = im_session.for_rights(Operations::of(&[Operation::Complete]));
    /// assert_eq!(reader.capabilities(), Operations::of(&[Operation::Complete]));
    /// ```
    ///
    /// [3]: crate::guide::specification#3-capabilities-d
    #[must_use]
    pub fn for_rights(self, rights: Operations) -> Self {
        ImSession { capabilities: self.capabilities.intersection(rights), ..self }
    }

    /// The same resource with its own copy of the data.
    #[must_use]
    pub fn into_owned(self) -> ImSession<'static> {
        ImSession { capabilities: self.capabilities, source: Source::Own(self.into_own()) }
    }

    fn into_own(self) -> Box<Own> {
        let (session, base_uri) = match self.source {
            Source::Own(own) => return own,
            Source::Session { session, base_uri, .. } => (session, base_uri),
        };
        Box::new(Own {
            this_dn: Some(session.this_dn().into()),
            id: session.id().into(),
            participants: self.participants().map(Participant::into_owned).collect(),
            path: BaseUri::path_of(session.id()).to_string(),
            state: session.state(),
            uri: base_uri.uri_of(session.id()).to_string(),
            user_data: session.user_data().clone(),
        })
    }

    /// The id as bytes and the base address, if the resource is a view of a session.
    #[cfg(feature = "serde")]
    pub(super) fn id_and_base_uri(&self) -> Option<(&[u8], &BaseUri)> {
        match &self.source {
            Source::Session { session, base_uri, .. } => Some((session.id_bytes(), base_uri)),
            Source::Own(_) => None,
        }
    }

    /// The numbers of the participants with their analysis, if the resource is a view of a session.
    #[inline]
    pub(super) fn numbers(&self) -> Option<impl Iterator<Item = (&str, Option<AnalysedNumber>)>> {
        match &self.source {
            Source::Session { session, numbers, .. } => {
                let known = move |number: &str| numbers.and_then(|analysis| analysis.analyse(number));
                Some(session.participants().map(move |number| (number, known(number))))
            }
            Source::Own(_) => None,
        }
    }

    /// The operations that are possible now.
    #[must_use]
    pub fn capabilities(&self) -> Operations {
        self.capabilities
    }

    /// The id: the CallUUID.
    #[must_use]
    pub fn id(&self) -> &str {
        match &self.source {
            Source::Session { session, .. } => session.id(),
            Source::Own(own) => &own.id,
        }
    }

    /// The DN of the session. It is not part of the resource, so it is `None` for a resource that was read.
    #[must_use]
    pub fn this_dn(&self) -> Option<&str> {
        match &self.source {
            Source::Session { session, .. } => Some(session.this_dn()),
            Source::Own(own) => own.this_dn.as_deref(),
        }
    }

    /// The other parties, without the agent itself.
    pub fn participants(&self) -> impl Iterator<Item = Participant<'_>> {
        let own = match &self.source {
            Source::Session { .. } => None,
            Source::Own(own) => Some(own.participants.iter().cloned()),
        };
        let of_session = self.numbers().into_iter().flatten().map(|(number, analysed)| match analysed {
            Some(analysed) => Participant::from_analysed(number, &analysed).into_owned(),
            None => Participant::from_number(number),
        });
        of_session.chain(own.into_iter().flatten())
    }

    /// `/im-sessions/{id}`.
    #[must_use]
    pub fn path(&self) -> Cow<'_, str> {
        match &self.source {
            Source::Session { session, .. } => Cow::Owned(BaseUri::path_of(session.id()).to_string()),
            Source::Own(own) => Cow::Borrowed(&own.path),
        }
    }

    /// The state.
    #[must_use]
    pub fn state(&self) -> State {
        match &self.source {
            Source::Session { session, .. } => session.state(),
            Source::Own(own) => own.state,
        }
    }

    /// The full address of the session.
    #[must_use]
    pub fn uri(&self) -> Cow<'_, str> {
        match &self.source {
            Source::Session { session, base_uri, .. } => Cow::Owned(base_uri.uri_of(session.id()).to_string()),
            Source::Own(own) => Cow::Borrowed(&own.uri),
        }
    }

    /// The user data; empty if there is none.
    #[must_use]
    pub fn user_data(&self) -> &KeyValueList<'static> {
        match &self.source {
            Source::Session { session, .. } => session.user_data(),
            Source::Own(own) => &own.user_data,
        }
    }

    /// The text of a field with a plain value; `None` for a nested one.
    #[must_use]
    pub fn plain_text(&self, field: Field) -> Option<Cow<'_, str>> {
        match field {
            Field::Id => Some(Cow::Borrowed(self.id())),
            Field::Path => Some(self.path()),
            Field::State => Some(Cow::Borrowed(self.state().name())),
            Field::Uri => Some(self.uri()),
            Field::Capabilities | Field::Participants | Field::UserData => None,
        }
    }
}

impl PartialEq<ImSession<'_>> for ImSession<'_> {
    fn eq(&self, other: &ImSession<'_>) -> bool {
        self.capabilities() == other.capabilities()
            && self.id() == other.id()
            && self.participants().eq(other.participants())
            && self.path() == other.path()
            && self.state() == other.state()
            && self.uri() == other.uri()
            && self.user_data() == other.user_data()
    }
}

impl Eq for ImSession<'_> {}

impl fmt::Debug for ImSession<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImSession")
            .field("capabilities", &self.capabilities())
            .field("id", &self.id())
            .field("participants", &self.participants().map(|one| one.phone_number.into_owned()).collect::<Vec<_>>())
            .field("state", &self.state())
            .field("user_data", self.user_data())
            .finish_non_exhaustive()
    }
}

/// The T-Library numbers of the participants in order, without empty ones.
pub(crate) fn participant_numbers(im_session: &ImSession<'_>) -> Vec<String> {
    let numbers = im_session.participants().map(|participant| participant.t_library_number().to_owned());
    numbers.filter(|number| !number.is_empty()).collect()
}
