//! How many wrong passwords are allowed?

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use im_session_gateway::config::DEMO_PASSWORD;
use im_session_gateway::http::{ATTEMPTS_FROM_AN_ADDRESS, ATTEMPTS_OF_A_USER};

use super::support::{Answer, House};

async fn attempt(house: &House, user: &str, password: &str, address: impl Into<IpAddr>) -> Answer {
    house.get("/api/v2/me").basic(user, password).from(address).send().await
}

fn address(number: u32) -> Ipv4Addr {
    Ipv4Addr::from_bits(0x0a00_0000 + number)
}

#[tokio::test]
async fn ten_for_a_user_whatever_the_address_then_not_even_the_right_one_for_a_minute() {
    for user in ["agent3001", "nobody has this name"] {
        let house = House::new();
        for number in 0..ATTEMPTS_OF_A_USER {
            assert_eq!(attempt(&house, user, "wrong", address(number)).await.codes(), (401, 20), "{user} {number}");
        }
        let answer = attempt(&house, user, DEMO_PASSWORD, address(99)).await;
        assert_eq!((answer.codes(), answer.header("retry-after")), ((429, 20), Some("60".into())), "{user}");
        assert_eq!(house.passwords.checks.load(Ordering::SeqCst), 10, "nothing is checked any more");
        assert_eq!(attempt(&house, "agent3002", DEMO_PASSWORD, address(99)).await.codes(), (200, 0), "others may");

        house.clock.advance(Duration::from_millis(59_001));
        let answer = attempt(&house, user, DEMO_PASSWORD, address(99)).await;
        assert_eq!((answer.codes(), answer.header("retry-after")), ((429, 20), Some("1".into())), "{user}");
        house.clock.advance(Duration::from_millis(999));
        let codes = attempt(&house, user, DEMO_PASSWORD, address(99)).await.codes();
        assert_eq!(codes, if user == "agent3001" { (200, 0) } else { (401, 20) });
    }
}

#[tokio::test]
async fn a_hundred_from_an_address_whatever_the_users() {
    let house = House::new();
    for number in 0..ATTEMPTS_FROM_AN_ADDRESS {
        let answer = attempt(&house, &format!("user {number}"), "wrong", address(1)).await;
        assert_eq!(answer.codes(), (401, 20), "{number}");
    }
    let answer = attempt(&house, "agent3001", DEMO_PASSWORD, address(1)).await;
    assert_eq!((answer.codes(), answer.header("retry-after")), ((429, 20), Some("60".into())));
    assert_eq!(attempt(&house, "agent3001", DEMO_PASSWORD, address(2)).await.codes(), (200, 0));
    house.clock.advance(Duration::from_secs(60));
    assert_eq!(attempt(&house, "agent3001", DEMO_PASSWORD, address(1)).await.codes(), (200, 0));
}

#[tokio::test]
async fn whoever_has_one_ipv6_address_has_all_of_its_network() {
    let house = House::new();
    let address = |network: u128, host: u128| Ipv6Addr::from_bits(0x2001_0db8 << 96 | network << 64 | host);
    for number in 0..ATTEMPTS_FROM_AN_ADDRESS {
        attempt(&house, &format!("user {number}"), "wrong", address(1, number.into())).await;
    }
    assert_eq!(attempt(&house, "agent3001", DEMO_PASSWORD, address(1, 1 << 60)).await.codes(), (429, 20));
    assert_eq!(attempt(&house, "agent3001", DEMO_PASSWORD, address(2, 0)).await.codes(), (200, 0));
}

#[tokio::test]
async fn what_succeeds_does_not_count() {
    let house = House::new();
    for _ in 1..ATTEMPTS_OF_A_USER {
        assert_eq!(attempt(&house, "agent3001", "wrong", address(1)).await.codes(), (401, 20));
    }
    for _ in 0..20 {
        assert_eq!(attempt(&house, "agent3001", DEMO_PASSWORD, address(1)).await.codes(), (200, 0));
    }
    assert_eq!(attempt(&house, "agent3001", "wrong", address(1)).await.codes(), (401, 20), "nor does it begin anew");
    assert_eq!(attempt(&house, "agent3001", DEMO_PASSWORD, address(1)).await.codes(), (429, 20));
}

#[tokio::test]
async fn nine_a_minute_go_on_for_ever() {
    let house = House::new();
    for number in 0..90 {
        let codes = attempt(&house, "agent3001", "wrong", address(number)).await.codes();
        assert_eq!(codes, (401, 20), "{number}");
        if number % 9 == 8 {
            house.clock.advance(Duration::from_secs(60));
        }
    }
}

#[tokio::test]
async fn a_hundred_at_once_are_a_hundred() {
    let house = House::new();
    let attempts = (0..100).map(|number| attempt(&house, "agent3001", "wrong", address(number)));
    let answers = futures_util::future::join_all(attempts).await;
    let refused = answers.iter().filter(|answer| answer.status == 401).count();
    assert_eq!((refused, house.passwords.checks.load(Ordering::SeqCst)), (10, 10));
}

#[tokio::test]
async fn of_many_agents_at_once_those_who_find_no_place_are_told_to_come_again() {
    let house = House::new();
    let attempts = (0..100).map(|number| attempt_of(&house, number));
    let answers = futures_util::future::join_all(attempts).await;
    let busy: Vec<_> = answers.iter().filter(|answer| answer.status == 429).collect();
    assert!(!busy.is_empty() && busy.len() <= 68, "32 wait: {}", busy.len());
    assert!(busy.iter().all(|answer| answer.header("retry-after") == Some("1".into())));
    // Refused clients have not used an attempt.
    for _ in 0..10 {
        assert_eq!(attempt(&house, "user 99", "wrong", address(7)).await.codes().0, 401);
    }
}

async fn attempt_of(house: &House, number: u32) -> Answer {
    attempt(house, &format!("user {number}"), "wrong", address(number)).await
}

#[tokio::test]
async fn who_is_signed_in_stays_so_while_the_name_is_blocked() {
    let house = House::new();
    let caller = house.sign_in("agent3001").await;
    for number in 0..=ATTEMPTS_OF_A_USER {
        attempt(&house, "agent3001", "wrong", address(number)).await;
    }
    assert_eq!(house.get("/api/v2/me").cookie(&caller.cookie).send().await.codes(), (200, 0));
}

#[tokio::test]
async fn the_address_is_what_the_proxy_says_last_and_only_where_there_is_one() {
    for behind_proxy in [true, false] {
        let house = House::with(|settings| settings.behind_proxy = behind_proxy);
        let attempt = |user: String, password: &'static str, last: u32| {
            let forwarded = format!("203.0.113.9, {}", address(last));
            house.get("/api/v2/me").basic(&user, password).header("x-forwarded-for", &forwarded)
        };
        for number in 0..ATTEMPTS_FROM_AN_ADDRESS {
            attempt(format!("user {number}"), "wrong", 1).send().await;
        }
        let same = attempt("agent3001".into(), DEMO_PASSWORD, 1).send().await;
        assert_eq!(same.codes(), (429, 20));
        let other = attempt("agent3001".into(), DEMO_PASSWORD, 2).send().await;
        assert_eq!(other.codes(), if behind_proxy { (200, 0) } else { (429, 20) });
    }
}

#[tokio::test]
async fn right_ones_at_once_all_succeed() {
    let house = House::new();
    let attempts = (0..12).map(|number| attempt(&house, "agent3001", DEMO_PASSWORD, address(number)));
    let answers: Vec<_> = join_all(attempts).await.iter().map(Answer::codes).collect();
    assert_eq!(answers, [(200, 0); 12]);
    // Waiting attempts are answered even if the others are wrong.
    let wrong = (0..12).map(|number| attempt(&house, "agent3001", "wrong", address(number)));
    let right = attempt(&house, "agent3002", DEMO_PASSWORD, address(99));
    let (wrong, right) = tokio::join!(join_all(wrong), right);
    let refused = |status: u16| wrong.iter().filter(|answer| answer.status == status).count();
    assert_eq!((refused(401), refused(429), right.codes()), (10, 2, (200, 0)));
}

#[tokio::test]
async fn what_nobody_waits_for_any_more_does_not_count() {
    let house = House::new();
    let closed = house.passwords.gate.write().unwrap();
    for number in 0..2 * ATTEMPTS_OF_A_USER {
        let given_up = attempt(&house, "agent3001", "wrong", address(number)).now_or_never();
        assert!(given_up.is_none(), "{number}: {given_up:?}");
    }
    drop(closed);
    assert_eq!(attempt(&house, "agent3001", DEMO_PASSWORD, address(99)).await.codes(), (200, 0));
}
