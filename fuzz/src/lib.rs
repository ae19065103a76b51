//! Fuzz targets of `im-session`, each a function from bytes to nothing that panics on what must not be.
//!
//! `fuzz_targets/` wraps each for libFuzzer; `tests/corpus.rs` replays the seeds in `corpus/` through the same functions
//! on stable Rust, without a fuzzer. Nothing depends on this crate.
//!
//! | target | what it holds against the library |
//! |---|---|
//! | [`machine`] | a reference model of specification 2.1 to 2.3, after every event of a sequence |
//! | [`json_lines`], [`tserver_log`], [`platform_sdk_log`] | the same input in pieces, its own events as JSON lines, a count of live bytes |
//! | [`recognise`] | the first line that says something, and the decoder of that form |
//! | [`json_reader`] | what is read, written and read again |
//! | [`store_two_agents`] | the same store without the other agent |
//! | [`sip_conversation`] | the table of the machine: an observer's events are never impossible, and each does something |

mod decoders;
mod json_reader;
mod live_bytes;
mod machine;
mod model;
mod operation;
mod recognise;
/// The conversation is the one that the library's own properties play.
#[path = "../../tests/sip_support/conversation.rs"]
mod sip_support;
mod store_two_agents;

pub use decoders::{json_lines, platform_sdk_log, tserver_log};
pub use json_reader::json_reader;
pub use machine::machine;
pub use recognise::recognise;
pub use store_two_agents::store_two_agents;

/// See `tests/sip_support/conversation.rs`: whole SIP conversations, reordered, duplicated, lost and hostile.
pub fn sip_conversation(input: &[u8]) {
    sip_support::conversation(input);
}

/// A target: bytes in, nothing out, and a panic where something does not hold.
pub type Target = fn(&[u8]);

/// All targets by name: of the binary, of the folder in `corpus/`, and of the function.
pub const TARGETS: [(&str, Target); 8] = [
    ("machine", machine),
    ("json_lines", json_lines),
    ("tserver_log", tserver_log),
    ("platform_sdk_log", platform_sdk_log),
    ("recognise", recognise),
    ("json_reader", json_reader),
    ("store_two_agents", store_two_agents),
    ("sip_conversation", sip_conversation),
];
