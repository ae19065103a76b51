//! How a service under test is set up.

use alloc::string::String;

use super::Model;
use crate::machine::CapabilityTable;
use crate::resource::BaseUri;
use crate::session::Limits;
use crate::store::{ReferenceIds, Sessions};

/// The settings of a service under test, for both the crate's [`Sessions`] and the [`Model`].
///
/// ```
/// use im_session::testing::Setup;
///
/// let mut setup = Setup::default();
/// setup.limits.user_data_size = 100;
/// assert_eq!(setup.sessions().len(), 0);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Setup {
    /// The base address of the service.
    pub base_uri: String,
    /// Its limits.
    pub limits: Limits,
    /// Whether InitiateIMSession is refused while another session is open. Specification 4.
    pub one_session_per_agent: bool,
    /// The first and the last ReferenceID that it uses.
    pub reference_ids: (u32, u32),
    /// The table of capabilities for [`sessions`](Self::sessions). The model knows only the table of specification 3,
    /// so any other one breaks the laws about capabilities.
    pub capabilities: CapabilityTable,
}

impl Default for Setup {
    /// `http://localhost:8090`, the limits and the table of the specification, one session per agent, all ReferenceIDs.
    fn default() -> Self {
        Setup {
            base_uri: "http://localhost:8090".into(),
            limits: Limits::SPECIFICATION,
            one_session_per_agent: true,
            reference_ids: (1, ReferenceIds::HIGHEST),
            capabilities: CapabilityTable::DEFAULT,
        }
    }
}

impl Setup {
    /// A store of this crate with these settings.
    #[must_use]
    pub fn sessions(&self) -> Sessions {
        let (first, last) = self.reference_ids;
        let sessions = Sessions::new(BaseUri::new(self.base_uri.clone()))
            .with_limits(self.limits)
            .with_capabilities(self.capabilities)
            .with_reference_ids(ReferenceIds::new(first, last).unwrap_or_default());
        if self.one_session_per_agent { sessions } else { sessions.with_many_sessions_per_agent() }
    }

    /// The model with these settings.
    #[must_use]
    pub fn model(&self) -> Model {
        Model::new(self)
    }
}
