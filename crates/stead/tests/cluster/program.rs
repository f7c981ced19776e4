//! The program, started with a limit of time, so that nothing can hang.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// No command of these tests needs as much, on however slow a machine.
const COMMAND_WITHIN: Duration = Duration::from_secs(400);

/// How long a process may take to say where it listens.
const START_WITHIN: Duration = Duration::from_secs(60);

/// A process that is ended with the test.
pub struct Process(Child);

impl Process {
    /// Starts a command in a folder.
    pub fn start(arguments: &[&str], folder: &Path) -> Self {
        Self::start_with(arguments, folder, &[])
    }

    /// Starts a command in a folder, with further variables in its environment.
    pub fn start_with(arguments: &[&str], folder: &Path, variables: &[(String, String)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stead"));
        command
            .args(arguments)
            .envs(variables.iter().cloned())
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Self(command.spawn().expect("the program can be started"))
    }

    /// Waits for the first line that it prints.
    pub fn first_line(&mut self) -> String {
        let output = self.0.stdout.take().expect("piped");
        let (told, heard) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            let _ = BufReader::new(output).read_line(&mut line);
            let _ = told.send(line);
        });
        let line = heard.recv_timeout(START_WITHIN).unwrap_or_default();
        if line.trim().is_empty() {
            self.kill();
            let mut errors = String::new();
            let _ = std::io::Read::read_to_string(self.0.stderr.as_mut().expect("piped"), &mut errors);
            panic!("the process said nothing: {errors}");
        }
        line.trim().to_owned()
    }

    /// Ends it at once, as a power cut would.
    pub fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }

    /// Waits for its end; gives whether it ended well, and what it said.
    pub fn end(mut self) -> Told {
        let (output, errors) = (read(self.0.stdout.take()), read(self.0.stderr.take()));
        let begun = Instant::now();
        let well = loop {
            if let Some(status) = self.0.try_wait().expect("waited for") {
                break status.success();
            }
            if begun.elapsed() > COMMAND_WITHIN {
                self.kill();
                panic!("not done within {COMMAND_WITHIN:?}: {}", errors.join().expect("read"));
            }
            thread::sleep(Duration::from_millis(20));
        };
        Told { well, out: output.join().expect("read"), err: errors.join().expect("read") }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What a command said, and whether it ended well.
#[derive(Debug)]
pub struct Told {
    pub well: bool,
    pub out: String,
    pub err: String,
}

impl Told {
    /// The same, when it ended well.
    pub fn done(self) -> Self {
        assert!(self.well, "{}{}", self.out, self.err);
        self
    }
}

/// Runs a command to its end.
pub fn stead(line: &str, folder: &Path) -> Told {
    let words: Vec<&str> = line.split_whitespace().collect();
    Process::start(&words, folder).end()
}

fn read(from: Option<impl std::io::Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut text = String::new();
        if let Some(mut from) = from {
            let _ = from.read_to_string(&mut text);
        }
        text
    })
}
