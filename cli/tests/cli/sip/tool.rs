//! Runs the tool and reads its output.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;

/// The parsed output of the tool.
pub(crate) struct Said {
    pub(crate) objects: Vec<Value>,
    pub(crate) errors: String,
    pub(crate) status: Option<i32>,
}

/// An event: its endpoint, DN, line and name.
pub(crate) type Shown = (String, String, u64, String);

impl Said {
    /// The events in order.
    pub(crate) fn events(&self) -> Vec<Shown> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let events = self.objects.iter().filter(|object| object["event"].is_string());
        let event = |object: &Value| {
            let line = object["line"].as_u64().expect("a line");
            (text(&object["endpoint"]), text(&object["thisDN"]), line, text(&object["event"]))
        };
        events.map(event).collect()
    }

    /// The names of the events of each endpoint and DN.
    pub(crate) fn by_endpoint(&self) -> BTreeMap<(String, String), Vec<String>> {
        let mut by_endpoint: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for (endpoint, dn, _, event) in self.events() {
            by_endpoint.entry((endpoint, dn)).or_default().push(event);
        }
        by_endpoint
    }

    /// The sessions in the final list.
    pub(crate) fn sessions(&self) -> Vec<Value> {
        let list = self.objects.last().expect("a list");
        list["imSessions"].as_array().expect("sessions").clone()
    }
}

/// Runs `im-session sip` with these arguments.
pub(crate) fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_im-session")).arg("sip").args(arguments).output().expect("the tool")
}

/// The same with the machine-readable format.
pub(crate) fn watch(arguments: &[&str]) -> Said {
    let output = run(&[&["--format", "jsonl"], arguments].concat());
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let objects = text.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    Said { objects, errors, status: output.status.code() }
}

/// The same for a file with these bytes.
pub(crate) fn watch_bytes(name: &str, bytes: &[u8]) -> Said {
    let file = Temporary::new(name, bytes);
    watch(&[file.path()])
}

/// A file for one test. It is removed when dropped.
pub(crate) struct Temporary(PathBuf);

impl Temporary {
    pub(crate) fn new(name: &str, bytes: &[u8]) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("im-session-sip-{}-{number}-{name}", std::process::id()));
        std::fs::write(&path, bytes).expect("a file");
        Temporary(path)
    }

    pub(crate) fn path(&self) -> &str {
        self.0.to_str().expect("a name in UTF-8")
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
