//! A server that speaks like S3, on a free port of this machine.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

const KEY: &str = "test-key";
const SECRET: &str = "test-secret-that-nobody-is-told";

/// A server that is running. It ends when the process that started it ends, however that happens.
pub struct Server {
    pub endpoint: String,
    _folder: TempDir,
    _shell: Child,
}

impl Server {
    /// Starts a server with one empty bucket, `lakes`.
    pub fn start(program: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("lakes")).expect("a bucket");
        // The shell waits for the end of its input, which is ours: then it ends the server.
        let script =
            "\"$0\" --host 127.0.0.1 --port 0 --access-key \"$1\" --secret-key \"$2\" \"$3\" & read -r _; kill $!";
        let mut shell = Command::new("sh")
            .args(["-c", script])
            .arg(program)
            .args([KEY, SECRET])
            .arg(folder.path())
            .env("RUST_LOG", "s3s_fs=info")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a server");
        let mut lines = BufReader::new(shell.stdout.take().expect("its output")).lines();
        let endpoint = lines.find_map(|line| {
            let line = line.expect("a line");
            Some(format!("http://127.0.0.1:{}", line.split_once("http://127.0.0.1:")?.1.trim()))
        });
        // What else it says is read, so that it can go on.
        std::thread::spawn(move || lines.for_each(drop));
        Self { endpoint: endpoint.expect("an address"), _folder: folder, _shell: shell }
    }

    /// The variables of the environment that say how it is reached.
    pub fn variables(&self) -> [(String, String); 5] {
        [
            ("AWS_ENDPOINT_URL", self.endpoint.as_str()),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_ACCESS_KEY_ID", KEY),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
            ("AWS_REGION", "us-east-1"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
    }
}

/// Where the server's program lies: as `./x test --cloud` says.
pub fn program() -> PathBuf {
    let program = std::env::var_os("STEAD_TEST_S3").expect("`./x test --cloud` says where the server lies");
    PathBuf::from(program)
}
