//! Do the diagrams show every transition and no other?

use im_session::machine::{Dot, Mermaid, Table};

#[test]
fn the_diagrams_show_every_transition_and_no_other() {
    let mermaid = "\
stateDiagram-v2
    [*] --> Initiating : Dialing
    [*] --> Alerting : Ringing
    [*] --> Talking : Established
    Initiating --> Talking : Established
    Initiating --> Completed : Released, Abandoned
    Alerting --> Talking : Established
    Alerting --> Completed : Released, Abandoned
    Talking --> Completed : Released, Abandoned
    Completed --> [*]
";
    assert_eq!(Mermaid.to_string(), mermaid);

    let table = "\
| event \\ state | no session | Initiating | Alerting | Talking | Completed |
|---|---|---|---|---|---|
| Dialing | → Initiating | unchanged | reject: role-conflict | reject: late | reject: ended |
| Ringing | → Alerting | reject: role-conflict | unchanged | reject: late | reject: ended |
| Established | → Talking | → Talking | → Talking | unchanged | reject: ended |
| Released | reject: orphan | → Completed | → Completed | → Completed | unchanged |
| Abandoned | reject: orphan | → Completed | → Completed | → Completed | unchanged |
";
    assert_eq!(Table.to_string(), table);

    let dot = Dot.to_string();
    assert!(dot.starts_with("digraph im_session {\n") && dot.ends_with("}\n"));
    let edges: Vec<&str> = dot.lines().map(str::trim).filter(|line| line.contains("->")).collect();
    let expected = [
        "none -> Initiating [label=\"Dialing\"];",
        "none -> Alerting [label=\"Ringing\"];",
        "none -> Talking [label=\"Established\"];",
        "Initiating -> Talking [label=\"Established\"];",
        "Initiating -> Completed [label=\"Released, Abandoned\"];",
        "Alerting -> Talking [label=\"Established\"];",
        "Alerting -> Completed [label=\"Released, Abandoned\"];",
        "Talking -> Completed [label=\"Released, Abandoned\"];",
    ];
    assert_eq!(edges, expected);
    let nodes: Vec<&str> = dot.lines().map(str::trim).filter(|line| line.contains("[shape=")).collect();
    let expected = [
        "none [shape=point, xlabel=\"no session\"];",
        "Initiating [shape=circle];",
        "Alerting [shape=circle];",
        "Talking [shape=circle];",
        "Completed [shape=doublecircle];",
    ];
    assert_eq!(nodes, expected);
}
