//! Times and limits.

use std::time::Duration;

/// Times and limits of the protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// How long a connect is held: 30 s.
    pub timeout: Duration,
    /// How long clients should wait between a reply and the next connect: 0.
    pub interval: Duration,
    /// How long after that interval a client may stay away before it is forgotten: 15 s.
    pub max_interval: Duration,
    /// The interval for a client whose connect is not held because its browser has too many held connects: 2 s.
    pub multiple_clients_interval: Duration,
    /// How many long-polling connects are held for an agent in a browser: 1. Browsers open only a few connections to a host.
    pub held_per_browser: usize,
    /// Whether handshakes offer `websocket` in addition to `long-polling`.
    pub web_socket: bool,
    /// How many WebSockets an agent may have open: 100. The code that opens them enforces this.
    pub web_sockets_per_agent: usize,
    /// How many messages may wait for a client: 1 000. A client that exceeds this is forgotten.
    pub queue_messages: usize,
    /// How many bytes of messages may wait for a client: 1 MiB.
    pub queue_bytes: usize,
    /// How many bytes of messages may wait for all clients together, lists included: 64 MiB. Beyond it the client with
    /// the most is forgotten. Each message counts as 128 bytes more than its text.
    pub queue_bytes_of_all: usize,
    /// How many bytes of replies may be in the course of being written: 32 MiB. Beyond it requests are answered with
    /// HTTP status 503. The code that writes them enforces this.
    pub reply_bytes_of_all: usize,
    /// How many clients there may be in all: 10 000.
    pub clients: usize,
    /// How many clients an agent may have: 100.
    pub clients_per_agent: usize,
    /// How many channels and patterns a client may subscribe to: 20.
    pub subscriptions: usize,
    /// How many messages a request may contain: 100.
    pub messages_per_request: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            interval: Duration::ZERO,
            max_interval: Duration::from_secs(15),
            multiple_clients_interval: Duration::from_secs(2),
            held_per_browser: 1,
            web_socket: true,
            web_sockets_per_agent: 100,
            queue_messages: 1_000,
            queue_bytes: 1 << 20,
            queue_bytes_of_all: 64 << 20,
            reply_bytes_of_all: 32 << 20,
            clients: 10_000,
            clients_per_agent: 100,
            subscriptions: 20,
            messages_per_request: 100,
        }
    }
}
