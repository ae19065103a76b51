//! Which endpoint an address belongs to.
//!
//! An endpoint is where messages are received. One that sends from another port (RFC 3261 section 18.2.2, every TCP
//! client) has two or more addresses, but is still one endpoint: its Via says on which port it listens. Transactions
//! show the rest: the response to a request comes from the receiver of the request and goes to its sender, and a
//! request with two or more Vias is forwarded by the proxy that received it.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::net::{IpAddr, SocketAddr};

use im_session::sip::{Rport, SipMessage, StartLine, Via};

use super::found::Address;

/// The number of an endpoint. Numbers are not reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Id(u64);

/// The endpoints that send and receive a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parties {
    /// `None` for a proxy that is not a party and of which nothing else is known.
    pub(crate) sender: Option<Id>,
    pub(crate) receiver: Id,
}

/// A known address.
#[derive(Debug, Clone, Copy)]
struct Known {
    endpoint: Id,
    /// Whether the Via of a request from it has been examined.
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
    /// The endpoints that were added since the last call.
    new: Vec<(Id, Vec<Address>)>,
}

impl Endpoints {
    /// The sender and the receiver of this message.
    pub(crate) fn parties(&mut self, source: &Address, destination: &Address, message: &SipMessage<'_>) -> Parties {
        match message.start_line {
            StartLine::Request { .. } => self.of_request(source, destination, message),
            StartLine::Response { .. } => self.of_response(source, destination, message),
        }
    }

    /// The endpoints that were added since the last call, with their known addresses. The first address is the name of
    /// the endpoint.
    pub(crate) fn take_new(&mut self) -> Vec<(Id, Vec<Address>)> {
        std::mem::take(&mut self.new)
    }

    pub(crate) fn has_new(&self) -> bool {
        !self.new.is_empty()
    }

    /// Forgets the addresses of endpoints that no longer exist.
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
            // The proxy is the receiver of the request with the Via below.
            Some(Some(received)) => {
                self.known.entry(source.clone()).or_insert(Known { endpoint: received.receiver, checked: true });
                Some(received.receiver)
            }
            // That request was not captured. The sender of a forwarded INVITE is not the caller.
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

    /// The sender of a request, determined by its only Via.
    fn sender(&mut self, source: &Address, destination: &Address, message: &SipMessage<'_>) -> Id {
        if let Some(known) = self.known.get(source) {
            if known.checked {
                return known.endpoint;
            }
        }
        let listens = source.socket().and_then(|source| listens_at(source, &message.via()?)).map(Address::Socket);
        // An endpoint does not send to itself, so such a Via is wrong.
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

/// Where the sender with this address receives, if that is another port of it.
fn listens_at(source: SocketAddr, via: &Via<'_>) -> Option<SocketAddr> {
    let symmetric = via.rport != Rport::Absent;
    let own = match via.host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(ip) => ip == source.ip(),
        // A name may stand for any address, unless it belongs to nobody (RFC 7118). A sender that asks for the response
        // at the request's source (rport) may not know its own address.
        Err(_) => !symmetric && !via.host.to_ascii_lowercase().ends_with(".invalid"),
    };
    let port = match via.port {
        Some(port) => port,
        // This means the default port, but a sender that asks for rport rarely listens there.
        None if symmetric => return None,
        None => via.reply_port(source.port()),
    };
    let listens = SocketAddr::new(source.ip(), port);
    (own && listens != source).then_some(listens)
}

/// The latest requests, by branch.
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
    /// The minimum number that is remembered, which is half of the maximum.
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
