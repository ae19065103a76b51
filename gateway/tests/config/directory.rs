//! Do all readers see the current agents?

use im_session_gateway::config::{Agents, Directory, PasswordHash, demo_agents};

#[test]
fn clones_see_what_replaces_and_who_holds_the_old_keeps_it() {
    let directory = Directory::new(demo_agents(&PasswordHash::new("hash")).unwrap());
    let (clone, before) = (directory.clone(), directory.current());
    directory.replace(Agents::default());
    assert!(clone.current().is_empty() && before.len() == 3);
}
