//! Where the gateway listens: where it was told to, else at the first free port from 8090 on.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::config::DEFAULT_ADDRESS;

/// Ports that are tried where none was given.
const PORTS: u16 = 100;

/// Why it does not listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The address that was given cannot be had.
    #[error("--listen {address}: {source}")]
    Given {
        /// It.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// No port is free.
    #[error("expected a free port of {PORTS} from {first} on, got none; the last one said: {source}")]
    NoneFree {
        /// The first that was tried.
        first: u16,
        /// Why the last one cannot be had.
        source: io::Error,
    },
}

/// Listens at `given`, or at the first free port from the default on.
///
/// # Errors
///
/// Where the address that was given cannot be had, or no port is free.
pub async fn listen(given: Option<SocketAddr>) -> Result<TcpListener, ListenError> {
    if let Some(address) = given {
        return TcpListener::bind(address).await.map_err(|source| ListenError::Given { address, source });
    }
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for port in DEFAULT_ADDRESS.port()..DEFAULT_ADDRESS.port() + PORTS {
        match TcpListener::bind(SocketAddr::new(DEFAULT_ADDRESS.ip(), port)).await {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(ListenError::NoneFree { first: DEFAULT_ADDRESS.port(), source: last })
}
