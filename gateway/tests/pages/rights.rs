//! Who may see all sessions?

use super::support::House;

const ENDPOINTS: [&str; 2] = ["/api/supervisor/overview", "/api/supervisor/timeline?dn=3001"];

#[tokio::test]
async fn supervisors_alone() {
    let house = House::new().await;
    for path in ENDPOINTS {
        assert_eq!(house.get_as("supervisor", path).await.codes(), (200, 0), "{path}");
        assert_eq!(house.get_as("agent3001", path).await.codes(), (403, 5), "{path}");
        assert_eq!(house.get(path, &[]).await.codes(), (401, 20), "{path}");
    }
}

#[tokio::test]
async fn a_refusal_tells_nothing() {
    let house = House::new().await;
    house.events(&[r#"{"Event":"EventRinging","ThisDN":"3001","OtherDN":"3009","CallUUID":"007"}"#]).await;
    for path in ENDPOINTS {
        let answer = house.get_as("agent3002", path).await;
        assert!(!answer.text.contains("3001") && !answer.text.contains("007"), "{}", answer.text);
    }
}

#[tokio::test]
async fn the_page_says_who_is_one() {
    let house = House::new().await;
    for (user, is_supervisor, operations) in [("agent3001", false, 6), ("supervisor", true, 0)] {
        let settings = house.get_as(user, "/api/v2/me?subresources=settings").await.json()["user"]["settings"].take();
        assert_eq!(settings["supervisor"], is_supervisor);
        assert_eq!(settings["permittedOperations"].as_array().unwrap().len(), operations);
    }
}
