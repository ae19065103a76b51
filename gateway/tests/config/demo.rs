//! Which agents exist without an agents' file?

use im_session::Operations;
use im_session_gateway::config::{PasswordHash, demo_agents};

#[test]
fn two_agents_with_a_device_each_and_a_supervisor_who_changes_nothing() {
    let agents = demo_agents(&PasswordHash::new("hash")).unwrap();
    assert_eq!(agents.len(), 3);
    for (user, dn) in [("agent3001", "3001"), ("agent3002", "3002")] {
        let agent = agents.by_user_name(user).unwrap();
        assert_eq!(agents.by_dn(dn).unwrap().id, agent.id);
        assert_eq!((agent.devices.len(), agent.devices[0].path()), (1, "/devices/1".to_owned()));
        assert_eq!((agent.rights, agent.supervisor), (Operations::ALL, false));
    }
    let supervisor = agents.by_user_name("supervisor").unwrap();
    assert_eq!((supervisor.devices.len(), supervisor.rights, supervisor.supervisor), (0, Operations::NONE, true));
}
