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
        self.buffer = Vec::new();
        let (source, destination) = (self.source, self.destination);
        let last = match &mut self.content {
            Content::Sip(framing) => framing.finish(),
            Content::WebSocket(framing) => framing.finish(),
            Content::Unclear | Content::Http | Content::Hep | Content::Tls | Content::Other => None,
        };
        self.framed = 0;
        let packets = std::mem::take(&mut self.packets).max(1);
        match last {
            Some(Framed::Message(message)) => sink.take(place.message(source, destination, message)),
            Some(Framed::Skipped { .. }) => sink.take(Found::Unread(Unread::TcpPacket, packets)),
            None => ControlFlow::Continue(()),
        }
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
                        self.dropped += std::mem::take(&mut self.packets);
                        return ControlFlow::Continue(());
                    }
                    Some(content) => {
                        let dropped = std::mem::take(&mut self.dropped);
                        self.content = content;
                        // More packets than that cannot be the rest of a message.
                        if matches!(self.content, Content::Sip(_)) && (1..=MOST_PACKETS).contains(&dropped) {
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
                    }
                    Some(6..) => return ControlFlow::Continue(()),
                    None if rest.len() < 6 && b"HEP3".starts_with(&rest[..rest.len().min(4)]) => {
                        return ControlFlow::Continue(());
                    }
                    Some(_) | None => self.content = Content::Other,
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
        // The handshake was not captured.
        _ if is_frame_of_sip(bytes) => Content::WebSocket(Box::default()),
        _ => Content::Other,
    })
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

/// Whether a segment is a WebSocket frame, masked or not, with the beginning of a SIP message.
fn is_frame_of_sip(bytes: &[u8]) -> bool {
    const ENOUGH: usize = 4096;
    let [0x81 | 0x82 | 0x01 | 0x02, second, rest @ ..] = bytes else { return false };
    let extended = match second & 0x7f {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let rest = rest.get(extended..).unwrap_or_default();
    let rest = rest.get(..ENOUGH).unwrap_or(rest);
    if second & 0x80 == 0 {
        return begins_sip(rest);
    }
    let Some((mask, payload)) = rest.split_at_checked(4) else { return false };
    let message: Vec<u8> = payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
    begins_sip(&message)
}
