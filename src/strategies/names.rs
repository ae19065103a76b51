//! DNs and ids: few, so that things meet; short, so that they are read.

use alloc::borrow::Cow;
use alloc::string::String;

use proptest::collection::{SizeRange, vec};
use proptest::prelude::*;
use proptest::sample::select;

/// The DNs of the agents of a [`history`](super::history), and one of nobody.
pub(super) const DNS: [&str; 5] = ["3001", "3002", "3003", "VQ_4", "9"];

/// The ids that all of them share: short ones, a real one, and one of every special character.
pub(super) const IDS: [&str; 4] = ["A", "B", "007MDF3D0KAHL93L807GK2LAES000001", "~._-"];

/// What cannot be an id, and one that nobody has.
const BAD_IDS: [&str; 5] = ["unknown", "no id", "..", "", "größer"];

/// A DN: one of the five that all histories share. Shrinks to `3001`.
pub fn dn() -> impl Strategy<Value = String> {
    prop_oneof![9 => few(&["3001", "3002", "3003"]), 1 => few(&["VQ_4", "9"])]
}

/// A CallUUID that can be an id: one of the four that all histories share. Shrinks to `A`.
pub fn call_uuid() -> impl Strategy<Value = String> {
    prop_oneof![5 => few(&["A", "B"]), 1 => few(&["007MDF3D0KAHL93L807GK2LAES000001", "~._-"])]
}

/// An id as somebody may ask for: now and then none that there is, or none that can be.
pub(super) fn asked_id() -> impl Strategy<Value = String> {
    prop_oneof![48 => call_uuid(), 1 => few(&BAD_IDS)]
}

/// A number that is called or calls.
pub(super) fn number() -> impl Strategy<Value = String> {
    prop_oneof![10 => dn(), 1 => few(&["+1 (916) 555-0104", "+19165550104"])]
}

/// One of these. Shrinks to the first.
pub(super) fn few(texts: &'static [&'static str]) -> impl Strategy<Value = String> + Clone {
    select(texts).prop_map(String::from)
}

/// A text of these ASCII characters. (A regular expression would be parsed anew for every text.) Shrinks to the shortest, and
/// to the first of the characters.
pub(super) fn text_of(characters: &'static [u8], length: impl Into<SizeRange>) -> impl Strategy<Value = String> {
    vec(select(characters).prop_map(char::from), length).prop_map(String::from_iter)
}

/// A text of any characters but the end of a line.
pub(super) fn any_line(length: impl Into<SizeRange>) -> impl Strategy<Value = String> {
    let not_an_end = |character| if character == '\n' { ' ' } else { character };
    vec(any::<char>().prop_map(not_an_end), length).prop_map(String::from_iter)
}

pub(super) fn cow(text: String) -> Cow<'static, str> {
    Cow::Owned(text)
}
