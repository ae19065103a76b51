//! Random bytes, weighted so that histories made of them reach every rule. The same random numbers give the same bytes,
//! whether they come from the seed of the conformance kit or from proptest.

use alloc::vec::Vec;

use super::{Bytes, FromBytes, agents};
use crate::testing::{History, Step};

/// How many random numbers one step takes.
pub(crate) const CHANCES: usize = 28;

/// The kinds of steps for [`step_bytes`].
pub(crate) const STEPS: u16 = 100;

/// Those that are events.
#[cfg(feature = "proptest")]
pub(crate) const EVENTS: u16 = 61;

/// The bytes of a step of one of the first `kinds`. The first byte follows the weights below. The others are small half
/// of the time, since the tables begin with common values.
pub(crate) fn step_bytes(chances: &[u16], kinds: u16) -> Vec<u8> {
    let (first, rest) = chances.split_at_checked(2).unwrap_or((&[], chances));
    let (kind, second) = match *first {
        [kind, second] => (kind % kinds, second),
        _ => (0, 1),
    };
    let [which, more] = second.to_le_bytes();
    // Without random numbers it is the plain row.
    let (row, low) = ((which ^ 0x40) & 0xf0, which & 0xf);
    let lead = match kind {
        // An event of one byte: often one that begins or answers a call, since most others need that before.
        0..=9 => row | (which & 3).max(1),
        10..=12 => row | 11,
        13 => which & 0x90 | 0x46,
        // EventAttachedDataChanged for the whole call as often as for one DN.
        14..=36 if low == 10 && more & 1 != 0 => row | 13,
        14..=36 => row | low.max(1),
        // An event that is spelled out, has more data, may be old, or answers a request.
        37..=39 => 0x00,
        40..=46 => 0xd0,
        47..=54 => 0xe0,
        55..=60 => 0xf0,
        // Post, List, Read.
        61..=83 => 0x40,
        84..=85 => 0x60,
        86..=87 => 0x70,
        // Time, Expire, Forget, ForgetCompleted, Restart, Reconcile.
        88..=90 => 0x10,
        91..=92 => 0x20,
        93..=94 => 0x80,
        95 => 0x90,
        96..=97 => 0xa0,
        98 => 0xb0,
        _ => 0xc0,
    };
    let small_or_any = |&chance: &u16| {
        let [low, high] = chance.to_le_bytes();
        if high % 2 == 0 { low & 0xf } else { low }
    };
    let mut all: Vec<u8> = core::iter::once(lead).chain(rest.iter().map(small_or_any)).collect();
    match (lead, &mut *all) {
        (0x40, [_, who, what, ..]) => {
            *what = what_is_posted(second);
            // InitiateIMSession is nearly always posted to the list.
            *who = who_posts(*who) | if *what & 7 == 0 && *who & 0xf != 15 { 0x04 } else { 0 };
        }
        // User data over a limit.
        (0xd0, [_, event, conn_id, _, is_there, list, ..]) if which < 0x50 => {
            *event = which & 0x70 | [1, 2, 3, 4, 5, 10, 13].get(usize::from(which % 7)).copied().unwrap_or(1);
            (*conn_id, *is_there, *list) = (0, 1, if which < 0x28 { 9 } else { 11 });
        }
        // Hidden user data.
        (0xd0, [_, event, conn_id, _, list, ..]) if which & 3 == 0 => {
            (*event, *conn_id, *list) = (which & 0x70 | if which & 4 == 0 { 10 } else { 13 }, 0, 7);
        }
        (0xd0, [_, event, conn_id, ..]) => (*event, *conn_id) = (which & 0xf0 | (which % 13 + 1), *conn_id | 1),
        (0x70, [_, agent, id, ..]) if which < 0xc0 => (*agent, *id) = (which % 3, 0),
        // EventError, EventACK.
        (0xf0, [_, event, reference_id, ..]) if which < 0x80 => {
            (*event, *reference_id) = (which & 0x20 | 0x4e | which & 1, *reference_id % 3 + 1);
        }
        (0xe0, [_, event, ..]) if which < 0xa0 => *event = which & 0x70 | (which % 5 + 1),
        _ => {}
    }
    all
}

/// Who posts, and to what: mostly agents with devices, to the session A.
fn who_posts(chance: u8) -> u8 {
    match chance & 0xf {
        0..=3 => 0x00,
        4..=8 => 0x01,
        9 => 0x02,
        10 => 0x03,
        11 => 0xc0,
        12 => 0x05,
        13 => chance >> 4 & 1 | 0x08,
        _ => chance,
    }
}

/// The body of a post. Half of the time it is valid; otherwise it is spelled out, incomplete, or wrong.
fn what_is_posted(chance: u16) -> u8 {
    let [low, high] = chance.to_le_bytes();
    let (operation, parameter) = (if low & 7 == 6 && high & 0x60 != 0 { 5 } else { low & 7 }, high & 7);
    match low >> 3 & 7 {
        0..=2 => operation,
        // devicePath is missing.
        3 => 6 << 3 | operation,
        4 => low | 0x0f,
        5 => parameter << 3 | operation,
        _ => (high >> 3 & 3) << 6 | parameter << 3 | operation,
    }
}

/// An endless iterator of random histories, the same for the same seed. They have few DNs and ids, so that steps affect
/// the same sessions, and enough errors to reach every cell. They are read by [`from_bytes`](crate::from_bytes) from
/// random bytes.
///
/// ```
/// use im_session::testing::conformance::Histories;
///
/// let (one, other): (Vec<_>, Vec<_>) = (Histories::new(1).take(3).collect(), Histories::new(1).take(3).collect());
/// assert_eq!(one, other);
/// ```
#[derive(Debug, Clone)]
pub struct Histories {
    state: u64,
}

impl Histories {
    /// The histories of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Histories { state: seed }
    }

    /// SplitMix64 by Steele, Lea and Flood: short, and the same on every platform.
    fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn step(&mut self, place: u64) -> Step {
        let four = |number: u64| (0..4).map(move |part| (number >> (16 * part) & 0xffff) as u16);
        let chances: Vec<u16> = (0..CHANCES / 4).flat_map(|_| four(self.number())).collect();
        Step::from_bytes(&mut Bytes::new(&step_bytes(&chances, STEPS)).at_place(place))
    }
}

impl Iterator for Histories {
    type Item = History;

    /// A history of 1 to 60 steps.
    fn next(&mut self) -> Option<History> {
        let length = 1 + self.number() % 60;
        Some(History { agents: agents(), steps: (1..=length).map(|place| self.step(place)).collect() })
    }
}
