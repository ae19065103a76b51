//! Receives packets over UDP and TCP at one address. All buffers are bounded: the number of messages and of
//! connections, and one packet per connection.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use im_session::sip::hep::{LENGTH_BYTES, packet_length};
use tokio::io::{AsyncReadExt, BufReader};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Semaphore, mpsc};

use super::packet::{Captured, HepKey, RefusedPacket, captured};
use crate::metrics::{HepOutcome, Metrics};

/// The maximum number of connections.
pub const MOST_CONNECTIONS: usize = 64;
/// The maximum number of messages that wait, of 64 KiB each at most: 32 MiB.
pub const MOST_WAITING: usize = 512;
/// How long a connection may take until its first packet.
const FIRST: Duration = Duration::from_secs(30);
/// How long a connection may be silent.
const SILENCE: Duration = Duration::from_secs(600);
/// The delay after an error of the operating system, such as too many open files.
const PAUSE: Duration = Duration::from_millis(100);
/// The longest datagram, in bytes.
const LONGEST: usize = 65_535;

/// Open sockets, and the key that packets need.
#[derive(Debug)]
pub struct HepReceiver {
    udp: UdpSocket,
    tcp: TcpListener,
    shared: Shared,
}

#[derive(Debug, Clone)]
struct Shared {
    key: Option<HepKey>,
    metrics: Metrics,
    messages: mpsc::Sender<Captured>,
}

impl HepReceiver {
    /// Listens at this address over UDP and TCP. Also returns the receiver of the messages.
    ///
    /// # Errors
    ///
    /// If the operating system refuses.
    pub async fn bind(
        address: SocketAddr,
        key: Option<HepKey>,
        metrics: Metrics,
    ) -> io::Result<(Self, mpsc::Receiver<Captured>)> {
        let tcp = TcpListener::bind(address).await?;
        // For port 0, TCP has chosen a port.
        let udp = UdpSocket::bind(tcp.local_addr()?).await?;
        let (messages, receiver) = mpsc::channel(MOST_WAITING);
        Ok((HepReceiver { udp, tcp, shared: Shared { key, metrics, messages } }, receiver))
    }

    /// The address that it listens on.
    ///
    /// # Errors
    ///
    /// If the operating system does not report it.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }

    /// Receives until the receiver of the messages is dropped.
    pub async fn run(self) {
        let HepReceiver { udp, tcp, shared } = self;
        let closed = shared.messages.clone();
        tokio::select! {
            () = datagrams(udp, shared.clone()) => {}
            () = connections(tcp, shared) => {}
            () = closed.closed() => {}
        }
    }
}

impl Shared {
    /// Returns the message of a packet, and counts rejected packets.
    fn open(&self, packet: &[u8]) -> Result<Captured, RefusedPacket> {
        captured(packet, self.key.as_ref()).inspect_err(|refused| {
            self.metrics.hep_packet(match refused {
                RefusedPacket::Malformed => HepOutcome::Malformed,
                RefusedPacket::WrongKey => HepOutcome::WrongKey,
                RefusedPacket::OtherProtocol => HepOutcome::OtherProtocol,
                RefusedPacket::Compressed => HepOutcome::Compressed,
            });
        })
    }
}

async fn datagrams(udp: UdpSocket, shared: Shared) {
    let mut buffer = vec![0; LONGEST];
    loop {
        let length = match udp.recv_from(&mut buffer).await {
            Ok((length, _)) => length,
            Err(error) => {
                tracing::warn!(%error, "a datagram of HEP could not be received");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let Ok(captured) = shared.open(buffer.get(..length).unwrap_or_default()) else { continue };
        match shared.messages.try_send(captured) {
            Ok(()) => {}
            // A datagram cannot be held back, so it is dropped.
            Err(TrySendError::Full(_)) => shared.metrics.hep_packet(HepOutcome::Dropped),
            Err(TrySendError::Closed(_)) => return,
        }
    }
}

async fn connections(tcp: TcpListener, shared: Shared) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut tasks = tokio::task::JoinSet::new();
    loop {
        while tasks.try_join_next().is_some() {}
        let stream = match tcp.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection of HEP could not be accepted");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let Ok(place) = places.clone().try_acquire_owned() else {
            shared.metrics.hep_connection_refused();
            continue;
        };
        let shared = shared.clone();
        tasks.spawn(async move {
            let _open = shared.metrics.hep_connection_begins();
            connection(stream, &shared).await;
            drop(place);
        });
    }
}

/// Reads packets until one is malformed or lacks the key: the beginning of the next one would then be unknown.
async fn connection(stream: TcpStream, shared: &Shared) {
    let mut stream = BufReader::new(stream);
    let mut packet = Vec::new();
    let mut patience = FIRST;
    loop {
        match tokio::time::timeout(patience, read_packet(&mut stream, &mut packet)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
                shared.metrics.hep_packet(HepOutcome::Malformed);
                return;
            }
            Ok(Err(_)) | Err(_) => return,
        }
        match shared.open(&packet) {
            // On a connection the sender can wait.
            Ok(captured) => {
                if shared.messages.send(captured).await.is_err() {
                    return;
                }
            }
            Err(RefusedPacket::WrongKey) => return,
            Err(RefusedPacket::Malformed | RefusedPacket::OtherProtocol | RefusedPacket::Compressed) => continue,
        }
        patience = SILENCE;
    }
}

/// Reads the next packet, including its header.
async fn read_packet(stream: &mut BufReader<TcpStream>, packet: &mut Vec<u8>) -> io::Result<()> {
    packet.resize(LENGTH_BYTES, 0);
    stream.read_exact(packet).await?;
    let length = packet_length(packet).filter(|&length| length >= LENGTH_BYTES);
    packet.resize(length.ok_or(io::ErrorKind::InvalidData)?, 0);
    stream.read_exact(packet.get_mut(LENGTH_BYTES..).unwrap_or_default()).await?;
    Ok(())
}
