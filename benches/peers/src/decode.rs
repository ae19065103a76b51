//! Text to events, compared with the minimum that any reader must do: for logs, finding lines with `memchr` and
//! checking UTF-8; for JSON lines, serde_json into a struct that borrows.

use std::borrow::Cow;
use std::fmt;
use std::hint::black_box;

use im_session::Decoder;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::texts::{FORMS, Text};
use crate::work::Work;

/// How many calls a text contains: enough that it does not fit into the fastest cache.
pub const CALLS: usize = 500;

/// A way to read the text. Returns how many items it found.
struct Reading {
    text: Text,
    read: fn(&Text) -> usize,
}

impl Work for Reading {
    fn units(&self) -> usize {
        self.text.events
    }

    fn bytes(&self) -> usize {
        self.text.text.len()
    }

    fn pass(&mut self) {
        let found = (self.read)(black_box(&self.text));
        assert!(found >= self.text.events, "expected {} events, found {found}", self.text.events);
    }
}

fn events(text: &Text) -> usize {
    let mut events = 0;
    let mut sink = |result: im_session::decode::DecodeResult<'_>| {
        let decoded = result.expect("a readable event");
        black_box(&decoded.event);
        events += 1;
    };
    let mut decoder = Decoder::new();
    decoder.push(text.text.as_bytes(), &mut sink);
    decoder.finish().for_each(sink);
    events
}

fn lines(text: &Text) -> usize {
    each_line(text.text.as_bytes(), |line| {
        black_box(std::str::from_utf8(line).expect("UTF-8"));
    })
}

fn borrowed(text: &Text) -> usize {
    each_line(text.text.as_bytes(), |line| {
        black_box(serde_json::from_slice::<Borrowed<'_>>(line).expect("an event"));
    })
}

fn each_line(bytes: &[u8], mut take: impl FnMut(&[u8])) -> usize {
    let mut lines = 0;
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', bytes) {
        take(&bytes[start..end]);
        start = end + 1;
        lines += 1;
    }
    lines
}

/// The relevant keys of an event, borrowed from the line.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "only parsed")]
struct Borrowed<'a> {
    #[serde(borrow)]
    event: Cow<'a, str>,
    #[serde(borrow, rename = "ThisDN")]
    this_dn: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "OtherDN")]
    other_dn: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "CallUUID")]
    call_uuid: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "ConnID")]
    conn_id: Option<&'a str>,
    event_sequence_number: Option<u64>,
    server_start_time: Option<u64>,
    #[serde(borrow)]
    user_data: Option<Pairs<'a>>,
    #[serde(borrow)]
    extensions: Option<Pairs<'a>>,
    #[serde(rename = "ReferenceID")]
    reference_id: Option<u64>,
    error_code: Option<i64>,
    #[serde(borrow)]
    error_message: Option<Cow<'a, str>>,
}

/// User data with texts only, which is simpler than a real reader could assume.
#[derive(Debug)]
#[expect(dead_code, reason = "only parsed")]
struct Pairs<'a>(Vec<(&'a str, &'a str)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;

        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(PairsVisitor)
    }
}

/// The contenders for a form.
pub fn contenders(input: &str) -> [&'static str; 2] {
    ["im-session", if input == "JSON lines" { "serde_json, borrowed" } else { "lines and UTF-8" }]
}

/// The workload of this contender.
pub fn work(input: &str, contender: &str) -> Option<Box<dyn Work>> {
    let (_, form) = FORMS.into_iter().find(|(name, _)| *name == input)?;
    let read = match contender {
        "im-session" => events,
        "lines and UTF-8" => lines,
        "serde_json, borrowed" => borrowed,
        _ => return None,
    };
    Some(Box::new(Reading { text: Text::of(form, CALLS), read }))
}
