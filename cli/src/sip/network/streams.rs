//! What a stream of bytes carries: SIP, SIP in WebSocket frames (RFC 7118), HEP, or something else.

use std::net::SocketAddr;
use std::ops::ControlFlow;

use super::super::found::{Found, Sink, Unread};
use super::super::start_line::{StreamStart, begins_sip, stream_start, without_line_ends};
use super::framing::{Frame, SipFraming};
use super::websocket::{WebSocket, WebSocketFrame};
use super::{Place, hep};

/// The port of SIP over TLS.
const SIPS: u16 = 5061;
/// The longest head of an HTTP request that asks for a WebSocket, or of the answer.
const LONGEST_HTTP_HEAD: usize = 65_536;

/// How many packets a message may have.
const MOST_PACKETS: u64 = 64;

/// What is in a stream, as far as that is known.
enum Content {
    /// Not known yet.
    Unclear,
    Sip(SipFraming),
    /// HTTP that may become a WebSocket.
    Http,
    WebSocket(Box<WebSocket>),
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
    /// What is not read yet.
    buffer: Vec<u8>,
    /// How many packets have bytes in the buffer.
    packets: u64,
    /// How many were dropped because they begin no message, before one that does: what the capture has of a message that began
    /// before it.
    dropped: u64,
}

impl Stream {
    pub(super) fn new(source: SocketAddr, destination: SocketAddr) -> Self {
        Stream { source, destination, content: Content::Unclear, buffer: Vec::new(), packets: 0, dropped: 0 }
    }

    /// Whether nothing of it is wanted.
    pub(super) fn is_other(&self) -> bool {
        matches!(self.content, Content::Other | Content::Tls)
    }

    /// How many bytes it holds.
    pub(super) fn held(&self) -> usize {
        let inside = match &self.content {
            Content::WebSocket(socket) => socket.held(),
            Content::Unclear | Content::Sip(_) | Content::Http | Content::Hep | Content::Tls | Content::Other => 0,
        };
        self.buffer.capacity() + inside
    }

    /// Takes the next bytes.
    pub(super) fn push(&mut self, data: &[u8], place: Place, sink: &mut dyn Sink) -> ControlFlow<()> {
        self.packets += 1;
        if !self.is_other() {
            self.buffer.extend_from_slice(data);
        }
        let mut taken = 0;
        let flow = self.read(&mut taken, place, sink);
        self.buffer.drain(..taken.min(self.buffer.len()));
        if self.buffer.is_empty() {
            // What a long message needed is not kept for a connection that is silent.
            self.buffer.shrink_to(4096);
            self.packets = 0;
        } else if taken > 0 {
            self.packets = 1;
        }
        flow
    }

    /// Bytes are missing here: what is in the buffer will never be whole.
    pub(super) fn gap(&mut self, place: Place, sink: &mut dyn Sink) -> ControlFlow<()> {
        self.finish(place, sink)
    }

    /// There are no more bytes.
    pub(super) fn finish(&mut self, _: Place, sink: &mut dyn Sink) -> ControlFlow<()> {
        let lost = !self.buffer.iter().all(|byte| matches!(byte, b'\r' | b'\n' | 0));
        let packets = std::mem::take(&mut self.packets);
        self.buffer = Vec::new();
        let is_sip = match &mut self.content {
            Content::Sip(framing) => {
                *framing = SipFraming::default();
                true
            }
            Content::WebSocket(socket) => {
                let sip = socket.is_sip();
                **socket = WebSocket::default();
                sip
            }
            Content::Unclear | Content::Http | Content::Hep | Content::Tls | Content::Other => false,
        };
        if lost && is_sip && packets > 0 {
            return sink.take(Found::Unread(Unread::TcpPacket, packets));
        }
        ControlFlow::Continue(())
    }

    /// Reads what can be read of the buffer from `taken` on, and moves that forward.
    fn read(&mut self, taken: &mut usize, place: Place, sink: &mut dyn Sink) -> ControlFlow<()> {
        loop {
            let rest = self.buffer.get(*taken..).unwrap_or_default();
            match &mut self.content {
                Content::Unclear => match classify(rest) {
                    Some(Content::Other) => {
                        // Perhaps the middle of a message: the next segment may begin one.
                        *taken = self.buffer.len();
                        self.dropped += std::mem::take(&mut self.packets);
                        return ControlFlow::Continue(());
                    }
                    Some(content) => {
                        let dropped = std::mem::take(&mut self.dropped);
                        // More than that are of no message.
                        if matches!(content, Content::Sip(_)) && (1..=MOST_PACKETS).contains(&dropped) {
                            sink.take(Found::Unread(Unread::TcpPacket, dropped))?;
                        }
                        self.content = content;
                    }
                    None => {
                        if without_line_ends(rest).is_empty() {
                            *taken = self.buffer.len();
                            self.packets = 0;
                        }
                        return ControlFlow::Continue(());
                    }
                },
                Content::Sip(framing) => match framing.next(rest) {
                    Frame::Message { begin, end } => {
                        let message = place.message(self.source, self.destination, &rest[begin..end]);
                        sink.take(message)?;
                        *taken += end;
                    }
                    Frame::Garbage { length } => {
                        sink.take(Found::Unread(Unread::TcpPacket, self.packets.max(1)))?;
                        self.packets = 0;
                        *taken += length;
                    }
                    Frame::Skip { length } => *taken += length,
                    Frame::More => return ControlFlow::Continue(()),
                },
                Content::Http => match http_head(rest) {
                    Some((length, true)) => {
                        *taken += length;
                        self.content = Content::WebSocket(Box::default());
                    }
                    Some((_, false)) => {
                        *taken = self.buffer.len();
                        self.content = Content::Unclear;
                        self.packets = 0;
                        return ControlFlow::Continue(());
                    }
                    None if rest.len() > LONGEST_HTTP_HEAD => self.content = Content::Other,
                    None => return ControlFlow::Continue(()),
                },
                Content::WebSocket(socket) => match socket.next(rest) {
                    WebSocketFrame::Message { length, message } => {
                        *taken += length;
                        if begins_sip(message) {
                            let message = place.message(self.source, self.destination, message);
                            sink.take(message)?;
                        }
                    }
                    WebSocketFrame::Compressed { length } => {
                        *taken += length;
                        sink.take(Found::Unread(Unread::CompressedFrame, 1))?;
                    }
                    WebSocketFrame::Skip { length } => *taken += length,
                    WebSocketFrame::More => return ControlFlow::Continue(()),
                    WebSocketFrame::Broken => self.content = Content::Other,
                },
                Content::Hep => match hep::length(rest) {
                    Some(length @ 6..) if length <= rest.len() => {
                        if let Some(captured) = hep::packet(&rest[..length]) {
                            captured.deliver(place, sink)?;
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
                    *taken = self.buffer.len();
                    if self.source.port() == SIPS || self.destination.port() == SIPS {
                        return sink.take(Found::Unread(Unread::Encrypted, 1));
                    }
                    return ControlFlow::Continue(());
                }
                Content::Other => {
                    *taken = self.buffer.len();
                    return ControlFlow::Continue(());
                }
            }
        }
    }
}

/// What a stream that begins so carries; `None`: that is not clear yet.
fn classify(bytes: &[u8]) -> Option<Content> {
    match stream_start(bytes) {
        StreamStart::Sip => return Some(Content::Sip(SipFraming::default())),
        StreamStart::Unclear if is_http(bytes) => return Some(Content::Http),
        StreamStart::Unclear => return None,
        StreamStart::Other => {}
    }
    Some(match bytes {
        [b'H', b'E', b'P', b'3', ..] => Content::Hep,
        [0x14..=0x17, 0x03, 0x00..=0x04, ..] => Content::Tls,
        _ if is_http(bytes) => Content::Http,
        // The capture has nothing of the handshake.
        _ if WebSocket::begins_with_sip(bytes) => Content::WebSocket(Box::default()),
        _ => Content::Other,
    })
}

fn is_http(bytes: &[u8]) -> bool {
    bytes.starts_with(b"GET ") || bytes.starts_with(b"HTTP/1.1 ")
}

/// The length of an HTTP head, and whether a WebSocket follows; `None` where it is not all there.
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
