//! CometD over HTTP and WebSockets.
//!
//! | file | question |
//! |---|---|
//! | `long_polling` | How and when is a POST answered? |
//! | `lost_connections` | Are messages lost if the connection breaks? |
//! | `web_sockets` | Does the same hold over a WebSocket? |
//! | `ends_of_sessions` | What happens to a client when its HTTP session ends? |
//! | `web_socket_limits` | How long may a WebSocket be silent or unread, and how many may an agent open? |
//! | `strangers` | How are clients answered that are not signed in? |

#![cfg(feature = "server")]

mod ends_of_sessions;
mod long_polling;
mod lost_connections;
mod many_handshakes;
mod socket;
mod strangers;
mod support;
mod web_socket_limits;
mod web_sockets;
