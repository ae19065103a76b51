//! What does `im-session machine` print?

use super::tool::run;

#[test]
fn each_form_is_printed() {
    for (what, start, lines) in [
        ("table", "| event", 7),
        ("cells", "no session: EventDialing -> Initiating", 25),
        ("mermaid", "stateDiagram-v2", 10),
        ("dot", "digraph", 10),
        ("capabilities", "| state", 6),
    ] {
        let run = run(&["machine", what]);
        run.assert_clean();
        assert!(run.out.starts_with(start), "{what}:\n{}", run.out);
        assert!(run.out.lines().count() >= lines, "{what}:\n{}", run.out);
    }
    assert_eq!(run(&["machine"]).out, run(&["machine", "table"]).out, "the table is the default");
    assert_eq!(run(&["machine", "poem"]).status, 2);
}
