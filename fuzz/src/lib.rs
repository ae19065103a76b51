//! Fuzz targets of `im-session`. Each is a function of the input that panics if a property does not hold.
//!
//! `fuzz_targets/` wraps each for libFuzzer; `tests/corpus.rs` replays the seeds in `corpus/` through the same
//! functions on stable Rust, without a fuzzer. Nothing depends on this crate.
//!
//! This crate's `README.md` lists what each target asserts.

mod bayeux;
mod decode;
mod envelope;
mod event_lines;
mod hep;
mod json_reader;
mod live_bytes;
mod machine;
mod operations;
pub mod packed;
mod query;
mod reconcile;
mod rest_bodies;
mod restore;
mod sip_raw;
/// The library's own properties of connections use these laws, too.
#[path = "../../tests/sip/support/stream_laws.rs"]
mod sip_stream_laws;
/// The library's own properties play this conversation, too.
#[path = "../../tests/sip/support/conversation.rs"]
mod sip_support;
mod situation;
mod store;
mod store_two_agents;
mod valid_histories;

pub use bayeux::bayeux;
pub use decode::decode;
pub use envelope::envelope;
pub use event_lines::event_lines;
pub use hep::hep;
pub use json_reader::json_reader;
pub use machine::machine;
pub use operations::operations;
pub use query::query;
pub use reconcile::reconcile;
pub use rest_bodies::rest_bodies;
pub use restore::restore;
pub use sip_raw::{dialog_info, sip_message};
pub use store::store;
pub use store_two_agents::store_two_agents;
pub use valid_histories::valid_histories;

/// See `tests/sip/support/conversation.rs`: whole SIP conversations, reordered, duplicated, lost and hostile.
pub fn sip_conversation(input: &[u8]) {
    sip_support::conversation(input);
}

/// See `tests/sip/support/stream_laws.rs`: one direction of a TCP connection.
pub fn sip_tcp(input: &[u8]) {
    sip_stream_laws::any_bytes::<im_session::sip::stream::TcpFraming>(input);
}

/// See `tests/sip/support/stream_laws.rs`: one direction of a WebSocket connection.
pub fn sip_web_socket(input: &[u8]) {
    sip_stream_laws::any_bytes::<im_session::sip::stream::WebSocketFraming>(input);
}

/// A target. It takes an input, and panics if a property does not hold.
pub type Target = fn(&[u8]);

/// All targets, by the name that the binary, the folder in `corpus/` and the function share.
pub const TARGETS: [(&str, Target); 20] = [
    ("machine", machine),
    ("decode", decode),
    ("envelope", envelope),
    ("json_reader", json_reader),
    ("store_two_agents", store_two_agents),
    ("store", store),
    ("valid_histories", valid_histories),
    ("operations", operations),
    ("query", query),
    ("reconcile", reconcile),
    ("restore", restore),
    ("sip_conversation", sip_conversation),
    ("sip_message", sip_message),
    ("dialog_info", dialog_info),
    ("sip_tcp", sip_tcp),
    ("sip_web_socket", sip_web_socket),
    ("hep", hep),
    ("bayeux", bayeux),
    ("event_lines", event_lines),
    ("rest_bodies", rest_bodies),
];
