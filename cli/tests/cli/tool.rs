//! Runs the tool and creates its input files.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;

use serde_json::Value;

/// The result of a run.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) errors: Vec<String>,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Run {
            status: output.status.code().expect("an exit status"),
            out: text(output.stdout),
            errors: text(output.stderr).lines().map(str::to_owned).collect(),
        }
    }
}

impl Run {
    /// The objects of `--format jsonl`, and the final list separately.
    pub(crate) fn objects(&self) -> (Vec<Value>, Value) {
        let object = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let mut objects: Vec<Value> = self.out.lines().map(object).collect();
        let list = objects.pop().expect("the list of all sessions");
        (objects, list)
    }

    /// One field of every object, as text.
    pub(crate) fn column(&self, name: &str) -> Vec<String> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        self.objects().0.iter().map(|object| text(&object[name])).collect()
    }

    /// Asserts that one line has all these words.
    pub(crate) fn assert_line(&self, words: &[&str]) {
        let has_all = |line: &&str| words.iter().all(|word| line.contains(word));
        assert!(self.out.lines().any(|line| has_all(&line)), "{words:?} on one line of\n{}", self.out);
    }

    /// Asserts that all input was read without an error.
    pub(crate) fn assert_clean(&self) {
        assert_eq!((self.status, &self.errors), (0, &Vec::new()));
    }
}

/// The tool, without a terminal and its width.
pub(crate) fn tool(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_im-session"));
    command.args(arguments).env_remove("COLUMNS").env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

pub(crate) fn run(arguments: &[&str]) -> Run {
    tool(arguments).output().expect("the tool runs").into()
}

pub(crate) fn replay(arguments: &[&str]) -> Run {
    run(&[&["replay"], arguments].concat())
}

pub(crate) fn replay_jsonl(arguments: &[&str]) -> Run {
    replay(&[&["--format", "jsonl"], arguments].concat())
}

/// The same with this text on standard input, through a pipe.
pub(crate) fn replay_piped(arguments: &[&str], input: &[u8]) -> Run {
    let mut command = tool(&[&["replay"], arguments].concat());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the tool runs");
    let (mut stdin, input) = (child.stdin.take().expect("its standard input"), input.to_vec());
    // The tool may print before it has read all input, and may end before that too.
    let writer = thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("the writer ends");
    output.into()
}

/// A separate folder for each test, below the build directory.
pub(crate) fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// A file with this content in the test's folder.
pub(crate) fn file(test: &str, name: &str, content: impl AsRef<[u8]>) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(name);
    fs::write(&path, content).expect("a file");
    path_text(&path)
}

pub(crate) fn path_text(path: &Path) -> String {
    path.to_str().expect("a path in UTF-8").to_owned()
}

/// A file or folder of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

pub(crate) const RINGING: &str =
    "{\"Event\":\"EventRinging\",\"ThisDN\":\"3002\",\"OtherDN\":\"3001\",\"CallUUID\":\"A\"}\n";

/// An event of a JSON lines log.
pub(crate) fn json_event(name: &str, dn: &str, id: &str) -> String {
    format!("{{\"Event\":\"Event{name}\",\"ThisDN\":\"{dn}\",\"CallUUID\":\"{id}\"}}\n")
}

/// An event of a T-Server log.
pub(crate) fn tserver_event(time: &str, name: &str, dn: &str, id: &str) -> String {
    format!("{time} message Event{name}\n\tAttributeCallUUID\t'{id}'\n\tAttributeThisDN\t'{dn}'\n")
}
