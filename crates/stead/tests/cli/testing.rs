//! A desk to work at: a folder of one's own, and the program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// The last day of made-up records.
pub const ON: &str = "2026-11-01";

/// A folder in which commands are run.
pub struct Desk(TempDir);

/// What a command said, and how it ended.
#[derive(Debug)]
pub struct Told {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Desk {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    /// With the example place in `harbour`.
    pub fn with_harbour() -> Self {
        let desk = Self::new();
        desk.stead("new --harbour harbour").done();
        desk
    }

    /// With a small town's records in `town`, and the example place.
    pub fn with_town() -> Self {
        let desk = Self::with_harbour();
        desk.stead("synth --citizens 300 --slim --out town").done();
        desk
    }

    /// With a small town in `lake`, and nothing run over it.
    pub fn with_lake() -> Self {
        let desk = Self::with_town();
        desk.stead("import town --lake lake --buckets 2").done();
        desk
    }

    /// With a small town in `lake`, and the example place run over it.
    pub fn with_run() -> Self {
        let desk = Self::with_lake();
        desk.stead(&format!("run harbour --lake lake --on {ON}")).done();
        desk
    }

    /// Every party of the data sharing agreement signs it.
    pub fn share_data(&self, registry: &str) {
        self.sign_all("harbour/agreements/data-sharing.toml", "2026-03-01", registry);
    }

    /// Every party signs an agreement, in the first role that may; keys are made where there are none.
    pub fn sign_all(&self, agreement: &str, on: &str, registry: &str) {
        let within = |line: String| self.program(&words(&line), &[("STEAD_REGISTRY", registry)]).done();
        let text = self.text(agreement);
        for line in text.lines().filter(|line| line.trim_start().starts_with("{ organisation = ")) {
            let words: Vec<&str> = line.split('"').collect();
            let (party, role) = (words[1], words[3]);
            if !self.path(&format!("{party}.key")).exists() {
                within(format!("key new {party}"));
                within(format!("key add {party} {party}.key.pub --from 2026-01-01"));
            }
            within(format!("sign {agreement} --as {party} --role {role} --key {party}.key --on {on}"));
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn file(&self, name: &str, text: &str) -> &Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
        self
    }

    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect(name)
    }

    /// Runs `stead` with what one would type after it.
    pub fn stead(&self, line: &str) -> Told {
        self.program(&words(line), &[])
    }

    /// Runs `stead` and reads its answer as JSON.
    pub fn json(&self, line: &str) -> Value {
        let told = self.stead(&format!("{line} --format json")).done();
        serde_json::from_str(&told.out).unwrap_or_else(|error| panic!("`{line}`: {error}: {}", told.out))
    }

    /// The rows that a question in SQL has.
    pub fn rows(&self, sql: &str) -> Vec<Value> {
        let told =
            self.program(&["query", sql, "--lake", "lake", "--format", "json"].map(ToOwned::to_owned), &[]).done();
        let answer: Value = serde_json::from_str(&told.out).expect("JSON");
        answer["rows"].as_array().expect("rows").clone()
    }

    /// Runs `stead` with arguments and variables of the environment.
    pub fn program(&self, arguments: &[String], environment: &[(&str, &str)]) -> Told {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stead"));
        command.args(arguments).current_dir(self.0.path()).env_remove("NO_COLOR").env_remove("STEAD_REGISTRY");
        command.envs(environment.iter().copied());
        let output = command.output().expect("the program can be started");
        Told {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Told {
    /// The same, when it ended well.
    pub fn done(self) -> Self {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self
    }

    /// The exit code, standard output and standard error, to be read at once.
    pub fn all(&self) -> String {
        let part = |name: &str, text: &str| if text.is_empty() { String::new() } else { format!("--- {name}\n{text}") };
        format!("exit code: {}\n{}{}", self.code, part("output", &self.out), part("messages", &self.err))
    }
}

/// The words of a line as a shell takes it apart: by spaces, but not in quotation marks.
pub fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, part) in line.split('\'').enumerate() {
        if at % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(ToOwned::to_owned));
        }
    }
    words
}

/// The folder of this clone.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("a root")
}

/// A file or folder of the public data beside the clone; without it the test is skipped, but not in CI.
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = root().join("../shared/data").join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "`{}` is missing", path.display());
    eprintln_skipped(name);
    None
}

#[expect(clippy::print_stderr, reason = "whoever runs the tests should know that one was skipped")]
fn eprintln_skipped(name: &str) {
    eprintln!("skipped: {name} is not there");
}
