//! Hostile messages: valid ones with a mutation.

use proptest::prelude::*;
use proptest::sample::Index;

/// A mutation of a message.
#[derive(Debug, Clone)]
pub(crate) enum Mutation {
    /// Replaces a byte.
    Byte(Index, u8),
    /// Cuts the message off.
    Cut(Index),
    /// Drops a line, repeats it, or swaps it with the next one.
    Lost(Index),
    Twice(Index),
    Swapped(Index),
    /// Replaces the value of a header.
    Value(Index, String),
    /// Inserts a random line.
    Line(Index, String),
}

/// Header values that an attacker would send.
const VALUES: [&str; 16] = [
    "",
    "\"",
    "<",
    ";;;=,",
    "-1",
    "4294967296 INVITE",
    "99999999999999999999999",
    "0",
    "<sip:%00%ff@\u{e9}>;tag=\"a1",
    "<tel:+1>;tag=;tag=b1",
    "SIP/2.0/UDP h;branch=z9hG4bK-a-1",
    "a b c",
    "SIP;cause=200",
    "multipart/mixed;boundary=\"--\"",
    "gzip",
    "x\r\n folded",
];

pub(crate) fn mutation() -> impl Strategy<Value = Mutation> {
    let value = prop_oneof![3 => prop::sample::select(&VALUES[..]).prop_map(String::from), 1 => "\\PC{0,40}"];
    prop_oneof![
        1 => any::<(Index, u8)>().prop_map(|(at, byte)| Mutation::Byte(at, byte)),
        1 => any::<Index>().prop_map(Mutation::Cut),
        1 => any::<Index>().prop_map(Mutation::Lost),
        1 => any::<Index>().prop_map(Mutation::Twice),
        1 => any::<Index>().prop_map(Mutation::Swapped),
        3 => (any::<Index>(), value).prop_map(|(at, value)| Mutation::Value(at, value)),
        1 => (any::<Index>(), "[ -~]{0,40}").prop_map(|(at, line)| Mutation::Line(at, line)),
    ]
}

/// Applies the mutation to the message.
pub(crate) fn mutated(message: &[u8], mutation: &Mutation) -> Vec<u8> {
    let mut bytes = message.to_vec();
    if bytes.is_empty() {
        return bytes;
    }
    let mut lines: Vec<Vec<u8>> = message.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
    let count = lines.len();
    match mutation {
        Mutation::Byte(at, byte) => {
            bytes[at.index(message.len())] = *byte;
            return bytes;
        }
        Mutation::Cut(at) => {
            bytes.truncate(at.index(message.len()));
            return bytes;
        }
        Mutation::Lost(at) => drop(lines.remove(at.index(count))),
        Mutation::Twice(at) => lines.insert(at.index(count), lines[at.index(count)].clone()),
        Mutation::Swapped(at) => lines.swap(at.index(count), (at.index(count) + 1) % count),
        Mutation::Value(at, value) => {
            let line = &mut lines[at.index(count)];
            if let Some(colon) = line.iter().position(|&byte| byte == b':') {
                line.truncate(colon + 1);
                line.extend_from_slice(format!(" {value}\r\n").as_bytes());
            }
        }
        Mutation::Line(at, line) => lines.insert(at.index(count), format!("{line}\r\n").into_bytes()),
    }
    lines.concat()
}
