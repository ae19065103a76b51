//! The fuzzer around `im_session_fuzz::store_two_agents`, where everything is said.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| im_session_fuzz::store_two_agents(input));
