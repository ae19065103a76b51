//! Measures the observer's time per message, and that its memory stays constant over a million messages.
//!
//! `cargo bench --features sip --bench sip`. The stream is that of a PBX: overlapping calls with INVITE, 100, 180, 200,
//! ACK, two MESSAGE requests and their responses, BYE and 200; some are refused, some cancelled.

#![allow(missing_docs, reason = "criterion's macros make public items")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use im_session::sip::{Direction, Observer, SipLimits, SipMessage};

/// How many calls overlap.
const OVERLAP: u64 = 200;

/// The messages of one call, as the callee sees them: direction and bytes. `CALL` stands for the call's number.
fn call(kind: u64) -> Vec<(Direction, String)> {
    let message = |direction, first: &str, cseq: &str, tag: &str, body: &str| {
        let to = if tag.is_empty() { String::new() } else { format!(";tag={tag}-CALL") };
        let length = body.len();
        let text = format!(
            "{first}\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK-CALL-{branch}\r\nMax-Forwards: 70\r\n\
             From: \"Alice\" <sip:3001@10.0.0.1>;tag=a-CALL\r\nTo: <sip:3002@10.0.0.2>{to}\r\nCall-ID: CALL@10.0.0.1\r\n\
             CSeq: {cseq}\r\nContact: <sip:3001@10.0.0.1:5060>\r\nUser-Agent: bench\r\nContent-Type: text/plain\r\n\
             Content-Length: {length}\r\n\r\n{body}",
            branch = cseq.split(' ').next().unwrap_or_default(),
        );
        (direction, text)
    };
    use Direction::{Received, Sent};
    let invite = message(Received, "INVITE sip:3002@10.0.0.2 SIP/2.0", "1 INVITE", "", "");
    let mut messages = vec![
        invite,
        message(Sent, "SIP/2.0 100 Trying", "1 INVITE", "", ""),
        message(Sent, "SIP/2.0 180 Ringing", "1 INVITE", "b", ""),
    ];
    match kind % 4 {
        0 => messages.extend([
            message(Received, "CANCEL sip:3002@10.0.0.2 SIP/2.0", "1 CANCEL", "", ""),
            message(Sent, "SIP/2.0 200 OK", "1 CANCEL", "b", ""),
            message(Sent, "SIP/2.0 487 Request Terminated", "1 INVITE", "b", ""),
            message(Received, "ACK sip:3002@10.0.0.2 SIP/2.0", "1 ACK", "b", ""),
        ]),
        _ => messages.extend([
            message(Sent, "SIP/2.0 200 OK", "1 INVITE", "b", ""),
            message(Received, "ACK sip:3002@10.0.0.2 SIP/2.0", "1 ACK", "b", ""),
            message(Received, "MESSAGE sip:3002@10.0.0.2 SIP/2.0", "2 MESSAGE", "b", "Hello, my order hasn't arrived"),
            message(Sent, "SIP/2.0 200 OK", "2 MESSAGE", "b", ""),
            message(Received, "BYE sip:3002@10.0.0.2 SIP/2.0", "3 BYE", "b", ""),
            message(Sent, "SIP/2.0 200 OK", "3 BYE", "b", ""),
        ]),
    }
    messages
}

/// Plays messages endlessly. It advances every call by one step, and replaces calls that have ended.
struct Stream {
    kinds: [Vec<(Direction, String)>; 4],
    /// Number and step of each overlapping call.
    open: Vec<(u64, usize)>,
    next: u64,
    turn: usize,
}

impl Stream {
    fn new() -> Self {
        let open = (0..OVERLAP).map(|number| (number, 0)).collect();
        Stream { kinds: [0, 1, 2, 3].map(call), open, next: OVERLAP, turn: 0 }
    }

    /// The next message; replaces the contents of `bytes`.
    fn next(&mut self, bytes: &mut String) -> Direction {
        self.turn = (self.turn + 1) % self.open.len();
        let (number, step) = self.open[self.turn];
        let messages = &self.kinds[usize::try_from(number % 4).expect("small")];
        let (direction, text) = &messages[step];
        bytes.clear();
        let padded = format!("{number:08}");
        for (index, part) in text.split("CALL").enumerate() {
            if index > 0 {
                bytes.push_str(&padded);
            }
            bytes.push_str(part);
        }
        self.open[self.turn] = if step + 1 < messages.len() { (number, step + 1) } else { (self.next, 0) };
        self.next += u64::from(step + 1 == messages.len());
        *direction
    }
}

fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sip");
    group.throughput(Throughput::Elements(1));

    let bytes = call(1)[0].1.clone().into_bytes();
    group.bench_function("parse an INVITE", |bencher| bencher.iter(|| SipMessage::parse(black_box(&bytes)).is_ok()));

    // Written beforehand, so that the bench measures the observer only.
    let mut stream = Stream::new();
    let mut text = String::new();
    let written: Vec<(Direction, Vec<u8>)> = (0..100_000)
        .map(|_| {
            let direction = stream.next(&mut text);
            (direction, text.clone().into_bytes())
        })
        .collect();
    let mut observer = Observer::new();
    let mut at = 0;
    let mut now = 0_u64;
    group.bench_function("observe a message", |bencher| {
        bencher.iter(|| {
            let (direction, bytes) = &written[at];
            at = (at + 1) % written.len();
            now += 1;
            // The rounds are far apart, so that the calls of one round are forgotten in the next.
            observer.observe(*direction, bytes, Duration::from_millis(now)).expect("readable").len()
        });
    });
    group.finish();
    a_million_messages();
}

/// Prints the memory after each hundred thousand messages, without criterion's timing. Ended calls are remembered for
/// 32 seconds.
fn a_million_messages() {
    let mut limits = SipLimits::DEFAULT;
    limits.ended_calls = 10_000;
    let mut observer = Observer::new().with_limits(limits);
    let mut stream = Stream::new();
    let mut text = String::new();
    let (mut events, mut most) = (0, 0);
    let start = std::time::Instant::now();
    println!("a million messages, one each millisecond:");
    for count in 1..=1_000_000_u64 {
        let direction = stream.next(&mut text);
        events += observer.observe(direction, text.as_bytes(), Duration::from_millis(count)).expect("readable").len();
        most = most.max(observer.held_calls());
        if count % 100_000 == 0 {
            let (open, held, memory) = (observer.open_calls(), observer.held_calls(), resident());
            println!(
                "  {count:>7} messages: {events:>6} events, {open} calls open, {held} held, resident {memory} KiB"
            );
        }
    }
    println!(
        "  {} ns a message, writing it included; at most {most} calls held",
        start.elapsed().as_nanos() / 1_000_000
    );
}

/// The resident memory of the process, in KiB; 0 if the system does not report it.
fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4
}

criterion_group! {
    name = benches;
    config = Criterion::default().measurement_time(Duration::from_secs(4)).warm_up_time(Duration::from_secs(1));
    targets = bench
}
criterion_main!(benches);
