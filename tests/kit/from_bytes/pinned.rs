//! Do the same bytes always give the same values? `tests/data/from_bytes.txt` holds the values of many byte strings.
//!
//! A change of that file makes every existing corpus worthless, those in `fuzz/` and those that others wrote by hand,
//! because their bytes then stand for other values. If the change is intended, or only a `Debug` output changed, let
//! the test rewrite the file and review the difference:
//!
//! ```text
//! FROM_BYTES_REWRITE=1 cargo test --all-features --test kit pinned
//! ```

use std::fmt::Debug;
use std::{env, fs, iter};

use im_session::decode::Form;
use im_session::from_bytes::{
    Bytes, FromBytes, event_of, faulty_history, interleaved_histories, operation_of, participants, query, resource,
    valid_history,
};
use im_session::testing::{Fault, History, Log, Step};
use im_session::{
    CallEvent, ConnId, DataEvent, Event, EventName, KeyValueList, Limits, Operation, Operations, Participant,
    SessionEvent, State, Value,
};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/from_bytes.txt");

#[test]
fn bytes_stand_for_what_they_stood_for() {
    let now = all();
    if env::var_os("FROM_BYTES_REWRITE").is_some() {
        fs::write(FILE, &now).expect(FILE);
    }
    let pinned = fs::read_to_string(FILE).expect(FILE);
    for (at, (now, pinned)) in now.lines().zip(pinned.lines()).enumerate() {
        assert_eq!(now, pinned, "line {}: corpora become worthless, see tests/kit/from_bytes/pinned.rs", at + 1);
    }
    assert_eq!(now.len(), pinned.len(), "see tests/kit/from_bytes/pinned.rs");
}

fn all() -> String {
    let mut pins =
        Pins(String::from("Strings of bytes = the value that they are; see tests/kit/from_bytes/pinned.rs.\n"));

    pins.add::<State>("State", bytes());
    pins.add::<CallEvent>("CallEvent", bytes());
    pins.add::<DataEvent>("DataEvent", bytes());
    pins.add::<SessionEvent>("SessionEvent", bytes());
    pins.add::<Operation>("Operation", bytes());
    pins.add::<Form>("Form", bytes());
    pins.add::<Operations>("Operations", bytes());
    pins.add::<ConnId>("ConnId", bytes().chain(noisy(&[0xfc], 8, 2)));
    // The bytes 0xf0 to 0xfb introduce a spelled-out text.
    pins.add::<EventName<'static>>("EventName", bytes().chain((0xf0..=0xfb).flat_map(|byte| noisy(&[byte], 16, 1))));
    pins.add::<Participant<'static>>(
        "Participant",
        bytes().chain((0xf0..=0xfb).flat_map(|byte| noisy(&[byte], 16, 1))),
    );
    pins.add::<Limits>("Limits", noisy(&[], 11, 8));

    // The kind, followed by a text, an integer, a text, or the number of pairs.
    let kinds = (0..4).flat_map(|kind| bytes().map(move |byte| [vec![kind], byte].concat()));
    pins.add::<Value<'static>>("Value of two bytes", kinds);
    pins.add::<Value<'static>>("Value", noisy(&[], 40, 24).chain((0..8).flat_map(|pairs| noisy(&[3, pairs], 40, 2))));
    pins.add::<KeyValueList<'static>>("KeyValueList of one byte", bytes());
    pins.add::<KeyValueList<'static>>("KeyValueList", (15..=40).flat_map(|pairs| noisy(&[pairs], 40, 1)));

    // From 0x80 on, the events repeat with numbers, so one row suffices.
    let debug = |event: Option<Event<'_>>| event.map_or_else(String::new, |event| format!("{event:?}"));
    pins.values("event_of", (0..=0x8f).map(|byte| (vec![byte], debug(event_of(byte)))));
    pins.add::<Event<'static>>("Event", (0..=40).flat_map(|name| noisy(&[0, name], 40, 1)));

    let body = |byte| operation_of(byte, "/devices/1").unwrap_or_default();
    pins.values("operation_of at /devices/1", (0..=u8::MAX).map(|byte| (vec![byte], body(byte))));

    let rows = (0..16).map(|row| row << 4);
    pins.add::<Step>("Step", rows.flat_map(|row| noisy(&[row], 40, 4)));
    // The agent and the target, and a body that is valid, spelled out as text, or spelled out by its parameters.
    let posts = (0..16).flat_map(|who| [0x00, 0x07, 0x0f].map(|body| [b'@', who, body]));
    pins.add::<Step>("Step, Post", posts.flat_map(|post| noisy(&post, 40, 1)));
    let texts = ["ACD", "AbCcDd", "QrSsTt"].map(|text| text.as_bytes().to_vec());
    pins.add::<History>("History", texts.clone().into_iter().chain(noisy(&[], 12, 20)));

    pins.add::<Fault>("Fault", bytes().chain((0..5).flat_map(|kind| noisy(&[kind], 18, 2))));
    let forms = (b'0'..=b'2').chain(b'p'..=b'r');
    pins.add::<Log>("Log", forms.flat_map(|form| noisy(&[form], 12, 4)));
    let histories = || texts.clone().into_iter().chain(noisy(&[], 12, 20));
    pins.made("valid_history", histories(), valid_history);
    pins.made("interleaved_histories", histories(), interleaved_histories);
    pins.made("faulty_history", histories(), faulty_history);
    pins.made("participants", (0..8).flat_map(|count| noisy(&[count], 20, 2)), participants);
    pins.made("resource", (0..32).flat_map(|which| noisy(&[which * 8 + which / 4], 30, 1)), resource);
    pins.made("query", (0..8).flat_map(|count| noisy(&[count], 12, 2)), query);
    pins.0
}

/// All strings of one byte.
fn bytes() -> impl Iterator<Item = Vec<u8>> {
    (0..=u8::MAX).map(|byte| vec![byte])
}

/// Strings with this start, each followed by `length` pseudorandom bytes of a linear congruential generator.
fn noisy(start: &[u8], length: usize, count: u64) -> impl Iterator<Item = Vec<u8>> + use<> {
    let start = start.to_vec();
    (0..count).map(move |nth| {
        let mut state = start.iter().fold(nth, |seed, &byte| seed << 8 | u64::from(byte));
        let next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        };
        start.iter().copied().chain(iter::repeat_with(next).take(length)).collect()
    })
}

/// The text of the file.
struct Pins(String);

impl Pins {
    fn add<T: FromBytes + Debug>(&mut self, name: &str, strings: impl Iterator<Item = Vec<u8>>) {
        self.values(name, strings.map(|bytes| (bytes.clone(), format!("{:?}", super::of::<T>(&bytes)))));
    }

    fn made<T: Debug>(
        &mut self,
        name: &str,
        strings: impl Iterator<Item = Vec<u8>>,
        make: impl Fn(&mut Bytes<'_>) -> T,
    ) {
        let value = |bytes: &[u8]| make(&mut Bytes::new(bytes));
        self.values(name, strings.map(|bytes| (bytes.clone(), format!("{:?}", value(&bytes)))));
    }

    /// Adds every distinct value in the order of first occurrence, with all strings that give it.
    fn values(&mut self, name: &str, pairs: impl Iterator<Item = (Vec<u8>, String)>) {
        let mut values: Vec<(String, Vec<Vec<u8>>)> = Vec::new();
        for (bytes, value) in pairs {
            match values.iter_mut().find(|(other, _)| *other == value) {
                Some((_, strings)) => strings.push(bytes),
                None => values.push((value, vec![bytes])),
            }
        }
        self.0 += &format!("\n{name}\n");
        for (value, strings) in values {
            self.line(&strings, &value);
        }
    }

    /// Of a long value, writes the start, the length and a checksum (FNV-1a).
    fn line(&mut self, strings: &[Vec<u8>], value: &str) {
        for bytes in strings {
            self.0.extend(bytes.iter().map(|byte| format!("{byte:02x}")));
            self.0 += " ";
        }
        self.0 += "= ";
        match value.char_indices().nth(200) {
            None => self.0 += value,
            Some((cut, _)) => {
                let sum =
                    value.bytes().fold(0x811c_9dc5_u32, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193));
                self.0 += &format!("{}… {} bytes, {sum:08x}", &value[..cut], value.len());
            }
        }
        self.0 += "\n";
    }
}
