//! For which hosts does the gateway answer?

use im_session_gateway::config::DEMO_PASSWORD;

use super::support::House;

#[tokio::test]
async fn for_loopback_whatever_the_port_and_for_the_names_that_are_configured() {
    let house = House::with(|settings| settings.hosts = vec!["gw.example.com".into(), "10.1.2.3".into()]);
    let ours = [
        "127.0.0.1:8090",
        "127.0.0.1",
        "127.8.8.8:1",
        "localhost:8090",
        "LOCALHOST",
        "localhost.",
        "[::1]:8090",
        "[::1]",
        "[::ffff:127.0.0.1]:80",
        "gw.example.com",
        "GW.example.com:443",
        "gw.example.com.:8090",
        "10.1.2.3:8090",
    ];
    for host in ours {
        let answer = house.get("/api/v2/me").host(host).basic("agent3001", DEMO_PASSWORD).send().await;
        assert_eq!(answer.codes(), (200, 0), "{host}");
    }
}

#[tokio::test]
async fn for_no_other_whatever_is_asked() {
    let house = House::new();
    let others = [
        "evil.example.com",
        "evil.example.com:8090",
        "gw.example.com",
        "localhost.evil.example.com",
        "127.0.0.1.evil.com",
        "10.1.2.3",
        "0.0.0.0",
        "[::]",
        "[2001:db8::1]:8090",
        "",
        ":8090",
        "[",
        "[::1",
        "user@localhost",
        "localhost@evil",
    ];
    for host in others {
        for path in ["/api/v2/me", "/api/v2/notifications", "/nothing"] {
            let answer = house.get(path).host(host).basic("agent3001", DEMO_PASSWORD).send().await;
            assert_eq!((answer.codes(), answer.cookie()), ((421, 5), None), "{host} {path}");
        }
    }
}

#[tokio::test]
async fn none_and_two_are_refused() {
    let house = House::new();
    assert_eq!(house.get("/api/v2/me").without("host").send().await.codes(), (421, 5));
    let two = house.get("/api/v2/me").header("host", "evil.example.com");
    assert_eq!(two.send().await.codes(), (421, 5));
}

#[tokio::test]
async fn the_address_of_the_request_counts_as_the_host_does() {
    let house = House::new();
    let evil = house.get("http://evil.example.com/api/v2/me").without("host");
    assert_eq!(evil.send().await.codes(), (421, 5));
    let both = house.get("http://evil.example.com/api/v2/me");
    assert_eq!(both.send().await.codes(), (421, 5), "they do not agree");
    let ours = house.get("http://127.0.0.1:8090/api/v2/me");
    assert_eq!(ours.send().await.codes(), (401, 20));
}
