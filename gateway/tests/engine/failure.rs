//! A failed commit stops the engine, and the engine reports nothing that was not committed.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use im_session_gateway::engine::embedded::EmbeddedEngine;
use im_session_gateway::engine::{Engine, EngineError};
use redb::StorageBackend;
use redb::backends::InMemoryBackend;

use crate::place::{Shared, directory, pair, received, settings, simple, states, talking};

/// A backend whose writes fail once the flag is set.
#[derive(Debug)]
struct Failing(Shared, Arc<AtomicBool>);

impl Failing {
    fn check(&self) -> io::Result<()> {
        if self.1.load(Ordering::SeqCst) { Err(io::Error::other("the disk is full")) } else { Ok(()) }
    }
}

impl StorageBackend for Failing {
    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }
    fn read(&self, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        self.0.read(offset, len)
    }
    fn set_len(&self, len: u64) -> io::Result<()> {
        self.check()?;
        self.0.set_len(len)
    }
    fn sync_data(&self, eventual: bool) -> io::Result<()> {
        self.check()?;
        self.0.sync_data(eventual)
    }
    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.check()?;
        self.0.write(offset, data)
    }
}

#[tokio::test]
async fn a_commit_that_fails_stops_the_engine() {
    let (memory, fails) = (Arc::new(InMemoryBackend::new()), Arc::new(AtomicBool::new(false)));
    let (failed, failure) = mpsc::channel::<EngineError>();
    let mut settings_of_first = settings();
    settings_of_first.on_failure = Arc::new(move |error| failed.send(error.clone()).unwrap());
    let backend = Failing(Shared(memory.clone()), fails.clone());
    let engine = EmbeddedEngine::on_backend(backend, directory(), settings_of_first).unwrap();
    let mut outgoing = engine.outgoing();
    talking(&engine, "3001", "call-1").await;
    assert_eq!(received(&mut outgoing).len(), 2);

    fails.store(true, Ordering::SeqCst);
    let answer = engine.events(None, vec![simple("Released", "3001", "call-1")]).await;
    assert_eq!(answer, Err(EngineError::Stopped));
    let error = failure.recv().unwrap();
    assert!(error.to_string().contains("the disk is full"), "{error}");
    // Nothing was sent, and all further calls fail, because the state in memory is ahead of the file.
    assert!(received(&mut outgoing).is_empty());
    let agent = directory().current().by_id("ann").unwrap().clone();
    assert_eq!(engine.list(agent, String::new()).await, Err(EngineError::Stopped));
    drop(engine);

    let engine = EmbeddedEngine::on_backend(Shared(memory), directory(), settings()).unwrap();
    assert_eq!(states(&engine, "ann").await, [pair("call-1", "Talking")]);
}
