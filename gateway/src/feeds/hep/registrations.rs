//! At which endpoint is an address-of-record? The registrar says so: its 2xx to a REGISTER (RFC 3261 section 10.3) goes
//! to the endpoint that it has authenticated.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use im_session::sip::{SipMessage, StartLine, address_of_record};
use serde::{Deserialize, Serialize};

use crate::config::Agents;

/// How many endpoints an address-of-record may be at. One more takes the place of the one that would end first.
pub const MOST_OF_A_RECORD: usize = 8;
/// How long a registration lasts that does not say it.
const USUAL: Duration = Duration::from_secs(3_600);
/// How long one lasts at most: whoever is there later has registered again.
const LONGEST: Duration = Duration::from_secs(24 * 3_600);

/// An endpoint that an address-of-record is at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// The endpoint.
    pub address: SocketAddr,
    /// The address-of-record.
    pub record: String,
    /// Until when, since 1970.
    pub until: Duration,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Registrations {
    by_address: HashMap<SocketAddr, Registered>,
    of_record: HashMap<String, Vec<SocketAddr>>,
    /// Whether something is new since it was stored.
    is_new: bool,
}

impl Registrations {
    /// Those that were stored.
    pub(super) fn restored(stored: Vec<Registered>) -> Self {
        let mut registrations = Registrations::default();
        stored.into_iter().for_each(|registered| registrations.put(registered));
        registrations.is_new = false;
        registrations
    }

    /// Whose endpoint this is now.
    pub(super) fn record_at(&self, address: SocketAddr, now: Duration) -> Option<&str> {
        self.by_address.get(&address).filter(|registered| now < registered.until).map(|registered| &*registered.record)
    }

    /// All of them, where something is new since the last time.
    pub(super) fn take_new(&mut self) -> Option<Vec<&Registered>> {
        std::mem::take(&mut self.is_new).then(|| {
            let mut all: Vec<&Registered> = self.by_address.values().collect();
            all.sort_unstable_by_key(|registered| registered.address);
            all
        })
    }

    /// Takes a message from one address to another, if it is what a registrar says. Only where it came from one that is
    /// configured, of an address-of-record that is, and not through a proxy, whose address is not the endpoint's. What
    /// the Contacts say of addresses is what the endpoint says of itself, and does not count.
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

    /// Forgets what is over, and records that are nobody's.
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
