//! The agents: who they are, what they are allowed to do, and which DNs belong to them.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};

use im_session::{Agent, Operations};
use serde::{Deserialize, Serialize};

use super::{EndpointAddress, SipIdentity};

/// The id of an agent. It appears in `/users/{id}` and selects the agent's shard.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AgentId(Arc<str>);

impl AgentId {
    /// Makes an id from this text.
    #[must_use]
    pub fn new(id: impl Into<Arc<str>>) -> Self {
        AgentId(id.into())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for AgentId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AgentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The hash of a password, as a PHC string: `$argon2id$v=19$…`. `Debug` does not print it.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Makes a hash from a PHC string, unchecked.
    #[must_use]
    pub fn new(phc: impl Into<String>) -> Self {
        PasswordHash(phc.into())
    }

    /// The PHC string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

/// A device of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRecord {
    /// Its id; the `devicePath` is `/devices/{id}`.
    pub id: String,
    /// Its DN.
    pub dn: String,
    /// How SIP identifies it; empty if no SIP feed concerns it.
    pub sip: Vec<SipIdentity>,
}

impl DeviceRecord {
    /// A device with this id and DN, without SIP identities.
    #[must_use]
    pub fn new(id: impl Into<String>, dn: impl Into<String>) -> Self {
        DeviceRecord { id: id.into(), dn: dn.into(), sip: Vec::new() }
    }

    /// Its path in the bodies of operations, such as `/devices/1`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/devices/{}", self.id)
    }
}

/// An agent, as configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentRecord {
    /// The id.
    pub id: AgentId,
    /// The name to sign in with.
    pub user_name: String,
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
    /// The devices in order.
    pub devices: Vec<DeviceRecord>,
    /// The operations that the agent may perform.
    pub rights: Operations,
    /// Whether the agent may see all sessions and counters.
    pub supervisor: bool,
    /// The hash that a password is checked against.
    pub password: PasswordHash,
}

impl AgentRecord {
    /// The agent in the form that the library needs.
    #[must_use]
    pub fn agent(&self) -> Agent {
        let add = |agent: Agent, device: &DeviceRecord| agent.with_device(device.path(), device.dn.clone());
        self.devices.iter().fold(Agent::new().with_rights(self.rights), add)
    }

    /// The agent's DNs, in the order of the devices.
    pub fn dns(&self) -> impl Iterator<Item = &str> {
        self.devices.iter().map(|device| &*device.dn)
    }

    /// Whether this DN belongs to the agent.
    #[must_use]
    pub fn has_dn(&self, dn: &str) -> bool {
        self.dns().any(|mine| mine == dn)
    }
}

/// Why records do not make a set of agents.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAgents {
    /// Two agents have the same id.
    #[error("two agents have the id {:?}: expected ids that differ", .0.as_str())]
    SameId(AgentId),
    /// Two agents have the same user name.
    #[error("two agents have the user name {0:?}: expected names that differ")]
    SameUserName(String),
    /// A DN occurs twice.
    #[error("the DN {dn:?} of agent {second} is a DN of agent {first} already: expected one agent for each DN")]
    SameDn {
        /// The DN.
        dn: String,
        /// The agent that has it.
        first: AgentId,
        /// The second agent with it.
        second: AgentId,
    },
    /// Two devices have the same identity in SIP.
    #[error("{identity} belongs to the DN {first:?} and to the DN {second:?}: expected it at one device only")]
    SameSip {
        /// The identity.
        identity: SipIdentity,
        /// The DN of the first device with it.
        first: String,
        /// The DN of the second device with it.
        second: String,
    },
    /// Two devices of an agent have the same id.
    #[error("agent {agent} has two devices with the id {device:?}: expected ids that differ")]
    SameDevice {
        /// The agent.
        agent: AgentId,
        /// The id of the device.
        device: String,
    },
}

/// All agents at one time. The value does not change; [`Directory`] replaces it as a whole.
#[derive(Debug, Clone, Default)]
pub struct Agents {
    by_id: HashMap<AgentId, Arc<AgentRecord>>,
    by_user_name: HashMap<String, Arc<AgentRecord>>,
    by_dn: HashMap<String, Arc<AgentRecord>>,
    dn_by_sip: HashMap<SipIdentity, String>,
    registrars: Vec<EndpointAddress>,
    decoy: Option<PasswordHash>,
}

impl Agents {
    /// Makes a set of these agents.
    ///
    /// # Errors
    ///
    /// If two of them share an id, a user name, a DN, an identity in SIP, or if an agent has two devices with the same
    /// id.
    pub fn new(records: impl IntoIterator<Item = AgentRecord>) -> Result<Self, BadAgents> {
        let mut agents = Agents::default();
        for record in records {
            agents.decoy.get_or_insert_with(|| record.password.clone());
            agents.add(Arc::new(record))?;
        }
        Ok(agents)
    }

    fn add(&mut self, record: Arc<AgentRecord>) -> Result<(), BadAgents> {
        if self.by_id.insert(record.id.clone(), record.clone()).is_some() {
            return Err(BadAgents::SameId(record.id.clone()));
        }
        if self.by_user_name.insert(record.user_name.clone(), record.clone()).is_some() {
            return Err(BadAgents::SameUserName(record.user_name.clone()));
        }
        for (position, device) in record.devices.iter().enumerate() {
            if record.devices.iter().take(position).any(|other| other.id == device.id) {
                return Err(BadAgents::SameDevice { agent: record.id.clone(), device: device.id.clone() });
            }
            if let Some(first) = self.by_dn.insert(device.dn.clone(), record.clone()) {
                let (first, second) = (first.id.clone(), record.id.clone());
                return Err(BadAgents::SameDn { dn: device.dn.clone(), first, second });
            }
            for identity in &device.sip {
                if let Some(first) = self.dn_by_sip.insert(identity.clone(), device.dn.clone()) {
                    let (identity, second) = (identity.clone(), device.dn.clone());
                    return Err(BadAgents::SameSip { identity, first, second });
                }
            }
        }
        Ok(())
    }

    /// The agent with this id.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&Arc<AgentRecord>> {
        self.by_id.get(id)
    }

    /// The agent with this user name.
    #[must_use]
    pub fn by_user_name(&self, user_name: &str) -> Option<&Arc<AgentRecord>> {
        self.by_user_name.get(user_name)
    }

    /// The agent to whom this DN belongs.
    #[must_use]
    pub fn by_dn(&self, dn: &str) -> Option<&Arc<AgentRecord>> {
        self.by_dn.get(dn)
    }

    /// The same agents, with the addresses of the registrars, whose responses say at which endpoint an
    /// address-of-record is.
    #[must_use]
    pub fn with_registrars(self, registrars: Vec<EndpointAddress>) -> Self {
        Agents { registrars, ..self }
    }

    /// Whether this is the address of a registrar.
    #[must_use]
    pub fn is_registrar(&self, address: SocketAddr) -> bool {
        let ours = [address.into(), EndpointAddress::of_host(address.ip())];
        self.registrars.iter().any(|registrar| ours.contains(registrar))
    }

    /// The DN that is configured for the endpoint at this address, and the configured address: one with the port takes
    /// precedence over one for all ports of the host.
    #[must_use]
    pub fn dn_of_endpoint(&self, address: SocketAddr) -> Option<(EndpointAddress, &str)> {
        let dn = |named| Some((named, self.dn_of_named(named)?));
        dn(address.into()).or_else(|| dn(EndpointAddress::of_host(address.ip())))
    }

    /// The DN that is configured for exactly this address.
    #[must_use]
    pub fn dn_of_named(&self, named: EndpointAddress) -> Option<&str> {
        self.dn_by_sip.get(&SipIdentity::Address(named)).map(|dn| &**dn)
    }

    /// The DN that is configured for this address-of-record, which is written as by
    /// [`address_of_record`](im_session::sip::address_of_record).
    #[must_use]
    pub fn dn_of_record(&self, record: &str) -> Option<&str> {
        self.dn_by_sip.get(&SipIdentity::Record(record.to_owned())).map(|dn| &**dn)
    }

    /// Whether any device has an identity in SIP.
    #[must_use]
    pub fn has_sip_identities(&self) -> bool {
        !self.dn_by_sip.is_empty()
    }

    /// The key that selects the shard of this DN: the id of its agent, or the DN itself if it belongs to no agent.
    #[must_use]
    pub fn shard_key<'a>(&'a self, dn: &'a str) -> &'a str {
        self.by_dn(dn).map_or(dn, |record| record.id.as_str())
    }

    /// Whether each DN belongs to the same agent in both sets, so that all sessions stay in their shards.
    #[must_use]
    pub fn have_the_same_dns(&self, others: &Agents) -> bool {
        let has_same =
            |(dn, record): (&String, &Arc<AgentRecord>)| others.by_dn(dn).is_some_and(|other| other.id == record.id);
        self.by_dn.len() == others.by_dn.len() && self.by_dn.iter().all(has_same)
    }

    /// The hash to check a password against if the user name is unknown, so that the check takes as long as for an
    /// agent: the hash of the first agent. All agents' hashes should therefore have the same cost, as those made by one
    /// command have.
    #[must_use]
    pub fn decoy(&self) -> Option<&PasswordHash> {
        self.decoy.as_ref()
    }

    /// All agents, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<AgentRecord>> {
        self.by_id.values()
    }

    /// The number of agents.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there are no agents.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }
}

/// The current agents. Clones share them, so a reader sees the new ones after a reload.
#[derive(Debug, Clone, Default)]
pub struct Directory(Arc<RwLock<Arc<Agents>>>);

impl Directory {
    /// A directory of these agents.
    #[must_use]
    pub fn new(agents: Agents) -> Self {
        Directory(Arc::new(RwLock::new(Arc::new(agents))))
    }

    /// The current agents.
    #[must_use]
    pub fn current(&self) -> Arc<Agents> {
        // The lock protects a single pointer, so a thread that panicked cannot have left it half written.
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the agents.
    pub fn replace(&self, agents: Agents) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(agents);
    }
}
