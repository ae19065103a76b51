//! When does an HTTP session end?

use std::time::Duration;

use im_session_gateway::config::{Agents, DEMO_PASSWORD, PasswordHash};
use im_session_gateway::http::SESSIONS_OF_AN_AGENT;

use super::support::{Caller, House, demo};

async fn is_over(house: &House, caller: &Caller) -> bool {
    let codes = house.get("/api/v2/me").cookie(&caller.cookie).send().await.codes();
    assert!([(200, 0), (401, 20)].contains(&codes), "{codes:?}");
    codes == (401, 20)
}

#[tokio::test]
async fn after_half_an_hour_that_nobody_used_it() {
    let house = House::new();
    let (used, idle) = (house.sign_in("agent3001").await, house.sign_in("agent3001").await);
    house.clock.advance(Duration::from_secs(1_799));
    assert!(!is_over(&house, &used).await, "a use begins the half hour anew");
    house.clock.advance(Duration::from_secs(1));
    assert!(is_over(&house, &idle).await);
    assert!(!is_over(&house, &used).await);
    house.clock.advance(Duration::from_secs(1_800));
    assert!(is_over(&house, &used).await);
}

#[tokio::test]
async fn when_the_agent_signs_out_and_no_other_is() {
    let house = House::new();
    let (one, other) = (house.sign_in("agent3001").await, house.sign_in("agent3001").await);
    let body = r#"{"operationName":"EndContactCenterSession","signOut":true}"#;
    let answer = house.post("/api/v2/me", body).of(&one).send().await;
    assert_eq!(answer.codes(), (200, 0));
    let cookie = answer.header("set-cookie").unwrap();
    assert_eq!(cookie, "JSESSIONID=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    assert!(is_over(&house, &one).await && !is_over(&house, &other).await);
}

#[tokio::test]
async fn not_when_work_ends_without_signing_out() {
    let house = House::new();
    let caller = house.sign_in("agent3001").await;
    for body in [
        r#"{"operationName":"EndContactCenterSession"}"#,
        r#"{"operationName":"EndContactCenterSession","signOut":false}"#,
        r#"{"operationName":"EndContactCenterSession","signOut":null}"#,
    ] {
        let answer = house.post("/api/v2/me", body).of(&caller).send().await;
        assert_eq!((answer.codes(), answer.header("set-cookie")), ((200, 0), None), "{body}");
    }
    assert!(!is_over(&house, &caller).await);
}

#[tokio::test]
async fn when_the_agent_is_no_more() {
    let house = House::new();
    let caller = house.sign_in("agent3001").await;
    let others = demo();
    let others = others.iter().filter(|agent| agent.user_name != "agent3001").map(|agent| (**agent).clone());
    house.directory.replace(Agents::new(others).unwrap());
    assert!(is_over(&house, &caller).await);
}

#[tokio::test]
async fn when_the_agent_has_another_password() {
    let house = House::new();
    let (one, other) = (house.sign_in("agent3001").await, house.sign_in("agent3002").await);
    let mut agents: Vec<_> = demo().iter().map(|agent| (**agent).clone()).collect();
    for agent in &mut agents {
        if agent.user_name == "agent3001" {
            agent.password = PasswordHash::new("$argon2id$another");
        }
    }
    house.directory.replace(Agents::new(agents).unwrap());
    assert!(is_over(&house, &one).await && !is_over(&house, &other).await);
}

#[tokio::test]
async fn rights_that_change_count_at_once() {
    let house = House::new();
    let caller = house.sign_in("agent3001").await;
    let mut agents: Vec<_> = demo().iter().map(|agent| (**agent).clone()).collect();
    for agent in &mut agents {
        agent.first_name = "Another".into();
    }
    house.directory.replace(Agents::new(agents).unwrap());
    let answer = house.get("/api/v2/me").cookie(&caller.cookie).send().await;
    assert_eq!(answer.json()["user"]["firstName"], "Another");
}

#[tokio::test]
async fn one_more_than_a_hundred_ends_the_one_that_was_not_used_for_longest() {
    let house = House::new();
    let stranger = house.sign_in("agent3002").await;
    let mut callers = Vec::new();
    for _ in 0..SESSIONS_OF_AN_AGENT {
        callers.push(house.sign_in("agent3001").await);
        house.clock.advance(Duration::from_millis(1));
    }
    assert!(!is_over(&house, &callers[0]).await, "used: the second is older now");
    house.sign_in("agent3001").await;
    assert!(is_over(&house, &callers[1]).await);
    for caller in [&callers[0], &callers[2], &stranger] {
        assert!(!is_over(&house, caller).await);
    }
    assert_eq!(house.gateway.sign_in().sessions_now(), SESSIONS_OF_AN_AGENT + 1);
}

#[tokio::test]
async fn sweeping_forgets_those_that_are_over_and_wakes_who_waits_for_the_end() {
    use axum::extract::Request;
    use axum::routing::get;
    use im_session_gateway::http::{SignedIn, router};
    use std::sync::{Arc, Mutex};
    use tower::ServiceExt;

    let house = House::new();
    let caller = house.sign_in("agent3001").await;
    let seen: Arc<Mutex<Option<SignedIn>>> = Arc::default();
    let keep = seen.clone();
    let route = get(move |me: SignedIn| async move { *keep.lock().unwrap() = Some(me) });
    let router = router(house.gateway.clone(), axum::Router::new().route("/kept", route));
    let request = Request::builder().uri("/kept").header("host", "localhost");
    let request = request.header("cookie", format!("JSESSIONID={}", caller.cookie)).body(axum::body::Body::empty());
    assert_eq!(router.oneshot(request.unwrap()).await.unwrap().status(), 200);

    let me = seen.lock().unwrap().take().unwrap();
    let mut ended = me.ended.clone();
    house.clock.advance(Duration::from_secs(1_799));
    house.gateway.sign_in().sweep();
    assert!(!ended.is_over() && house.gateway.sign_in().renew(me.session));
    house.clock.advance(Duration::from_secs(1_799));
    house.gateway.sign_in().sweep();
    assert!(!ended.is_over(), "renewed");
    house.clock.advance(Duration::from_secs(1));
    house.gateway.sign_in().sweep();
    ended.wait().await;
    assert!(ended.is_over() && !house.gateway.sign_in().renew(me.session));
    assert_eq!(house.gateway.sign_in().sessions_now(), 0);
}

#[tokio::test]
async fn a_cookie_of_another_server_on_this_host_does_not_hide_it() {
    let house = House::new();
    let caller = house.sign_in("agent3001").await;
    let cookies = format!("a=b; JSESSIONID=ABCD; JSESSIONID={:032X}; JSESSIONID={}", 7, caller.cookie);
    assert_eq!(house.get("/api/v2/me").header("cookie", &cookies).send().await.codes(), (200, 0));
    let question = house.get("/api/v2/me").cookie("ABCD").cookie(&caller.cookie);
    assert_eq!(question.send().await.codes(), (200, 0), "in a header of its own, too");
}

#[tokio::test]
async fn a_cookie_made_up_is_nobodys() {
    let house = House::new();
    let caller = house.sign_in("agent3001").await;
    let shorter = &caller.cookie[1..];
    for cookie in ["", "*", &"0".repeat(32), shorter, &format!("+{shorter}"), &format!("0{}", caller.cookie)] {
        let answer = house.get("/api/v2/me").cookie(cookie).send().await;
        assert_eq!(answer.codes(), (401, 20), "{cookie:?}");
    }
    let answer = house.get("/api/v2/me").cookie("0").basic("agent3001", DEMO_PASSWORD).send().await;
    assert_eq!(answer.codes(), (200, 0), "user and password help");
}

#[tokio::test]
async fn who_signs_in_with_a_cookie_that_somebody_else_chose_gets_another() {
    let house = House::new();
    let attacker = house.sign_in("agent3002").await;
    for chosen in [&attacker.cookie, &"7".repeat(32), &"A".repeat(32)] {
        let answer = house.get("/api/v2/me").cookie(chosen).basic("agent3001", DEMO_PASSWORD).send().await;
        assert_eq!(answer.json()["user"]["userName"], "agent3001");
        let given = Caller { cookie: answer.cookie().unwrap(), token: answer.header("x-csrf-token").unwrap() };
        assert!(given.cookie != *chosen && given.token != attacker.token);
        assert!(!is_over(&house, &given).await);
        let with_chosen = house.get("/api/v2/me").cookie(chosen).send().await;
        assert!(!with_chosen.text.contains("agent3001"), "{with_chosen:?}");
    }
}
