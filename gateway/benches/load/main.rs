//! What many agents cost: memory while their connects are held, processor time of a push, time from an event to its
//! client.
//!
//! `scripts/gateway_load` builds and installs what this needs, and runs it. One server after the other has the same
//! load from this process: the gateway on its store, the gateway in memory, npm `cometd-nodejs-server` as the peer, and
//! a bare axum handler, which shows what HTTP alone costs. Agents come from a fixture whose password is cheap to check.
//!
//! | file | question |
//! |---|---|
//! | `options` | Which servers, how many agents, how much load? |
//! | `fixture` | Who are the agents, and which events are theirs? |
//! | `process` | How is a server started, and what does it take of the machine? |
//! | `connection` | How does a request go over a connection? |
//! | `agent` | What does the client of an agent do? |
//! | `feed` | How do events reach a server? |
//! | `measurement` | In which order is a server measured? |
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
