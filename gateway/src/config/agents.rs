//! The agents: who they are, what they may do, and whose a DN is.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};

use im_session::{Agent, Operations};
use serde::{Deserialize, Serialize};

use super::{EndpointAddress, SipIdentity};

/// The id of an agent: what `/users/{id}` and the key of a shard are made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AgentId(Arc<str>);

impl AgentId {
    /// This id.
    #[must_use]
    pub fn new(id: impl Into<Arc<str>>) -> Self {
        AgentId(id.into())
    }

    /// Its text.
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

/// The hash of a password, as a PHC string: `$argon2id$v=19$…`. It is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// This hash.
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

/// One device of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRecord {
    /// Its id; the `devicePath` is `/devices/{id}`.
    pub id: String,
    /// Its DN.
    pub dn: String,
    /// By what SIP names it; nothing where no feed of SIP is for it.
    pub sip: Vec<SipIdentity>,
}

impl DeviceRecord {
    /// A device with this id and DN, which SIP does not name.
    #[must_use]
    pub fn new(id: impl Into<String>, dn: impl Into<String>) -> Self {
        DeviceRecord { id: id.into(), dn: dn.into(), sip: Vec::new() }
    }

    /// The name of the device in operations: `/devices/1`.
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
    /// Whether the agent sees all sessions and counters.
    pub supervisor: bool,
    /// What a password is checked against.
    pub password: PasswordHash,
}

impl AgentRecord {
    /// The agent as the library wants it.
    #[must_use]
    pub fn agent(&self) -> Agent {
        let add = |agent: Agent, device: &DeviceRecord| agent.with_device(device.path(), device.dn.clone());
        self.devices.iter().fold(Agent::new().with_rights(self.rights), add)
    }

    /// The agent's DNs in the order of the devices.
    pub fn dns(&self) -> impl Iterator<Item = &str> {
        self.devices.iter().map(|device| &*device.dn)
    }

    /// Whether this DN is one of the agent's.
    #[must_use]
    pub fn has_dn(&self, dn: &str) -> bool {
        self.dns().any(|mine| mine == dn)
    }
}

/// Why agents do not make a directory.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAgents {
    /// Two agents have the same id.
    #[error("two agents have the id {:?}: expected ids that differ", .0.as_str())]
    SameId(AgentId),
    /// Two agents have the same user name.
    #[error("two agents have the user name {0:?}: expected names that differ")]
    SameUserName(String),
    /// A DN occurs twice.
    #[error("the DN {dn:?} of agent {second} is a DN of agent {first} already: expected one agent a DN")]
    SameDn {
        /// The DN.
        dn: String,
        /// Who has it.
        first: AgentId,
        /// Who wants it, too.
        second: AgentId,
    },
    /// Two devices have the same identity in SIP.
    #[error("{identity} is of the DN {second:?} and of the DN {first:?}: expected that SIP names one device by it")]
    SameSip {
        /// The identity.
        identity: SipIdentity,
        /// Whose it is.
        first: String,
        /// Whose it would be, too.
        second: String,
    },
    /// Two devices of an agent have the same id.
    #[error("agent {agent} has two devices with the id {device:?}: expected ids that differ")]
    SameDevice {
        /// Whose.
        agent: AgentId,
        /// The id of the device.
        device: String,
    },
}

/// All agents at one time. It does not change; [`Directory`] replaces it as a whole.
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
    /// These agents.
    ///
    /// # Errors
    ///
    /// Where two of them cannot be told apart: by id, user name, DN, or device.
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

    /// The agent who signs in with this name.
    #[must_use]
    pub fn by_user_name(&self, user_name: &str) -> Option<&Arc<AgentRecord>> {
        self.by_user_name.get(user_name)
    }

    /// The agent who has this DN.
    #[must_use]
    pub fn by_dn(&self, dn: &str) -> Option<&Arc<AgentRecord>> {
        self.by_dn.get(dn)
    }

    /// The same, where these addresses are of registrars: they say which endpoint an address-of-record is at.
    #[must_use]
    pub fn with_registrars(self, registrars: Vec<EndpointAddress>) -> Self {
        Agents { registrars, ..self }
    }

    /// Whether it is the address of a registrar.
    #[must_use]
    pub fn is_registrar(&self, address: SocketAddr) -> bool {
        let ours = [address.into(), EndpointAddress::of_host(address.ip())];
        self.registrars.iter().any(|registrar| ours.contains(registrar))
    }

    /// The DN that the configuration gives the endpoint at this address, and how it names the endpoint: with the port
    /// goes before all ports of the host.
    #[must_use]
    pub fn dn_of_endpoint(&self, address: SocketAddr) -> Option<(EndpointAddress, &str)> {
        let dn = |named| Some((named, self.dn_of_named(named)?));
        dn(address.into()).or_else(|| dn(EndpointAddress::of_host(address.ip())))
    }

    /// The DN that the configuration gives the endpoint that it names so.
    #[must_use]
    pub fn dn_of_named(&self, named: EndpointAddress) -> Option<&str> {
        self.dn_by_sip.get(&SipIdentity::Address(named)).map(|dn| &**dn)
    }

    /// The DN that the configuration gives this address-of-record, written as
    /// [`address_of_record`](im_session::sip::address_of_record) does.
    #[must_use]
    pub fn dn_of_record(&self, record: &str) -> Option<&str> {
        self.dn_by_sip.get(&SipIdentity::Record(record.to_owned())).map(|dn| &**dn)
    }

    /// Whether SIP names any device.
    #[must_use]
    pub fn has_sip_identities(&self) -> bool {
        !self.dn_by_sip.is_empty()
    }

    /// What a shard is chosen by for this DN: the id of its agent, or the DN where no agent has it.
    #[must_use]
    pub fn shard_key<'a>(&'a self, dn: &'a str) -> &'a str {
        self.by_dn(dn).map_or(dn, |record| record.id.as_str())
    }

    /// Whether each DN belongs to the same agent as in the others, so that sessions are where they were.
    #[must_use]
    pub fn have_the_same_dns(&self, others: &Agents) -> bool {
        let has_same =
            |(dn, record): (&String, &Arc<AgentRecord>)| others.by_dn(dn).is_some_and(|other| other.id == record.id);
        self.by_dn.len() == others.by_dn.len() && self.by_dn.iter().all(has_same)
    }

    /// What a password is checked against where nobody has the name, so that it takes as long as for an agent: the hash of the
    /// first one. All agents' hashes should therefore cost the same, as those of one command do.
    #[must_use]
    pub fn decoy(&self) -> Option<&PasswordHash> {
        self.decoy.as_ref()
    }

    /// All of them, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<AgentRecord>> {
        self.by_id.values()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }
}

/// The agents as they are now. Clones share them, so that whoever asks after a reload sees the new ones.
#[derive(Debug, Clone, Default)]
pub struct Directory(Arc<RwLock<Arc<Agents>>>);

impl Directory {
    /// A directory of these agents.
    #[must_use]
    pub fn new(agents: Agents) -> Self {
        Directory(Arc::new(RwLock::new(Arc::new(agents))))
    }

    /// The agents as they are now.
    #[must_use]
    pub fn current(&self) -> Arc<Agents> {
        // What the lock protects is one pointer: whoever panicked cannot have left half of it.
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on, these.
    pub fn replace(&self, agents: Agents) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(agents);
    }
}
