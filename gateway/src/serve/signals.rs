//! Handles signals: SIGTERM and SIGINT end the gateway, SIGHUP rereads the agents' file.

use std::io;
use std::path::PathBuf;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::config::read_agents_file;
use crate::http::Gateway;

/// Waits for the first SIGTERM or SIGINT.
///
/// # Errors
///
/// If the operating system refuses signals.
pub(super) fn end() -> io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// From here on, SIGHUP does not end the process.
///
/// # Errors
///
/// If the operating system refuses signals.
pub(super) fn hang_up() -> io::Result<Signal> {
    signal(SignalKind::hangup())
}

/// Rereads the agents' file at every SIGHUP. A file that is rejected changes nothing.
pub(super) async fn reload(mut hang_up: Signal, file: Option<PathBuf>, gateway: Gateway) {
    while hang_up.recv().await.is_some() {
        let Some(file) = file.clone() else {
            tracing::warn!("SIGHUP: there is no agents' file to read again");
            continue;
        };
        let read = tokio::task::spawn_blocking(move || read_agents_file(&file)).await;
        match read {
            Ok(Ok(agents)) => {
                tracing::info!(agents = agents.len(), "the agents' file was read again");
                gateway.replace_agents(agents);
            }
            Ok(Err(error)) => tracing::error!(%error, "the agents' file was rejected; the agents are unchanged"),
            Err(error) => tracing::error!(%error, "the agents' file was not read; the agents are unchanged"),
        }
    }
}
