//! Dialog-info documents (RFC 4235): the events of every address-of-record that the configuration gives to a device.
//! Pure: documents and time in, events out.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use im_session::Event;
use im_session::sip::{DialogInfo, DialogInfoError, SipLimits, address_of_record};

use crate::config::Agents;

/// How much is kept of one entity: an agent has one open session at a time.
const LIMITS: SipLimits = {
    let mut limits = SipLimits::DEFAULT;
    (limits.open_calls, limits.ended_calls) = (64, 64);
    limits
};

/// The dialogs of all entities, as far as documents told of them. One for each address-of-record of the configuration
/// at most.
#[derive(Debug, Default)]
pub struct DialogInfos {
    agents: Arc<Agents>,
    by_record: HashMap<String, Entity>,
    /// The ServerStartTime that was given last: each entity numbers its events by itself.
    started: u64,
}

#[derive(Debug)]
struct Entity {
    dn: String,
    dialogs: DialogInfo,
}

/// What came of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Taken {
    /// The events, in order.
    pub events: Vec<Event<'static>>,
    /// Whether a document was missed, so that a full one should be asked for.
    pub needs_refresh: bool,
}

/// Why a document was not taken. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RefusedDocument {
    /// The document itself.
    #[error(transparent)]
    Document(#[from] DialogInfoError),
    /// It is about nobody here.
    #[error("expected a document about an address-of-record of the agents' file, found one about {entity:?}")]
    OfNobody {
        /// Whom it is about, the beginning where that is long.
        entity: String,
    },
}

impl DialogInfos {
    /// Takes one document. With `resubscribed` it is the first one of a new subscription, whose versions begin again.
    ///
    /// # Errors
    ///
    /// [`RefusedDocument`]: it cannot be read, or is about nobody whom the configuration knows.
    pub fn take(
        &mut self,
        document: &[u8],
        resubscribed: bool,
        agents: &Arc<Agents>,
        now: Duration,
    ) -> Result<Taken, RefusedDocument> {
        self.follow(agents);
        let entity = DialogInfo::entity_of(document)?;
        let known = address_of_record(&entity).and_then(|record| Some((agents.dn_of_record(&record)?, record)));
        let Some((dn, record)) = known else {
            return Err(RefusedDocument::OfNobody { entity: entity.chars().take(80).collect() });
        };
        if let Some(entity) = self.by_record.get_mut(&record) {
            return Ok(entity.take(document, resubscribed, now)?);
        }
        self.started = now.as_secs().max(self.started.saturating_add(1));
        let dialogs = DialogInfo::new().with_limits(LIMITS).with_dn(dn).with_server_start_time(self.started);
        let mut entity = Entity { dn: dn.to_owned(), dialogs };
        let taken = entity.take(document, resubscribed, now)?;
        self.by_record.insert(record, entity);
        Ok(taken)
    }

    /// Forgets the entities that are nobody's any more, or somebody else's.
    fn follow(&mut self, agents: &Arc<Agents>) {
        if !Arc::ptr_eq(&self.agents, agents) {
            self.by_record.retain(|record, entity| agents.dn_of_record(record) == Some(&entity.dn));
            self.agents = agents.clone();
        }
    }
}

impl Entity {
    fn take(&mut self, document: &[u8], resubscribed: bool, now: Duration) -> Result<Taken, DialogInfoError> {
        if resubscribed {
            self.dialogs.resubscribed();
        }
        let events = self.dialogs.observe(document, now)?;
        Ok(Taken { events, needs_refresh: self.dialogs.needs_refresh() })
    }
}
