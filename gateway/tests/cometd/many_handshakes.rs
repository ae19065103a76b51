//! Are thousands of handshakes limited without disturbing other agents?

use std::time::Duration;

use serde_json::Value;
use tokio::time::sleep;

use crate::support::{House, connect, handshake};

#[tokio::test(start_paused = true)]
async fn an_agent_with_thousands_has_as_many_clients_as_the_limit_and_others_are_served() {
    let house = House::new();
    // An agent's clients count together, even across HTTP sessions.
    let callers = [house.signed_in("agent3001").await, house.signed_in("agent3001").await];
    let mut other = house.signed_in("agent3002").await;
    let of_the_other = other.subscribed().await;
    let mut refused = 0;
    for number in 0..3_000 {
        let reply = callers[number % 2].post(handshake()).await.remove(0);
        if reply["successful"] != true {
            assert_eq!(reply["error"], "503::Too many clients");
            assert_eq!(reply["advice"]["interval"], 15_000, "it does not come again at once");
            refused += 1;
        }
    }
    assert_eq!((refused, house.cometd.counts().clients), (2_900, 101));
    other.handshake().await;
    let held = tokio::spawn(other.post(connect(&of_the_other)));
    house.until_held(1).await;

    // Clients that do not connect are forgotten, so the agent has room again.
    sleep(Duration::from_secs(16)).await;
    assert_eq!(house.cometd.counts().clients, 1);
    let reply: Value = callers[0].post(handshake()).await.remove(0);
    assert_eq!(reply["successful"], true);
    house.message("agent3002", 1);
    assert_eq!(crate::support::texts(&held.await.unwrap()), [1]);
}
