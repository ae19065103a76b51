//! Checks that reading is linear even if an attacker writes the log: `cargo bench --bench linear`.
//!
//! The program runs itself under `valgrind --tool=callgrind` with inputs of N, 2N and 4N: the second doubling must cost
//! about twice as much as the first. Without valgrind it prints a message and succeeds.

mod callgrind;

use std::process::ExitCode;

use callgrind::Started;
use im_session::Decoder;

const N: usize = 4000;

/// More than this for twice the input is not linear. The margin is for vectors, which grow by doubling.
const MOST: f64 = 2.3;

const TSERVER: &str = "x message EventRinging\n\tAttributeUserData\t[9] 00\n";
const PLATFORM_SDK: &str = "x 'EventRinging' ('60')\nmessage attributes:\nAttributeUserData [bstr] = KVList:\n";

/// The name of an input, and a function that writes one of size `n`.
type Attack = (&'static str, fn(usize) -> String);

const ATTACKS: [Attack; 18] = [
    ("brackets after a key, Platform SDK log", |n| format!("{PLATFORM_SDK}\t'k' {}\n", "[' ".repeat(n))),
    ("quotes in a key, Platform SDK log", |n| format!("{PLATFORM_SDK}\t'k{}\n", "' ".repeat(n))),
    ("quotes in a key, T-Server log", |n| format!("{TSERVER}\t\t'k{}\n", "' ".repeat(n))),
    ("quotes without white space", |n| format!("{TSERVER}\t\t'k{}\n", "'x".repeat(n))),
    ("pairs", |n| format!("{TSERVER}{}", (0..n).map(|at| format!("\t\t'k{at}'\t'v'\n")).collect::<String>())),
    ("lines of a value", |n| format!("{TSERVER}\t\t'k'\t'open\n{}\t\t'l'\t1\n", "a ' b\n".repeat(n / 4))),
    ("objects in objects", |n| format!("{{\"Event\":\"EventRinging\",\"UserData\":{}", "{\"k\":".repeat(n))),
    ("arrays in arrays", |n| format!("{{\"Event\":\"EventX\",\"UserData\":{}1{}}}", "[".repeat(n), "]".repeat(n))),
    ("fractions", |n| format!("{{\"Event\":\"EventX\",\"UserData\":[{}1.5]}}", "1.5,".repeat(n))),
    ("numbers of messages", |n| format!("{}\n", "('1') ".repeat(n))),
    ("names of files", |n| format!("{} message EventHeld\n", "a-".repeat(n))),
    ("colours", |n| format!("{}\u{1b}[0m\n", "\u{1b}[1".repeat(n))),
    ("quoted mail", |n| format!("{}message EventHeld\n", "> ".repeat(n))),
    ("lines in a line of syslog", |n| format!("Mar  1 12:00:00 h p[1]: {}\n", "#012message EventHeld".repeat(n / 4))),
    ("pieces of a line", |n| "2024-03-01T12:30:00Z stdout P x\n".repeat(n)),
    ("lines in objects", |n| "{\"log\":\"message EventHeld\\n\",\"stream\":\"s\"}\n".repeat(n / 4)),
    ("a SIP message", |n| {
        format!("12:30:00 Received [0,UDP] 99999999 bytes from x <<<<<\n{}", "message EventHeld\n".repeat(n))
    }),
    ("references of requests", |n| format!("{}\n", "message EventX(refid=".repeat(n))),
];

fn main() -> ExitCode {
    match callgrind::started() {
        Started::AsBench => {}
        Started::InVain(code) => return code,
        Started::AsChild(arguments) => {
            if let [which, n] = arguments.as_slice() {
                let which: usize = which.parse().expect("the number of an attack");
                read(&ATTACKS[which].1(n.parse().expect("a size")));
            }
            return ExitCode::SUCCESS;
        }
    }
    match table() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("expected at most {MOST} times the instructions for the second doubling, found more");
            ExitCode::FAILURE
        }
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// Prints a line for each attack. Returns whether all are linear.
fn table() -> Result<bool, String> {
    println!("{:<42} {:>14} {:>14} {:>8}", "instructions from N to 2N, and to 4N", "N", "2N", "ratio");
    let mut is_linear = true;
    for (which, (name, _)) in ATTACKS.iter().enumerate() {
        let counted = |n: usize| callgrind::instructions(&[&which.to_string(), &n.to_string()]);
        let (once, twice, four_times) = (counted(N)?, counted(2 * N)?, counted(4 * N)?);
        let (first, second) = (twice.saturating_sub(once), four_times.saturating_sub(twice));
        let ratio = second as f64 / first.max(1) as f64;
        println!("{name:<42} {first:>14} {second:>14} {ratio:>8.2}");
        is_linear &= ratio <= MOST;
    }
    Ok(is_linear)
}

fn read(log: &str) {
    let mut decoder = Decoder::new().with_limit(usize::MAX);
    decoder.push(log.as_bytes(), |_| ());
    decoder.finish().for_each(drop);
}
