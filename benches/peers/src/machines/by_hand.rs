//! The machine without any crate: a `match`, a total table written by hand, and the bare loop as the lower limit.

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use im_session::{CallEvent, State};

use super::{Contender, Seen};

pub struct HandWrittenMatch;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    NoSession,
    Initiating,
    Alerting,
    Talking,
    Completed,
}

const STATES: [Option<State>; 5] =
    [None, Some(State::Initiating), Some(State::Alerting), Some(State::Talking), Some(State::Completed)];

impl Contender for HandWrittenMatch {
    const NAME: &'static str = "hand-written match";
    type Machine = Stage;
    type Event = CallEvent;

    fn machine() -> Stage {
        Stage::NoSession
    }

    fn event(event: CallEvent) -> CallEvent {
        event
    }

    #[inline(always)]
    fn handle(stage: &mut Stage, event: CallEvent) -> Seen {
        use CallEvent::{Abandoned, Dialing, Established, Released, Ringing};
        use Stage::{Alerting, Completed, Initiating, NoSession, Talking};

        *stage = match (*stage, event) {
            (NoSession, Dialing) => Initiating,
            (NoSession, Ringing) => Alerting,
            (NoSession | Initiating | Alerting, Established) => Talking,
            (Initiating | Alerting | Talking, Released | Abandoned) => Completed,
            (Initiating, Dialing)
            | (Alerting, Ringing)
            | (Talking, Established)
            | (Completed, Released | Abandoned) => return Seen::UNCHANGED,
            (NoSession, Released | Abandoned)
            | (Initiating, Ringing)
            | (Alerting, Dialing)
            | (Talking, Dialing | Ringing)
            | (Completed, Dialing | Ringing | Established) => return Seen::REJECTED,
        };
        Seen::CHANGED
    }

    fn state(stage: &Stage) -> Option<State> {
        STATES[*stage as usize]
    }
}

/// One byte per cell. The index has the event in the high bits and the state in the low ones. The value has the next
/// state in the low three bits and the outcome in the high two.
pub struct TotalTable;

const CELLS: [u8; 256] = {
    /// Unchanged and rejected, where changed is 0.
    const U: u8 = 1 << 6;
    const R: u8 = 2 << 6;
    let rows: [[u8; 5]; 5] = [
        [1, 2, 3, R, R],
        [U | 1, R | 1, 3, 4, 4],
        [R | 2, U | 2, 3, 4, 4],
        [R | 3, R | 3, U | 3, 4, 4],
        [R | 4, R | 4, R | 4, U | 4, U | 4],
    ];
    let mut cells = [0; 256];
    let mut cell = 0;
    while cell < 25 {
        cells[cell % 5 * 8 + cell / 5] = rows[cell / 5][cell % 5];
        cell += 1;
    }
    cells
};

impl Contender for TotalTable {
    const NAME: &'static str = "total lookup table";
    type Machine = u8;
    type Event = u8;

    fn machine() -> u8 {
        0
    }

    fn event(event: CallEvent) -> u8 {
        (event as u8) << 3
    }

    #[inline(always)]
    fn handle(state: &mut u8, event: u8) -> Seen {
        let cell = CELLS[usize::from(*state | event)];
        *state = cell & 7;
        Seen(cell >> 6)
    }

    fn state(state: &u8) -> Option<State> {
        STATES[usize::from(*state)]
    }
}

/// The table with one word per event, which contains one byte per state. The word is loaded before the state is known,
/// so that only a shift remains between two states.
pub struct RowsInWords;

const ROWS: [u64; 8] = {
    let mut rows = [0; 8];
    let mut cell = 0;
    while cell < 40 {
        rows[cell / 8] |= (CELLS[cell] as u64) << (cell % 8 * 8);
        cell += 1;
    }
    rows
};

impl Contender for RowsInWords {
    const NAME: &'static str = "table, rows in words";
    type Machine = u8;
    type Event = u8;

    fn machine() -> u8 {
        0
    }

    fn event(event: CallEvent) -> u8 {
        event as u8
    }

    #[inline(always)]
    fn handle(state: &mut u8, event: u8) -> Seen {
        let cell = (ROWS[usize::from(event & 7)] >> ((u32::from(*state) * 8) & 63)) as u8;
        *state = cell & 7;
        Seen(cell >> 6)
    }

    fn state(state: &u8) -> Option<State> {
        STATES[usize::from(*state)]
    }
}

/// Loads, xors and stores without looking at the result, which is the minimum for any machine. It is atomic, so that
/// the compiler does not vectorise it.
pub struct Bare;

impl Contender for Bare {
    const NAME: &'static str = "bare load-xor-store";
    const IS_BARE: bool = true;
    type Machine = AtomicU8;
    type Event = u8;

    fn machine() -> AtomicU8 {
        AtomicU8::new(0)
    }

    fn event(event: CallEvent) -> u8 {
        event as u8
    }

    #[inline(always)]
    fn handle(state: &mut AtomicU8, event: u8) -> Seen {
        state.store(state.load(Relaxed) ^ event, Relaxed);
        Seen::CHANGED
    }

    fn state(_: &AtomicU8) -> Option<State> {
        None
    }
}
