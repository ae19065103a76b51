//! CometD over HTTP and WebSockets.
//!
//! | file | question |
//! |---|---|
//! | `long_polling` | What does a POST answer, and when? |
//! | `lost_connections` | Is a message lost where the connection goes away? |
//! | `web_sockets` | The same over a WebSocket. |
//! | `ends_of_sessions` | What becomes of a client whose session of HTTP ends? |
//! | `web_socket_limits` | How long may a WebSocket be silent or not read, and how many are there? |
//! | `strangers` | What do those get who are not signed in? |

#![cfg(feature = "server")]

mod ends_of_sessions;
mod long_polling;
mod lost_connections;
mod socket;
mod strangers;
mod support;
mod web_socket_limits;
mod web_sockets;
