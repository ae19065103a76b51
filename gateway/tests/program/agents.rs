//! Is the agents' file reread, and is an invalid one rejected?

use std::fs;

use super::hash_password::hash;
use super::support::Running;

#[test]
fn at_sighup_and_one_that_is_refused_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("agents.toml");
    let hash = hash("secret").unwrap();
    let agents = |user: &str| format!("[[agents]]\nuser = \"{user}\"\npassword = \"{}\"\n", hash.trim());
    fs::write(&path, agents("ann")).unwrap();
    let gateway = Running::start(&["--agents", path.to_str().unwrap()]);
    assert_eq!((gateway.status("ann:secret"), gateway.status("bob:secret")), (200, 401));

    fs::write(&path, agents("ann") + &agents("bob")).unwrap();
    gateway.signal("HUP");
    gateway.says("the agents' file was read again agents=2");
    assert_eq!((gateway.status("ann:secret"), gateway.status("bob:secret")), (200, 200));

    fs::write(&path, agents("ann") + "[[agents]]\nuser = \"bob\"\npassword = \"in clear\"\n").unwrap();
    gateway.signal("HUP");
    let line = gateway.says("rejected; the agents are unchanged");
    assert!(line.contains("agent \"bob\": expected `password` to be an argon2 hash"), "{line}");
    assert!(!line.contains("in clear"), "{line}");
    assert_eq!(gateway.status("bob:secret"), 200);

    fs::write(&path, "[[agents]]\nuser = \"ann\"\npassword = \"in clear\n").unwrap();
    gateway.signal("HUP");
    let line = gateway.says("rejected; the agents are unchanged");
    assert!(line.contains("agents.toml: line 3, column ") && !line.contains("in clear"), "{line}");
    // The invalid password is not in a later line, either.
    gateway.signal("TERM");
    for line in gateway.log() {
        assert!(!line.contains("in clear"), "{line}");
    }
}

#[test]
fn there_is_none_with_demo_agents() {
    let gateway = Running::start(&[]);
    gateway.signal("HUP");
    gateway.says("there is no agents' file to read again");
    assert_eq!(gateway.status("agent3001:demo"), 200);
}
