//! The fuzzer around `im_session_fuzz::hep`, where everything is said.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| im_session_fuzz::hep(input));
