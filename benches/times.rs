//! Measures times: `cargo bench --bench times`. `instructions` has figures that repeat on a busy machine.

mod workloads;

use criterion::{Criterion, Throughput};
use workloads::{Bench, Workload, visit};

struct Times<'c>(&'c mut Criterion);

impl Bench for Times<'_> {
    fn workload<W: FnMut()>(&mut self, workload: &Workload, prepare: impl FnOnce() -> W) {
        let mut work = prepare();
        let mut group = self.0.benchmark_group(workload.name);
        group.throughput(Throughput::Elements(workload.operations));
        group.bench_function("operations", |bencher| bencher.iter(&mut work));
        if let Some(bytes) = workload.bytes {
            group.throughput(Throughput::Bytes(bytes));
            group.bench_function("bytes", |bencher| bencher.iter(&mut work));
        }
        group.finish();
    }
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    visit(&mut Times(&mut criterion));
    criterion.final_summary();
}
