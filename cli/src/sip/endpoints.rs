//! Which endpoint an address belongs to.
//!
//! An endpoint is where messages are received. One that sends from another port (RFC 3261 section 18.2.2, every TCP
//! client) has two addresses or more and is one endpoint all the same: its Via says at which port it listens. What the
//! Via does not say, the transaction does: the response to a request comes from whom the request went to, and goes to
//! whom it came from; a request with two Vias or more is passed on by the proxy that received it.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::net::{IpAddr, SocketAddr};

use im_session::sip::{Rport, SipMessage, StartLine, Via};

use super::found::Address;

/// The number of an endpoint; no two have the same, also where one was forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Id(u64);

/// Who takes part in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parties {
    /// `None`: a proxy that is no party, of which nothing else is known.
    pub(crate) sender: Option<Id>,
    pub(crate) receiver: Id,
}

/// An address that is known.
#[derive(Debug, Clone, Copy)]
struct Known {
    endpoint: Id,
    /// Whether the Via of a request from it was looked at.
    checked: bool,
}

/// A request that was seen.
#[derive(Debug, Clone, Copy)]
struct Transaction {
    sender: Option<Id>,
    receiver: Id,
    from: Option<IpAddr>,
    to: Option<IpAddr>,
}

/// The endpoints of all addresses.
#[derive(Default)]
pub(crate) struct Endpoints {
    known: HashMap<Address, Known>,
    next: u64,
    transactions: Transactions,
    /// Those that came since the last call.
    new: Vec<(Id, Vec<Address>)>,
}

impl Endpoints {
    /// Who takes part in this message.
    pub(crate) fn parties(&mut self, source: &Address, destination: &Address, message: &SipMessage<'_>) -> Parties {
        match message.start_line {
            StartLine::Request { .. } => self.of_request(source, destination, message),
            StartLine::Response { .. } => self.of_response(source, destination, message),
        }
    }

    /// The endpoints that came up since the last call, with the addresses that they have so far; the first is their
    /// name.
    pub(crate) fn take_new(&mut self) -> Vec<(Id, Vec<Address>)> {
        std::mem::take(&mut self.new)
    }

    pub(crate) fn has_new(&self) -> bool {
        !self.new.is_empty()
    }

    /// Forgets the addresses of endpoints that are gone.
    pub(crate) fn retain(&mut self, is_there: impl Fn(Id) -> bool) {
        self.known.retain(|_, known| is_there(known.endpoint));
        self.transactions.retain(&is_there);
        if self.known.capacity() > 4 * self.known.len() + 1024 {
            self.known.shrink_to_fit();
        }
    }

    fn of_request(&mut self, source: &Address, destination: &Address, message: &SipMessage<'_>) -> Parties {
        let below = Some(message.branch_below).filter(|branch| !branch.is_empty());
        let sender = match below.map(|branch| self.transactions.get(branch)) {
            None => Some(self.sender(source, destination, message)),
            // The proxy is who received the request with the Via below.
            Some(Some(received)) => {
                self.known.entry(source.clone()).or_insert(Known { endpoint: received.receiver, checked: true });
                Some(received.receiver)
            }
            // It was received where nobody captured it. Who sends an INVITE on is not the caller.
            Some(None) if message.is_request("INVITE") => None,
            Some(None) => self.known.get(source).map(|known| known.endpoint),
        };
        let receiver = self.endpoint(destination);
        let ip = |address: &Address| address.socket().map(|socket| socket.ip());
        let transaction = Transaction { sender, receiver, from: ip(source), to: ip(destination) };
        self.transactions.put(message.branch, transaction);
        Parties { sender, receiver }
    }

    fn of_response(&mut self, source: &Address, destination: &Address, message: &SipMessage<'_>) -> Parties {
        if !self.known.contains_key(source) || !self.known.contains_key(destination) {
            if let Some(request) = self.transactions.get(message.branch) {
                let same_host = |address: &Address, ip: Option<IpAddr>| {
                    address.socket().is_some_and(|socket| Some(socket.ip()) == ip)
                };
                if same_host(source, request.to) {
                    let known = Known { endpoint: request.receiver, checked: false };
                    self.known.entry(source.clone()).or_insert(known);
                }
                if let Some(sender) = request.sender.filter(|_| same_host(destination, request.from)) {
                    self.known.entry(destination.clone()).or_insert(Known { endpoint: sender, checked: false });
                }
            }
        }
        Parties { sender: Some(self.endpoint(source)), receiver: self.endpoint(destination) }
    }

    /// Who sent a request, by its only Via.
    fn sender(&mut self, source: &Address, destination: &Address, message: &SipMessage<'_>) -> Id {
        if let Some(known) = self.known.get(source) {
            if known.checked {
                return known.endpoint;
            }
        }
        let listens = source.socket().and_then(|source| listens_at(source, &message.via()?)).map(Address::Socket);
        // Nobody sends to itself: then the Via is wrong.
        let listens = listens.filter(|listens| listens != destination);
        let endpoint = match (self.known.get(source).copied(), listens) {
            (Some(known), None) => known.endpoint,
            (Some(known), Some(listens)) => {
                self.known.entry(listens).or_insert(Known { checked: true, ..known });
                known.endpoint
            }
            (None, None) => self.endpoint(source),
            (None, Some(listens)) => {
                let known = self.known.get(&listens).copied();
                known.map_or_else(|| self.add(vec![listens, source.clone()]), |known| known.endpoint)
            }
        };
        self.known.insert(source.clone(), Known { endpoint, checked: true });
        endpoint
    }

    fn endpoint(&mut self, address: &Address) -> Id {
        match self.known.get(address) {
            Some(known) => known.endpoint,
            None => self.add(vec![address.clone()]),
        }
    }

    fn add(&mut self, addresses: Vec<Address>) -> Id {
        let endpoint = Id(self.next);
        self.next += 1;
        for address in &addresses {
            self.known.insert(address.clone(), Known { endpoint, checked: false });
        }
        self.new.push((endpoint, addresses));
        endpoint
    }
}

/// Where who sends from this address receives, if that is another port of it.
fn listens_at(source: SocketAddr, via: &Via<'_>) -> Option<SocketAddr> {
    let symmetric = via.rport != Rport::Absent;
    let own = match via.host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(ip) => ip == source.ip(),
        // A name may be that of any address, except those of nobody (RFC 7118); and who asks for the response where the
        // request came from may not know better.
        Err(_) => !symmetric && !via.host.to_ascii_lowercase().ends_with(".invalid"),
    };
    let port = match via.port {
        Some(port) => port,
        // The default port is meant, but who asks for the port that it sends from seldom listens there.
        None if symmetric => return None,
        None => via.reply_port(source.port()),
    };
    let listens = SocketAddr::new(source.ip(), port);
    (own && listens != source).then_some(listens)
}

/// The requests that were seen last, by branch.
struct Transactions {
    hasher: RandomState,
    recent: HashMap<u64, Transaction>,
    older: HashMap<u64, Transaction>,
}

impl Default for Transactions {
    fn default() -> Self {
        Transactions { hasher: RandomState::new(), recent: HashMap::new(), older: HashMap::new() }
    }
}

impl Transactions {
    /// How many are remembered at least, and half of how many at most.
    const ENOUGH: usize = 16_384;

    fn put(&mut self, branch: &str, transaction: Transaction) {
        if branch.is_empty() {
            return;
        }
        if self.recent.len() >= Self::ENOUGH {
            self.older = std::mem::take(&mut self.recent);
        }
        self.recent.insert(self.hasher.hash_one(branch), transaction);
    }

    fn get(&self, branch: &str) -> Option<Transaction> {
        let key = self.hasher.hash_one(branch);
        self.recent.get(&key).or_else(|| self.older.get(&key)).copied()
    }

    fn retain(&mut self, is_there: impl Fn(Id) -> bool) {
        let keep = |_: &u64, transaction: &mut Transaction| {
            is_there(transaction.receiver) && transaction.sender.is_none_or(&is_there)
        };
        self.recent.retain(keep);
        self.older.retain(keep);
    }
}
