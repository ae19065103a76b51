//! Runs one workload this many times; started by `instructions` under callgrind. Prints the units of a pass.

use im_session_peers::workloads::{self, Length};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [group, input, contender, passes] = &arguments[..] else {
        panic!("expected GROUP INPUT CONTENDER PASSES, found {arguments:?}");
    };
    let passes: usize = passes.parse().expect("a number of passes");
    let mut work = workloads::work(Length::Counted, group, input, contender).expect("a workload of this name");
    for _ in 0..passes {
        // A store that already knows the events would only reject them. Elsewhere preparation makes no difference, and
        // would be counted.
        if group == "whole path" {
            work.prepare();
        }
        work.pass();
    }
    println!("{}", work.units());
}
