//! The contents of a byte stream: SIP, SIP in WebSocket frames (RFC 7118), HEP, or something else.

use std::net::SocketAddr;
use std::ops::ControlFlow;

use im_session::sip::hep::packet_length;
use im_session::sip::stream::{Framed, FramingFault, TcpFraming, WebSocketFraming};

use super::super::found::{Found, Sink, Unread};
use super::super::start_line::{StreamStart, begins_sip, stream_start, without_line_ends};
use super::{Place, hep};

/// The port of SIP over TLS.
const SIPS: u16 = 5061;
/// The longest header of an HTTP upgrade request or its response, in bytes.
const LONGEST_HTTP_HEAD: usize = 65_536;
/// The maximum number of packets that a message may span.
const MOST_PACKETS: u64 = 64;
/// The longest message of a stream, in bytes.
const LONGEST_MESSAGE: usize = 65_535;

/// The contents of a stream, as far as known.
enum Content {
    /// Not known yet.
    Unclear,
    Sip(Box<TcpFraming>),
    /// HTTP that may be upgraded to a WebSocket.
    Http,
    WebSocket(Box<WebSocketFraming>),
    Hep,
    /// Encrypted.
    Tls,
    Other,
}

/// One direction of a connection.
pub(super) struct Stream {
    source: SocketAddr,
    destination: SocketAddr,
    content: Content,
    /// The bytes that were not read yet, unless a framing holds them.
    buffer: Vec<u8>,
    /// How many bytes the framing was given since the last message. It holds at most this many.
    framed: usize,
    /// How many packets have bytes that belong to no complete message yet.
    packets: u64,
    /// How many packets were dropped before the first message because they begin none: the captured rest of an earlier
    /// message.
    dropped: u64,
}

impl Stream {
    pub(super) fn new(source: SocketAddr, destination: SocketAddr) -> Self {
        let (buffer, content) = (Vec::new(), Content::Unclear);
        Stream { source, destination, content, buffer, framed: 0, packets: 0, dropped: 0 }
    }

    /// Whether its contents are of no interest.
    pub(super) fn is_other(&self) -> bool {
        matches!(self.content, Content::Other | Content::Tls)
    }

    /// How many bytes it holds.
    pub(super) fn held(&self) -> usize {
        self.buffer.capacity() + self.framed
    }

    /// Takes the next bytes.
    pub(super) fn push(&mut self, data: &[u8], place: Place, sink: &mut dyn Sink) -> ControlFlow<()> {
        self.packets += 1;
        match self.content {
            Content::Sip(_) | Content::WebSocket(_) => return self.frame(data, place, sink),
            Content::Other => return ControlFlow::Continue(()),
            Content::Tls => return self.encrypted(sink),
            Content::Unclear | Content::Http | Content::Hep => {}
        }
        self.buffer.extend_from_slice(data);
        let mut buffer = std::mem::take(&mut self.buffer);
        let mut taken = 0;
        let flow = self.read(&buffer, &mut taken, place, sink);
        buffer.drain(..taken.min(buffer.len()));
        // Frees the memory that a long message needed, because the connection may stay silent.
        self.buffer = if buffer.is_empty() { Vec::new() } else { buffer };
        flow
    }

    /// The stream ends, or bytes are missing: incomplete messages will not be completed.
    pub(super) fn finish(&mut self, place: Place, sink: &mut dyn Sink) -> ControlFlow<()> {
        let buffer = std::mem::take(&mut self.buffer);
        let (source, destination) = (self.source, self.destination);
        let last = match &mut self.content {
            Content::Sip(framing) => framing.finish(),
            Content::WebSocket(framing) => framing.finish(),
            Content::Unclear | Content::Http | Content::Hep | Content::Tls | Content::Other => None,
        };
        self.framed = 0;
        let packets = std::mem::take(&mut self.packets).max(1);
        let done = match last {
            Some(Framed::Message(message)) => sink.take(place.message(source, destination, message)),
            Some(Framed::Skipped { .. }) => sink.take(Found::Unread(Unread::TcpPacket, packets)),
            None => ControlFlow::Continue(()),
        };
        let is_hep = matches!(self.content, Content::Hep);
        if is_hep || matches!(self.content, Content::WebSocket(_)) {
            // The beginning of the next packet or frame has to be found again.
            self.content = Content::Unclear;
        }
        if !buffer.is_empty() && (is_hep || is_start_of_sip(&buffer)) {
            sink.take(Found::Unread(Unread::TcpPacket, packets))?;
        }
        done
    }

    /// Determines what the bytes are, and reads as much as possible; `taken` is the number of bytes read.
    fn read(&mut self, bytes: &[u8], taken: &mut usize, place: Place, sink: &mut dyn Sink) -> ControlFlow<()> {
        loop {
            let rest = bytes.get(*taken..).unwrap_or_default();
            match &self.content {
                Content::Unclear => match classify(rest) {
                    Some(Content::Other) => {
                        // This may be the middle of a message; the next segment may begin one.
                        *taken = bytes.len();
                        let packets = std::mem::take(&mut self.packets);
                        self.dropped += if are_frames(rest) { 0 } else { packets };
                        return ControlFlow::Continue(());
                    }
                    Some(content) => {
                        let dropped = std::mem::take(&mut self.dropped);
                        self.content = content;
                        // More than that are of no message.
                        let is_wanted = matches!(self.content, Content::Sip(_) | Content::WebSocket(_) | Content::Hep);
                        if is_wanted && (1..=MOST_PACKETS).contains(&dropped) {
                            sink.take(Found::Unread(Unread::TcpPacket, dropped))?;
                        }
                    }
                    None => {
                        if without_line_ends(rest).is_empty() {
                            *taken = bytes.len();
                            self.packets = 0;
                        }
                        return ControlFlow::Continue(());
                    }
                },
                Content::Sip(_) | Content::WebSocket(_) => {
                    *taken = bytes.len();
                    return self.frame(rest, place, sink);
                }
                Content::Http => match http_head(rest) {
                    Some((length, true)) => {
                        *taken += length;
                        self.packets = 0;
                        self.content = Content::WebSocket(Box::default());
                    }
                    Some((_, false)) => {
                        *taken = bytes.len();
                        self.packets = 0;
                        self.content = Content::Unclear;
                        return ControlFlow::Continue(());
                    }
                    None if rest.len() > LONGEST_HTTP_HEAD => self.content = Content::Other,
                    None => return ControlFlow::Continue(()),
                },
                Content::Hep => match packet_length(rest) {
                    Some(length @ 6..) if length <= rest.len() => {
                        if let Some(packet) = hep::packet(&rest[..length]) {
                            hep::deliver(&packet, place, sink)?;
                        }
                        *taken += length;
                        self.packets = u64::from(length < rest.len());
                    }
                    Some(6..) => return ControlFlow::Continue(()),
                    None if rest.len() < 6 && b"HEP3".starts_with(&rest[..rest.len().min(4)]) => {
                        return ControlFlow::Continue(());
                    }
                    // A part is missing that no gap showed. The next packet may begin a HEP packet again.
                    Some(_) | None => {
                        *taken = bytes.len();
                        self.dropped += std::mem::take(&mut self.packets);
                        self.content = Content::Unclear;
                        return ControlFlow::Continue(());
                    }
                },
                Content::Tls => {
                    *taken = bytes.len();
                    return self.encrypted(sink);
                }
                Content::Other => {
                    *taken = bytes.len();
                    return ControlFlow::Continue(());
                }
            }
        }
    }

    /// Passes the bytes to the framing, and its messages to the sink.
    fn frame(&mut self, mut bytes: &[u8], place: Place, sink: &mut dyn Sink) -> ControlFlow<()> {
        let (source, destination) = (self.source, self.destination);
        if self.framed == 0 && without_line_ends(bytes).is_empty() {
            // Line ends between messages are not an incomplete message.
            self.packets = 0;
        }
        loop {
            let before = bytes.len();
            let framed = match &mut self.content {
                Content::Sip(framing) => framing.next_message(&mut bytes),
                Content::WebSocket(framing) => framing.next_message(&mut bytes),
                Content::Unclear | Content::Http | Content::Hep | Content::Tls | Content::Other => None,
            };
            let Some(framed) = framed else {
                self.framed = (self.framed + before).min(LONGEST_MESSAGE);
                return ControlFlow::Continue(());
            };
            let packets = self.packets;
            (self.framed, self.packets) = (0, u64::from(!without_line_ends(bytes).is_empty()));
            match framed {
                Framed::Message(message) => {
                    if begins_sip(message) {
                        sink.take(place.message(source, destination, message))?;
                    }
                }
                Framed::Skipped { fault: FramingFault::Extension, .. } => {
                    sink.take(Found::Unread(Unread::CompressedFrame, 1))?;
                }
                // The framing reports this when the next message begins, so the last packet belongs to that message.
                Framed::Skipped { .. } => {
                    self.packets = 1;
                    sink.take(Found::Unread(Unread::TcpPacket, packets.saturating_sub(1).max(1)))?;
                }
            }
            if bytes.is_empty() {
                return ControlFlow::Continue(());
            }
        }
    }

    fn encrypted(&mut self, sink: &mut dyn Sink) -> ControlFlow<()> {
        if self.source.port() == SIPS || self.destination.port() == SIPS {
            return sink.take(Found::Unread(Unread::Encrypted, 1));
        }
        ControlFlow::Continue(())
    }
}

/// What a stream with this beginning contains; `None` if that is not clear yet.
fn classify(bytes: &[u8]) -> Option<Content> {
    match stream_start(bytes) {
        StreamStart::Sip => return Some(Content::Sip(Box::default())),
        StreamStart::Unclear if is_http(bytes) => return Some(Content::Http),
        StreamStart::Unclear => return None,
        StreamStart::Other => {}
    }
    Some(match bytes {
        [b'H', b'E', b'P', b'3', ..] => Content::Hep,
        [0x14..=0x17, 0x03, 0x00..=0x04, ..] => Content::Tls,
        _ if is_http(bytes) => Content::Http,
        // The capture has nothing of the handshake.
        _ => match frame_of_sip(bytes) {
            StreamStart::Sip => Content::WebSocket(Box::default()),
            StreamStart::Unclear => return None,
            StreamStart::Other => Content::Other,
        },
    })
}

/// Whether these bytes begin a message of SIP, HEP or WebSocket, or a request for a WebSocket.
pub(super) fn begins_a_message(bytes: &[u8]) -> bool {
    match classify(bytes) {
        Some(Content::Sip(_) | Content::WebSocket(_) | Content::Hep | Content::Http) => true,
        Some(Content::Unclear | Content::Tls | Content::Other) => false,
        // The first line may be incomplete; line ends alone are a keep-alive.
        None => {
            without_line_ends(bytes).is_empty() || is_start_of_sip(bytes) || frame_of_sip(bytes) != StreamStart::Other
        }
    }
}

/// Whether an incomplete first line is that of a SIP message: a status line, or a method and an address.
fn is_start_of_sip(bytes: &[u8]) -> bool {
    let bytes = without_line_ends(bytes);
    let mut words = bytes.split(|&byte| byte == b' ');
    let (method, address) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let is_method = !method.is_empty() && method.iter().all(u8::is_ascii_uppercase);
    let is_address = [&b"sip:"[..], b"sips:", b"tel:"].iter().any(|scheme| address.starts_with(scheme));
    bytes.starts_with(b"SIP/2.0 ") || (is_method && is_address)
}

fn is_http(bytes: &[u8]) -> bool {
    bytes.starts_with(b"GET ") || bytes.starts_with(b"HTTP/1.1 ")
}

/// The length of an HTTP header, and whether a WebSocket follows; `None` if it is incomplete.
fn http_head(bytes: &[u8]) -> Option<(usize, bool)> {
    let end = bytes.windows(4).take(LONGEST_HTTP_HEAD).position(|window| window == b"\r\n\r\n")? + 4;
    let upgrades = bytes[..end].split(|&byte| byte == b'\n').any(|line| {
        let mut parts = line.splitn(2, |&byte| byte == b':');
        let name = parts.next().unwrap_or_default().trim_ascii();
        let value = parts.next().unwrap_or_default().trim_ascii();
        name.eq_ignore_ascii_case(b"upgrade") && value.eq_ignore_ascii_case(b"websocket")
    });
    Some((end, upgrades))
}

/// A WebSocket frame.
struct Frame<'b> {
    first: u8,
    /// The beginning of its payload, unmasked.
    payload: Vec<u8>,
    /// The bytes after it; `None` if it is incomplete.
    rest: Option<&'b [u8]>,
}

/// The frame at the beginning of these bytes, if there is one.
fn frame(bytes: &[u8]) -> Option<Frame<'_>> {
    const ENOUGH: usize = 4096;
    let [first, second, rest @ ..] = bytes else { return None };
    let is_data = matches!(first, 0x80..=0x82 | 0x00..=0x02);
    let is_control = matches!(first, 0x88..=0x8a) && second & 0x7f < 126;
    if !is_data && !is_control {
        return None;
    }
    let extended = match second & 0x7f {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let (number, rest) = rest.split_at_checked(extended).unwrap_or((rest, &[]));
    let length = match second & 0x7f {
        126 | 127 => number.iter().fold(0_usize, |sum, &byte| sum.checked_shl(8).unwrap_or(0) | usize::from(byte)),
        short => usize::from(short),
    };
    let (mask, rest) = match second & 0x80 {
        0 => (&[0; 4][..], rest),
        _ => rest.split_at_checked(4).unwrap_or((&[0; 4], &[])),
    };
    let (payload, rest) = match rest.split_at_checked(length) {
        Some((payload, rest)) => (payload, Some(rest)),
        None => (rest, None),
    };
    let unmasked = payload.iter().take(ENOUGH).zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask);
    Some(Frame { first: *first, payload: unmasked.collect(), rest })
}

/// Whether bytes are a WebSocket frame with the beginning of a SIP message, possibly after control frames and
/// keep-alives.
fn frame_of_sip(bytes: &[u8]) -> StreamStart {
    const MOST: usize = 16;
    let mut bytes = bytes;
    for _ in 0..MOST {
        let Some(Frame { first, payload, rest }) = frame(bytes) else {
            // The first byte of a frame.
            let is_first = matches!(bytes, [0x81 | 0x82 | 0x01 | 0x02]);
            return if is_first { StreamStart::Unclear } else { StreamStart::Other };
        };
        let is_keep_alive = first >= 0x88 || without_line_ends(&payload).is_empty();
        match rest {
            Some(rest) if is_keep_alive && !rest.is_empty() => bytes = rest,
            // Only keep-alives so far: the next packet shows what it is.
            Some(_) if is_keep_alive => return StreamStart::Other,
            _ if first >= 0x88 || first & 0x0f == 0 => return StreamStart::Other,
            _ => return stream_start(&payload),
        }
    }
    StreamStart::Other
}

/// Whether bytes are complete WebSocket frames. If none begins a SIP message, the connection is for something else.
fn are_frames(bytes: &[u8]) -> bool {
    let mut rest = Some(bytes);
    while let Some(bytes) = rest {
        if bytes.is_empty() {
            return true;
        }
        rest = frame(bytes).and_then(|frame| frame.rest);
    }
    false
}
