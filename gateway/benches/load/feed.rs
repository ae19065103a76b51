//! Posts events as JSON lines, in the same way to all servers.

use std::net::SocketAddr;

use super::Outcome;
use super::connection::Connection;

pub(crate) const TOKEN: &str = "the-token-of-the-load";

/// A connection that posts events.
pub(crate) struct Feed(Connection);

impl Feed {
    pub(crate) async fn open(address: SocketAddr) -> Outcome<Self> {
        Ok(Feed(Connection::open(address).await?))
    }

    /// Posts lines, and waits for the answer.
    pub(crate) async fn post(&mut self, lines: &str) -> Outcome<()> {
        let authorization = format!("Authorization: Bearer {TOKEN}\r\n");
        let answer = self.0.ask("POST", "/events?feed=load", &authorization, lines).await?;
        let text = String::from_utf8_lossy(answer.body);
        if answer.status == 200 && text.contains(r#""errors":[]"#) {
            return Ok(());
        }
        Err(format!("events were refused with status {}: {text}", answer.status).into())
    }
}
