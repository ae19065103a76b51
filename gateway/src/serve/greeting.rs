//! What the program prints when it is ready: where it is, and how to try it.

use std::fmt::Write as _;
use std::net::SocketAddr;

use crate::config::DEMO_PASSWORD;

/// The address in the first line; below it, with demo agents, what to type.
#[must_use]
pub fn greeting(address: SocketAddr, store: &str, demo: bool) -> String {
    let url = format!("http://{address}");
    let mut text = format!("im-session-gateway listens on {url}\nstore: {store}\nOpenAPI: {url}/api/openapi.json\n");
    if demo {
        let user = format!("agent3001:{DEMO_PASSWORD}");
        let curl = "curl -b cookies -c cookies";
        // Writing to a string does not fail.
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
