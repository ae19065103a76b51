//! The libFuzzer target for `im_session_fuzz::json_reader`, which has the documentation.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| im_session_fuzz::json_reader(input));
