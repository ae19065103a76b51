//! WebSocket frames (RFC 6455), compressed ones included (RFC 7692): one message of the WebSocket is one SIP message.

use flate2::{Decompress, FlushDecompress};

use super::super::start_line::begins_sip;

/// The longest message that is put together, and the longest that is decompressed.
const LONGEST: usize = 1 << 20;

/// What comes next in a stream.
pub(super) enum WebSocketFrame<'w> {
    /// A message, text or binary, without its masks. `length` bytes of the stream are done.
    Message { length: usize, message: &'w [u8] },
    /// A message that is compressed, by what this capture does not have.
    Compressed { length: usize },
    /// A part of a message, or control.
    Skip { length: usize },
    /// Not all there yet.
    More,
    /// This is no WebSocket.
    Broken,
}

/// One direction of a WebSocket.
#[derive(Default)]
pub(super) struct WebSocket {
    message: Vec<u8>,
    /// Whether `message` waits for its next frame.
    open: bool,
    compressed: bool,
    inflate: Option<Box<Decompress>>,
    inflated: Vec<u8>,
    sip: bool,
}

/// The head of a frame.
struct Head {
    fin: bool,
    compressed: bool,
    opcode: u8,
    mask: Option<[u8; 4]>,
    /// Of the head.
    length: usize,
    payload: usize,
}

impl Head {
    /// `Ok(None)`: not all there yet.
    fn read(bytes: &[u8]) -> Result<Option<Self>, ()> {
        let [first, second, rest @ ..] = bytes else { return Ok(None) };
        let (opcode, reserved) = (first & 0x0f, first & 0x30);
        if reserved != 0 || !matches!(opcode, 0..=2 | 8..=10) {
            return Err(());
        }
        let (payload, length) = match second & 0x7f {
            126 => match rest.get(..2).and_then(|bytes| bytes.try_into().ok()) {
                Some(bytes) => (u64::from(u16::from_be_bytes(bytes)), 4),
                None => return Ok(None),
            },
            127 => match rest.get(..8).and_then(|bytes| bytes.try_into().ok()) {
                Some(bytes) => (u64::from_be_bytes(bytes), 10),
                None => return Ok(None),
            },
            short => (u64::from(short), 2),
        };
        let payload = usize::try_from(payload).ok().filter(|&payload| payload <= LONGEST).ok_or(())?;
        let masked = second & 0x80 != 0;
        let mask = match bytes.get(length..length + 4).and_then(|bytes| bytes.try_into().ok()) {
            Some(mask) if masked => Some(mask),
            None if masked => return Ok(None),
            Some(_) | None => None,
        };
        let length = if masked { length + 4 } else { length };
        Ok(Some(Head { fin: first & 0x80 != 0, compressed: first & 0x40 != 0, opcode, mask, length, payload }))
    }

    fn unmask(&self, payload: &[u8], into: &mut Vec<u8>) {
        match self.mask {
            Some(mask) => into.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask)),
            None => into.extend_from_slice(payload),
        }
    }
}

impl WebSocket {
    /// How many bytes it holds, besides what the stream does.
    pub(super) fn held(&self) -> usize {
        const INFLATE: usize = 48 << 10;
        self.message.capacity() + self.inflated.capacity() + if self.inflate.is_some() { INFLATE } else { 0 }
    }

    /// Whether it has carried SIP.
    pub(super) fn is_sip(&self) -> bool {
        self.sip
    }

    /// Whether these bytes are a frame with the begin of a SIP message.
    pub(super) fn begins_with_sip(bytes: &[u8]) -> bool {
        const ENOUGH: usize = 4096;
        let Ok(Some(head)) = Head::read(bytes) else { return false };
        let start = bytes.get(head.length..).unwrap_or_default();
        let start = start.get(..head.payload.min(ENOUGH)).unwrap_or(start);
        let mut message = Vec::new();
        head.unmask(start, &mut message);
        matches!(head.opcode, 1 | 2) && !head.compressed && begins_sip(&message)
    }

    /// What comes next.
    pub(super) fn next(&mut self, bytes: &[u8]) -> WebSocketFrame<'_> {
        let head = match Head::read(bytes) {
            Ok(Some(head)) => head,
            Ok(None) => return WebSocketFrame::More,
            Err(()) => return WebSocketFrame::Broken,
        };
        let length = head.length + head.payload;
        let Some(payload) = bytes.get(head.length..length) else { return WebSocketFrame::More };
        match head.opcode {
            // Close, ping and pong may stand between the frames of a message.
            8.. => return WebSocketFrame::Skip { length },
            0 if !self.open => return WebSocketFrame::Skip { length },
            0 => {}
            _ => {
                self.message.clear();
                self.message.shrink_to(4096);
                self.compressed = head.compressed;
            }
        }
        if self.message.len() + payload.len() > LONGEST {
            return WebSocketFrame::Broken;
        }
        head.unmask(payload, &mut self.message);
        self.open = !head.fin;
        if self.open {
            return WebSocketFrame::Skip { length };
        }
        if !self.compressed {
            self.sip |= begins_sip(&self.message);
            return WebSocketFrame::Message { length, message: &self.message };
        }
        if self.decompress().is_none() {
            self.inflate = None;
            return WebSocketFrame::Compressed { length };
        }
        self.sip |= begins_sip(&self.inflated);
        WebSocketFrame::Message { length, message: &self.inflated }
    }

    /// RFC 7692 section 7.2.2: the end that the sender took away is put back. What came before stays known to the next message.
    fn decompress(&mut self) -> Option<()> {
        self.message.extend_from_slice(&[0, 0, 0xff, 0xff]);
        let inflate = self.inflate.get_or_insert_with(|| Box::new(Decompress::new(false)));
        self.inflated.clear();
        let mut input = &self.message[..];
        loop {
            if self.inflated.len() == self.inflated.capacity() {
                if self.inflated.len() >= LONGEST {
                    return None;
                }
                self.inflated.reserve(self.inflated.len().max(4096));
            }
            let (taken, made) = (inflate.total_in(), self.inflated.len());
            inflate.decompress_vec(input, &mut self.inflated, FlushDecompress::Sync).ok()?;
            let taken = usize::try_from(inflate.total_in() - taken).ok()?;
            input = input.get(taken..)?;
            let made = self.inflated.len() - made;
            if input.is_empty() && self.inflated.len() < self.inflated.capacity() {
                return Some(());
            }
            if taken == 0 && made == 0 {
                return None;
            }
        }
    }
}
