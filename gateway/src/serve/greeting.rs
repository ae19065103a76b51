//! What the program prints when it is ready: its address, and how to try it.

use std::fmt::Write as _;
use std::net::SocketAddr;

use crate::config::DEMO_PASSWORD;

/// The values for the greeting.
#[derive(Debug, Clone, Copy)]
pub struct Ready<'r> {
    /// The address that it listens on.
    pub address: SocketAddr,
    /// Where sessions are stored.
    pub store: &'r str,
    /// Whether the agents are the demo agents.
    pub demo: bool,
    /// Whether requests wait for a bridge, but no bearer token is set that would let one in.
    pub unreachable_requests: bool,
}

/// The address in the first line; then, for demo agents, commands to try.
#[must_use]
pub fn greeting(ready: Ready<'_>) -> String {
    let Ready { address, store, demo, unreachable_requests } = ready;
    let url = format!("http://{address}");
    let mut text = format!("im-session-gateway listens on {url}\nstore: {store}\nOpenAPI: {url}/api/openapi.json\n");
    if unreachable_requests {
        text.push_str(
            "warning: with --no-simulator and without a bearer token nobody can fetch the requests of agents, nor post \
             events: give --bearer-token-file FILE\n",
        );
    }
    if demo {
        let user = format!("agent3001:{DEMO_PASSWORD}");
        let curl = "curl -b cookies -c cookies";
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "demo agents: agent3001 and agent3002 (DNs 3001 and 3002), supervisor; password {DEMO_PASSWORD}\n\n\
             Try it:\n  \
             TOKEN=$({curl} -si -u {user} {url}/api/v2/me | tr -d '\\r' | sed -n 's/^x-csrf-token: //p')\n  \
             {curl} -H \"X-CSRF-TOKEN: $TOKEN\" {url}/api/v2/me/im-sessions \\\n    \
             -d '{{\"operationName\":\"InitiateIMSession\",\"destination\":{{\"phoneNumber\":\"3002\"}}}}'\n  \
             {curl} '{url}/api/v2/me/im-sessions?fields=*'\n"
        );
    }
    text
}
