//! How is the command line read?

use std::collections::BTreeSet;
use std::time::Duration;

use clap::{CommandFactory, Parser};
use im_session::Limits;
use im_session_gateway::config::{Command, CommandLine, OptionsError, ServeOptions};

fn parse(arguments: &[&str]) -> Result<CommandLine, String> {
    let arguments = ["im-session-gateway"].iter().chain(arguments);
    CommandLine::try_parse_from(arguments).map_err(|error| error.to_string())
}

fn serve(arguments: &[&str]) -> ServeOptions {
    parse(arguments).unwrap().serve
}

#[test]
fn nothing_is_needed() {
    let options = serve(&[]);
    assert_eq!(
        (options.listen, options.agents.clone(), options.data.clone(), options.memory),
        (None, None, None, false)
    );
    assert_eq!((options.shards, options.session_timeout), (8, Duration::from_secs(1_800)));
    assert_eq!((options.connect_timeout, options.max_interval), (Duration::from_secs(30), Duration::from_secs(15)));
    assert!(!options.no_csrf && !options.secure_cookies && !options.behind_proxy && !options.no_simulator);
    assert_eq!(options.check(), Ok(()));
}

#[test]
fn demo_agents_are_on_loopback_only() {
    for address in ["0.0.0.0:8090", "[::]:8090", "192.0.2.1:0"] {
        let outside = OptionsError::DemoAgentsOutside(address.parse().unwrap());
        assert_eq!(serve(&["--listen", address]).check(), Err(outside));
        assert_eq!(serve(&["--listen", address, "--agents", "agents.toml"]).check(), Ok(()));
    }
    for address in ["127.0.0.1:0", "127.9.9.9:1", "[::1]:8090"] {
        assert_eq!(serve(&["--listen", address]).check(), Ok(()));
    }
}

#[test]
fn a_name_of_loopback_is_an_address() {
    let address = serve(&["--listen", "localhost:8394"]).listen.unwrap();
    assert_eq!((address.ip().is_loopback(), address.port()), (true, 8_394));
    for wrong in ["localhost", "8394", "localhost:", "localhost:http", "localhost:99999", ""] {
        let error = parse(&["--listen", wrong]).unwrap_err();
        assert!(error.contains("expected an address and a port, as 127.0.0.1:8090"), "{error}");
    }
}

#[cfg(feature = "redis")]
#[test]
fn a_process_of_a_cluster_plays_a_part() {
    use im_session_gateway::engine::redis::Role;
    let alone = serve(&[]);
    assert_eq!((alone.engine.clone(), alone.role), (None, Role::All));
    assert!(alone.has_clients() && alone.simulates());
    for (role, expected, has_clients, simulates) in [
        ("all", Role::All, true, true),
        ("gateway", Role::Gateway, true, false),
        ("worker", Role::Worker, false, false),
    ] {
        let options = serve(&["--engine", "redis://127.0.0.1:6379/0", "--role", role, "--lease", "1.5"]);
        assert_eq!((options.role, options.has_clients(), options.simulates()), (expected, has_clients, simulates));
        assert_eq!(options.lease, Duration::from_millis(1_500));
    }
    for wrong in [
        &["--role", "worker"][..],
        &["--lease", "1"],
        &["--engine", "redis://h", "--memory"],
        &["--engine", "redis://h", "--data", "/x"],
        &["--engine", "redis://h", "--role", "boss"],
    ] {
        assert!(parse(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let cases: [&[&str]; 12] = [
        &["--listen", "localhost"],
        &["--shards", "0"],
        &["--shards", "4097"],
        &["--memory", "--data", "/x"],
        &["--bearer-token", "x", "--bearer-token-file", "y"],
        &["--session-timeout", "0"],
        &["--session-timeout", "NaN"],
        &["--session-timeout", "-1"],
        &["--allowed-origin", "desktop.example.com"],
        &["--allowed-origin", "https://desktop.example.com/"],
        &["--allowed-origin", "*"],
        &["hash-password", "--memory"],
    ];
    for arguments in cases {
        assert!(parse(arguments).is_err(), "{arguments:?}");
    }
}

#[test]
fn origins_and_hosts_may_be_several() {
    let options = serve(&[
        "--allowed-origin",
        "https://Desktop.example.com",
        "--allowed-origin",
        "http://localhost:3000",
        "--host",
        "a",
        "--host",
        "b",
    ]);
    assert_eq!(options.allowed_origin, ["https://desktop.example.com", "http://localhost:3000"]);
    assert_eq!(options.host, ["a", "b"]);
}

#[test]
fn a_command_instead_of_serving() {
    assert_eq!(parse(&["hash-password"]).unwrap().command, Some(Command::HashPassword));
    assert_eq!(parse(&["--memory"]).unwrap().command, None);
}

#[cfg(feature = "redis")]
#[test]
fn a_cluster_is_divided_by_a_command() {
    let parsed =
        parse(&["reshard", "--engine", "redis://:sesame@h/0", "--shards", "16", "--agents", "a.toml"]).unwrap();
    assert!(!format!("{parsed:?}").contains("sesame"), "{parsed:?}");
    let Some(Command::Reshard(options)) = parsed.command else { panic!("{parsed:?}") };
    assert_eq!(
        (&*options.engine, options.shards, options.silence),
        ("redis://:sesame@h/0", 16, Duration::from_secs(30))
    );
    assert_eq!(options.agents.as_deref(), Some("a.toml".as_ref()));
    for wrong in [
        &["reshard", "--shards", "16"][..],
        &["reshard", "--engine", "redis://h"],
        &["reshard", "--engine", "redis://h", "--shards", "0"],
        &["reshard", "--engine", "redis://h", "--shards", "16", "--role", "worker"],
    ] {
        assert!(parse(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn the_token_is_never_printed() {
    let options = serve(&["--bearer-token", "open sesame"]);
    assert!(!format!("{options:?}").contains("sesame"));
}

#[test]
fn the_readme_names_every_option_and_no_other() {
    let readme = include_str!("../../README.md");
    let table = readme.split("## Options").nth(1).unwrap().split("\n## ").next().unwrap();
    let named: BTreeSet<&str> =
        table.split("\n| `--").skip(1).map(|row| row.split([' ', '`']).next().unwrap()).collect();
    let command = CommandLine::command();
    let options = command.get_arguments().filter_map(|argument| argument.get_long());
    let expected: BTreeSet<&str> = options.filter(|name| !["help", "version"].contains(name)).collect();
    assert_eq!(named, expected);
    assert!(named.len() > 20, "{named:?}");
}

#[test]
fn a_host_that_could_never_be_asked_for_is_refused() {
    for host in [
        "https://im.example.com",
        "im.example.com:443",
        "[2001:db8::1]:443",
        "2001:db8::1",
        "im.example.com/x",
        "a b",
        "*",
        "",
    ] {
        let error = parse(&["--host", host]).unwrap_err();
        assert!(error.contains("expected a name without scheme, port and path"), "{host:?}: {error}");
    }
    for (host, expected) in
        [("im.example.com.", "im.example.com"), ("[2001:db8::1]", "[2001:db8::1]"), ("192.0.2.1", "192.0.2.1")]
    {
        assert_eq!(serve(&["--host", host]).host, [expected]);
    }
}

#[test]
fn a_base_address_is_an_absolute_uri() {
    for uri in ["im.example.com", "/im", "im.example.com:443", "ftp://im.example.com", "https://", "https://a/?b", ""] {
        let error = parse(&["--base-uri", uri]).unwrap_err();
        assert!(error.contains("expected an absolute URI like https://im.example.com"), "{uri:?}: {error}");
    }
    for uri in ["https://im.example.com", "http://localhost:8090", "https://im.example.com/desk", "http://[::1]:1"] {
        assert_eq!(serve(&["--base-uri", uri]).base_uri.as_deref(), Some(uri));
    }
}

#[test]
fn the_sizes_of_sessions_can_be_chosen() {
    let limits = |arguments: &[&str]| serve(arguments).limits(Limits::DEFAULT);
    assert_eq!(limits(&[]), Limits::DEFAULT);
    let arguments = [
        "--sessions",
        "1000",
        "--sessions-per-dn",
        "20",
        "--participants",
        "10",
        "--user-data",
        "2000",
        "--user-data-pairs",
        "50",
    ];
    let mut chosen = Limits::DEFAULT;
    chosen.user_data_pairs = 50;
    (chosen.sessions, chosen.sessions_per_dn, chosen.participants, chosen.user_data_size) = (1_000, 20, 10, 2_000);
    assert_eq!(limits(&arguments), chosen);
    for wrong in ["0", "-1", "1.5", "many", "18446744073709551616"] {
        let error = parse(&["--sessions", wrong]).unwrap_err();
        assert!(error.contains("a number from 1") || wrong == "-1", "{error}");
    }
}
