//! Writes a capture of many calls, for `scripts/sip_speed`: `sip_capture MESSAGES > FILE`.
//!
//! Each call has eight messages between two of a thousand phones; a thousand calls are open at once.

use std::io::{self, BufWriter, Write};

const PHONES: u64 = 1000;
const OPEN: u64 = 1000;
const STEPS: u64 = 8;
/// Microseconds between two messages.
const PACE: u64 = 500;
const BEGIN: u64 = 1_767_225_600;

const SDP: &str = "v=0\r\no=- 7 7 IN IP4 10.0.0.1\r\ns=talk\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio 4711 RTP/AVP 8 101\r\n\
    a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n";

fn main() -> io::Result<()> {
    let count = std::env::args().nth(1).and_then(|count| count.parse::<u64>().ok());
    let Some(count) = count else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "expected the number of messages"));
    };
    let mut output = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    output.write_all(&[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0])?;
    for number in 0..count {
        // A thousand calls take their first step, then their second, and so on.
        let (round, within) = (number / (OPEN * STEPS), number % (OPEN * STEPS));
        let (step, call) = (within / OPEN, round * OPEN + within % OPEN);
        let (from_caller, message) = message(call, step);
        let (caller, callee) = phones(call);
        let (source, destination) = if from_caller { (caller, callee) } else { (callee, caller) };
        packet(&mut output, number, source, destination, message.as_bytes())?;
    }
    output.flush()
}

fn phones(call: u64) -> (u64, u64) {
    (call % PHONES, (call * 7 + 1) % PHONES)
}

fn address(phone: u64) -> [u8; 4] {
    [10, 0, u8::try_from(phone / 250).unwrap_or(0), u8::try_from(phone % 250 + 1).unwrap_or(0)]
}

fn text(address: [u8; 4]) -> String {
    address.map(|byte| byte.to_string()).join(".")
}

/// The message of this step, and whether the caller sends it.
fn message(call: u64, step: u64) -> (bool, String) {
    let (caller, callee) = phones(call);
    let (own, other) = (text(address(caller)), text(address(callee)));
    let (from, to) = (3000 + caller, 3000 + callee);
    let (method, cseq, first) = match step {
        0 => ("INVITE", 1, format!("INVITE sip:{to}@{other} SIP/2.0")),
        1 => ("INVITE", 1, "SIP/2.0 100 Trying".to_owned()),
        2 => ("INVITE", 1, "SIP/2.0 180 Ringing".to_owned()),
        3 => ("INVITE", 1, "SIP/2.0 200 OK".to_owned()),
        4 => ("ACK", 1, format!("ACK sip:{to}@{other} SIP/2.0")),
        5 => ("MESSAGE", 2, format!("MESSAGE sip:{to}@{other} SIP/2.0")),
        6 => ("BYE", 3, format!("BYE sip:{to}@{other} SIP/2.0")),
        _ => ("BYE", 3, "SIP/2.0 200 OK".to_owned()),
    };
    let tag = if step < 2 { String::new() } else { format!(";tag=b{call}") };
    let (kind, body) = match step {
        0 | 3 => ("Content-Type: application/sdp\r\n", SDP),
        5 => ("Content-Type: text/plain\r\n", "Are you there?"),
        _ => ("", ""),
    };
    let message = format!(
        "{first}\r\nVia: SIP/2.0/UDP {own}:5060;branch=z9hG4bK-{call}-{method};rport\r\nMax-Forwards: 70\r\n\
         From: \"Phone {from}\" <sip:{from}@example.com>;tag=a{call}\r\nTo: <sip:{to}@example.com>{tag}\r\n\
         Call-ID: {call}-4f1c9e7d@{own}\r\nCSeq: {cseq} {method}\r\nContact: <sip:{from}@{own}:5060>\r\n\
         Allow: INVITE, ACK, CANCEL, BYE, MESSAGE, OPTIONS\r\nUser-Agent: phone/1.0\r\n{kind}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    (matches!(step, 0 | 4 | 5 | 6), message)
}

/// Writes a packet of the capture: Ethernet, IPv4, UDP.
fn packet(output: &mut impl Write, number: u64, source: u64, destination: u64, payload: &[u8]) -> io::Result<()> {
    let micros = number * PACE;
    let short = |length: usize| u16::try_from(length).map_err(io::Error::other);
    let long = |number: u64| u32::try_from(number).map_err(io::Error::other);
    let length = u32::try_from(payload.len() + 42).map_err(io::Error::other)?.to_le_bytes();
    for field in
        [long(BEGIN + micros / 1_000_000)?.to_le_bytes(), long(micros % 1_000_000)?.to_le_bytes(), length, length]
    {
        output.write_all(&field)?;
    }
    output.write_all(&[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0])?;
    output.write_all(&short(payload.len() + 28)?.to_be_bytes())?;
    output.write_all(&[0, 0, 0x40, 0, 64, 17, 0, 0])?;
    output.write_all(&address(source))?;
    output.write_all(&address(destination))?;
    output.write_all(&[0x13, 0xc4, 0x13, 0xc4])?;
    output.write_all(&short(payload.len() + 8)?.to_be_bytes())?;
    output.write_all(&[0, 0])?;
    output.write_all(payload)
}
