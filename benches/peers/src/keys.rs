//! The keys of many sessions: both parties of each call, a DN of seven digits and an id of 32 characters.

use crate::random::Random;

const DN: usize = 7;
const ID: usize = 32;

/// The keys of a store's sessions, in the order in which they were opened or in another.
pub struct Keys {
    text: String,
}

/// The parts of the key of session `session` out of `of`: two sessions per call, five sessions per DN.
fn write(session: usize, of: usize, text: &mut String) {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHIJKLMNOPQRSTUV";
    let (this_dn, _) = dns(session, of);
    text.push_str(&this_dn);
    let mut random = Random::new((session / 2) as u64);
    text.extend((0..ID).map(|_| char::from(DIGITS[random.below(DIGITS.len())])));
}

/// The DN of a session and that of the other party.
pub fn dns(session: usize, of: usize) -> (String, String) {
    let agents = (of / 5).max(2);
    let mut random = Random::new(!(session as u64 / 2));
    let first = random.below(agents);
    let second = (first + 1 + random.below(agents - 1)) % agents;
    let name = |agent: usize| format!("{:07}", 2_000_000 + agent);
    if session.is_multiple_of(2) { (name(first), name(second)) } else { (name(second), name(first)) }
}

impl Keys {
    /// The keys of these sessions.
    pub fn of(sessions: impl Iterator<Item = usize>, of: usize) -> Self {
        let mut text = String::new();
        for session in sessions {
            write(session, of, &mut text);
        }
        Keys { text }
    }

    pub fn len(&self) -> usize {
        self.text.len() / (DN + ID)
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// DN and id.
    #[inline(always)]
    pub fn get(&self, place: usize) -> (&str, &str) {
        self.text[place * (DN + ID)..][..DN + ID].split_at(DN)
    }
}
