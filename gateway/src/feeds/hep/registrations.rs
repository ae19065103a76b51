//! At which endpoint an address-of-record is registered. The registrar's 2xx response to a REGISTER (RFC 3261 section
//! 10.3) shows it, because it goes to the endpoint that the registrar has authenticated.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use im_session::sip::{SipMessage, StartLine, address_of_record};
use serde::{Deserialize, Serialize};

use crate::config::Agents;

/// The maximum number of endpoints of an address-of-record. A further one replaces the one that would expire first.
pub const MOST_OF_A_RECORD: usize = 8;
/// The duration of a registration that does not state one.
const USUAL: Duration = Duration::from_secs(3_600);
/// The longest duration. An endpoint that is still there will have registered again.
const LONGEST: Duration = Duration::from_secs(24 * 3_600);

/// The registration of an address-of-record at an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// The endpoint.
    pub address: SocketAddr,
    /// The address-of-record.
    pub record: String,
    /// When it expires, as a duration since 1970.
    pub until: Duration,
}

/// All registrations.
#[derive(Debug, Default)]
pub(super) struct Registrations {
    by_address: HashMap<SocketAddr, Registered>,
    of_record: HashMap<String, Vec<SocketAddr>>,
    /// Whether there are changes since they were last stored.
    is_new: bool,
}

impl Registrations {
    /// Restores stored registrations.
    pub(super) fn restored(stored: Vec<Registered>) -> Self {
        let mut registrations = Registrations::default();
        stored.into_iter().for_each(|registered| registrations.put(registered));
        registrations.is_new = false;
        registrations
    }

    /// The address-of-record that is registered at this endpoint now.
    pub(super) fn record_at(&self, address: SocketAddr, now: Duration) -> Option<&str> {
        self.by_address.get(&address).filter(|registered| now < registered.until).map(|registered| &*registered.record)
    }

    /// All registrations, if there are changes since the last call.
    pub(super) fn take_new(&mut self) -> Option<Vec<&Registered>> {
        std::mem::take(&mut self.is_new).then(|| {
            let mut all: Vec<&Registered> = self.by_address.values().collect();
            all.sort_unstable_by_key(|registered| registered.address);
            all
        })
    }

    /// Evaluates a message if it is a registrar's response to a REGISTER. It counts only if it comes from a configured
    /// registrar, is about a configured address-of-record, and did not go through a proxy, because the destination
    /// would then be the proxy. Addresses in a Contact are ignored: the endpoint chose them itself.
    pub(super) fn take(
        &mut self,
        source: SocketAddr,
        destination: SocketAddr,
        message: &SipMessage<'_>,
        agents: &Agents,
        now: Duration,
    ) {
        let is_accepted = matches!(message.start_line, StartLine::Response { status: 200..=299 });
        let is_of_registrar = is_accepted && message.cseq.method == "REGISTER" && agents.is_registrar(source);
        if !is_of_registrar || message.has_via_below() {
            return;
        }
        let Some(record) = address_of_record(message.to.uri).filter(|record| agents.dn_of_record(record).is_some())
        else {
            return;
        };
        let lasts = message
            .contacts()
            .map(|contact| contact.expires.map_or(USUAL, |seconds| Duration::from_secs(seconds.into())).min(LONGEST));
        match lasts.max().filter(|lasts| !lasts.is_zero()) {
            Some(lasts) => self.put(Registered { address: destination, record, until: now.saturating_add(lasts) }),
            // Nobody is registered any more.
            None => self.remove_record(&record),
        }
    }

    /// Forgets expired registrations, and those of records that are no longer configured.
    pub(super) fn sweep(&mut self, agents: &Agents, now: Duration) {
        let is_over =
            |registered: &&Registered| registered.until <= now || agents.dn_of_record(&registered.record).is_none();
        let over: Vec<SocketAddr> = self.by_address.values().filter(is_over).map(|one| one.address).collect();
        over.into_iter().for_each(|address| self.remove(address));
    }

    fn put(&mut self, registered: Registered) {
        let address = registered.address;
        if self.by_address.get(&address).is_none_or(|known| known.record != registered.record) {
            self.remove(address);
            let addresses = self.of_record.entry(registered.record.clone()).or_default();
            if addresses.len() >= MOST_OF_A_RECORD {
                let until = |address: &&SocketAddr| self.by_address.get(address).map(|one| one.until);
                if let Some(first) = addresses.iter().min_by_key(until).copied() {
                    addresses.retain(|address| *address != first);
                    self.by_address.remove(&first);
                }
            }
            addresses.push(address);
        }
        self.by_address.insert(address, registered);
        self.is_new = true;
    }

    fn remove_record(&mut self, record: &str) {
        for address in self.of_record.remove(record).unwrap_or_default() {
            self.by_address.remove(&address);
            self.is_new = true;
        }
    }

    fn remove(&mut self, address: SocketAddr) {
        let Some(Registered { record, .. }) = self.by_address.remove(&address) else { return };
        self.is_new = true;
        if let Some(addresses) = self.of_record.get_mut(&record) {
            addresses.retain(|other| *other != address);
            if addresses.is_empty() {
                self.of_record.remove(&record);
            }
        }
    }
}
