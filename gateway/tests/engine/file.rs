//! The file of the embedded engine.

use std::fs;

use im_session_gateway::config::AgentId;
use im_session_gateway::engine::Engine;
use im_session_gateway::engine::embedded::EmbeddedEngine;
use redb::{Database, ReadableTableMetadata, TableDefinition};

use crate::place::{agent, directory, pair, settings, simple, states, talking};

#[tokio::test]
async fn a_file_is_made_under_another_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sessions.redb");
    // Files left by a process that was killed. They may be complete or not.
    fs::write(folder.path().join("sessions.redb.new-1"), b"half of a file").unwrap();
    fs::write(folder.path().join("sessions.redb-of-somebody"), b"not ours").unwrap();
    let engine = EmbeddedEngine::open(&path, directory(), settings()).unwrap();
    talking(&engine, "3001", "call-1").await;
    drop(engine);
    let engine = EmbeddedEngine::open(&path, directory(), settings()).unwrap();
    assert_eq!(states(&engine, "ann").await, [pair("call-1", "Talking")]);
    let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["sessions.redb", "sessions.redb-of-somebody"]);
}

#[test]
fn a_new_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let path = folder.path().join("sessions.redb");
    let _engine = EmbeddedEngine::open(&path, directory(), settings()).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn two_engines_do_not_share_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sessions.redb");
    let _first = EmbeddedEngine::open(&path, directory(), settings()).unwrap();
    let error = EmbeddedEngine::open(&path, directory(), settings()).unwrap_err().to_string();
    assert!(error.contains("sessions.redb") && error.contains("opening"), "{error}");
}

#[test]
fn what_is_no_store_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sessions.redb");
    for found in [&b"a text that somebody else wrote"[..], b""] {
        fs::write(&path, found).unwrap();
        let error = EmbeddedEngine::open(&path, directory(), settings()).unwrap_err().to_string();
        assert!(error.contains("sessions.redb"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), found);
    }
    assert!(EmbeddedEngine::open(&folder.path().join("no/such/directory"), directory(), settings()).is_err());
}

#[tokio::test]
async fn the_outbox_holds_what_reached_no_client_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sessions.redb");
    let rows = || {
        let outbox: TableDefinition<'_, (&str, u64), &[u8]> = TableDefinition::new("outbox");
        let database = Database::open(&path).unwrap();
        let table = database.begin_read().unwrap().open_table(outbox).unwrap();
        table.len().unwrap()
    };
    let message = |dn| simple("PrivateInfo", dn, "call-1").with_extensions([("text", "hello")].into_iter().collect());
    let engine = EmbeddedEngine::open(&path, directory(), settings()).unwrap();
    // There are two agents, one of whom never signs in.
    for dn in ["3001", "3002"] {
        talking(&engine, dn, "call-1").await;
    }
    engine.present(agent("ann")).await.unwrap();
    engine.events(None, vec![message("3001"), message("3002"), message("3001")]).await.unwrap();
    drop(engine);
    assert_eq!(rows(), 2);

    let engine = EmbeddedEngine::open(&path, directory(), settings()).unwrap();
    let undelivered = engine.present(agent("ann")).await.unwrap().undelivered;
    engine.delivered(AgentId::new("ann"), undelivered[0].position);
    drop(engine);
    assert_eq!(rows(), 1);
    let engine = EmbeddedEngine::open(&path, directory(), settings()).unwrap();
    assert_eq!(engine.present(agent("ann")).await.unwrap().undelivered, undelivered[1..]);
}
