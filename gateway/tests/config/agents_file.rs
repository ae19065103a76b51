//! Which agents' files are accepted, and how are the others reported?

use std::fs;
use std::path::Path;

use im_session::{Operation, Operations};
use im_session_gateway::config::{Agents, agents_of, read_agents_file};

const HASH: &str = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$uDGpwfDFPAdcXSDEYBSNcA";

fn agents(text: &str) -> Result<Agents, String> {
    let text = text.replace("HASH", &format!("password = \"{HASH}\""));
    agents_of(Path::new("agents.toml"), &text).map_err(|error| error.to_string())
}

#[test]
fn an_agent_needs_a_user_and_a_password() {
    let agents = agents("[[agents]]\nuser = \"ann\"\nHASH\n").unwrap();
    let ann = agents.by_user_name("ann").unwrap();
    assert_eq!((ann.id.as_str(), &*ann.first_name, ann.devices.len()), ("ann", "", 0));
    assert_eq!((ann.rights, ann.supervisor, ann.password.as_str()), (Operations::ALL, false, HASH));
}

#[test]
fn an_agent_may_have_more() {
    let text = r#"
        [[agents]]
        user = "ann@example.com"
        id = "7"
        HASH
        first_name = "Ann"
        last_name = "Lee"
        devices = [{ id = "1", dn = "3001" }, { id = "2", dn = "3011" }]
        rights = ["SendMessage", "Complete"]
        supervisor = true

        [[agents]]
        user = "bob"
        HASH
        devices = [{ id = "1", dn = "3002" }]
    "#;
    let agents = agents(text).unwrap();
    let ann = agents.by_id("7").unwrap();
    assert_eq!((&*ann.user_name, &*ann.first_name, &*ann.last_name), ("ann@example.com", "Ann", "Lee"));
    assert_eq!(ann.rights, Operations::of(&[Operation::SendMessage, Operation::Complete]));
    let devices: Vec<_> =
        ann.agent().devices().iter().map(|device| (device.device_path.clone(), device.dn.clone())).collect();
    let expected = [("/devices/1", "3001"), ("/devices/2", "3011")].map(|(path, dn)| (path.into(), dn.into()));
    assert_eq!((devices.as_slice(), ann.supervisor, ann.agent().rights()), (&expected[..], true, ann.rights));
    assert_eq!(agents.by_dn("3011").unwrap().id.as_str(), "7");
    assert_eq!((agents.shard_key("3011"), agents.shard_key("3002"), agents.shard_key("3003")), ("7", "bob", "3003"));
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let one = "[[agents]]\nuser = \"ann\"\n";
    let long = "x".repeat(257);
    let cases = [
        ("", "agents.toml: expected at least one [[agents]] table, got none"),
        ("[[agents]]\nuser = \"ann\"\n", "line 1, column 1: expected the field `password`"),
        ("[[agents]]\nHASH\n", "expected the field `user`"),
        ("[[agents]\n", "agents.toml: line 1, column "),
        ("\n\n[[agents]]\nuser = 7\nHASH\n", "agents.toml: line 4, column 8: expected a string"),
        (&format!("{one}HASH\nright = []\n"), "line 4, column 1: expected one of `user`, `password`, "),
        ("[[agent]]\n", "expected `registrars` or `agents`"),
        (&format!("{one}password = \"demo\"\n"), "agent \"ann\": expected `password` to be an argon2 hash"),
        (&format!("{one}password = \"$2b$12$abc\"\n"), "expected `password` to be an argon2 hash"),
        (&format!("{one}password = \"$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ\"\n"), "expected `password` to be"),
        (
            &format!("{one}password = \"{}\"\n", HASH.replace("m=8", "m=9999999")),
            "expected `password` to be an argon2 hash",
        ),
        ("[[agents]]\nuser = \"a:b\"\nHASH\n", "expected a user name of 1 to 256 bytes without a colon"),
        ("[[agents]]\nuser = \"\"\nHASH\n", "expected a user name"),
        (&format!("[[agents]]\nuser = \"{long}\"\nHASH\n"), "expected a user name"),
        (
            "[[agents]]\nuser = \"Ann Müller\"\nHASH\n",
            "expected the user's name, since there is no `id`, to be 1 to 64 letters",
        ),
        (&format!("{one}id = \"a/b\"\nHASH\n"), "expected the id to be 1 to 64 letters"),
        (&format!("{one}id = \"..\"\nHASH\n"), "expected the id to be 1 to 64 letters"),
        (&format!("{one}HASH\nrights = [\"Complete\", \"Fly\"]\n"), "rights: there is no operation \"Fly\""),
        (
            &format!("{one}HASH\ndevices = [{{ id = \"1\", dn = \"\" }}]\n"),
            "expected a dn of 1 to 255 bytes, got 0 bytes",
        ),
        (&format!("{one}HASH\ndevices = [{{ id = \"\", dn = \"1\" }}]\n"), "expected the id of a device"),
        (
            &format!("{one}HASH\ndevices = [{{ id = \"1\", dn = \"1\" }}, {{ id = \"1\", dn = \"2\" }}]\n"),
            "agent ann has two devices with the id \"1\"",
        ),
        (
            &format!("{one}HASH\ndevices = [{{ id = \"1\", dn = \"1\" }}, {{ id = \"2\", dn = \"1\" }}]\n"),
            "the DN \"1\" of agent ann is a DN of agent ann already",
        ),
        (&format!("{one}HASH\n{one}HASH\nid = \"2\"\n"), "two agents have the user name \"ann\""),
        (&format!("{one}HASH\n[[agents]]\nuser = \"bob\"\nid = \"ann\"\nHASH\n"), "two agents have the id \"ann\""),
        (
            &format!(
                "{one}HASH\ndevices = [{{ id = \"1\", dn = \"1\" }}]\n[[agents]]\nuser = \"bob\"\nHASH\n\
                devices = [{{ id = \"1\", dn = \"1\" }}]\n"
            ),
            "the DN \"1\" of agent bob is a DN of agent ann already",
        ),
    ];
    for (text, expected) in cases {
        let error = agents(text).unwrap_err();
        assert!(
            error.starts_with("agents.toml: ") && error.contains(expected),
            "{text}\n{error}\nexpected: {expected}"
        );
    }
}

#[test]
fn no_password_is_ever_printed() {
    let clear = "[[agents]]\nuser = \"ann\"\npassword = \"open sesame\"\n";
    assert!(!agents(clear).unwrap_err().contains("sesame"));
    let mistakes = [
        r#"password = "open sesame"#,
        r#"password = 'open sesame"#,
        r#"password = "open \q sesame""#,
        r#"password = "open" sesame"#,
        r#"password = "open sesame", user = "bob""#,
        r#"password "open sesame""#,
        r#"password = ["open sesame"]"#,
        r#"password = { "open sesame" = 1 }"#,
        "password = open sesame",
        "password = sesame",
        "password = 7sesame",
        "pass word = sesame",
        "sesame",
        "sesame = 1",
        "\"open sesame\" = 1",
        "password.sesame = 1\npassword.sesame.open = 2",
        "sesame = 1\nsesame = 2",
        "sesame = 1\n[agents.sesame]\nopen = 1",
        "password = \"sesame\"\npassword = \"sesame\"",
        "devices = \"sesame\"",
        "supervisor = \"sesame, expected \\\"sesame\\\"\"",
        "rights = [7, \"sesame\"]",
    ];
    for mistake in mistakes {
        let error = agents(&format!("[[agents]]\nuser = \"ann\"\n{mistake}\n")).unwrap_err();
        assert!(!error.contains("sesame") && !error.contains('\n'), "{mistake}\n{error}");
        assert!(error.starts_with("agents.toml: line "), "{mistake}\n{error}");
    }
    let debug = format!("{:?}", agents("[[agents]]\nuser = \"ann\"\nHASH\n").unwrap());
    assert!(debug.contains("ann") && !debug.contains("argon2id"), "{debug}");
}

#[test]
fn a_file_is_read_and_one_that_is_not_there_named() {
    let directory = std::env::temp_dir().join(format!("im-session-gateway-agents-{}", std::process::id()));
    fs::create_dir_all(&directory).unwrap();
    let path = directory.join("agents.toml");
    fs::write(&path, format!("[[agents]]\nuser = \"ann\"\npassword = \"{HASH}\"\n")).unwrap();
    assert_eq!(read_agents_file(&path).unwrap().len(), 1);
    fs::remove_dir_all(&directory).unwrap();
    let error = read_agents_file(&path).unwrap_err().to_string();
    assert!(error.starts_with(&format!("{}: ", path.display())), "{error}");
}
