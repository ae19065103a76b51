//! Messages in a WebSocket connection after its handshake: RFC 6455 section 5, RFC 7118.

use alloc::vec::Vec;

use super::{Framed, FramingFault, Given, LONGEST, as_length, take};

/// The messages in one direction of one WebSocket connection, from the first byte after the handshake on.
///
/// Each WebSocket message is a SIP message, whether it is text or binary, masked or not, in one frame or in fragments.
/// Control frames and messages of line ends only (keep-alives) are skipped. Messages with extensions, and messages
/// longer than the limit, are skipped to their end and not kept. After bytes that are not a frame everything is
/// skipped, since the next frame cannot be found.
///
/// ```
/// use im_session::sip::stream::{Framed, WebSocketFraming};
///
/// // One text frame, not masked, with seven bytes.
/// let mut input = &b"\x81\x07OPTIONS"[..];
/// let mut framing = WebSocketFraming::new();
/// assert_eq!(framing.next_message(&mut input), Some(Framed::Message(b"OPTIONS")));
/// assert_eq!(framing.finish(), None, "no bytes are left");
/// ```
#[derive(Debug, Clone)]
pub struct WebSocketFraming {
    limit: usize,
    /// The message so far, or the message that was returned last.
    buffer: Vec<u8>,
    place: Place,
    /// Whether a message is open: it has begun, and its last frame has not ended. If not, the buffer has the message
    /// that was returned last.
    open: bool,
    /// Why the message is not kept, and how many bytes were skipped.
    dropped: Option<FramingFault>,
    skipped: u64,
}

/// The position of the next bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the head of a frame, with this many bytes of it read.
    Head([u8; 14], usize),
    Payload(Payload),
    /// After bytes that are not a frame.
    Lost,
}

/// The payload of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Payload {
    /// The number of bytes that are left.
    left: u64,
    /// The mask for the next four bytes; zero for an unmasked frame.
    mask: [u8; 4],
    /// `None` for a control frame; otherwise whether it is the last fragment of its message.
    of_message: Option<bool>,
}

const NEXT_FRAME: Place = Place::Head([0; 14], 0);

impl Default for WebSocketFraming {
    fn default() -> Self {
        Self::new()
    }
}

impl WebSocketFraming {
    /// Framing from the first byte after the handshake. Messages may have up to 65 535 bytes.
    #[must_use]
    pub fn new() -> Self {
        Self::with_limit(LONGEST)
    }

    /// The same with another limit for the length of a message.
    #[must_use]
    pub fn with_limit(limit: usize) -> Self {
        WebSocketFraming { limit, buffer: Vec::new(), place: NEXT_FRAME, open: false, dropped: None, skipped: 0 }
    }

    /// Removes the bytes of the next message from the input, and returns it. `None` if the input is used up before the
    /// next message is complete.
    pub fn next_message(&mut self, input: &mut &[u8]) -> Option<Framed<'_>> {
        let given = self.next(input)?;
        Some(self.framed(given))
    }

    /// Ends the connection, or marks a gap. Returns the number of skipped bytes, including those of an incomplete
    /// message. After this, framing starts again with a frame.
    pub fn finish(&mut self) -> Option<Framed<'_>> {
        let unfinished = match core::mem::replace(&mut self.place, NEXT_FRAME) {
            Place::Head(_, length) => length as u64,
            Place::Payload(_) | Place::Lost => 0,
        };
        self.drop_message(FramingFault::Cut);
        self.open = false;
        self.skipped += unfinished;
        let next = self.report()?;
        Some(self.framed(next))
    }

    fn framed(&self, given: Given) -> Framed<'_> {
        match given {
            Given::Message => Framed::Message(&self.buffer),
            Given::Skipped(bytes, fault) => Framed::Skipped { bytes, fault },
        }
    }

    fn next(&mut self, input: &mut &[u8]) -> Option<Given> {
        loop {
            match &mut self.place {
                Place::Head(head, length) => {
                    let missing = head_length(head, *length) - *length;
                    if missing > 0 {
                        let bytes = take(input, missing);
                        if bytes.is_empty() {
                            return None;
                        }
                        head.iter_mut().skip(*length).zip(bytes).for_each(|(into, byte)| *into = *byte);
                        *length += bytes.len();
                        continue;
                    }
                    let (head, length) = (*head, *length);
                    if let Some(next) = self.frame(&head, length) {
                        return Some(next);
                    }
                }
                Place::Payload(payload) if payload.left == 0 => {
                    let of_message = payload.of_message;
                    self.place = NEXT_FRAME;
                    self.open = of_message.map_or(self.open, |last| !last);
                    if of_message == Some(true) {
                        if self.dropped.is_some() {
                            if let Some(skipped) = self.report() {
                                return Some(skipped);
                            }
                        } else if !self.buffer.iter().all(|byte| matches!(byte, b'\r' | b'\n')) {
                            return Some(Given::Message);
                        }
                    }
                }
                Place::Payload(payload) => {
                    let bytes = take(input, as_length(payload.left));
                    if bytes.is_empty() {
                        return None;
                    }
                    payload.left -= bytes.len() as u64;
                    let unmasked = bytes.iter().zip(payload.mask.iter().cycle()).map(|(byte, mask)| byte ^ mask);
                    match (payload.of_message, self.dropped) {
                        (Some(_), None) => self.buffer.extend(unmasked),
                        (Some(_), Some(_)) => self.skipped += bytes.len() as u64,
                        (None, _) => {}
                    }
                    payload.mask.rotate_left(bytes.len() % 4);
                }
                Place::Lost => {
                    self.skipped += take(input, usize::MAX).len() as u64;
                    return None;
                }
            }
        }
    }

    /// Begins a frame. Reports a message that it interrupts.
    fn frame(&mut self, head: &[u8; 14], length: usize) -> Option<Given> {
        let [first, second, rest @ ..] = head;
        let extended = |size: usize| rest.iter().take(size).fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        let (left, size) = match second & 0x7f {
            126 => (extended(2), 2),
            127 => (extended(8), 8),
            short => (u64::from(short), 0),
        };
        let mut mask = [0; 4];
        if second & 0x80 != 0 {
            mask.iter_mut().zip(rest.iter().skip(size)).for_each(|(into, byte)| *into = *byte);
        }
        let (last, extensions, opcode) = (first & 0x80 != 0, first & 0x70 != 0, first & 0x0f);
        let (begins, of_message) = match opcode {
            0 => (false, true),
            1 | 2 => (true, true),
            8..=10 if last && !extensions && left <= 125 => (false, false),
            _ => return self.lose(length),
        };
        if left >> 63 != 0 {
            return self.lose(length);
        }
        self.place = Place::Payload(Payload { left, mask, of_message: of_message.then_some(last) });
        let interrupted = if begins && self.open {
            self.drop_message(FramingFault::Fragments);
            self.report()
        } else {
            if of_message && !self.open {
                self.buffer.clear();
            }
            None
        };
        if of_message && !begins && !self.open {
            self.drop_message(FramingFault::Fragments);
        }
        self.open |= of_message;
        if of_message && extensions {
            self.drop_message(FramingFault::Extension);
        }
        if of_message && left > self.limit.saturating_sub(self.buffer.len()) as u64 {
            self.drop_message(FramingFault::TooLong);
        }
        interrupted
    }

    /// Handles bytes that are not a frame.
    fn lose(&mut self, length: usize) -> Option<Given> {
        self.drop_message(FramingFault::NotAFrame);
        self.open = false;
        self.skipped += length as u64;
        self.place = Place::Lost;
        None
    }

    /// Stops keeping the message, for this reason or an earlier one.
    fn drop_message(&mut self, fault: FramingFault) {
        self.skipped += if self.open { self.buffer.len() as u64 } else { 0 };
        self.buffer.clear();
        self.dropped.get_or_insert(fault);
    }

    fn report(&mut self) -> Option<Given> {
        let fault = self.dropped.take();
        let bytes = core::mem::take(&mut self.skipped);
        fault.filter(|_| bytes > 0).map(|fault| Given::Skipped(bytes, fault))
    }
}

/// The length of the head of a frame, as far as the bytes read so far determine it.
fn head_length(head: &[u8; 14], length: usize) -> usize {
    let [_, second, ..] = head;
    if length < 2 {
        return 2;
    }
    let extended = match second & 0x7f {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    2 + extended + if second & 0x80 == 0 { 0 } else { 4 }
}
