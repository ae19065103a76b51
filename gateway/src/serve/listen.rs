//! Listens at the given address, or at the first free port from 8090.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::config::DEFAULT_ADDRESS;

/// How many ports are tried if no address is given.
const PORTS: u16 = 100;

/// Why it does not listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The given address is not available.
    #[error("--listen {address}: {source}")]
    Given {
        /// The address.
        address: SocketAddr,
        /// The cause.
        source: io::Error,
    },
    /// No port is free.
    #[error("expected a free port among {PORTS} from {first}, found none; error of the last one: {source}")]
    NoneFree {
        /// The first port that was tried.
        first: u16,
        /// The error of the last port.
        source: io::Error,
    },
}

/// Listens at `given`, or at the first free port from the default one.
///
/// # Errors
///
/// If the given address is not available, or no port is free.
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
