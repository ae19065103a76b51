//! The largest of each kind that the gateway holds: fills each to its limits, and compares it with the table in
//! `docs/running-the-gateway.md`. A program of its own, since it has an allocator of its own.
//!
//! | file | question |
//! |---|---|
//! | `http` | How much do an HTTP session, a connection, a body and a WebSocket hold? |
//! | `cometd` | How much does a client of CometD hold, and how much do all clients together? |
//! | `page` | Which figures does the page have, and what is their sum? |
//! | `feeds` | How much do a POST of events, a feed's position, a followed file, HEP, a phone and an entity hold? |

mod cometd;
mod counting_allocator;
mod feeds;
mod http;
mod page;
