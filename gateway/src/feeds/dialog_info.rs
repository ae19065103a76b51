//! Events from dialog-info documents (RFC 4235), for every address-of-record that is configured for a device. Pure:
//! documents and time are arguments, events are returned.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use im_session::Event;
use im_session::sip::{DialogInfo, DialogInfoError, SipLimits, address_of_record};

use crate::config::Agents;

/// The limits of an entity. They are low because an agent has one open session at a time.
pub const ENTITY: SipLimits = {
    let mut limits = SipLimits::DEFAULT;
    (limits.open_calls, limits.ended_calls, limits.name) = (64, 64, 256);
    limits
};

/// The dialogs of all entities, as known from documents. There is at most one entity for each configured
/// address-of-record.
#[derive(Debug, Default)]
pub struct DialogInfos {
    agents: Arc<Agents>,
    by_record: HashMap<String, Entity>,
    /// The last ServerStartTime assigned. It differs per entity, because each entity numbers its events separately.
    started: u64,
}

#[derive(Debug)]
struct Entity {
    dn: String,
    dialogs: DialogInfo,
}

/// The result of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Taken {
    /// The events, in order.
    pub events: Vec<Event<'static>>,
    /// Whether a document was missed. The notifier should then be asked for a full one.
    pub needs_refresh: bool,
}

/// Why a document was rejected. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RefusedDocument {
    /// It cannot be read.
    #[error(transparent)]
    Document(#[from] DialogInfoError),
    /// It is about an unknown entity.
    #[error("expected a document about an address-of-record of the agents' file, found one about {entity:?}")]
    OfNobody {
        /// The entity, shortened if it is long.
        entity: String,
    },
}

impl DialogInfos {
    /// Processes one document. `resubscribed` marks the first one of a new subscription, whose versions begin again.
    ///
    /// # Errors
    ///
    /// [`RefusedDocument`] if it cannot be read, or if its entity is not configured.
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
        let dialogs = DialogInfo::new().with_limits(ENTITY).with_dn(dn).with_server_start_time(self.started);
        let mut entity = Entity { dn: dn.to_owned(), dialogs };
        let taken = entity.take(document, resubscribed, now)?;
        self.by_record.insert(record, entity);
        Ok(taken)
    }

    /// Forgets the entities that no longer belong to a DN, or belong to another one.
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
