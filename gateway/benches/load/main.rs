//! What do many agents cost? Measures the memory while their connects are held, the processor time per push, and the
//! time from an event to its client.
//!
//! `scripts/gateway_load` builds and installs the requirements, and runs this program. The program puts the same load
//! on one server after the other: the gateway with its store, the gateway in memory, npm `cometd-nodejs-server` as the
//! peer, and a bare axum handler, which shows the cost of HTTP alone. The agents' password has a cheap hash.
//!
//! | file | question |
//! |---|---|
//! | `options` | Which servers, how many agents, how much load? |
//! | `fixture` | Who are the agents, and what are their events? |
//! | `process` | How is a server started, and how much processor time and memory does it use? |
//! | `connection` | How is a request sent over a connection? |
//! | `agent` | What does an agent's client do? |
//! | `feed` | How do events reach a server? |
//! | `measurement` | In which steps is a server measured? |
//! | `table` | How are the figures printed? |
//! | `bare` | What is the bare handler? |
//! | `peer.mjs` | What is the peer? |

mod agent;
mod bare;
mod connection;
mod feed;
mod fixture;
mod measurement;
mod options;
mod process;
mod table;

use std::process::ExitCode;

use clap::Parser;

use options::Options;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(run(options)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Outcome<()> {
    if options.serve_bare {
        return bare::serve().await;
    }
    let mut rows = Vec::new();
    for server in options.servers()? {
        eprintln!("{} …", server.name());
        rows.push(measurement::measure(&server, &options).await?);
    }
    table::print(&rows, &options);
    Ok(())
}
