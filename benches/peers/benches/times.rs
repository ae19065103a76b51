//! How long does each workload take? Measures the times with criterion, and appends the fastest samples as figures to
//! the file that `PEERS_FIGURES` names. It takes the fastest rather than the median, because other load only adds time.
//!
//! With `PEERS_QUICK` some workloads are measured, once each.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, SamplingMode};
use im_session_peers::figures;
use im_session_peers::work::Work;
use im_session_peers::workloads::{self, Length, Workload};

/// How many times each contender of an input is measured. Contenders take turns, so that disturbances affect all of
/// them.
const ROUNDS: usize = 3;

fn main() {
    let quick = std::env::var_os("PEERS_QUICK").is_some();
    let all = workloads::all();
    let mut workloads: Vec<&Workload> = all.iter().filter(|workload| workload.quick || !quick).collect();
    let mut rounds: Vec<Criterion> = (0..if quick { 1 } else { ROUNDS }).map(criterion).collect();
    // All contenders of an input together.
    while let Some(first) = workloads.first() {
        let (group, input) = (first.group, first.input);
        let (these, rest): (Vec<_>, Vec<_>) =
            workloads.into_iter().partition(|other| (other.group, other.input) == (group, input));
        workloads = rest;
        let mut works: Vec<Option<Box<dyn Work>>> = these.iter().map(|_| None).collect();
        for criterion in &mut rounds {
            for (workload, work) in these.iter().zip(&mut works) {
                measure(criterion, workload, work);
            }
        }
        for (workload, work) in these.iter().zip(&works) {
            if let Some(work) = work {
                report(workload, &**work, rounds.len());
            }
        }
    }
}

fn files(round: usize) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/criterion").join(round.to_string())
}

fn criterion(round: usize) -> Criterion {
    Criterion::default()
        .without_plots()
        .output_directory(&files(round))
        // The statistics are not used.
        .nresamples(1001)
        .sample_size(10)
        .warm_up_time(Duration::from_millis(30))
        .measurement_time(Duration::from_millis(100))
        .configure_from_args()
}

fn measure(criterion: &mut Criterion, workload: &Workload, work: &mut Option<Box<dyn Work>>) {
    let &Workload { group, input, contender, .. } = workload;
    let mut criterion_group = criterion.benchmark_group(group);
    criterion_group.sampling_mode(SamplingMode::Flat);
    criterion_group.bench_function(BenchmarkId::new(input, contender), |bencher| {
        // Prepared only if criterion runs it.
        let work = work.get_or_insert_with(|| {
            workloads::work(Length::Timed, group, input, contender).expect("a workload of this name")
        });
        bencher.iter_custom(|passes| {
            let mut time = Duration::ZERO;
            for _ in 0..passes {
                work.prepare();
                let start = Instant::now();
                work.pass();
                time += start.elapsed();
            }
            time
        });
    });
    criterion_group.finish();
}

fn report(workload: &Workload, work: &dyn Work, rounds: usize) {
    let &Workload { group, input, contender, .. } = workload;
    let passes =
        (0..rounds).map(|round| fastest(&files(round).join(group).join(input).join(contender).join("new/sample.json")));
    let units = work.units() as f64;
    let each = passes.fold(f64::INFINITY, f64::min) / units;
    println!("{group}, {input}, {contender}: {each:.2} ns each");
    if let Some(path) = std::env::var_os("PEERS_FIGURES") {
        let mut file =
            OpenOptions::new().append(true).create(true).open(path).expect("the file of figures can be written");
        figures::put(&mut file, &format!("ns {group}"), input, contender, each);
        if work.bytes() > 0 {
            figures::put(
                &mut file,
                &format!("MB/s {group}"),
                input,
                contender,
                work.bytes() as f64 * 1000.0 / units / each,
            );
        }
    }
}

/// The time of a pass in the fastest sample, in nanoseconds, from criterion's own file.
fn fastest(samples: &Path) -> f64 {
    #[derive(serde::Deserialize)]
    struct Samples {
        iters: Vec<f64>,
        times: Vec<f64>,
    }

    let text = std::fs::read_to_string(samples).expect("criterion has written its samples");
    let samples: Samples = serde_json::from_str(&text).expect("JSON");
    samples.times.iter().zip(&samples.iters).map(|(time, passes)| time / passes).fold(f64::INFINITY, f64::min)
}
