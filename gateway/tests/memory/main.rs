//! How much memory does the gateway hold at its limits? The tests fill each resource to its limits, and compare it with
//! the table in `docs/running-the-gateway.md`. They are a separate program, because they replace the allocator.
//!
//! | file | question |
//! |---|---|
//! | `http` | How much do an HTTP session, a connection, a body and a WebSocket hold? |
//! | `cometd` | How much does a CometD client hold, and how much do all clients together? |
//! | `page` | Which figures does the documentation contain, and what is their sum? |
//! | `feeds` | How much do a POST of events, a feed's position, a followed file, HEP, a phone and an entity hold? |

mod cometd;
mod counting_allocator;
mod feeds;
mod http;
mod page;

use tokio::runtime::{Builder, Runtime};

/// A runtime with one thread, which is not that of the test.
fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
}
