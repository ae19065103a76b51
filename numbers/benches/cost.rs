//! The cost of an analysed number, relative to rlibphonenumber's own parsing and formatting: `cargo bench -p
//! im-session-numbers`.
//!
//! *First time*: the number is not in the cache, and the cache is full. *Cached*: the number was analysed before.
//! *Own*: `parse`, and `format` to E.164 and to the national form, as each analysed number needs them. All three are
//! measured in turn, in one run; the fastest of many rounds counts. With valgrind the program also counts instructions,
//! which do not depend on the load. With `-- --quick`: only the numbers of the first region, and those of all regions.

use std::hint::black_box;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use im_session::NumberAnalysis;
use im_session_numbers::PhoneNumbers;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};

/// Enough to fill the cache, so that none is still in it in the next round.
const NUMBERS: usize = 2000;
const CACHE: usize = 500;
const ROUNDS: usize = 200;
/// The argument that makes this program do one thing only.
const CHILD: &str = "--count";

/// The limits in the README.
const FIRST_TIME: f64 = 1.5;
const CACHED: f64 = 0.1;

#[derive(Clone, Copy, PartialEq)]
enum Case {
    Own,
    FirstTime,
    Cached,
}

const CASES: [(&str, Case); 3] = [("own", Case::Own), ("first-time", Case::FirstTime), ("cached", Case::Cached)];

struct Workload {
    name: &'static str,
    home: &'static str,
    /// The region of its numbers; `None`: numbers of all regions, in E.164.
    region: Option<Region>,
}

const WORKLOADS: [Workload; 6] = [
    Workload { name: "United States", home: "US", region: Some(Region::US) },
    Workload { name: "Canada", home: "CA", region: Some(Region::CA) },
    Workload { name: "Germany", home: "DE", region: Some(Region::DE) },
    Workload { name: "United Kingdom", home: "GB", region: Some(Region::GB) },
    Workload { name: "India", home: "IN", region: Some(Region::IN) },
    Workload { name: "all regions, E.164", home: "US", region: None },
];

impl Workload {
    fn numbers(&self) -> Vec<String> {
        if let Some(region) = self.region {
            return as_dialled_at_home(region, NUMBERS);
        }
        let regions: Vec<Region> = PHONE_NUMBER_UTIL.get_supported_regions().collect();
        let mut all: Vec<String> =
            regions.iter().flat_map(|region| in_e164(*region, NUMBERS / regions.len())).collect();
        // In mixed order, as in real calls: from one region after the other.
        all.sort_by_key(|number| number.bytes().rev().collect::<Vec<u8>>());
        all
    }
}

/// Valid numbers of a region: its example numbers with other last digits.
fn in_e164(region: Region, count: usize) -> Vec<String> {
    use rlibphonenumber::PhoneNumberType::{FixedLine, Mobile};
    let mut examples: Vec<String> = [FixedLine, Mobile]
        .into_iter()
        .filter_map(|kind| PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, kind).ok())
        .map(|number| number.format_as(PhoneNumberFormat::E164).into_owned())
        .collect();
    examples.dedup();
    let analysis = PhoneNumbers::new("US").expect("a region");
    // 7919 and 10 000 are coprime: every ending occurs once, in an order in which no digit repeats for long.
    let endings = (0..count.next_multiple_of(100) as u32).map(|step| step * 7919 % 10_000);
    let numbers = endings.flat_map(|ending| examples.iter().map(move |example| (example, ending)));
    numbers
        .filter_map(|(example, ending)| Some(format!("{}{ending:04}", example.get(..example.len().checked_sub(4)?)?)))
        .filter(|number| analysis.analyse(number).is_some())
        .take(count)
        .collect()
}

fn as_dialled_at_home(region: Region, count: usize) -> Vec<String> {
    let digits_only = |number: &str| number.chars().filter(char::is_ascii_digit).collect();
    let national = |number: String| {
        let number = PHONE_NUMBER_UTIL.parse(&number, None).expect("a number that was parsed before");
        digits_only(&number.format_as(PhoneNumberFormat::National))
    };
    in_e164(region, count).into_iter().map(national).collect()
}

/// Analyses each number, `rounds` times.
struct Runner {
    home: Region,
    numbers: Vec<String>,
    first_time: PhoneNumbers,
    cached: PhoneNumbers,
}

impl Runner {
    fn new(workload: &Workload) -> Self {
        let analysis = || PhoneNumbers::new(workload.home).expect("a region");
        Runner {
            home: Region::from_code(workload.home).expect("a region"),
            first_time: analysis().with_cache(CACHE),
            cached: analysis(),
            numbers: workload.numbers(),
        }
    }

    /// The numbers of a case. For `Cached` there are fewer than the cache holds.
    fn numbers(&self, case: Case) -> &[String] {
        let count = if case == Case::Cached { CACHE.min(self.numbers.len()) } else { self.numbers.len() };
        &self.numbers[..count]
    }

    fn run(&self, case: Case) {
        for number in self.numbers(case) {
            match case {
                Case::Own => {
                    let parsed = PHONE_NUMBER_UTIL.parse(black_box(number), Some(self.home)).expect("a valid number");
                    black_box(PHONE_NUMBER_UTIL.format(&parsed, PhoneNumberFormat::E164).into_owned());
                    black_box(PHONE_NUMBER_UTIL.format(&parsed, PhoneNumberFormat::National).into_owned());
                }
                Case::FirstTime => drop(black_box(self.first_time.analyse(black_box(number)).expect("a valid number"))),
                Case::Cached => drop(black_box(self.cached.analyse(black_box(number)).expect("a valid number"))),
            }
        }
    }

    /// Nanoseconds per number, for each case.
    fn times(&self) -> [f64; 3] {
        // Start-up: metadata, patterns, and the numbers for the cache.
        for (_, case) in CASES {
            self.run(case);
        }
        let mut fastest = [f64::MAX; 3];
        for _ in 0..ROUNDS {
            for (fastest, (_, case)) in fastest.iter_mut().zip(CASES) {
                let start = Instant::now();
                self.run(case);
                let nanoseconds = start.elapsed().as_nanos() as f64;
                *fastest = fastest.min(nanoseconds / self.numbers(case).len() as f64);
            }
        }
        fastest
    }
}

/// The instructions of this program for that work, by callgrind.
fn instructions(workload: usize, case: &str, rounds: usize) -> Option<f64> {
    let program = std::env::current_exe().ok()?;
    let out = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args([CHILD, &workload.to_string(), case, &rounds.to_string()])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(out.stderr).ok()?;
    let (_, count) = text.split_once("Collected : ")?;
    count.split_whitespace().next()?.parse().ok()
}

/// The instructions per number: the difference between three rounds and two is one round without the start-up.
fn instructions_a_number(workload: usize, numbers: usize, case: &str) -> Option<f64> {
    let more = instructions(workload, case, 3)? - instructions(workload, case, 2)?;
    Some(more / numbers as f64)
}

fn row(name: &str, unit: &str, [own, first_time, cached]: [f64; 3]) -> bool {
    let (first, again) = (first_time / own, cached / own);
    println!("{name:<20}{own:>9.0}{first_time:>12.0}{first:>8.2}{cached:>9.0}{again:>8.3}  {unit}");
    first <= FIRST_TIME && again < CACHED
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [child, workload, case, rounds] = arguments.as_slice()
        && child == CHILD
    {
        let workload = workload.parse::<usize>().ok().and_then(|position| WORKLOADS.get(position)).expect("a workload");
        let (_, case) = CASES.into_iter().find(|(name, _)| name == case).expect("a case");
        let runner = Runner::new(workload);
        (0..rounds.parse::<usize>().expect("a number of rounds")).for_each(|_| runner.run(case));
        return ExitCode::SUCCESS;
    }
    // `cargo test --all-targets` starts benches, too, without this argument.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    println!("{:<20}{:>9}{:>12}{:>8}{:>9}{:>8}", "numbers", "own", "first time", "/ own", "cached", "/ own");
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let mut kept = true;
    for (position, workload) in WORKLOADS.iter().enumerate() {
        if quick && position > 0 && workload.region.is_some() {
            continue;
        }
        let runner = Runner::new(workload);
        let by_time = row(workload.name, "ns", runner.times());
        let counted = CASES.map(|(name, case)| instructions_a_number(position, runner.numbers(case).len(), name));
        // Times depend on other load: they decide only if instructions cannot be counted.
        kept &= match counted {
            [Some(own), Some(first_time), Some(cached)] => row("", "instructions", [own, first_time, cached]),
            _ => by_time,
        };
    }
    if kept {
        return ExitCode::SUCCESS;
    }
    println!("more than {FIRST_TIME} the first time, or not less than {CACHED} from the cache");
    ExitCode::FAILURE
}
